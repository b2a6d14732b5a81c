// What both TypeScript clients do once they are connected.
export async function run(client, protocol, asked, takesSchema) {
  let told = 0;
  const options = { onprogress: () => { told += 1; } };
  const call = (params) => client.callTool(params, ...(takesSchema ? [undefined] : []), options);
  const tools = (await client.listTools()).tools;
  const health = await client.callTool({ name: 'get_health', arguments: {} });
  const prompts = (await client.listPrompts()).prompts;
  const runbook = await client.getPrompt({
    name: 'run_workflow_safely', arguments: { workflow: 'Backup via API' },
  });
  const devices = await client.complete({
    ref: { type: 'ref/prompt', name: 'change_device_configuration' },
    argument: { name: 'device', value: 'ams' },
  });
  const uri = `itential://devices/${devices.completion.values[0]}/configuration`;
  const read = await client.readResource({ uri });
  const restarted = await call({ name: 'restart_adapter', arguments: { name: 'NetBox' } });
  const agreed = asked.length === 1;
  const job = await call({ name: 'start_workflow', arguments: {
    route_name: 'backup-device', data: { device: 'ams-access-sw-008' }, wait: 60,
  } });
  console.log(JSON.stringify({
    protocol: protocol(),
    tools: tools.length,
    called: !health.isError,
    prompts: prompts.length,
    runbook: runbook.messages[0].content.text.includes('Backup via API'),
    read: read.contents[0].text.length > 0,
    confirmed: !restarted.isError && agreed,
    progress: told,
    task: job.structuredContent.result.status === 'complete' ? 'waited' : '',
  }));
  await client.close();
  process.exit(0);
}

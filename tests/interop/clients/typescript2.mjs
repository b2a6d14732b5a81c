// TypeScript SDK 2: typescript2.mjs legacy|auto|2026-07-28 http|sse URL, or ... stdio COMMAND...
import { pathToFileURL } from 'node:url';
import { run } from './session.mjs';

const base = `${process.env.INTEROP_CACHE}/npm/node_modules/@modelcontextprotocol/client/dist/`;
const { Client, StreamableHTTPClientTransport, SSEClientTransport } =
  await import(pathToFileURL(`${base}index.mjs`));
const { StdioClientTransport } = await import(pathToFileURL(`${base}stdio.mjs`));

const [mode, kind, place, ...rest] = process.argv.slice(2);
const transport =
  kind === 'http' ? new StreamableHTTPClientTransport(new URL(place))
  : kind === 'sse' ? new SSEClientTransport(new URL(place))
  : new StdioClientTransport({ command: place, args: rest, env: process.env });
const client = new Client({ name: 'interop', version: '2' }, {
  capabilities: { elicitation: {} },
  versionNegotiation: { mode: mode === '2026-07-28' ? { pin: mode } : mode },
});
const asked = [];
client.setRequestHandler('elicitation/create', async (request) => {
  asked.push(request.params.message);
  return { action: 'accept', content: { value: true } };
});
await client.connect(transport);
await run(client, () => client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion, asked,
  false);

// TypeScript SDK 1: typescript1.mjs http|sse URL, or stdio COMMAND...   (INTEROP_CACHE is set)
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { run } from './session.mjs';

const resolver = createRequire(`${process.env.INTEROP_CACHE}/npm/x.js`);
const load = (path) =>
  import(pathToFileURL(resolver.resolve(`@modelcontextprotocol/sdk/${path}`)));
const { Client } = await load('client/index.js');
const { ElicitRequestSchema } = await load('types.js');

const [kind, place, ...rest] = process.argv.slice(2);
const transport = await (async () => {
  switch (kind) {
    case 'http':
      return new (await load('client/streamableHttp.js')).StreamableHTTPClientTransport(new URL(place));
    case 'sse':
      return new (await load('client/sse.js')).SSEClientTransport(new URL(place));
    default:
      return new (await load('client/stdio.js')).StdioClientTransport({
        command: place, args: rest, env: process.env,
      });
  }
})();
const client = new Client(
  { name: 'interop', version: '1' }, { capabilities: { elicitation: {} } });
const asked = [];
client.setRequestHandler(ElicitRequestSchema, async (request) => {
  asked.push(request.params.message);
  return { action: 'accept', content: { value: true } };
});
let protocol = '2025-11-25';
transport.setProtocolVersion = ((set) => (version) => {
  protocol = version;
  set?.call(transport, version);
})(transport.setProtocolVersion);
await client.connect(transport);
await client.ping();
await run(client, () => protocol, asked, true);

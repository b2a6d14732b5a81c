// The TypeScript SDKs, logging in: typescript.mjs 1|2 URL   (INTEROP_CACHE and BROWSER are set)
//
// For each line `call` it lists the tools, calls one and says in JSON what came of that.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [generation, url] = process.argv.slice(2);
const resolver = createRequire(`${process.env.INTEROP_CACHE}/npm/x.js`);
const load = (path) => import(pathToFileURL(resolver.resolve(`@modelcontextprotocol/${path}`)));
const dist = `${process.env.INTEROP_CACHE}/npm/node_modules/@modelcontextprotocol/client/dist/`;
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = generation === '1'
  ? {
    ...await load('sdk/client/index.js'), ...await load('sdk/client/streamableHttp.js'),
    ...await load('sdk/client/auth.js'),
  }
  : await import(pathToFileURL(`${dist}index.mjs`));

// Where the browser comes back to.
let back;
const arrivals = [];
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  if (pathname !== '/callback') return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end('You may close this window.');
  arrivals.push(searchParams);
  return back?.();
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const redirect = `http://127.0.0.1:${server.address().port}/callback`;

const kept = {};
const told = { logins: 0, tokens: 0 };
const account = {
  redirectUrl: redirect,
  clientMetadata: {
    client_name: `TypeScript SDK ${generation}`,
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: generation === '1' ? 'none' : 'client_secret_basic',
  },
  state: () => { kept.state = randomUUID(); return kept.state; },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => { kept.tokens = tokens; told.tokens += 1; },
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
  discoveryState: () => kept.discovery,
  saveDiscoveryState: (discovery) => { kept.discovery = discovery; },
  invalidateCredentials: (scope) => {
    if (scope !== 'client') delete kept.tokens;
    if (scope === 'all' || scope === 'client') delete kept.client;
  },
  redirectToAuthorization: (address) => {
    told.logins += 1;
    spawn(process.env.BROWSER, [String(address)], { stdio: 'ignore' });
  },
};

async function loggedIn(transport, deed) {
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  while (!arrivals.length) await new Promise((resolve) => { back = resolve; });
  const answer = arrivals.shift();
  if (answer.get('state') !== kept.state) throw new Error('the state is another one');
  await transport.finishAuth(generation === '1' ? answer.get('code') : answer);
  return null;
}

async function connect() {
  for (;;) {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: account });
    const client = new Client(account.clientMetadata.client_name
      ? { name: account.clientMetadata.client_name, version: '1' } : {},
    generation === '1' ? {} : { versionNegotiation: { mode: 'auto' } });
    const done = await loggedIn(transport, async () => { await client.connect(transport); return true; });
    if (done) return { client, transport };
  }
}

let connection;
async function call() {
  connection ??= await connect();
  const { client, transport } = connection;
  const deed = async () => {
    const { tools } = await client.listTools();
    const health = await client.callTool({ name: 'get_health', arguments: {} });
    return { tools: tools.length, called: !health.isError };
  };
  const done = await loggedIn(transport, deed) ?? await deed();
  return {
    ...done, ...told, access: kept.tokens.access_token, refresh: kept.tokens.refresh_token,
    client: kept.client,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'call') break;
  const said = await call().catch((error) => ({ error: String(error?.stack ?? error) }));
  console.log(JSON.stringify(said));
}
process.exit(0);

// An identity provider on this machine: provider.mjs CALLBACK jwt|opaque   (INTEROP_CACHE is set)
//
// oidc-provider with pages for login and consent. CALLBACK is the redirect of its one confidential
// client, `itential`; others register themselves. A token for a resource is an at+jwt with that
// audience, or with `opaque` one that only the provider itself can read. Says where it is on its first
// line; a line `rotate` makes a new key, which signs from then on.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const resolver = createRequire(`${process.env.INTEROP_CACHE}/identity/x.js`);
const { Provider } = await import(pathToFileURL(resolver.resolve('oidc-provider')));

// Seconds that an access token lives.
const LIFE = 6;
const [callback, kind] = process.argv.slice(2);
const keys = [];

// What providers with different keys have in common.
const store = new Map();
class Store {
  constructor(model) { this.of = (id) => `${model} ${id}`; this.model = `${model} `; }

  async upsert(id, payload) { store.set(this.of(id), payload); }

  async find(id) { return store.get(this.of(id)); }

  async findByUid(uid) {
    return [...store].find(([name, it]) => name.startsWith(this.model) && it.uid === uid)?.[1];
  }

  async consume(id) { store.get(this.of(id)).consumed = Math.floor(Date.now() / 1000); }

  async destroy(id) { store.delete(this.of(id)); }

  async revokeByGrantId(grant) {
    for (const [name, it] of store) {
      if (name.startsWith(this.model) && it.grantId === grant) store.delete(name);
    }
  }
}

function rotate() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = { kid: `key-${keys.length + 1}`, use: 'sig', alg: 'ES256' };
  keys.unshift({ ...privateKey.export({ format: 'jwk' }), ...names });
  const provider = new Provider(issuer, configuration());
  return { provider, answer: provider.callback() };
}

function configuration() {
  return {
    adapter: Store,
    jwks: { keys },
    cookies: { keys: ['one key for every instance'] },
    clients: [{
      client_id: 'itential',
      client_secret: 'a secret of two:+% parts',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    }],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', 'offline_access', 'mcp'],
    claims: { openid: ['sub'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    pkce: { required: () => true },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: LIFE, AuthorizationCode: 60, IdToken: 600, Grant: 3600, Interaction: 600,
      RefreshToken: 3600, Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: kind === 'jwt',
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'mcp', audience: resource, accessTokenTTL: LIFE, accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

const page = (title, inside) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>
<form method="post">${inside}</form>`;
const PAGES = {
  login: page('Sign in', `<p><input name="login" aria-label="Name"></p>
<p><input name="password" type="password" aria-label="Password"></p><button>Sign in</button>`),
  consent: page('Consent', '<button>Continue</button>'),
};

async function interact(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    return response.end(PAGES[prompt.name]);
  }
  const form = new URLSearchParams(await text(request));
  if (prompt.name === 'login') {
    const login = { accountId: form.get('login') };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(
    request, response, { consent }, { mergeWithLastSubmission: true });
}

let current;
const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return current.answer(request, response);
  interact(current.provider, request, response).catch((error) => {
    response.writeHead(400, { 'Content-Type': 'text/plain' });
    response.end(String(error));
  });
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
// Another host than that of the server, so that a browser takes them for two sites.
const issuer = `http://localhost:${server.address().port}`;
current = rotate();
console.log(JSON.stringify({ issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'rotate') current = rotate();
  console.log(JSON.stringify({ signs: keys[0].kid }));
}
process.exit(0);

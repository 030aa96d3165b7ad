// One journey with the official TypeScript SDK, from a URL and nothing else to a revoked token.
//
//   journey.mjs GENERATION PLAN     GENERATION is 1 or 2; PLAN is the JSON that cases.py writes
//
// Each line that begins with "ok: " is one promise kept. The first that is not kept ends the journey.

import assert from 'node:assert/strict';

import { Browser } from './browser.mjs';
import { SDKS } from './sdk.mjs';

const sdk = SDKS[process.argv[2]];
const plan = JSON.parse(process.argv[3]);
const kept = promise => console.log(`ok: ${promise}`);

// Keeps what the SDK learns, and is the person at the browser that it opens.
class Provider {
  browser = new Browser(plan.username, plan.password);
  asked = [];
  clientMetadataUrl = plan.by === 'document' ? plan.client_id : undefined;
  #client = ['id', 'own'].includes(plan.by) ? { client_id: plan.client_id, client_secret: plan.client_secret, issuer: plan.issuer } : undefined;
  #tokens;
  #verifier;
  #discovery;

  get redirectUrl() { return plan.redirect_uri; }
  get clientMetadata() {
    return {
      client_name: 'Interop',
      redirect_uris: [plan.redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: plan.client_secret ? 'client_secret_basic' : 'none',
    };
  }
  state() { return 's~ 1/+&='; }
  clientInformation() { return this.#client; }
  saveClientInformation(client) { this.#client = client; }
  tokens() { return this.#tokens; }
  saveTokens(tokens) { this.#tokens = tokens; }
  codeVerifier() { return this.#verifier; }
  saveCodeVerifier(verifier) { this.#verifier = verifier; }
  discoveryState() { return this.#discovery; }
  saveDiscoveryState(state) { this.#discovery = state; }
  redirectToAuthorization(url) { this.asked.push(url); }
  invalidateCredentials(scope) { if (scope === 'all' || scope === 'tokens') this.forget(); }

  forget() { this.#tokens = undefined; }
  expire() { this.#tokens = { ...this.#tokens, access_token: `${this.#tokens.access_token}expired` }; }

  // The person answers the question that was asked last.
  async answer() {
    const answer = new URL(await this.browser.authorize(this.asked.at(-1).href, plan.redirect_uri)).searchParams;
    assert.equal(answer.get('state'), this.state());
    assert.equal(answer.get('iss'), plan.issuer);
    return answer;
  }
}

const provider = new Provider();
let challenged; // the scopes of the last challenge, as an application sees them
async function observedFetch(url, init) {
  const response = await fetch(url, init);
  const scope = /scope="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '');
  if (scope) challenged = scope[1];
  return response;
}
const newTransport = () => sdk.transport(plan.mcp_url, { authProvider: provider, fetch: observedFetch });

async function connect() {
  const first = newTransport();
  await assert.rejects(sdk.client(plan.mode).connect(first), sdk.Unauthorized);
  await sdk.finish(first, await provider.answer());
  const transport = newTransport();
  const client = sdk.client(plan.mode);
  await client.connect(transport);
  return { client, transport };
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, JSON.stringify(result));
  return result.structuredContent;
}

async function use({ client, transport }) {
  assert.equal(provider.asked.length, 1);
  if (plan.by === 'register') {
    const { client_id, client_secret } = provider.clientInformation();
    assert.ok(client_id.startsWith('slv_'), client_id);
    assert.equal(client_secret, undefined, 'it asked for no secret');
    plan.client_id = client_id;
  }
  assert.equal(provider.clientInformation().client_id, plan.client_id);
  const introduced = {
    document: 'by its metadata document',
    register: 'by registering itself',
    id: 'by the id it was given',
    own: 'by an id and a secret that the person has made for it',
  }[plan.by];
  kept(`finds the authorization server, introduces itself ${introduced}, and the person signs in and allows it`);

  const tools = (await client.listTools()).tools.map(tool => tool.name);
  assert.ok(tools.includes('whoami') && tools.includes('add'), tools.join());
  const me = await call(client, 'whoami');
  assert.equal(me.username, plan.username);
  assert.equal(me.client_id, plan.client_id);
  assert.ok(!me.leaked, me.leaked);
  const version = plan.mode === 'auto' ? '2026-07-28' : transport.protocolVersion;
  kept(`lists the tools over MCP ${version}, and the server behind knows who calls`);

  if (plan.more) {
    const before = provider.tokens().scope.split(' ');
    const more = () => call(client, plan.more.tool, plan.more.arguments);
    const error = await more().then(() => assert.fail('nothing to step up to'), error => error);
    const challenge = () => challenged;
    await sdk.stepUp(error, { url: plan.mcp_url, provider, challenge, asked: () => provider.asked.length === 2 });
    assert.equal(provider.asked.length, 2);
    await sdk.finish(transport, await provider.answer());
    await more();
    const after = provider.tokens().scope.split(' ');
    for (const scope of [...before, ...plan.more.scopes]) assert.ok(after.includes(scope), after.join(' '));
    kept('is told which scope a call lacks, asks the person for it, and makes the call');
  }

  const asked = provider.asked.length;
  const old = provider.tokens();
  provider.expire();
  await call(client, 'whoami');
  assert.equal(provider.asked.length, asked, 'the person was asked although there is a refresh token');
  assert.notEqual(provider.tokens().access_token, old.access_token);
  assert.notEqual(provider.tokens().refresh_token, old.refresh_token);
  kept('refreshes a refused token without asking the person');
}

async function lose({ client, transport }) {
  const tokens = provider.tokens();
  const { ended } = await openStream(tokens.access_token);
  const receipt = await provider.browser.disconnect(plan.issuer, plan.application);
  assert.match(receipt.text, /is disconnected/);
  const began = performance.now();
  await Promise.race([ended, new Promise((_, reject) => setTimeout(reject, 5000, new Error('the event stream stays open')).unref())]);
  const took = performance.now() - began;
  assert.ok(took <= 1000, `the event stream stayed open for ${took} ms`);
  kept('one click under Connected apps ends its open event stream within a second');

  const headers = { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const refused = await fetch(plan.mcp_url, { method: 'POST', headers, body });
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate'), /error="invalid_token"/);
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: plan.client_id });
  if (plan.client_secret) form.set('client_secret', plan.client_secret);
  const dead = await fetch(`${plan.issuer}/token`, { method: 'POST', body: form });
  assert.equal(dead.status, 400);
  assert.equal((await dead.json()).error, 'invalid_grant');
  kept('and then its tokens are dead: 401 at the gateway, invalid_grant at the token endpoint');

  const asked = provider.asked.length;
  await assert.rejects(call(client, 'whoami'), sdk.Unauthorized);
  assert.ok(provider.asked.length > asked, 'a revoked client came in again without asking the person');
  await sdk.finish(transport, await provider.answer());
  await call(client, 'whoami');
  kept('to come in again, it must ask the person anew');
}

// `ended` is a promise that holds once the server has ended an open event stream of this token. The SDKs hide theirs, so this is one
// beside it: the subscription of MCP 2026-07-28, or the GET stream of a session of MCP 2025-11-25.
async function openStream(token) {
  const accept = 'application/json, text/event-stream';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept };
  const post = (message, more = {}) =>
    fetch(plan.mcp_url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const clientInfo = { name: 'interop', version: '1' };
  let stream;
  if (plan.mode === 'auto') {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { notifications: { toolsListChanged: true }, _meta };
    const standard = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    stream = await post({ id: 'listen', method: 'subscriptions/listen', params }, standard);
  } else {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const hello = await post({ id: 0, method: 'initialize', params });
    await hello.text();
    const session = { 'mcp-session-id': hello.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25' };
    await post({ method: 'notifications/initialized' }, session);
    stream = await fetch(plan.mcp_url, { headers: { ...headers, ...session, accept: 'text/event-stream' } });
  }
  assert.equal(stream.status, 200);
  assert.match(stream.headers.get('content-type'), /^text\/event-stream/);
  const reader = stream.body.getReader();
  return { ended: (async () => { while (!(await reader.read()).done); })().catch(() => {}) };
}

const connected = await connect();
await use(connected);
await lose(connected);
process.exit(0); // the SDK keeps trying to get its own event stream back

// A client whose vendor vouches for it (RFC 7591 §2.3), with the official TypeScript SDK: a statement made by `salver client sign`, a tool call, and the end of both.
//
//   vouched.mjs GENERATION PLAN     GENERATION is 1 or 2; PLAN is the JSON that cases.py writes
//
// Each line that begins with "ok: " is one promise kept. The first that is not kept ends the journey.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as later } from 'node:timers/promises';

import * as oauth from 'oauth4webapi';

import { Browser } from './browser.mjs';
import { SDKS } from './sdk.mjs';

const sdk = SDKS[process.argv[2]];
const plan = JSON.parse(process.argv[3]);
const kept = promise => console.log(`ok: ${promise}`);
const run = ([program, ...rest]) => execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

// One machine: what the SDK learns there, and the person at its browser.
class Machine {
  browser = new Browser(plan.username, plan.password);
  #kept = {};

  get redirectUrl() { return plan.redirect_uri; }
  get clientMetadata() {
    return {
      client_name: 'Whatever', redirect_uris: [plan.redirect_uri], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'], software_statement: run(plan.sign),
    };
  }
  state() { return 'kept'; }
  clientInformation() { return this.#kept.client; }
  saveClientInformation(client) { this.#kept.client = client; }
  tokens() { return this.#kept.tokens; }
  saveTokens(tokens) { this.#kept.tokens = tokens; }
  codeVerifier() { return this.#kept.verifier; }
  saveCodeVerifier(verifier) { this.#kept.verifier = verifier; }
  discoveryState() { return this.#kept.discovery; }
  saveDiscoveryState(state) { this.#kept.discovery = state; }
  redirectToAuthorization(url) { this.#kept.asked = url; }

  async connect() {
    const transport = () => sdk.transport(plan.mcp_url, { authProvider: this });
    const first = transport();
    await assert.rejects(sdk.client('legacy').connect(first), sdk.Unauthorized);
    const answer = new URL(await this.browser.authorize(this.#kept.asked.href, plan.redirect_uri)).searchParams;
    await sdk.finish(first, answer);
    this.client = sdk.client('legacy');
    await this.client.connect(transport());
    return this;
  }

  async whoami() {
    const result = await this.client.callTool({ name: 'whoami', arguments: {} });
    assert.ok(!result.isError, JSON.stringify(result));
    return result.structuredContent;
  }
}

const one = await new Machine().connect();
const { client_id, client_name, software_statement } = one.clientInformation();
assert.match(client_id, /^sws_/);
assert.equal(client_name, 'Vendor Editor', 'what is signed wins');
assert.equal(software_statement?.split('.').length, 3);
assert.equal((await one.whoami()).client_id, client_id);
kept('the SDK registers by a statement of its vendor, the person allows it, and it calls a tool');

const other = await new Machine().connect();
assert.equal(other.clientInformation().client_id, client_id);
assert.equal((await other.whoami()).client_id, client_id);
kept('another machine gets the same client_id by a statement of its own');

const options = { [oauth.allowInsecureRequests]: true }; // loopback
const issuer = new URL(plan.issuer);
const found = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
const server = await oauth.processDiscoveryResponse(issuer, found);
const pushed = await oauth.pushedAuthorizationRequest(server, { client_id }, oauth.None(), {
  redirect_uri: plan.redirect_uri, response_type: 'code', state: 'kept', resource: plan.mcp_url, code_challenge_method: 'S256',
  code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()), software_statement: run(plan.sign),
}, options);
const { request_uri } = await oauth.processPushedAuthorizationResponse(server, { client_id }, pushed);
const url = new URL(server.authorization_endpoint);
url.search = new URLSearchParams({ client_id, request_uri });
const location = await new Browser(plan.username, plan.password).authorize(url.href, plan.redirect_uri);
assert.ok(new URL(location).searchParams.has('code'), location);
kept('a fresh statement goes along with a pushed request');

// Of two statements of one second the first holds, so a newer one is of a later second.
const register = () => fetch(server.registration_endpoint, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ software_statement: run(plan.sign_newer) }),
});
let newer = await register();
for (let tries = 0; newer.status !== 201 && tries < 30; tries += 1) {
  await later(100);
  newer = await register();
}
assert.equal(newer.status, 201);
assert.equal((await newer.json()).client_id, client_id);
const changes = run([...plan.changes, client_id, '--json']).split('\n').map(line => JSON.parse(line));
assert.deepEqual(changes.at(-1).changes, [`answers may also go to "${plan.newer_uri}"`]);
kept('a newer statement with another redirect URI is told as a change');

run(plan.remove);
const began = performance.now();
const headers = {
  authorization: `Bearer ${one.tokens().access_token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream',
};
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
while ((await fetch(plan.mcp_url, { method: 'POST', headers, body })).status !== 401) {
  assert.ok(performance.now() - began < 1000, 'its token is still good after a second');
  await later(20);
}
for (const machine of [one, other]) await assert.rejects(machine.whoami());
kept('the anchor taken away ends what it vouched for, on both machines, within a second');
process.exit(0); // the SDK keeps trying to get its own event stream back

// A client that pushes its authorization requests (RFC 9126), written with oauth4webapi: from a URL to a tool call.
//
//   pushed.mjs PLAN     PLAN is the JSON that cases.py writes
//
// Each line that begins with "ok: " is one promise kept. The first that is not kept ends the journey.

import assert from 'node:assert/strict';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as oauth from 'oauth4webapi';

import { Browser } from './browser.mjs';

const plan = JSON.parse(process.argv[2]);
const kept = promise => console.log(`ok: ${promise}`);
const options = { [oauth.allowInsecureRequests]: true }; // loopback

const issuer = new URL(plan.issuer);
const found = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
const server = await oauth.processDiscoveryResponse(issuer, found);
assert.equal(server.require_pushed_authorization_requests, false);
const browser = new Browser(plan.username, plan.password);

// Pushes a request; answers what to redeem its code with.
async function push(client, authentication) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const parameters = {
    redirect_uri: plan.redirect_uri,
    response_type: 'code',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource: plan.mcp_url,
  };
  const response = await oauth.pushedAuthorizationRequest(server, client, authentication, parameters, options);
  const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(server, client, response);
  assert.ok(expires_in >= 5 && expires_in <= 600, `${expires_in}`);
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri });
  return { url, state, verifier };
}

async function login(client, authentication) {
  const { url, state, verifier } = await push(client, authentication);
  const location = await browser.authorize(url.href, plan.redirect_uri);
  const answer = oauth.validateAuthResponse(server, client, new URL(location), state);
  const redeemed = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, answer, plan.redirect_uri, verifier,
    { ...options, additionalParameters: { resource: plan.mcp_url } },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, redeemed);
  return { url, tokens };
}

async function call(token) {
  const client = new Client({ name: 'interop', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(plan.mcp_url), { requestInit }));
  const result = await client.callTool({ name: 'whoami', arguments: {} });
  await client.close();
  assert.ok(!result.isError, JSON.stringify(result));
  return result.structuredContent;
}

const open = { client_id: plan.client_id };
const first = await login(open, oauth.None());
assert.equal((await call(first.tokens.access_token)).client_id, plan.client_id);
kept('a client with a document pushes its request, the person allows it, and its token calls a tool');

const again = await browser.open(first.url.href, plan.redirect_uri);
assert.notEqual(typeof again, 'string', 'a pushed request gave two codes');
assert.match(again.text, /answered already/);
kept('the same request_uri ends on a page the second time');

const keys = await oauth.generateKeyPair('ES256');
const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), kid: 'interop' };
const registration = await oauth.dynamicClientRegistrationRequest(server, {
  client_name: 'Interop with keys',
  redirect_uris: [plan.redirect_uri],
  token_endpoint_auth_method: 'private_key_jwt',
  require_pushed_authorization_requests: true,
  jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: jwk.kid, alg: 'ES256' }] },
}, options);
const keyed = await oauth.processDynamicClientRegistrationResponse(registration);
assert.equal(keyed.require_pushed_authorization_requests, true);
const proof = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'interop' });
const second = await login(keyed, proof);
assert.equal((await call(second.tokens.access_token)).client_id, keyed.client_id);
kept('a client with keys authenticates when it pushes, and its token calls a tool');

const bare = push(keyed, oauth.None());
await assert.rejects(bare, error => error.error === 'invalid_client' && error.status === 401);
kept('without its keys it cannot push');

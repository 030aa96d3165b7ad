// An application of somebody's with the official TypeScript SDK: it knows an MCP server, and what a person entered into it.
//
//   app.mjs GENERATION PLAN     GENERATION is 1 or 2; PLAN has `mcp_url`, `issuer`, `mode`, and `client_id` with `client_secret` or with
//                               `private_key` (a JWK), or `snippet`: lines of TypeScript to be pasted
//
// It says on a line what happens, and each line that it reads has it call once more with a token that is refused:
//
//   open URL           the person has to go there
//   called WHO         a tool call went through; WHO is what the server behind knows of the caller, as JSON
//   refused WHY        there is no way in any more; the last line

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { SDKS } from './sdk.mjs';

const sdk = SDKS[process.argv[2]];
const plan = JSON.parse(process.argv[3]);
const say = (word, what) => console.log(`${word} ${what}`);

// Waits on this computer for the answer of the authorization server.
const listener = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain').end('You may close this window.');
  if (request.url.startsWith('/callback')) listener.emit('answer', new URL(request.url, redirectUrl).searchParams);
});
listener.listen(0, '127.0.0.1');
await once(listener, 'listening');
const redirectUrl = `http://127.0.0.1:${listener.address().port}/callback`;

class Provider {
  #kept = {};

  redirectUrl = redirectUrl;
  clientMetadata = { client_name: 'Interop', redirect_uris: [redirectUrl] };
  clientInformation() { return { client_id: plan.client_id, client_secret: plan.client_secret, issuer: plan.issuer }; }
  tokens() { return this.#kept.tokens; }
  saveTokens(tokens) { this.#kept.tokens = tokens; }
  codeVerifier() { return this.#kept.verifier; }
  saveCodeVerifier(verifier) { this.#kept.verifier = verifier; }
  discoveryState() { return this.#kept.discovery; }
  saveDiscoveryState(discovery) { this.#kept.discovery = discovery; }
  state() { return 's~ 1/+&='; }
  redirectToAuthorization(url) {
    this.answer = once(listener, 'answer');
    say('open', url.href);
  }
  invalidateCredentials(scope) { if (scope === 'all' || scope === 'tokens') this.#kept.tokens = undefined; }
  expire() { this.#kept.tokens = { ...this.#kept.tokens, access_token: 'expired' }; }
}

const provider = new Provider();
if (plan.snippet) provider.clientInformation = new Function(`return ({${plan.snippet}}).clientInformation`)();
if (plan.private_key) {
  const { client_id, private_key } = plan;
  provider.addClientAuthentication = sdk.privateKeyJwt({ issuer: client_id, subject: client_id, privateKey: private_key, alg: 'ES256' });
}

// Does it, and if the person has to be asked first, once more after the answer.
async function asking(deed) {
  const transport = sdk.transport(plan.mcp_url, { authProvider: provider });
  try {
    return await deed(transport);
  } catch (error) {
    if (!(error instanceof sdk.Unauthorized)) throw error;
    const [answer] = await provider.answer;
    assert.equal(answer.get('state'), provider.state());
    await sdk.finish(transport, answer);
    return deed(sdk.transport(plan.mcp_url, { authProvider: provider }));
  }
}

async function call() {
  const client = sdk.client(plan.mode);
  await asking(transport => client.connect(transport));
  const result = await client.callTool({ name: 'whoami', arguments: {} });
  assert.ok(!result.isError, JSON.stringify(result));
  say('called', JSON.stringify(result.structuredContent));
}

try {
  await call();
  for await (const _ of createInterface({ input: process.stdin })) {
    provider.expire();
    await call();
  }
  process.exit(0); // the SDK keeps trying to get its own event stream back
} catch (error) {
  say('refused', `${error.name}: ${error.message}`.replaceAll('\n', ' '));
  throw error;
}

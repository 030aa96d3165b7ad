// A service without a person, with the official TypeScript SDK's own providers.
//
//   service.mjs GENERATION PLAN     PLAN has two `services`: one with a `client_secret`, one with a `private_key` (a JWK)

import assert from 'node:assert/strict';

import { SDKS } from './sdk.mjs';

const sdk = SDKS[process.argv[2]];
const plan = JSON.parse(process.argv[3]);

for (const { client_id: clientId, client_secret: clientSecret, private_key: privateKey } of plan.services) {
  const authProvider = clientSecret
    ? new sdk.ClientCredentials({ clientId, clientSecret, expectedIssuer: plan.issuer })
    : new sdk.PrivateKeyJwt({ clientId, privateKey, algorithm: 'ES256', expectedIssuer: plan.issuer });
  const client = sdk.client(plan.mode);
  await client.connect(sdk.transport(plan.mcp_url, { authProvider }));
  const result = await client.callTool({ name: 'whoami', arguments: {} });
  assert.ok(!result.isError, JSON.stringify(result));
  const who = result.structuredContent;
  assert.equal(who.client_id, clientId);
  assert.ok(!who.username, 'a service is nobody');
  assert.equal(authProvider.tokens().refresh_token, undefined);
  console.log(`ok: a service gets a token ${clientSecret ? 'with its secret' : 'by private_key_jwt'} and calls a tool as nobody but itself`);
}
process.exit(0); // the SDK keeps trying to get its own event stream back

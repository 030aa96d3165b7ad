// A person connects apps that ask for a client ID: made on a page, read from it, and entered into the SDKs as it stands there.
//
//   own.mjs BROWSER PLAN

import assert from 'node:assert/strict';

import { journey, kept } from './people.mjs';

const [browser, plan] = [process.argv[2], JSON.parse(process.argv[3])];

await journey(browser, plan, async ({ meet, start }) => {
  const person = await meet(plan.username, plan.password);
  await person.signIn();
  await person.follow('Your client IDs');
  await person.follow('Connect an app');
  await person.see('Connect an app that asks for a client ID');
  await person.page.getByLabel('Which app').selectOption('Cursor');
  await person.press('Fill in');
  const filledIn = await person.page.getByLabel('Redirect URIs, one on each line').inputValue();
  assert.match(filledIn, /^[a-z]+:\/\//);
  await person.page.getByLabel('Which app').selectOption('another one');
  await person.press('Fill in');
  await person.write({ Name: 'Interop', 'Redirect URIs, one on each line': 'http://127.0.0.1/callback' });
  await person.choose('with a secret that this server makes');
  await person.press('Make it');
  await person.see('“Interop” can be set up');
  const [clientId, secret] = [await person.read('Client ID'), await person.read('Client secret')];
  const snippet = sdk => person.page.getByLabel(sdk, { exact: true }).innerText();
  const pasted = { python: await snippet('Python SDK'), typescript: await snippet('TypeScript SDK') };
  await person.picture('own-client');
  await person.page.reload();
  await person.reads([], [secret]);
  person.wasRefused(409);
  kept('a person makes a client ID for an app that asks for one, and the secret is shown once');

  const consent = {
    present: [`The account ${plan.username} of this server entered this application, and nobody else has looked at it.`, 'Interop'],
    absent: ['Known to the administrator'],
    picture: 'own-client-consent',
  };
  const apps = plan.apps.map(sdk => ({ sdk, app: start(sdk, { snippet: pasted[sdk.language] }) }));
  const bare = start(plan.apps[0], { client_id: clientId, client_secret: secret });
  for (const { sdk, app } of apps) {
    await person.allow(await app.says('open'), consent);
    await app.called(plan.username, clientId);
    app.again();
    await app.called(plan.username, clientId);
    kept(`${sdk.name}, with the lines of that page as they are, gets in, calls a tool, refreshes, and calls again`);
  }
  await person.allow(await bare.says('open'), consent);
  await bare.called(plan.username, clientId);
  kept(`and with the id and the secret alone, ${plan.apps[0].name} does too`);
});

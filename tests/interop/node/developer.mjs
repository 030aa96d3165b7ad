// A developer enters an application, an administrator reviews it, and people get in with it: by a secret, then by keys.
//
//   developer.mjs BROWSER PLAN     PLAN has the developer's `invitation`, a person's `user`, and a pair of keys

import assert from 'node:assert/strict';

import { journey, kept } from './people.mjs';

const [browser, plan] = [process.argv[2], JSON.parse(process.argv[3])];

await journey(browser, plan, async ({ meet, start }) => {
  const developer = await meet('dora', plan.others_password);
  await developer.makeAccount(plan.invitation);
  await developer.follow('My applications');
  await developer.follow('Enter an application');
  await developer.write({ Name: 'Interop', 'What it is': 'It adds numbers.', 'Redirect URIs': 'http://127.0.0.1/callback' });
  await developer.choose('on people’s computers');
  await developer.choose('With a secret that you make here, after this');
  await developer.press('Save');
  await developer.write({ 'Name of a new secret': 'the first one' });
  await developer.press('Make a secret');
  const [client_id, client_secret] = [await developer.read('client_id'), await developer.read('client_secret')];
  await developer.follow('I have copied it');
  await developer.press('Submit for review');
  await developer.reads(['Stands', 'submitted']);
  kept('a developer comes in by invitation, enters an application, makes its secret and submits it');

  const person = await meet(plan.user, plan.others_password);
  await person.signIn();
  const [early, ...others] = plan.apps.map(sdk => ({ sdk, app: start(sdk, { client_id, client_secret }) }));
  const where = await early.app.says('open');
  await person.page.goto(where);
  assert.equal(await person.page.getByRole('button', { name: 'Allow', exact: true }).count(), 0, await person.text());
  assert.match(await person.text(), /nobody has approved it yet/);
  person.wasRefused(403);
  await person.picture('developer-too-early');
  kept('until it is approved, nobody can let it in');

  const administrator = await meet(plan.username, plan.password);
  await administrator.signIn();
  await approve('developer-review');
  kept('an administrator finds it in the queue, begins the review and approves it');

  const consent = {
    present: ['Known to the administrator', 'entered this application', 'Interop'],
    absent: ['nobody else has looked at it'],
    picture: 'developer-consent',
  };
  await person.allow(where, consent);
  await early.app.called(plan.user, client_id);
  for (const { app } of others) {
    await person.allow(await app.says('open'), consent);
    await app.called(plan.user, client_id);
  }
  for (const { app } of [early, ...others]) {
    app.again();
    await app.called(plan.user, client_id);
  }
  const names = plan.apps.map(sdk => sdk.name).join(', ');
  kept(`${names}: with its id and secret they get in, call a tool, refresh and call again; the page says that it was reviewed`);

  await developer.page.reload();
  await developer.follow('Change it');
  await developer.choose('With keys that you paste here');
  await developer.write({ 'Its keys': JSON.stringify({ keys: [plan.public_key] }) });
  await developer.press('Save');
  await developer.press('Submit for review');
  const keyed = plan.apps
    .filter(sdk => sdk.keys)
    .map(sdk => ({ sdk, app: start(sdk, { client_id, private_key: plan.private_key }) }));
  early.app.again();
  await early.app.called(plan.user, client_id);
  await approve('developer-review-again');
  kept('a change to keys of its own is reviewed again, and until then its secret works on');

  for (const { sdk, app } of keyed) {
    await person.allow(await app.says('open'), { present: consent.present });
    await app.called(plan.user, client_id);
    app.again();
    await app.called(plan.user, client_id);
    kept(`${sdk.name}, with a key by private_key_jwt, gets in, calls a tool, refreshes and calls again`);
  }

  async function approve(picture) {
    await administrator.page.goto(`${plan.issuer}/admin/review`);
    await administrator.page.getByRole('link', { name: /^Look at it/ }).click();
    await administrator.press('Begin the review');
    await administrator.picture(picture);
    await administrator.press('Approve');
    await administrator.reads(['in force; a reviewer has looked at what is in force']);
  }
});

// An organisation shares one client ID: each member has a secret of their own, and one of them is ended.
//
//   members.mjs BROWSER PLAN     PLAN has two `members`, beside the owner

import assert from 'node:assert/strict';

import { journey, kept } from './people.mjs';

const [browser, plan] = [process.argv[2], JSON.parse(process.argv[3])];

await journey(browser, plan, async ({ meet, start }) => {
  const owner = await meet(plan.username, plan.password);
  await owner.signIn();
  await owner.page.goto(`${plan.issuer}/account/clients/new`);
  await owner.write({ Name: 'Interop', 'Redirect URIs, one on each line': 'http://127.0.0.1/callback' });
  await owner.press('Make it');
  const [clientId, owners] = [await owner.read('Client ID'), await owner.read('Client secret')];
  await owner.follow('Done');
  await owner.page.getByLabel('Shared with').selectOption('everybody with an account');
  await owner.press('Share');

  const members = [];
  for (const [at, username] of plan.members.entries()) {
    const person = await meet(username, plan.others_password);
    await person.signIn();
    await person.follow('Your client IDs');
    await person.follow('“Interop”');
    await person.write({ 'Name of your secret': `laptop of ${username}` });
    await person.press('Make my secret');
    const secret = await person.read('Client secret');
    assert.equal(await person.read('Client ID'), clientId);
    await person.reads([], [owners, ...members.map(member => member.secret)]);
    const app = start(plan.apps[at], { client_id: clientId, client_secret: secret });
    await person.allow(await app.says('open'), { present: [`The account ${plan.username}`] });
    await app.called(username, clientId);
    members.push({ person, app, secret });
  }
  const [gone, stays] = members;
  kept('two members make a secret each for one shared client ID, see nobody else’s, and call tools in their own names');

  await owner.page.reload();
  await owner.reads(plan.members.map(username => `${username}: 1 running connection`));
  await owner.picture('shared-client');
  await owner.page.getByRole('button', { name: new RegExp(`^End it now .*of ${gone.person.username}$`) }).click();
  gone.app.again();
  await gone.person.allow(await gone.app.says('open'));
  const why = await gone.app.says('refused');
  assert.match(why, /invalid_client|does not work/, why);
  kept('one is ended on the owner’s page: its tokens are dead, it has to ask again, and its secret gives none (invalid_client)');

  stays.app.again();
  await stays.app.called(stays.person.username, clientId);
  kept('the other’s goes on and refreshes');
});

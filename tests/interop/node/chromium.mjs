// One sign-in and consent in a real browser, since posted forms cannot see what a content security policy blocks.
//
//   chromium.mjs BROWSER PLAN     screenshots of each page are kept where PLAN says

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { ARGUMENTS as args, kept } from './people.mjs';

const [executablePath, plan] = [process.argv[2], JSON.parse(process.argv[3])];

// The client: a listener on this computer that waits for the answer.
const listener = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end('You may close this window.');
  if (request.url.startsWith('/callback')) listener.emit('answer', new URL(request.url, plan.redirect_uri));
});
listener.listen(Number(new URL(plan.redirect_uri).port), '127.0.0.1');
await once(listener, 'listening');

function question(verifier) {
  const url = new URL(`${plan.issuer}/authorize`);
  const parameters = {
    response_type: 'code',
    client_id: plan.client_id,
    redirect_uri: plan.redirect_uri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: plan.mcp_url,
    state: 's~ 1/+&=',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const profile = await mkdtemp(join(tmpdir(), 'salver-chromium-'));
await mkdir(plan.screenshots, { recursive: true });
const context = await chromium.launchPersistentContext(profile, { executablePath, args, headless: true });
const complaints = [];
try {
  const page = await context.newPage();
  page.on('console', message => {
    const about = message.location().url;
    if (message.type() === 'error') complaints.push(`${message.text()} ${about}`);
  });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => {
    const { hostname } = new URL(request.url());
    if (!['localhost', '127.0.0.1'].includes(hostname)) complaints.push(`asked a stranger: ${request.url()}`);
  });
  const picture = name => page.screenshot({ path: join(plan.screenshots, `${name}.png`), fullPage: true });
  const pictures = async name => {
    await picture(name);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(`${name}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    const size = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(`${name}-narrow`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${name} scrolls sideways on a narrow screen: ${wide} px`);
    await page.setViewportSize(size);
  };

  const verifier = randomBytes(48).toString('base64url');
  await page.goto(question(verifier));
  await pictures('sign-in');
  await page.getByLabel('Username').fill(plan.username);
  await page.getByLabel('Password').fill(plan.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const allow = page.getByRole('button', { name: 'Allow', exact: true });
  await allow.waitFor({ timeout: 10_000 });
  kept('a person signs in with the keyboard labels that the page gives');

  const styled = await allow.evaluate(button => getComputedStyle(button).backgroundColor !== 'rgb(239, 239, 239)');
  assert.ok(styled, 'the stylesheet does not apply');
  await pictures('consent');
  const text = await page.locator('main').innerText();
  for (const expected of [plan.username, 'this computer', new URL(plan.client_id).hostname]) assert.ok(text.includes(expected), text);
  assert.deepEqual(complaints, []);
  kept('the consent page is styled, says who asks and where the answer goes, loads nothing from elsewhere, and the browser has no complaint');

  const answered = once(listener, 'answer', { signal: AbortSignal.timeout(10_000) });
  await allow.click();
  const [answer] = await answered;
  assert.equal(answer.searchParams.get('state'), 's~ 1/+&=');
  assert.equal(answer.searchParams.get('iss'), plan.issuer);
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: answer.searchParams.get('code'),
    redirect_uri: plan.redirect_uri,
    client_id: plan.client_id,
    code_verifier: verifier,
    resource: plan.mcp_url,
  });
  const tokens = await fetch(`${plan.issuer}/token`, { method: 'POST', body: form });
  assert.equal(tokens.status, 200, await tokens.clone().text());
  kept('the browser follows the final redirect to the program on this computer, and its code gives a token');

  await page.goto(`${plan.issuer}/account/apps`);
  await pictures('connected-apps');
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('is disconnected').waitFor({ timeout: 10_000 });
  await picture('disconnected');
  assert.deepEqual(complaints, []);
  kept('one click on Connected apps disconnects it');

  const refusedUrl = new URL(question(verifier));
  refusedUrl.searchParams.set('redirect_uri', 'https://elsewhere.example/callback');
  const refusal = await page.goto(refusedUrl.href);
  assert.equal(refusal.status(), 400);
  assert.equal(new URL(page.url()).origin, new URL(plan.issuer).origin);
  await pictures('refusal');
  kept('an unknown redirect URI is refused on a page of ours');
} finally {
  if (complaints.length) console.error(complaints.join('\n'));
  await context.close();
  await rm(profile, { recursive: true, force: true });
  listener.close();
  listener.closeAllConnections();
}

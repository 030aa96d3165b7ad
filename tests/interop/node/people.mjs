// People at real browsers, one window each, and the applications that send them there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

export const kept = promise => console.log(`ok: ${promise}`);

export const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// Runs a journey of several people; `meet(username, password)` gives one more. At its end no browser has complained.
export async function journey(executablePath, plan, walk) {
  await mkdir(plan.screenshots, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS, headless: true });
  const people = [];
  const apps = [];
  const meet = async (username, password) => {
    people.push(new Person(plan, username, password, await (await browser.newContext()).newPage()));
    return people.at(-1);
  };
  const start = (app, entered) => {
    apps.push(new App(app, { mcp_url: plan.mcp_url, issuer: plan.issuer, mode: app.mode, ...entered }));
    return apps.at(-1);
  };
  try {
    await walk({ meet, start });
    for (const { username, complaints } of people) assert.deepEqual(complaints, [], `the browser of ${username} complains`);
  } catch (error) {
    for (const { page } of people) console.error(`--- ${page.url()}\n${await page.locator('body').innerText().catch(String)}`);
    throw error;
  } finally {
    apps.forEach(app => app.close());
    await browser.close();
  }
}

class Person {
  complaints = [];

  constructor(plan, username, password, page) {
    Object.assign(this, { plan, username, password, page });
    page.setDefaultTimeout(10_000);
    page.on('console', message => {
      const { url } = message.location();
      if (message.type() === 'error' && url.startsWith(plan.issuer)) this.complaints.push(`${message.text()} ${url}`);
    });
    page.on('pageerror', error => this.complaints.push(String(error)));
    page.on('request', request => {
      const { hostname } = new URL(request.url());
      if (!['localhost', '127.0.0.1'].includes(hostname)) this.complaints.push(`asked a stranger: ${request.url()}`);
    });
  }

  async signIn() {
    await this.page.goto(`${this.plan.issuer}/account`);
    await this.write({ Username: this.username, Password: this.password });
    await this.press('Sign in');
    await this.see('Your account');
  }

  // Uses the link of an invitation.
  async makeAccount(link) {
    await this.page.goto(link);
    await this.write({ Username: this.username, Password: this.password });
    await this.press('Make account');
  }

  async write(fields) {
    for (const [label, text] of Object.entries(fields)) await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  press = (name, within = this.page) => within.getByRole('button', { name, exact: true }).click();
  follow = name => this.page.getByRole('link', { name, exact: true }).click();
  choose = name => this.page.getByLabel(name, { exact: true }).check();
  see = heading => this.page.getByRole('heading', { name: heading, exact: true }).waitFor();
  text = () => this.page.locator('main').innerText();

  // What stands beside this word in a list of facts.
  read(word) {
    const term = this.page.locator('dt').filter({ hasText: new RegExp(`^${word}$`) });
    return term.locator('xpath=following-sibling::dd').innerText();
  }

  // Everything that a page says is there; `absent` is not.
  async reads(present, absent = []) {
    const text = await this.text();
    for (const words of present) assert.ok(text.includes(words), `no “${words}” in: ${text}`);
    for (const words of absent) assert.ok(!text.includes(words), `“${words}” in: ${text}`);
  }

  // The page that was opened last was an answer with this status, and the browser has said so.
  wasRefused(status) {
    assert.equal(this.complaints.length, 1, this.complaints);
    assert.ok(this.complaints.pop().includes(`status of ${status} `));
  }

  picture(name) {
    return this.page.screenshot({ path: join(this.plan.screenshots, `${name}.png`), fullPage: true });
  }

  // Goes where an application has sent them, reads the page, allows it, and is back at the application.
  async allow(url, { present = [], absent = [], picture } = {}) {
    await this.page.goto(url);
    await this.reads(present, absent);
    if (picture) await this.picture(picture);
    await this.press('Allow');
    await this.page.getByText('You may close this window.').waitFor();
  }
}

// An application with an SDK; what it says and hears stands in app.mjs and app.py.
class App {
  #said = [];
  #heard = [];

  constructor({ name, command }, entered) {
    this.name = name;
    this.process = spawn(command[0], [...command.slice(1), JSON.stringify(entered)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.process.stdout });
    lines.on('line', line => this.#tell(line));
    lines.on('close', () => this.#tell('ended'));
  }

  #tell(line) {
    const waiting = this.#heard.shift();
    waiting ? waiting(line) : this.#said.push(line);
  }

  // What follows this word on the next line that it says.
  async says(word) {
    const line = this.#said.shift() ?? (await new Promise(resolve => this.#heard.push(resolve)));
    assert.ok(line.startsWith(`${word} `), `${this.name} was to say ${word}: ${line}`);
    return line.slice(word.length + 1);
  }

  // A call went through: in whose name, and by which client?
  async called(username, clientId) {
    const who = JSON.parse(await this.says('called'));
    assert.equal(who.username, username);
    assert.equal(who.client_id, clientId);
  }

  again() {
    this.process.stdin.write('again\n');
  }

  close() {
    this.process.stdin.end();
    this.process.kill();
  }
}

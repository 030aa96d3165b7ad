// A browser without a screen: it follows redirects, keeps cookies, reads the forms of a page and posts them as a person would.
// It knows nothing of salver but what a person sees: labels, fields and buttons.

import { parse } from 'parse5';

const REDIRECTS = [301, 302, 303, 307, 308];

export class Browser {
  constructor(username, password) {
    Object.assign(this, { username, password, cookies: new Map() });
  }

  // Goes where a client sends its user: signs in if asked to, allows it, and returns the address the answer goes to.
  async authorize(url, until) {
    let at = await this.open(url, until);
    for (let pages = 0; pages < 6 && typeof at !== 'string'; pages++) {
      const signIn = at.forms.find(form => form.password);
      if (signIn) {
        this.fill(signIn);
        at = await this.post(at, signIn, signIn.buttons[0], until);
      } else {
        at = await this.press(at, 'Allow', '', until);
      }
    }
    if (typeof at !== 'string') throw new Error(`no end of pages: ${at.url}: ${at.text}`);
    return at;
  }

  // Ends an application on the page Connected apps.
  async disconnect(issuer, application) {
    return this.press(await this.open(`${issuer}/account/apps`), 'Disconnect', application);
  }

  async open(url, until) {
    return this.#follow(await this.#request(url), until);
  }

  async press(page, label, near = '', until) {
    for (const form of page.forms) {
      const button = form.buttons.find(button => button.label === label);
      if (button && form.near.includes(near)) return this.post(page, form, button, until);
    }
    throw new Error(`there is no button “${label}” near “${near}” on ${page.url} (${page.status}): ${page.text}`);
  }

  async post(page, form, button, until) {
    const fields = new URLSearchParams(form.fields);
    if (button.name) fields.append(button.name, button.value);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(page.url).origin,
      referer: page.url,
      'sec-fetch-site': 'same-origin',
    };
    const response = await this.#request(form.action, { method: 'POST', body: fields.toString(), headers });
    return this.#follow(response, until);
  }

  fill(form) {
    form.fields = form.fields.map(([name, value]) => {
      const kind = form.kinds[name];
      return [name, kind === 'text' ? this.username : kind === 'password' ? this.password : value];
    });
  }

  async #request(url, init = {}) {
    const headers = {
      accept: 'text/html,application/xhtml+xml',
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': 'none',
      'sec-fetch-user': '?1',
      'user-agent': 'Mozilla/5.0 (interop)',
      ...init.headers,
    };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split(';');
      const [name, ...value] = pair.trim().split('=');
      const gone = attributes.some(attribute => attribute.trim().toLowerCase() === 'max-age=0');
      gone ? this.cookies.delete(name) : this.cookies.set(name, value.join('='));
    }
    return response;
  }

  async #follow(response, until) {
    for (let hops = 0; hops < 10; hops++) {
      if (!REDIRECTS.includes(response.status)) return page(response.url, response.status, await response.text());
      const to = new URL(response.headers.get('location'), response.url).href;
      await response.body?.cancel();
      if (until && to.startsWith(until)) return to;
      if (!/^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(to)) throw new Error(`sent to an address that nobody expects: ${to}`);
      response = await this.#request(to);
    }
    throw new Error('too many redirects');
  }
}

// A page as text and forms.
function page(url, status, html) {
  const forms = [];
  walk(parse(html), { item: null });
  return { url, status, forms, text: text(parse(html)) };

  function walk(node, around, form) {
    const given = Object.fromEntries((node.attrs ?? []).map(({ name, value }) => [name, value]));
    if (node.tagName === 'li') around = { item: node };
    if (node.tagName === 'form') {
      form = { action: new URL(given.action || url, url).href, fields: [], kinds: {}, buttons: [], near: text(around.item ?? node) };
      forms.push(form);
    }
    if (form && node.tagName === 'input' && given.name) {
      form.fields.push([given.name, given.value ?? '']);
      form.kinds[given.name] = given.type ?? 'text';
      form.password ||= given.type === 'password';
    }
    if (form && node.tagName === 'button') form.buttons.push({ label: text(node), name: given.name, value: given.value ?? '' });
    for (const child of node.childNodes ?? []) walk(child, around, form);
  }
}

function text(node) {
  const parts = [];
  const collect = node => {
    if (node.nodeName === '#text') parts.push(node.value);
    if (!['style', 'script', 'title'].includes(node.nodeName)) node.childNodes?.forEach(collect);
  };
  collect(node);
  return parts.join('').split(/\s+/).filter(Boolean).join(' ');
}

"""A browser without a screen: it follows redirects, keeps cookies, reads the forms of a page and posts them as a person would.

It knows nothing of salver but what a person sees: labels, fields and buttons.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2

INLINE = {"a", "b", "bdi", "code", "em", "span", "strong", "wbr"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    near: str = ""  # the text of the list item around it, else its own

    def named(self, kind: str) -> list[str]:
        return [name for name, its_kind in self.kinds.items() if its_kind == kind]

    def button(self, label: str) -> dict[str, str] | None:
        return next((button for button in self.buttons if button["label"] == label), None)


class Page(HTMLParser):
    """A page as text and forms."""

    def __init__(self, url: str, status: int, html: str):
        super().__init__(convert_charrefs=True)
        self.url, self.status, self.html = url, status, html
        self.forms: list[Form] = []
        self.text = ""
        self._form: Form | None = None
        self._button: dict[str, str] | None = None
        self._area: str | None = None  # the text area that we are in
        self._select: str | None = None  # the list of choices that we are in
        self._item: int | None = None  # where the text of the list item around us began
        self._depth: list[str] = []
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag not in VOID:
            self._depth.append(tag)
        if tag not in INLINE:
            self.text += " "
        if tag == "li":
            self._item = len(self.text)
        if tag == "form":
            self._form = Form(urljoin(self.url, given.get("action", "") or self.url), given.get("method", "get").lower())
            self._form_from = len(self.text) if self._item is None else self._item
            self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "input" and "name" in given:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                self._form.fields[given["name"]] = given.get("value", "")
            self._form.kinds[given["name"]] = kind
        if tag == "textarea" and "name" in given:
            self._area = given["name"]
            self._form.fields[self._area], self._form.kinds[self._area] = "", "textarea"
        if tag == "select" and "name" in given:
            self._select = given["name"]
            self._form.kinds[self._select] = "select"
        if tag == "option" and self._select is not None:
            if "selected" in given or self._select not in self._form.fields:
                self._form.fields[self._select] = given.get("value", "")
        if tag == "button":
            self._button = {"label": "", "name": given.get("name", ""), "value": given.get("value", "")}
            self._form.buttons.append(self._button)

    def handle_data(self, data):
        if not self._depth or self._depth[-1] not in ("style", "script", "title"):
            self.text += data
        if self._area is not None:
            self._form.fields[self._area] += data
        if self._button is not None:
            self._button["label"] = " ".join((self._button["label"] + data).split())

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.text += " "
        if tag in self._depth:
            while self._depth.pop() != tag:
                pass
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "button":
            self._button = None
        if tag == "form" and self._form is not None:
            self._form.near = " ".join(self.text[self._form_from :].split())
            self._form = None
        if tag == "li":
            self._item = None

    def form_with_button(self, label: str, near: str = "") -> Form:
        for form in self.forms:
            if form.button(label) and near in form.near:
                return form
        raise AssertionError(f"there is no button “{label}” {near and 'near ' + near} on {self.url} ({self.status}): {self.text}")


class Browser:
    """One person at one browser."""

    def __init__(self, username: str, password: str):
        self.username, self.password = username, password
        self.http = httpx2.Client(follow_redirects=False, trust_env=False, timeout=20)
        self.seen: list[Page] = []

    def open(self, url: str, until: str | None = None) -> Page | str:
        """The page at this URL, or, if a redirect leads to a URL beginning with `until`, that URL."""
        return self._follow(self.http.get(url, headers=self._navigation()), until)

    def post(self, page: Page, form: Form, label: str, until: str | None = None) -> Page | str:
        button = form.button(label)
        assert button, f"there is no button “{label}”"
        data = dict(form.fields)
        if button["name"]:
            data[button["name"]] = button["value"]
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        headers = self._navigation() | {"origin": origin, "referer": page.url, "sec-fetch-site": "same-origin"}
        return self._follow(self.http.post(form.action, data=data, headers=headers), until)

    def authorize(self, url: str, until: str, answer: str = "Allow") -> str:
        """Goes where a client sends its user: signs in if asked to, answers, and returns the address the answer goes to."""
        at = self.open(url, until)
        for _ in range(6):
            if isinstance(at, str):
                return at
            at = self._act(at, answer, until)
        raise AssertionError(f"no end of pages: {[page.url for page in self.seen]}")

    def _act(self, page: Page, answer: str, until: str) -> Page | str:
        sign_in = next((form for form in page.forms if form.named("password")), None)
        if sign_in:
            self.fill(sign_in)
            return self.post(page, sign_in, sign_in.buttons[0]["label"], until)
        return self.post(page, page.form_with_button(answer), answer, until)

    def fill(self, form: Form) -> None:
        for name in form.named("text"):
            form.fields[name] = self.username
        for name in form.named("password"):
            form.fields[name] = self.password

    def make_account(self, setup_url: str) -> Page:
        """Uses the link that salver prints for the first account."""
        page = self.open(setup_url)
        form = next(form for form in page.forms if form.named("password"))
        self.fill(form)
        return self.post(page, form, form.buttons[0]["label"])

    def signed_in(self, url: str) -> Page:
        """The page at this URL, signing in before if need be."""
        page = self.open(url)
        sign_in = next((form for form in page.forms if form.named("password")), None)
        if sign_in:
            self.fill(sign_in)
            page = self.post(page, sign_in, sign_in.buttons[0]["label"])
            page = self.open(url)
        return page

    def own_client(self, issuer: str, name: str, redirect_uri: str) -> tuple[str, str]:
        """Makes a client id with a secret for an app that asks for them, as its page shows them once."""
        page = self.signed_in(f"{issuer}/account/clients/new")
        form = page.form_with_button("Make it")
        form.fields |= {"name": name, "redirect_uris": redirect_uri}
        made = self.post(page, form, "Make it")
        client_id, secret = (re.search(pattern, made.html) for pattern in (r"own_[\w-]{22}", r"slvs_[\w-]{43}"))
        assert client_id and secret, made.text
        return client_id[0], secret[0]

    def disconnect(self, issuer: str, application: str) -> Page:
        """Ends an application on the page Connected apps, signing in before if need be."""
        page = self.signed_in(f"{issuer}/account/apps")
        return self.post(page, page.form_with_button("Disconnect", near=application), "Disconnect")

    def _follow(self, response: httpx2.Response, until: str | None) -> Page | str:
        for _ in range(10):
            if response.status_code not in (301, 302, 303, 307, 308):
                page = Page(str(response.url), response.status_code, response.text)
                self.seen.append(page)
                return page
            to = urljoin(str(response.url), response.headers["location"])
            if until and to.startswith(until):
                return to
            assert to.startswith(("http://localhost", "http://127.0.0.1")), f"sent to an address that nobody expects: {to}"
            response = self.http.get(to, headers=self._navigation())
        raise AssertionError("too many redirects")

    @staticmethod
    def _navigation() -> dict[str, str]:
        return {
            "accept": "text/html,application/xhtml+xml",
            "sec-fetch-dest": "document",
            "sec-fetch-mode": "navigate",
            "sec-fetch-site": "none",
            "sec-fetch-user": "?1",
            "user-agent": "Mozilla/5.0 (interop)",
        }

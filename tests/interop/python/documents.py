"""The metadata documents of real clients, each served under its real URL and let in with the redirect URI the client really uses.

    documents.py FOLDER    where the runner keeps the temporary files of this case
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from browser import Browser, Page
from documents_host import DocumentsHost
from journey import kept
from salver import TOP, Salver

# Document, the redirect URI that the client really sends, and one that it must not get through with.
CLIENTS = [
    ("claude-code", "http://localhost:54545/callback", "http://localhost:54545/other"),
    ("claude-code", "http://127.0.0.1:61000/callback", "http://127.0.0.2:61000/callback"),
    ("claude", "https://claude.ai/api/mcp/auth_callback", "https://claude.ai/api/mcp/auth_callback/"),
    ("chatgpt", "https://chatgpt.com/connector_platform_oauth_redirect", "https://chatgpt.com/connector/oauth/other"),
    ("codex", "http://127.0.0.1:39123/callback", "http://127.0.0.1:39123/callback?x=1"),
    ("vscode", "http://127.0.0.1:33418/", "http://127.0.0.1:33418"),
    ("vscode", "https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"),
    ("zed", "http://127.0.0.1:50507/callback", "http://zed.dev/callback"),
    ("opencode", "http://127.0.0.1:19876/callback", "https://127.0.0.1:19876/callback"),
]


CHATGPT_KEYS = "https://chatgpt.com/oauth/jwks.json"


def main() -> None:
    folder = Path(sys.argv[1])
    fixtures = TOP / "tests/fixtures/clients"
    documents = {json.loads(file.read_text())["client_id"]: file.read_bytes() for file in sorted(fixtures.glob("*.json"))}
    untried = {file.stem for file in fixtures.glob("*.json")} - {name for name, _, _ in CLIENTS}
    assert not untried, f"no redirect URI is written here for {untried}"
    # Their document, byte for byte, and a key set of ours in place of theirs.
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "ours", "alg": "RS256", "use": "sig"}
    served = documents | {CHATGPT_KEYS: json.dumps({"keys": [public]}).encode()}
    with DocumentsHost(served, folder) as host:
        # What stands behind is not called in this case; the address only has to be one that salver may name.
        with Salver("serve", "--protect", "http://127.0.0.1:9/mcp", config=host.development()) as salver:
            try:
                facts = salver.facts
                person = Browser("ada", "correct horse battery staple")
                made = person.make_account(facts["setup_url"])
                assert made.status == 200, made.text
                for name, redirect_uri, wrong in CLIENTS:
                    document = json.loads((fixtures / f"{name}.json").read_text())
                    let_in(facts, person, document, redirect_uri)
                    kept_out(facts, person, document, wrong)
                    kept(f"{document['client_name']} is let in with {redirect_uri}, and {wrong} is refused on a page")
                assert set(host.asked) == set(documents), host.asked
                assert len(host.asked) == len(documents), f"a fresh document was fetched again: {host.asked}"
                kept("each document was fetched once, although some clients came twice")
                with_keys(facts, person, json.loads((fixtures / "chatgpt.json").read_text()), key)
                assert host.asked.count(CHATGPT_KEYS) == 1, host.asked
            except BaseException:
                print(salver.log.read_text(), file=sys.stderr)
                raise


def with_keys(facts, person: Browser, document, key) -> None:
    """ChatGPT as it logs in where keys are asked for: private_key_jwt with RS256, by the key set that its document names."""
    redirect_uri = document["redirect_uris"][0]
    verifier = secrets.token_urlsafe(48)
    answer = person.authorize(question(facts, document, redirect_uri, verifier), until=redirect_uri)
    code = parse_qs(urlsplit(answer).query, strict_parsing=True)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = token(facts, form | assertion(facts, document, stranger))
    assert (forged.status_code, forged.json()["error"]) == (401, "invalid_client"), forged.text
    given = token(facts, form | assertion(facts, document, key))
    assert given.status_code == 200, given.text
    kept("ChatGPT authenticates with private_key_jwt, RS256, by a key of the set that its document names")
    refresh = {"grant_type": "refresh_token", "refresh_token": given.json()["refresh_token"], "resource": facts["mcp_url"]}
    bare = token(facts, refresh | {"client_id": document["client_id"]})
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_client"), bare.text
    again = token(facts, refresh | assertion(facts, document, key))
    assert again.status_code == 200, again.text
    kept("what it was given with a key it cannot refresh without one")


def assertion(facts, document, key) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": document["client_id"],
        "sub": document["client_id"],
        "aud": facts["issuer"],
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_urlsafe(16),
    }
    signed = jwt.encode(claims, key, "RS256", headers={"kid": "ours", "typ": "client-authentication+jwt"})
    return {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": signed}


def token(facts, form: dict[str, str]) -> httpx2.Response:
    return httpx2.post(f"{facts['issuer']}/token", data=form, trust_env=False)


def question(facts, document, redirect_uri: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    parameters = {
        "response_type": "code",
        "client_id": document["client_id"],
        "redirect_uri": redirect_uri,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": facts["mcp_url"],
        "state": "s~ 1/+&=",
    }
    return f"{facts['issuer']}/authorize?{urlencode(parameters)}"


def let_in(facts, person: Browser, document, redirect_uri: str) -> None:
    verifier = secrets.token_urlsafe(48)
    answer = person.authorize(question(facts, document, redirect_uri, verifier), until=redirect_uri)
    said = parse_qs(urlsplit(answer).query, strict_parsing=True)
    assert said["state"] == ["s~ 1/+&="] and said["iss"] == [facts["issuer"]], said
    consent = person.seen[-1]
    host = urlsplit(document["client_id"]).hostname
    assert host in consent.text and document["client_name"] in consent.text, consent.text
    target = urlsplit(redirect_uri)
    loopback = lambda uri: urlsplit(uri).hostname in ("localhost", "127.0.0.1")
    if loopback(redirect_uri):
        assert "this computer" in consent.text and str(target.port) in consent.text, consent.text
    else:
        assert target.hostname in consent.text, consent.text
    only_loopback = all(loopback(uri) for uri in document["redirect_uris"])
    assert ("Warning loopback-only" in consent.text) == only_loopback, consent.text
    form = {
        "grant_type": "authorization_code",
        "code": said["code"][0],
        "redirect_uri": redirect_uri,
        "client_id": document["client_id"],
        "code_verifier": verifier,
        "resource": facts["mcp_url"],
    }
    answer = token(facts, form)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert tokens["token_type"].lower() == "bearer" and answer.headers["cache-control"] == "no-store", answer.headers
    payload = tokens["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["aud"] == facts["mcp_url"] and claims["client_id"] == document["client_id"], claims
    assert "refresh_token" in tokens or "refresh_token" not in document["grant_types"], tokens.keys()


def kept_out(facts, person: Browser, document, redirect_uri: str) -> None:
    page = person.open(question(facts, document, redirect_uri, secrets.token_urlsafe(48)), until=redirect_uri)
    assert isinstance(page, Page), f"was sent to {page}"
    assert page.status == 400 and not any(form.button("Allow") for form in page.forms), page.text


if __name__ == "__main__":
    main()

"""The worlds of clients that somebody enters: a person for themselves, a developer, whoever runs the server."""

import json
import subprocess
import tempfile
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm
from salver import Salver, bare_environment

PASSWORD = "correct horse battery staple"


def services(mode: str):
    """Two services, entered by command: one with a secret, one with keys."""

    @contextmanager
    def world():
        with Salver("demo") as salver, tempfile.NamedTemporaryFile("w") as keys:
            key = generate_private_key(SECP256R1())
            json.dump({"keys": [public(key)]}, keys)
            keys.flush()
            create = ["client", "create", "--purpose", "service", "--resource", salver.facts["mcp_url"], "--scope", "notes:read"]
            create += ["--json", "--name"]
            by_secret, by_key = (
                json.loads(run(salver, *create, *named)) for named in (["Nightly"], ["Hourly", "--jwks", keys.name])
            )
            made = [
                {name: by_secret[name] for name in ("client_id", "client_secret")},
                {"client_id": by_key["client_id"], "private_key": ECAlgorithm.to_jwk(key, as_dict=True), "private_pem": pem(key)},
            ]
            yield {name: salver.facts[name] for name in ("issuer", "mcp_url")} | {"mode": mode, "services": made}, salver

    return world


def own(apps: list, screenshots: str):
    return with_people(apps, screenshots, lambda _: {})


def developer(apps: list, screenshots: str):
    def more(salver: Salver) -> dict:
        key = generate_private_key(SECP256R1())
        add(salver, "uma")
        invitation = run(salver, "invite", "--role", "developer", "--json")
        return {
            "invitation": json.loads(invitation)["invitation_url"],
            "user": "uma",
            "public_key": public(key),
            "private_key": ECAlgorithm.to_jwk(key, as_dict=True),
        }

    return with_people(apps, screenshots, more)


def members(apps: list, screenshots: str):
    def more(salver: Salver) -> dict:
        names = ["bob", "carol"]
        for name in names:
            add(salver, name)
        return {"members": names}

    return with_people(apps, screenshots, more)


def with_people(apps: list, screenshots: str, more):
    """The demonstration, whose account is an administrator's."""

    @contextmanager
    def world():
        with Salver("demo") as salver:
            facts = {name: salver.facts[name] for name in ("issuer", "mcp_url", "username", "password")}
            yield facts | {"others_password": PASSWORD, "apps": apps, "screenshots": screenshots} | more(salver), salver

    return world


def add(salver: Salver, name: str) -> None:
    run(salver, "user", "add", name, "--password-stdin", given=f"{PASSWORD}\n")


def run(salver: Salver, *arguments: str, given: str = "") -> str:
    command = salver.admin(*arguments)
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=bare_environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def public(key: EllipticCurvePrivateKey) -> dict:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": "1", "use": "sig", "alg": "ES256"}


def pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

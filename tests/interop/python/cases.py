"""Runs every case, says a sentence for each promise kept, and shows the transcript of what failed.

    cases.py [WORD…]     only the cases whose names contain all these words
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import entered
from browser import Browser
from documents_host import DocumentsHost
from salver import TOP, Salver, bare_environment, free_port

HERE = Path(__file__).resolve().parent
INTO = TOP / "target/interop"
NODE = INTO / "node/cases"
DOCUMENT = "https://interop.example/client.json"
PASSWORD = "correct horse battery staple"


@dataclass
class Case:
    name: str
    client: list[str]  # the program, without its plan
    world: Callable  # a context manager that gives the plan, and the salver whose log belongs to the transcript


def main() -> int:
    words = [word.lower() for word in sys.argv[1:]]
    tally = {"passed": 0, "failed": 0}
    for case in cases():
        if all(word in case.name.lower() for word in words):
            run(case, tally)
    closing = f"{tally['passed']} passed, {tally['failed']} failed"
    (INTO / "closing").write_text(f"{closing}\n")
    print(f"\n{closing}")
    return 1 if tally["failed"] or not tally["passed"] else 0


def cases() -> list[Case]:
    python = lambda script: [sys.executable, "-B", str(HERE / script)]
    node = lambda script, *arguments: [
        "node", "--preserve-symlinks", "--preserve-symlinks-main", str(NODE / script), *arguments,
    ]  # fmt: skip
    clients = [("Python SDK", python("journey.py"), ("auto", "legacy"))]
    if shutil.which("node") and NODE.exists():
        clients.append(("TypeScript SDK 2", node("journey.mjs", "2"), ("auto", "legacy")))
        clients.append(("TypeScript SDK 1", node("journey.mjs", "1"), ("legacy",)))
    found = [Case("On the wire, what clients insist on", python("wire.py"), demo("legacy"))]
    for client, program, modes in clients:
        for mode in modes:
            era = "MCP 2026" if mode == "auto" else "MCP 2025"
            found.append(Case(f"{client}, {era}, by document, against salver demo", program, demo(mode)))
            found.append(Case(f"{client}, {era}, by dynamic registration, against salver demo", program, demo(mode, "register")))
            found.append(Case(f"{client}, {era}, by an id and a secret of one's own, against salver demo", program, demo(mode, "own")))
            found.append(Case(f"{client}, {era}, by a configured id, against salver serve --config", program, configured(mode)))
        found.append(Case(f"{client}, by document, against salver serve --protect", program, protected(modes[0])))
    if shutil.which("node") and NODE.exists():
        found.append(Case("oauth4webapi, pushed requests, against salver demo", node("pushed.mjs"), demo("legacy")))
    services = [("Python SDK", python("service.py"), "auto")]
    apps = [{"name": "Python SDK", "command": python("app.py"), "mode": "auto", "language": "python"}]
    if len(clients) > 1:
        for generation, mode in (("2", "auto"), ("1", "legacy")):
            name = f"TypeScript SDK {generation}"
            services.append((name, node("service.mjs", generation), mode))
            command = node("app.mjs", generation)
            apps.append({"name": name, "command": command, "mode": mode, "language": "typescript", "keys": True})
    for client, program, mode in services:
        found.append(Case(f"{client}, a service without a person, against salver demo", program, entered.services(mode)))
    found.append(Case("Documents of real clients, under their real URLs", python("documents.py"), folder))
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium and NODE.exists():
        found.append(Case("Chromium, one sign-in and consent", node("chromium.mjs", chromium), demo("legacy")))
        for name, script, world in (
            ("a client ID of one's own, made on the page", "own.mjs", entered.own),
            ("an application of a developer's, reviewed", "developer.mjs", entered.developer),
            ("one client ID for an organisation, and one member of it ended", "members.mjs", entered.members),
        ):
            found.append(Case(f"Chromium and all SDKs, {name}", node(script, chromium), world(apps, str(INTO / "screenshots"))))
    return found


@contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="salver-interop-") as made:
        yield made, None


def demo(mode: str, by: str = "document"):
    @contextmanager
    def world():
        with Salver("demo") as salver:
            more = {"tool": "notes_add", "arguments": {"text": "a note"}, "scopes": ["notes:write"]}
            client_id, application = (salver.facts["client_id"], "salver demo client") if by == "document" else (None, "Interop")
            secret = {}
            if by == "own":
                person = Browser(salver.facts["username"], salver.facts["password"])
                client_id, text = person.own_client(salver.facts["issuer"], application, "http://127.0.0.1/callback")
                secret = {"client_secret": text}
            ban = [] if by != "document" else salver.admin("ban", "document", client_id, "--reason", "It sends notes elsewhere.")
            yield plan(salver.facts, mode, by, client_id, application, more) | {"ban": ban} | secret, salver

    return world


def configured(mode: str):
    """Two scopes and an entered client, in front of a server written with the Python SDK."""

    @contextmanager
    def world():
        with ExitStack() as stack:
            upstream, know = stack.enter_context(plain_server())
            redirect_uri = "http://127.0.0.1/callback"
            config = f"""
[[resources]]
name = "Plain server"
path = "/mcp"
upstream = "{upstream}"
default_scope = ["use"]
scopes = [
  {{ name = "use", sentence = "Use its tools." }},
  {{ name = "sum", sentence = "Let it add numbers for you." }},
]
rules = [{{ tool = "add", scopes = ["use", "sum"] }}]

[[clients]]
client_id = "interop"
client_name = "Interop"
redirect_uris = ["{redirect_uri}"]
"""
            salver = stack.enter_context(Salver("serve", config=config))
            facts = with_account(salver.facts | {"mcp_url": f"{salver.facts['issuer']}/mcp"})
            know(facts["issuer"])
            more = {"tool": "add", "arguments": {"a": 2, "b": 3}, "scopes": ["sum"]}
            yield plan(facts, mode, "id", "interop", "Interop", more), salver

    return world


def protected(mode: str):
    """The one-command form, in front of a server written with the Python SDK."""

    @contextmanager
    def world():
        with ExitStack() as stack:
            upstream, know = stack.enter_context(plain_server())
            made = stack.enter_context(folder())[0]
            document = {
                "client_id": DOCUMENT,
                "client_name": "Interop",
                "redirect_uris": ["http://127.0.0.1/callback"],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }
            host = stack.enter_context(DocumentsHost({DOCUMENT: json.dumps(document).encode()}, Path(made)))
            salver = stack.enter_context(Salver("serve", "--protect", upstream, config=host.development()))
            facts = with_account(salver.facts)
            know(facts["issuer"])
            yield plan(facts, mode, "document", DOCUMENT, "Interop", None), salver

    return world


@contextmanager
def plain_server():
    """Its URL, and a function that tells it who the issuer is."""
    with tempfile.TemporaryDirectory(prefix="salver-interop-") as made:
        ready, issuer = Path(made) / "ready", Path(made) / "issuer"
        command = [sys.executable, "-B", str(HERE / "plain_server.py"), str(ready), str(issuer)]
        process = subprocess.Popen(command, env=bare_environment())
        try:
            until = time.monotonic() + 20
            while not (ready.exists() and ready.read_text()):
                assert process.poll() is None and time.monotonic() < until, "the plain MCP server did not start"
                time.sleep(0.05)
            yield ready.read_text(), issuer.write_text
        finally:
            process.terminate()
            process.wait(10)


def with_account(facts: dict) -> dict:
    page = Browser("ada", PASSWORD).make_account(facts["setup_url"])
    assert page.status == 200, f"{page.status}: {page.text}"
    return facts | {"username": "ada", "password": PASSWORD}


def plan(facts: dict, mode: str, by: str, client_id: str | None, application: str, more: dict | None) -> dict:
    named = ("issuer", "mcp_url", "username", "password")
    return {name: facts[name] for name in named} | {
        "mode": mode,
        "by": by,
        "client_id": client_id,
        "application": application,
        "more": more,
        "redirect_uri": f"http://127.0.0.1:{free_port()}/callback",
        "screenshots": str(INTO / "screenshots"),
    }


def run(case: Case, tally: dict[str, int]) -> None:
    print(f"\n{case.name}", flush=True)
    began, salver, said = time.monotonic(), None, ""
    try:
        with case.world() as (given, salver):
            argument = given if isinstance(given, str) else json.dumps(given)
            said, code = watch([*case.client, argument], tally)
        failed = code != 0 or "ok: " not in said
        problem = f"it ended with code {code}" if failed else ""
    except Exception as error:  # salver or the server behind did not come up, or did not go down
        failed, problem = True, f"{type(error).__name__}: {error}"
    if failed:
        tally["failed"] += 1
        print(f"  FAILED {case.name}: {problem}")
        log = getattr(salver, "said", "")
        print("\n".join(f"  | {line}" for line in [*said.splitlines(), "--- salver's log:", *log.splitlines()]))
    else:
        print(f"  ({time.monotonic() - began:.1f} s)")


def watch(command: list[str], tally: dict[str, int]) -> tuple[str, int]:
    """Runs a client, repeats its promises as they are kept, and keeps everything it says."""
    environment = bare_environment() | {"PYTHONPATH": str(HERE)}
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        said = []
        watchdog = Watchdog(process, 120)
        for line in process.stdout:
            said.append(line)
            if line.startswith("ok: "):
                tally["passed"] += 1
                print(f"  ok   {line[4:].rstrip()}", flush=True)
        code = process.wait()
        watchdog.stop()
        errors.seek(0)
        return "".join(said) + errors.read(), code


class Watchdog:
    """Ends a client that hangs."""

    def __init__(self, process: subprocess.Popen, seconds: float):
        self.timer = threading.Timer(seconds, process.kill)
        self.timer.start()

    def stop(self) -> None:
        self.timer.cancel()


if __name__ == "__main__":
    sys.exit(main())

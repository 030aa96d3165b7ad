"""One journey with the official Python SDK, from a URL and nothing else to a revoked token.

    journey.py PLAN        PLAN is the JSON that cases.py writes

Each line that begins with "ok: " is one promise kept. The first that is not kept ends the journey.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from browser import Browser


class Memory:
    """Where the SDK keeps what it learnt."""

    def __init__(self, client_information=None):
        self.tokens, self.client = None, client_information

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Person:
    """Sits at the browser that the SDK opens, and counts how often it does."""

    def __init__(self, plan):
        self.browser = Browser(plan["username"], plan["password"])
        self.redirect_uri = plan["redirect_uri"]
        self.asked: list[dict[str, list[str]]] = []

    async def open(self, url: str) -> None:
        self.asked.append(parse_qs(urlsplit(url).query))
        self.answer = await asyncio.to_thread(self.browser.authorize, url, self.redirect_uri)

    async def answered(self) -> AuthorizationCodeResult:
        answer = parse_qs(urlsplit(self.answer).query)
        return AuthorizationCodeResult(code=answer["code"][0], state=answer["state"][0], iss=answer["iss"][0])


def kept(promise: str) -> None:
    print(f"ok: {promise}", flush=True)


def provider_for(plan, person: Person, memory: Memory) -> OAuthClientProvider:
    metadata = OAuthClientMetadata(
        client_name="Interop",
        redirect_uris=[plan["redirect_uri"]],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    by_document = {"client_metadata_url": plan["client_id"]} if plan["by"] == "document" else {}
    return OAuthClientProvider(plan["mcp_url"], metadata, memory, person.open, person.answered, **by_document)


async def journey(plan) -> None:
    person = Person(plan)
    secret = plan.get("client_secret")
    known = plan["by"] in ("id", "own") and OAuthClientInformationFull(
        client_id=plan["client_id"],
        client_secret=secret,
        redirect_uris=[plan["redirect_uri"]],
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
    )
    memory = Memory(known or None)
    provider = provider_for(plan, person, memory)
    async with httpx2.AsyncClient(auth=provider, trust_env=False, timeout=20) as http:
        transport = streamable_http_client(plan["mcp_url"], http_client=http, terminate_on_close=False)
        async with Client(transport, mode=plan["mode"], cache=None) as client:
            await use(plan, client, provider, person, memory)
            await lose(plan, client, person, memory)
            if plan.get("ban"):
                await shut_out(plan, client, memory)


async def use(plan, client: Client, provider, person: Person, memory: Memory) -> None:
    assert len(person.asked) == 1, person.asked
    if plan["by"] == "register":
        assert memory.client.client_id.startswith("slv_"), memory.client
        assert memory.client.client_secret is None, "it asked for no secret"
        plan["client_id"] = memory.client.client_id
    assert memory.client.client_id == plan["client_id"], memory.client
    assert str(provider.context.oauth_metadata.issuer) == plan["issuer"], provider.context.oauth_metadata.issuer
    introduced = {
        "document": "by its metadata document",
        "register": "by registering itself",
        "id": "by the id it was given",
        "own": "by an id and a secret that the person has made for it",
    }[plan["by"]]
    kept(f"finds the authorization server, introduces itself {introduced}, and the person signs in and allows it")

    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert {"whoami", "add"} <= tools, tools
    me = await call(client, "whoami")
    assert me["username"] == plan["username"] and me["client_id"] == plan["client_id"], me
    assert not me.get("leaked"), me
    kept(f"lists the tools over MCP {client.protocol_version}, and the server behind knows who calls")

    if plan["more"]:
        before = set(memory.tokens.scope.split())
        assert not set(plan["more"]["scopes"]) <= before, f"nothing to step up to: {before}"
        await call(client, plan["more"]["tool"], plan["more"]["arguments"])
        assert len(person.asked) == 2, person.asked
        assert before | set(plan["more"]["scopes"]) <= set(memory.tokens.scope.split()), memory.tokens.scope
        kept("is told which scope a call lacks, asks the person for it, and makes the call")

    asked, old = len(person.asked), memory.tokens
    provider.context.token_expiry_time = time.time() - 1
    await call(client, "whoami")
    assert len(person.asked) == asked, "the person was asked although there is a refresh token"
    assert memory.tokens.access_token != old.access_token and memory.tokens.refresh_token != old.refresh_token
    kept("refreshes an expired token without asking the person")


async def lose(plan, client: Client, person: Person, memory: Memory) -> None:
    lost, asked = memory.tokens, len(person.asked)
    async with open_stream(plan, client, lost.access_token) as ended:
        receipt = await asyncio.to_thread(person.browser.disconnect, plan["issuer"], plan["application"])
        assert "is disconnected" in receipt.text, receipt.text
        began = time.monotonic()
        await asyncio.wait_for(ended, timeout=5)
        took = time.monotonic() - began
        assert took <= 1.0, f"the event stream stayed open for {took:.2f} s"
    kept("one click under Connected apps ends its open event stream within a second")

    async with httpx2.AsyncClient(trust_env=False) as http:
        bearer = {"authorization": f"Bearer {lost.access_token}", "accept": "application/json, text/event-stream"}
        refused = await http.post(plan["mcp_url"], headers=bearer, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["www-authenticate"], refused.headers
        endpoint = f"{plan['issuer']}/token"
        form = {"grant_type": "refresh_token", "refresh_token": lost.refresh_token, "client_id": plan["client_id"]}
        form |= {name: plan[name] for name in ("client_secret",) if name in plan}
        dead = await http.post(endpoint, data=form)
        assert dead.status_code == 400 and dead.json()["error"] == "invalid_grant", dead.text
    kept("and then its tokens are dead: 401 at the gateway, invalid_grant at the token endpoint")

    await call(client, "whoami")
    assert len(person.asked) > asked, "a revoked client came in again without asking the person"
    kept("to come in again, it must ask the person anew")


async def shut_out(plan, client: Client, memory: Memory) -> None:
    async with open_stream(plan, client, memory.tokens.access_token) as ended:
        banned = await asyncio.to_thread(subprocess.run, plan["ban"], capture_output=True, text=True)
        assert banned.returncode == 0, banned.stderr
        began = time.monotonic()
        await asyncio.wait_for(ended, timeout=5)
        took = time.monotonic() - began
        assert took <= 1.0, f"the event stream stayed open for {took:.2f} s"
    form = {"grant_type": "refresh_token", "refresh_token": memory.tokens.refresh_token, "client_id": plan["client_id"]}
    async with httpx2.AsyncClient(trust_env=False) as http:
        dead = await http.post(f"{plan['issuer']}/token", data=form)
    assert dead.status_code in (400, 401), dead.text
    kept("a ban by the administrator ends its open event stream within a second, and its tokens")


async def call(client: Client, tool: str, arguments: dict | None = None) -> dict:
    result = await client.call_tool(tool, arguments or {})
    assert not result.is_error, result
    return result.structured_content


@contextlib.asynccontextmanager
async def open_stream(plan, client: Client, token: str):
    """An open event stream, and a future that is done when the server has ended it."""
    ended = asyncio.get_running_loop().create_future()
    opened = asyncio.Event()
    listening = sdk_stream(client, opened) if plan["mode"] == "auto" else session_stream(plan, token, opened)

    async def listen():
        try:
            await listening
        finally:
            opened.set()
            if not ended.done():
                ended.set_result(None)

    task = asyncio.create_task(listen())
    await asyncio.wait_for(opened.wait(), timeout=10)
    assert not ended.done(), f"the event stream did not open: {task.exception() if task.done() else ''}"
    try:
        yield ended
    finally:
        task.cancel()
        with contextlib.suppress(BaseException):
            await task


async def sdk_stream(client: Client, opened: asyncio.Event) -> None:
    """MCP 2026-07-28: the SDK's own subscription."""
    with contextlib.suppress(SubscriptionLost):
        async with client.listen(tools_list_changed=True) as events:
            opened.set()
            async for _ in events:
                pass


async def session_stream(plan, token: str, opened: asyncio.Event) -> None:
    """MCP 2025-11-25: the GET stream of a session. The SDK hides its own, so this is one beside it."""
    headers = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(trust_env=False, timeout=httpx2.Timeout(10, read=None), headers=headers) as http:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "interop", "version": "1"}}
        request = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}
        response = await http.post(plan["mcp_url"], json=request)
        assert response.status_code == 200, response.text
        http.headers["mcp-session-id"] = response.headers["mcp-session-id"]
        http.headers["mcp-protocol-version"] = "2025-11-25"
        await http.post(plan["mcp_url"], json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        async with http.stream("GET", plan["mcp_url"]) as stream:
            assert stream.status_code == 200, stream.status_code
            opened.set()
            with contextlib.suppress(httpx2.RemoteProtocolError, httpx2.ReadError):
                async for _ in stream.aiter_raw():
                    pass


if __name__ == "__main__":
    asyncio.run(journey(json.loads(sys.argv[1])))

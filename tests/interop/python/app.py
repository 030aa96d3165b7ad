"""An application of somebody's with the official Python SDK: it knows an MCP server, and what a person entered into it.

    app.py PLAN        PLAN has `mcp_url`, `mode`, and `client_id` with `client_secret`, or `snippet`: lines of Python to be pasted

It says on a line what happens, and each line that it reads has it call once more with a token whose time is over:

    open URL           the person has to go there
    called WHO         a tool call went through; WHO is what the server behind knows of the caller, as JSON
    refused WHY        there is no way in any more; the last line
"""

import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata


class Storage:
    """Where the SDK keeps what it learnt."""

    tokens = None

    def __init__(self, entered: OAuthClientInformationFull | None):
        self.entered = entered

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.entered

    async def set_client_info(self, client):
        raise AssertionError(f"it registered itself although an id was entered: {client}")


class Listener:
    """Waits on this computer for the answer of the authorization server."""

    async def __aenter__(self) -> "Listener":
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.server = await asyncio.start_server(self.visited, "127.0.0.1", 0)
        self.redirect_uri = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/callback"
        return self

    async def __aexit__(self, *_) -> None:
        self.server.close()

    async def visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nYou may close this window.")
        await writer.drain()
        writer.close()
        if path.startswith("/callback"):
            self.answers.put_nowait(path)

    async def answered(self) -> AuthorizationCodeResult:
        answer = parse_qs(urlsplit(await self.answers.get()).query)
        return AuthorizationCodeResult(code=answer["code"][0], state=answer["state"][0], iss=answer["iss"][0])


def say(word: str, what: str) -> None:
    print(f"{word} {what}", flush=True)


async def open_browser(url: str) -> None:
    say("open", url)


def storage_of(plan, redirect_uri: str) -> Storage:
    if "snippet" in plan:
        pasted = {"OAuthClientInformationFull": OAuthClientInformationFull}
        exec(plan["snippet"], pasted)
        return type("Pasted", (Storage,), {"get_client_info": pasted["get_client_info"]})(None)
    return Storage(
        OAuthClientInformationFull(
            client_id=plan["client_id"],
            client_secret=plan["client_secret"],
            redirect_uris=[redirect_uri],
            token_endpoint_auth_method="client_secret_basic",
        )
    )


async def work(plan) -> None:
    async with Listener() as listener:
        metadata = OAuthClientMetadata(client_name="Interop", redirect_uris=[listener.redirect_uri])
        storage = storage_of(plan, listener.redirect_uri)
        provider = OAuthClientProvider(plan["mcp_url"], metadata, storage, open_browser, listener.answered)
        async with httpx2.AsyncClient(auth=provider, trust_env=False, timeout=20) as http:
            transport = streamable_http_client(plan["mcp_url"], http_client=http, terminate_on_close=False)
            async with Client(transport, mode=plan["mode"], cache=None) as client:
                await call(client)
                while await asyncio.to_thread(sys.stdin.readline):
                    provider.context.token_expiry_time = time.time() - 1
                    await call(client)


async def call(client: Client) -> None:
    result = await client.call_tool("whoami", {})
    assert not result.is_error, result
    say("called", json.dumps(result.structured_content))


def causes(error: BaseException) -> str:
    """What is behind a group of errors."""
    inner = getattr(error, "exceptions", ())
    return "; ".join(map(causes, inner)) or f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    try:
        asyncio.run(work(json.loads(sys.argv[1])))
    except Exception as error:
        say("refused", causes(error).replace("\n", " "))
        raise

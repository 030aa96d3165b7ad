"""A client whose vendor vouches for it (RFC 7591 §2.3), with the official Python SDK: a statement made by `salver client sign`, and a tool call.

    vouched.py PLAN        PLAN is the JSON that cases.py writes

Each line that begins with "ok: " is one promise kept. The first that is not kept ends the journey.
"""

import asyncio
import json
import subprocess
import sys

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

from journey import Memory, Person, kept


class Vouched(OAuthClientMetadata):
    """The SDK's own metadata have no place for it, and send what a subclass has."""

    software_statement: str


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


async def machine(plan, end=None) -> str:
    """Registers and calls a tool; answers the client_id. With `end`, that ends it, and the next call fails."""
    person, memory = Person(plan), Memory()
    metadata = Vouched(
        client_name="Whatever",
        redirect_uris=[plan["redirect_uri"]],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
        software_statement=run(plan["sign"]),
    )
    provider = OAuthClientProvider(plan["mcp_url"], metadata, memory, person.open, person.answered)
    async with httpx2.AsyncClient(auth=provider, trust_env=False, timeout=20) as http:
        transport = streamable_http_client(plan["mcp_url"], http_client=http, terminate_on_close=False)
        async with Client(transport, mode="legacy", cache=None) as client:
            result = await client.call_tool("whoami", {})
            assert not result.is_error, result
            assert result.structured_content["client_id"] == memory.client.client_id
            if end is not None:
                await end(memory.tokens.access_token)
    return memory.client.client_id


async def taken_away(plan, token: str) -> None:
    run(plan["remove"])
    headers = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    async with httpx2.AsyncClient(trust_env=False) as http:
        async with asyncio.timeout(1):
            while (await http.post(plan["mcp_url"], headers=headers, json=body)).status_code != 401:
                await asyncio.sleep(0.02)
    kept("the anchor taken away ends what it vouched for within a second")


async def journey(plan) -> None:
    one = await machine(plan)
    assert one.startswith("sws_"), one
    kept("the SDK registers by a statement of its vendor, the person allows it, and it calls a tool")
    other = await machine(plan, lambda token: taken_away(plan, token))
    assert other == one, (one, other)
    kept("another machine gets the same client_id by a statement of its own")


asyncio.run(journey(json.loads(sys.argv[1])))

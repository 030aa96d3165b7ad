"""A service without a person, with the official Python SDK's own providers.

    service.py PLAN        PLAN has two `services`: one with a `client_secret`, one with a `private_pem`
"""

import asyncio
import json
import sys

import httpx2
from app import Storage
from mcp.client import Client
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.streamable_http import streamable_http_client


def provider_for(plan, service, storage: Storage):
    about = {"server_url": plan["mcp_url"], "storage": storage, "client_id": service["client_id"], "issuer": plan["issuer"]}
    if "client_secret" in service:
        return ClientCredentialsOAuthProvider(client_secret=service["client_secret"], **about)
    signed = SignedJWTParameters(
        issuer=service["client_id"],
        subject=service["client_id"],
        signing_key=service["private_pem"],
        signing_algorithm="ES256",
    )
    return PrivateKeyJWTOAuthProvider(assertion_provider=signed.create_assertion_provider(), **about)


async def work(plan, service) -> None:
    storage = Storage(None)
    provider = provider_for(plan, service, storage)
    async with httpx2.AsyncClient(auth=provider, trust_env=False, timeout=20) as http:
        transport = streamable_http_client(plan["mcp_url"], http_client=http, terminate_on_close=False)
        async with Client(transport, mode=plan["mode"], cache=None) as client:
            result = await client.call_tool("whoami", {})
    assert not result.is_error, result
    who = result.structured_content
    assert who["client_id"] == service["client_id"] and not who.get("username"), who
    assert storage.tokens.refresh_token is None, "a service asks again"
    by = "with its secret" if "client_secret" in service else "by private_key_jwt"
    print(f"ok: a service gets a token {by} and calls a tool as nobody but itself", flush=True)


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    for service in plan["services"]:
        asyncio.run(work(plan, service))

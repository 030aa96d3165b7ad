"""An MCP server written with the official Python SDK. It knows nothing of OAuth; who calls, a header tells it.

    plain_server.py READY_FILE ISSUER_FILE

It writes its port to READY_FILE. The issuer, whose key set proves the header, stands in ISSUER_FILE by the first call.
"""

import socket
import sys
from pathlib import Path

import jwt
import uvicorn
from mcp.server.mcpserver import Context, MCPServer

ready, issuer_file = map(Path, sys.argv[1:])
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
upstream = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
server = MCPServer("plain", log_level="WARNING")


@server.tool()
def add(a: float, b: float) -> float:
    """Adds two numbers."""
    return a + b


@server.tool()
def whoami(ctx: Context) -> dict[str, str]:
    """Tells who the caller is, once the signature, the audience and the age of the header have been checked."""
    headers = ctx.headers or {}
    token = headers["salver-identity"]
    issuer = issuer_file.read_text()
    key = jwt.PyJWKClient(f"{issuer}/identity/jwks").get_signing_key_from_jwt(token)
    assert jwt.get_unverified_header(token)["typ"] == "salver-identity+jwt"
    claims = jwt.decode(token, key, algorithms=["ES256", "EdDSA"], audience=upstream, issuer=issuer)
    assert claims["exp"] - claims["iat"] <= 60
    leaked = [name for name in ("authorization", "cookie", "forwarded", "x-forwarded-for") if name in headers]
    return {"username": claims["name"], "client_id": claims["client_id"], "leaked": " ".join(leaked)}


if __name__ == "__main__":
    app = server.streamable_http_app()
    config = uvicorn.Config(app, log_level="warning")
    ready.write_text(upstream)
    uvicorn.Server(config).run(sockets=[listener])

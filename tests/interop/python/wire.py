"""What clients insist on, byte for byte, as seen by running the published ones against many servers.

    wire.py PLAN

Each line that begins with "ok: " is one promise kept.
"""

import json
import re
import socket
import sys
import time
from urllib.parse import urlsplit

import httpx2

from journey import kept

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def main(plan) -> None:
    mcp_url, issuer = plan["mcp_url"], plan["issuer"]
    with httpx2.Client(trust_env=False) as http:
        challenges = set()
        for method in ("POST", "GET", "DELETE"):
            answer = http.request(method, mcp_url, json=CALL if method == "POST" else None)
            assert answer.status_code == 401, f"{method}: {answer.status_code}"
            challenges.add(answer.headers["www-authenticate"])
        assert len(challenges) == 1, challenges
        challenge = challenges.pop()
        described = re.fullmatch(r'Bearer resource_metadata="(https?://[^"]+)", scope="[^"]+"', challenge)
        assert described, challenge
        kept("POST, GET and DELETE without a token get 401 and the same challenge, a parameter directly after Bearer")

        at = urlsplit(mcp_url)
        origin = f"{at.scheme}://{at.netloc}"
        well_known = f"{origin}/.well-known/oauth-protected-resource"
        descriptions = [http.get(url) for url in (described[1], well_known + at.path, well_known)]
        assert all(answer.status_code == 200 for answer in descriptions), descriptions
        assert len({answer.text for answer in descriptions}) == 1
        assert descriptions[0].json()["resource"] == mcp_url
        assert descriptions[0].json()["authorization_servers"] == [issuer]
        kept("the resource is described at the challenge's URL, at the path form and at the root, all alike")

        metadata = {name: http.get(f"{issuer}/.well-known/{name}").json() for name in ("oauth-authorization-server", "openid-configuration")}
        for name, said in metadata.items():
            assert said["issuer"] == issuer and "S256" in said["code_challenge_methods_supported"], name
            assert "none" in said["token_endpoint_auth_methods_supported"] and "code" in said["response_types_supported"], name
            assert said["client_id_metadata_document_supported"] and said["authorization_response_iss_parameter_supported"], name
            assert None not in said.values(), name
        openid = {"jwks_uri", "subject_types_supported", "id_token_signing_alg_values_supported"}
        assert openid <= metadata["openid-configuration"].keys(), openid
        kept("the server describes itself in the OAuth and the OpenID form, with all that clients look for and nothing null")

        for path in ("/.well-known/nothing", "/.well-known/oauth-authorization-server/other"):
            answer = http.get(origin + path)
            assert answer.status_code in (404, 405), f"{path}: {answer.status_code}"
        kept("what is not there is answered with 404, never with an error of ours or a redirect")

        page = {"origin": "http://localhost:6274", "access-control-request-method": "POST"}
        wanted = page | {"access-control-request-headers": "authorization,content-type,mcp-protocol-version"}
        for url in (f"{issuer}/token", mcp_url):
            answer = http.options(url, headers=wanted)
            assert answer.is_success and "mcp-protocol-version" in answer.headers["access-control-allow-headers"].lower(), answer.headers
        asked = http.get(f"{issuer}/.well-known/oauth-authorization-server", headers=page | {"mcp-protocol-version": "2025-11-25"})
        assert asked.headers["access-control-allow-origin"] in ("*", page["origin"]), asked.headers
        kept("a client that runs in a browser may read the metadata, ask for tokens and call")

    for path in (at.path, urlsplit(issuer).path + "/token"):
        refused_before_its_body(at.hostname, at.port, path)
    kept("a request that is refused before its body has arrived does not spoil the connection for the next one")


def refused_before_its_body(host: str, port: int, path: str) -> None:
    """Many HTTP clients send head and body apart, and use the connection again without asking."""
    body = json.dumps(CALL).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(head.encode())
        time.sleep(0.1)
        connection.sendall(body)
        answer = receive(connection)
        if re.search(rb"\r\nconnection: *close\r\n", answer, re.IGNORECASE):
            return
        connection.sendall(f"GET /healthz HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n".encode())
        assert receive(connection).startswith(b"HTTP/1.1 200"), f"the connection was closed without a word after a refusal of {path}"


def receive(connection: socket.socket) -> bytes:
    """One answer: its head, and as much of its body as its head announces."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            return got
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

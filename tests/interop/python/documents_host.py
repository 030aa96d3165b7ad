"""Serves metadata documents on loopback under the names of their real hosts: real TLS with a certificate authority of our own."""

import datetime
import http.server
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class DocumentsHost:
    """`with DocumentsHost({"https://claude.ai/x": b"{…}"}, folder) as host`: `host.development()` are the settings for salver."""

    def __init__(self, documents: dict[str, bytes], folder: Path):
        self.documents, self.folder = documents, folder
        self.names = sorted({url.split("/")[2] for url in documents})
        self.asked: list[str] = []

    def __enter__(self) -> "DocumentsHost":
        self.ca = self.folder / "ca.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(self.names, self.ca, self.folder))
        documents, asked = self.documents, self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = f"https://{self.headers['host']}{self.path}"
                asked.append(url)
                body = documents.get(url)
                self.send_response(200 if body is not None else 404)
                self.send_header("content-type", "application/json")
                self.send_header("cache-control", "max-age=300")
                self.send_header("content-length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def development(self) -> str:
        """The part of salver's configuration that leads the real names here."""
        port = self.server.server_address[1]
        lines = [f'"{name}:443" = "127.0.0.1:{port}"' for name in self.names]
        return f'[development]\nextra_ca = "{self.ca}"\n\n[development.connect]\n' + "\n".join(lines) + "\n"


def certificate(names: list[str], ca_file: Path, folder: Path) -> tuple[Path, Path]:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "interop test authority")])
    ca = signed(ca_name, ca_key.public_key(), ca_name, ca_key, [(x509.BasicConstraints(ca=True, path_length=0), True)])
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "interop test host")])
    leaf = signed(
        leaf_name,
        key.public_key(),
        ca_name,
        ca_key,
        [
            (x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        ],
    )
    pem = serialization.Encoding.PEM
    ca_file.write_bytes(ca.public_bytes(pem))
    chain, private = folder / "host.pem", folder / "host.key"
    chain.write_bytes(leaf.public_bytes(pem))
    private.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def signed(subject, public_key, issuer, issuer_key, extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())

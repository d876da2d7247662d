"""Uploads without a client, where only the registry is looked at: whole, or block by block."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from werkzeug.test import encode_multipart

from tests.fakes.registry import form
from tests.native.server import PATIENCE, Server

BOUNDARY = "frontier"
BLOCK = 1024 * 1024
END = f"\r\n--{BOUNDARY}--\r\n".encode()


def headers(server: Server) -> dict[str, str]:
    """Return what stands over an upload form."""
    basic = b64encode(f"__token__:{server.token}".encode()).decode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return {"Authorization": f"Basic {basic}", "Content-Type": kind}


def post(server: Server, filename: str, body: bytes) -> tuple[int, str, bytes]:
    """Upload a file; returns status, reason and body of the answer."""
    answer, told = posted(server, filename, body)
    return answer.status, answer.reason, told


def posted(server: Server, filename: str, body: bytes) -> tuple[HTTPResponse, bytes]:
    """Upload a file; returns the answer, for its headers, and the body."""
    sent = encode_multipart(form(filename, body), boundary=BOUNDARY)[1]
    return server.ask("POST", "/legacy/", sent, headers(server))


def publish(server: Server, filename: str, body: bytes) -> str:
    """Publish a file; returns its digest."""
    status, reason, _ = post(server, filename, body)
    assert status == 200, (reason, server.log.read_text()[-5000:])
    return hashlib.sha256(body).hexdigest()


def stream(server: Server, filename: str, digest: str, size: int, blocks: Iterable[bytes]) -> int:
    """Upload a file of a known size as its blocks come; returns the status of the answer."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="sha256_digest"\r\n\r\n{digest}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{filename}"'
        "\r\n\r\n"
    ).encode()

    def parts() -> Iterator[bytes]:
        yield head
        yield from blocks
        yield END

    connection = HTTPConnection("127.0.0.1", server.port, timeout=10 * PATIENCE)
    try:
        length = {"Content-Length": str(len(head) + size + len(END))}
        connection.request("POST", "/legacy/", parts(), headers(server) | length)
        return connection.getresponse().status
    finally:
        connection.close()


def blocks_of(path: Path) -> Iterator[bytes]:
    """Yield a file's blocks."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block

"""A plain HTTP client: reads a page, finds the files it links to, uploads by the legacy form.

It stands beside the load generator for what that cannot do: count exactly, follow links, upload.
"""

import hashlib
import html
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import unquote, urljoin, urlsplit

from benchmarks.corpus import Distribution

BOUNDARY = "strongroombenchmarkboundary"
TIMEOUT = 120.0  # seconds; some servers compute large pages for long
_LINK = re.compile(rb'<a [^>]*?href="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, with header names in lower case."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


def connect(port: int, timeout: float = TIMEOUT) -> HTTPConnection:
    """Return a connection to a server on loopback; the caller closes it."""
    return HTTPConnection("127.0.0.1", port, timeout=timeout)


def ask(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> Reply:
    """Send a GET over a connection and read all of the answer."""
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(answer.status, answer.reason, told, answer.read())


def get(port: int, path: str, headers: Mapping[str, str]) -> Reply:
    """Send a GET over a connection of its own."""
    connection = connect(port)
    try:
        return ask(connection, path, headers)
    finally:
        connection.close()


def links(page: str, body: bytes) -> Mapping[str, str]:
    """Return the paths that an index page links to, by the last part of each."""
    found = {}
    for raw in _LINK.findall(body):
        path = urlsplit(urljoin(page, html.unescape(raw.decode()))).path
        found[unquote(path.rstrip("/").rpartition("/")[2])] = path
    return found


def form(one: Distribution) -> tuple[bytes, str]:
    """Return the form by which twine uploads a wheel, and its content type."""
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": one.project,
        "version": one.version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(one.body).hexdigest(),
    }
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content";'
        f' filename="{one.filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    body = head.encode() + one.body + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def basic(user: str, password: str) -> str:
    """Return an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()

"""Upload forms written by hand, part by part, and what is expected of a refusal."""

import base64
import hashlib
import json

from werkzeug.test import TestResponse

from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry

BODY = wheel("example", "1.0")
NAME = wheel_filename("example", "1.0")
DIGEST = hashlib.sha256(BODY).hexdigest()
BOUNDARY = "frontier"


def basic(user: str, password: str) -> str:
    """Return a header of HTTP's Basic scheme."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def part(name: str, body: bytes, extra: str = "", headers: str = "") -> bytes:
    """Return one part of a form, with the delimiter before it."""
    disposition = f'Content-Disposition: form-data; name="{name}"{extra}'
    return f"--{BOUNDARY}\r\n{disposition}\r\n{headers}\r\n".encode() + body + b"\r\n"


def content(body: bytes = BODY, headers: str = "") -> bytes:
    """Return the part that carries the file."""
    return part("content", body, f'; filename="{NAME}"', headers)


END = f"--{BOUNDARY}--\r\n".encode()
HEAD = part(":action", b"file_upload") + part("sha256_digest", DIGEST.encode())


def send(
    registry: Registry, body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> TestResponse:
    """Post a body as it is."""
    headers = {"Authorization": basic("__token__", registry.token)}
    return registry.client.post(
        "/legacy/", data=body, content_type=kind, headers=headers, buffered=True
    )


def refused(answer: TestResponse, status: int, code: str) -> str:
    """Check that a refusal is said in every way that clients show, and return its sentence."""
    told: dict[str, object] = json.loads(answer.data)
    assert (answer.status_code, told["code"], told["status"]) == (status, code, status)
    assert answer.content_type == "application/problem+json"
    phrase = answer.status.partition(" ")[2]
    assert phrase.isascii()
    assert phrase.isprintable()
    assert phrase[:100] == "".join(
        letter if letter.isascii() else "?" for letter in str(told["detail"])[:100]
    )
    return str(told["detail"])

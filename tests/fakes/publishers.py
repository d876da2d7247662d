"""A client of Upload 2.0 as PEP 694 describes one: it knows one address and follows links."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
META = {"api-version": "2.0"}


Session = dict[str, Any]
"""A publishing session, or another JSON object of an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `json` is None where it has none."""

    status_code: int
    status: str
    headers: Headers
    mimetype: str
    json: Any


def read(answer: TestResponse) -> Reply:
    """Read an answer whole."""
    mimetype = answer.mimetype or ""
    body = answer.get_json(force=True, silent=True)
    return Reply(answer.status_code, answer.status, answer.headers, mimetype, body)


def problem(answer: Reply, status: int, code: str) -> Session:
    """Hold a refusal against RFC 9457 and the draft's extension members."""
    assert answer.status_code == status, answer.status
    assert answer.mimetype == "application/problem+json"
    body: Session = answer.json
    assert (body["status"], body["code"], body["meta"]) == (status, code, META)
    assert body["errors"] == [{"source": code, "message": body["detail"]}]
    assert body["detail"].startswith(body["title"])
    return body


@dataclass(frozen=True, slots=True)
class Publisher:
    """Speaks to a registry with one token."""

    client: Client
    token: str

    def ask(
        self, method: str, url: str, body: dict[str, Any] | bytes | None = None, **headers: str
    ) -> Reply:
        """Send one request; an object is sent as JSON with its `meta`, bytes as they are."""
        sent: dict[str, Any] = {}
        if isinstance(body, bytes):
            sent = {"data": body, "content_type": "application/octet-stream"}
        elif body is not None:
            sent = {"json": {"meta": META, **body}, "content_type": MEDIA_TYPE}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["auth"] = ("__token__", self.token)
        path = urlsplit(url).path
        return read(self.client.open(path, method=method, headers=named, buffered=True, **sent))

    def create(self, name: str, version: str) -> Reply:
        """Open a publishing session."""
        return self.ask("POST", "/upload/", {"name": name, "version": version})

    def promise(self, session: Session, filename: str, body: bytes) -> Reply:
        """Begin a file upload session."""
        return self.ask(
            "POST",
            session["links"]["upload"],
            {
                "filename": filename,
                "size": len(body),
                "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
                "mechanism": "http-post-bytes",
            },
        )

    def upload(self, session: Session, filename: str, body: bytes) -> Reply:
        """Upload a file in all its steps; returns the answer to the last."""
        file = self.promise(session, filename, body).json
        self.ask("POST", file["mechanism"]["file_url"], body)
        return self.ask("POST", file["links"]["complete"], {})

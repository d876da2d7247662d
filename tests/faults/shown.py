"""What the registry shows to a client of the simple index: projects, their files, and bytes."""

import hashlib
import json
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urljoin

from tests.native.server import PATIENCE, Server

JSON = "application/vnd.pypi.simple.v1+json"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as its project's page lists it."""

    path: str
    sha256: str


def projects(server: Server) -> list[str]:
    """Name the projects that the index lists."""
    status, reason, body = server.get("/simple/", accept=JSON)
    if status != 200:
        raise OSError(reason)
    return [project["name"] for project in json.loads(body)["projects"]]


def files_of(server: Server, project: str) -> dict[str, Shown]:
    """Return the files that a project's page lists, by name; raises OSError if there is none."""
    here = f"/simple/{project}/"
    status, reason, body = server.get(here, accept=JSON)
    if status != 200:
        message = f"{status} {reason}"
        raise OSError(message)
    return {
        file["filename"]: Shown(urljoin(here, file["url"]), file["hashes"]["sha256"])
        for file in json.loads(body)["files"]
    }


def sha256_of(server: Server, path: str) -> str:
    """Download a file; returns the digest of what came, or the status line of a refusal.

    Raises OSError where the server ends in the middle of it.
    """
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer, digest = connection.getresponse(), hashlib.sha256()
        if answer.status != 200:
            return f"{answer.status} {answer.reason}"
        while block := answer.read(BLOCK):
            digest.update(block)
        if answer.length:  # what is still to come of the stated length
            raise OSError("the download broke off")
        return digest.hexdigest()
    finally:
        connection.close()

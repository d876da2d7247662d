"""Reading pages from the shelf: home, project, release, history. No rows, no rendering.

A name or version in another spelling than its own is redirected (301), so that each page has one
address. What the shelf does not have is None: whoever asks next may know it.
"""

from collections.abc import Mapping
from urllib.parse import quote

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import GoneError, InvalidError
from strongroom.packages.shelf.serve import Answer, Readable, page
from strongroom.packages.shelf.standing import REMOVED
from strongroom.web.faults import fault
from strongroom.web.headers import PAGE, SECURITY
from strongroom.web.press import Press

_ROOM = "project"
_HISTORY = "history"
_NOT_KEPT = ("Cache-Control", "no-store")


def read(
    pages: Readable, path: str, asked: Mapping[str, str], ecosystem: Ecosystem
) -> Answer | None:
    """Answer a GET or HEAD of a decoded path; `asked` maps lower-case header names to values."""
    if path == "/":
        return page(pages, "web/index.html", asked, PAGE, SECURITY)
    room, *parts = path.strip("/").split("/")
    if room != _ROOM or len(parts) not in {1, 2}:
        return None
    try:
        address, stored = _located(parts, ecosystem)
        answer = page(pages, stored, asked, PAGE, SECURITY)
    except InvalidError:
        return None
    if answer is None:
        return _removed(pages, stored)
    return _moved(address) if path != address else answer


def _located(parts: list[str], ecosystem: Ecosystem) -> tuple[str, str]:
    """Return a page's one address, decoded, and where it stands on the shelf."""
    key = ecosystem.name(parts[0]).key
    address, folder = f"/{_ROOM}/{key}/", f"web/{ecosystem.id}/{key}"
    if len(parts) == 1:
        return address, f"{folder}/index.html"
    if parts[1] == _HISTORY:
        return f"{address}{_HISTORY}/", f"{folder}/history.html"
    version = ecosystem.version(parts[1])
    return f"{address}{version.display}/", f"{folder}/{version.key}/index.html"


def _removed(pages: Readable, stored: str) -> Answer | None:
    """Answer in the place of a removed release's page, with what its note tells."""
    told = pages.get(f"{REMOVED}/{stored}")
    if told is None:
        return None
    reason = told.body.decode()
    error = GoneError(
        "release-removed",
        f"This release was removed: {reason}" if reason else "This release was removed.",
        "It does not come back; the project's history says who removed it.",
    )
    body = fault(error, Press()).content
    length = ("Content-Length", str(len(body)))
    return Answer(410, "Gone", (("Content-Type", PAGE), length, _NOT_KEPT, *SECURITY), body)


def _moved(address: str) -> Answer:
    headers = (("Location", quote(address)), ("Content-Length", "0"), *SECURITY)
    return Answer(301, "Moved Permanently", headers)

"""The HTTP of Python's package clients: the simple index, the JSON API, feeds, files.

Addresses and answers are PyPI's own, at the host's root, so that every tool works unchanged.
Sources: PEP 503, 592, 629, 658, 691, 700, 714, 792 and the Simple Repository API specification.
Reads come from the shelf only. What pip, uv and twine show of a refusal is its reason phrase.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import (
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    StrongroomError,
)
from strongroom.ecosystems.pypi.pages import feeds, simple
from strongroom.ecosystems.pypi.pages import rendering as pages
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.packages.shelf.serve import Answer, Headers, Readable, file, page, shown
from strongroom.packages.shelf.standing import DAMAGED, QUARANTINE, REMOVED

PREFIXES = frozenset({"simple", "files", "pypi", "rss", "integrity"})
_JSON = "application/json"
_HTML = "text/html; charset=utf-8"
_QUERY = "!$%&'()*+,-./:;=?@_~"  # what a query holds as it is (RFC 3986, section 3.4)
_FILE = re.compile(r"/files/pypi/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{60})/([^/]+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIMPLE = {
    "application/vnd.pypi.simple.v1+json": (simple.JSON, "index.json"),
    "application/vnd.pypi.simple.latest+json": (simple.JSON, "index.json"),
    "application/vnd.pypi.simple.v1+html": (simple.HTML, "index.html"),
    "application/vnd.pypi.simple.latest+html": (simple.HTML, "index.html"),
    "text/html": (_HTML, "index.html"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A GET or HEAD: its decoded path, its query string, its headers by lower-case name."""

    path: str
    query: str
    headers: Mapping[str, str]


class Reads:
    """Answers reads of Python's clients from the shelf."""

    def __init__(self, stored: Readable, pypi: Ecosystem) -> None:
        """Read from `stored`; `pypi` knows how names and versions are spelt."""
        self._pages = stored
        self._pypi = pypi

    def answer(self, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        """Answer a GET or HEAD under one of PREFIXES; a refusal is an answer too.

        `path` is decoded, `headers` are found by lower-case name.
        """
        try:
            found = self._answer(Read(path, query, headers), path.split("/")[1:])
        except InvalidError as error:
            # What cannot be a name has no page; clients go on to their next index after a 404 only.
            return refusal(NotFoundError(error.code, error.sentence, error.remedy))
        except StrongroomError as error:
            return refusal(error)
        if found is None:
            return refusal(
                NotFoundError("no-such-page", "There is nothing at this address.", "Check it.")
            )
        return found

    def _answer(self, read: Read, parts: list[str]) -> Answer | None:
        match parts:
            case ["simple", *rest]:
                return self._index(read, rest)
            case ["files", *_]:
                found = _FILE.fullmatch(read.path)
                return found and self._file(read, read.path[1:], "".join(found.groups()[:3]))
            case ["pypi", name, *version, "json"] if len(version) <= 1:
                return self._document(read, name, *version)
            case ["rss", *_] if read.path.endswith(".xml"):
                return page(self._pages, read.path[1:], read.headers, feeds.RSS)
            case ["integrity", name, version, filename, "provenance"]:
                raise self._no_provenance(name, version, filename)
        return None

    def _index(self, read: Read, parts: list[str]) -> Answer | None:
        match parts:
            case []:
                return _moved("/simple/", read)
            case [""]:
                return self._simple(read, "simple/")
            case [name]:
                return _moved(f"/simple/{self._pypi.name(name).key}/", read)
            case [name, ""]:
                return self._project(read, name)
            case [name, sha256, filename] if _SHA256.fullmatch(sha256):
                path = f"files/pypi/{self._pypi.name(name).key}/{sha256}/{filename}"
                return self._file(read, path, sha256)
        return None

    def _no_provenance(self, name: str, version: str, filename: str) -> NotFoundError:
        return NotFoundError(
            "no-provenance",
            f"There is no provenance for {filename[:200]} of"
            f" {self._pypi.name(name).key} {self._pypi.version(version).display}.",
        )

    def _project(self, read: Read, raw: str) -> Answer:
        key = self._pypi.name(raw).key
        if raw != key:
            return _moved(f"/simple/{key}/", read)
        found = self._simple(read, f"simple/{key}/")
        if found is None:
            raise _no_project(key)
        return found

    def _simple(self, read: Read, folder: str) -> Answer | None:
        asked = parse_qs(read.query).get("format", [""])[0]
        # PEP 691 writes the plus of the media types unescaped, where it reads as a space.
        media_type, name = negotiate(asked.replace(" ", "+") or read.headers.get("accept", ""))
        return self._with_serial(read, folder + name, media_type)

    def _document(self, read: Read, raw: str, raw_version: str = "") -> Answer:
        key = self._pypi.name(raw).key
        if raw != key:
            version = f"/{quote(raw_version)}" if raw_version else ""
            return _moved(f"/pypi/{key}{version}/json", read)
        release = f"{self._pypi.version(raw_version).key}/" if raw_version else ""
        found = self._with_serial(read, f"pypi/{key}/{release}index.json", _JSON)
        if found is None:
            self._not_removed(f"pypi/{key}/{release}index.json")
            raise _no_project(f"{key} {raw_version}".strip())
        return found

    def _with_serial(self, read: Read, path: str, media_type: str) -> Answer | None:
        stored = self._pages.get(path)
        if stored is None:
            return None
        serial = pages.serial(stored.body)
        extra: Headers = (("X-PyPI-Last-Serial", str(serial)),) if serial is not None else ()
        return shown(stored, read.headers, media_type, extra)

    def _not_removed(self, path: str) -> None:
        told = self._pages.get(f"{REMOVED}/{path}")
        if told is not None:
            raise removed(told.body.decode())

    def _file(self, read: Read, path: str, sha256: str) -> Answer | None:
        # The address carries the digest, so the digest is the entity tag, known without reading.
        answer = file(self._pages, path, read.headers, f'"{sha256}"')
        if answer is None:
            self._not_removed(path)
            told = self._pages.get(f"{QUARANTINE}/{path}")
            if told is not None:
                raise quarantined(told.body.decode())
            if self._pages.get(f"{DAMAGED}/{path}") is not None:
                raise damaged()
        return answer


def negotiate(accept: str) -> tuple[str, str]:
    """Return the media type and page of the simple index for an Accept header (PEP 691).

    Of equal preferences the first named wins; with no match the answer is text/html, which the
    specification allows and old clients need.
    """
    best, chosen = 0.0, ("text/html; charset=utf-8", "index.html")
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        offered = _SIMPLE.get(name)
        weight = _weight(parameters)
        if offered is not None and weight > best:
            best, chosen = weight, offered
    return chosen


def quarantined(reason: str) -> StrongroomError:
    """Say of a file that its project is quarantined, and why."""
    return ForbiddenError(
        "project-quarantined",
        f"Quarantined: {reason}" if reason else "Quarantined by this registry.",
        "Do not use it; where it is installed already, find out what it did.",
    )


def removed(reason: str) -> StrongroomError:
    """Say of a file or page that its release was removed, and why."""
    return GoneError(
        "release-removed",
        f"This release was removed: {reason}" if reason else "This release was removed.",
        "It does not come back; use another version.",
    )


def damaged() -> StrongroomError:
    """Say of a file that its bytes are not what was published, so that nobody gets them."""
    return ForbiddenError(
        "file-damaged",
        "This file is damaged on the registry's disk and is not served.",
        "Tell the operator, who can repair it from a backup; other files are not affected.",
    )


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _moved(path: str, read: Read) -> Answer:
    # Quoted once more, so that no byte of a query can end the header that it is repeated in.
    query = f"?{quote(read.query, safe=_QUERY, encoding='latin-1')}" if read.query else ""
    headers = (("Location", path + query), ("Content-Length", "0"))
    return Answer(301, "Moved Permanently", headers)


def _no_project(name: str) -> NotFoundError:
    return NotFoundError(
        "no-such-project", f"There is no {name[:100]} here.", "Check the spelling."
    )

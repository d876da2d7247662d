"""Pages of a simple index, read strictly: JSON (PEP 691, 700), else HTML (PEP 503, 592). Pure.

Every value is a stranger's. What is not of its type is as if it were not there, and an entry
without file name and address is none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from packaging.utils import canonicalize_name

from strongroom.core.errors import InvalidError

JSON = "application/vnd.pypi.simple.v1+json"
_HTML = frozenset({"application/vnd.pypi.simple.v1+html", "text/html"})
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as an index lists it; `url` may be relative to the page. `yanked` holds the reason."""

    filename: str
    url: str
    sha256: str | None = None
    size: int | None = None
    uploaded_at: datetime | None = None
    yanked: str | None = None


def files(media_type: str, body: bytes) -> tuple[Entry, ...]:
    """Read the page of a project; raises InvalidError."""
    if _kind(media_type) == JSON:
        listed = _json(body).get("files")
        read = [_entry(one) for one in listed] if isinstance(listed, list) else []
        return tuple(one for one in read if one is not None)
    return tuple(_linked(attributes) for attributes, _text in _links(body))


def names(media_type: str, body: bytes) -> tuple[str, ...]:
    """Read the list of all projects and return their keys (PEP 503), each once, in order."""
    if _kind(media_type) == JSON:
        listed = _json(body).get("projects")
        rows = listed if isinstance(listed, list) else []
        raw = [one.get("name") for one in rows if isinstance(one, dict)]
    else:
        raw = [text for _attributes, text in _links(body)]
    return tuple(
        sorted({str(canonicalize_name(one)) for one in raw if isinstance(one, str) and one})
    )


def _kind(media_type: str) -> str:
    kind = media_type.partition(";")[0].strip().lower()
    if kind != JSON and kind not in _HTML:
        raise InvalidError(
            "upstream-not-an-index",
            f"The other server answers {kind[:60]!a}, which is no page of a simple index.",
            "Give the address that pip would be given, such as https://index.example.org/simple/.",
        )
    return kind


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise InvalidError(
            "upstream-unreadable",
            "The other server's page says that it is JSON and is not.",
            "Check the address, and what answers there.",
        )
    return read


def _entry(value: object) -> Entry | None:
    if not isinstance(value, dict):
        return None
    filename, url, yanked = value.get("filename"), value.get("url"), value.get("yanked")
    if not isinstance(filename, str) or not isinstance(url, str):
        return None
    size, hashes = value.get("size"), value.get("hashes")
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    return Entry(
        filename=filename,
        url=url,
        sha256=sha256 if isinstance(sha256, str) else None,
        size=size if isinstance(size, int) and size >= 0 else None,
        uploaded_at=_moment(value.get("upload-time")),
        yanked=yanked if isinstance(yanked, str) else "" if yanked is True else None,
    )


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _linked(attributes: dict[str, str | None]) -> Entry:
    url, _, fragment = (attributes.get("href") or "").partition("#")
    sha256 = parse_qs(fragment).get("sha256")
    return Entry(
        filename=unquote(PurePosixPath(urlsplit(url).path).name),
        url=url,
        sha256=sha256[0] if sha256 else None,
        yanked=(attributes["data-yanked"] or "") if "data-yanked" in attributes else None,
    )


def _links(body: bytes) -> Sequence[tuple[dict[str, str | None], str]]:
    reader = _Anchors()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    return [(one, text.strip()) for one, text in reader.found if one.get("href")]


class _Anchors(HTMLParser):
    """Collects the links of a page with their texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append((dict(attrs), ""))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            attributes, text = self.found[-1]
            self.found[-1] = (attributes, text + data)

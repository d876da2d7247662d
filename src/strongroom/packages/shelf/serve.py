"""Answering a read with bytes from the shelf: no rows, no rendering, no decisions.

Entity tags and conditional requests after RFC 9110 sections 8.8.3 and 13; ranges after section 14,
one range at a time; a compressed form where the client takes gzip.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

from strongroom.stores.pages.protocol import LocalFile, RemoteFile, Stored

Headers = tuple[tuple[str, str], ...]

# Pages change at any moment; a client may keep them but must ask whether they still hold.
PAGE_CACHING = ("Cache-Control", "public, max-age=0, must-revalidate")
# A file's bytes never change, so whoever has them may keep them; but caches that others read from
# ask again after a minute, because a quarantined file must stop flowing out of them.
FILE_CACHING = ("Cache-Control", "public, s-maxage=60, max-age=31536000, immutable")
NOSNIFF = ("X-Content-Type-Options", "nosniff")
# Bytes that somebody uploaded must never run as a page of this site.
ISOLATED: Headers = (
    NOSNIFF,
    ("Content-Disposition", "attachment"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
# 18 digits: more than any file has bytes.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
_CODING = re.compile(r"\s*([^\s;]+)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE)


class Readable(Protocol):
    """What reads are answered from: the place of pages, or those of them that are at hand."""

    def get(self, path: str) -> Stored | None:
        """Return a page."""

    def find(self, path: str) -> LocalFile | RemoteFile | None:
        """Return a published file if it is on the shelf."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a local file: where it begins and how many bytes it has."""

    path: Path
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes that another machine holds; they are asked for when the first is wanted.

    `elsewhere` returns the address where the reader may fetch them itself, where that is allowed.
    """

    blocks: Callable[[], Iterator[bytes]]
    length: int
    elsewhere: Callable[[], str] | None = None

    def opened(self) -> Iterable[bytes]:
        """Return the blocks, the first of which is here: what cannot be had is told before it.

        Raises NotFoundError if the file was taken down meanwhile, or UnavailableError.
        """
        blocks = self.blocks()
        return chain((next(blocks, b""),), blocks)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: status line, headers, and bytes, a stretch of a file, or a stream."""

    status: int
    reason: str
    headers: Headers
    body: bytes | Stretch | Stream = b""


def page(
    pages: Readable, path: str, asked: Mapping[str, str], media_type: str, extra: Headers = ()
) -> Answer | None:
    """Answer with a page; None if there is none at that path.

    `asked` maps lower-case header names to values.
    """
    stored = pages.get(path)
    return None if stored is None else shown(stored, asked, media_type, extra)


def shown(stored: Stored, asked: Mapping[str, str], media_type: str, extra: Headers = ()) -> Answer:
    """Answer with a page that was looked up."""
    body, etag = stored.body, stored.etag
    vary = ("Vary", "Accept, Accept-Encoding")
    encoding: Headers = ()
    if stored.compressed is not None and accepts_gzip(asked.get("accept-encoding", "")):
        # Another representation has another strong tag (RFC 9110, 8.8.3.3).
        body, etag = stored.compressed, etag[:-1] + '-gz"'
        encoding = (("Content-Encoding", "gzip"),)
    common = (("ETag", etag), PAGE_CACHING, vary, NOSNIFF, *extra)
    if matches(asked.get("if-none-match", ""), etag):
        return Answer(304, "Not Modified", common)
    headers = (
        ("Content-Type", media_type),
        ("Content-Length", str(len(body))),
        *encoding,
        *common,
    )
    return Answer(200, "OK", headers, body)


def file(pages: Readable, path: str, asked: Mapping[str, str], etag: str) -> Answer | None:
    """Answer with a published file, whole or in part; None if it is not on the shelf."""
    found = pages.find(path)
    if found is None:
        return None
    size = found.size
    common = (("ETag", etag), ("Accept-Ranges", "bytes"), FILE_CACHING, *ISOLATED)
    if matches(asked.get("if-none-match", ""), etag):
        return Answer(304, "Not Modified", common)
    headers = (("Content-Type", "application/octet-stream"), *common)
    wanted = asked.get("range", "")
    if wanted and asked.get("if-range", etag) == etag:
        part = _part(wanted, size)
        if part is not None:
            return _partial(found, part, headers)
    length = ("Content-Length", str(size))
    return Answer(200, "OK", (length, *headers), _stretch(found, 0, size))


def fetched(answer: Answer) -> Answer:
    """Return what is sent for a GET: a redirect, where the reader is to fetch the file elsewhere.

    A HEAD is answered here, so that sizes and tags are those of this registry. The redirect must
    not be kept: its address ends after a minute, and is not to outlive the file on the shelf.
    """
    if not isinstance(answer.body, Stream) or answer.body.elsewhere is None:
        return answer
    headers = (
        ("Location", answer.body.elsewhere()),
        ("Content-Length", "0"),
        ("Cache-Control", "no-store"),
        NOSNIFF,
    )
    return Answer(302, "Found", headers)


def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip."""
    weights: dict[str, float] = {}
    for item in header.split(","):
        found = _CODING.fullmatch(item)
        if found is not None:
            weights[found.group(1).lower()] = float(found.group(2) or 1)
    # "*" speaks for the codings that are not named (RFC 9110, 12.5.3).
    taken = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0)))
    return taken > 0


def matches(if_none_match: str, etag: str) -> bool:
    """Say whether an If-None-Match header names a tag (weak comparison, RFC 9110 8.8.3.2)."""
    if not if_none_match:
        return False
    if if_none_match == etag or if_none_match.strip() == "*":
        return True
    return etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}


def _part(header: str, size: int) -> tuple[int, int] | None:
    """Return (first, last) of a single byte range; (0, -1) if it cannot be satisfied."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else (0, -1)
    begin = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < begin:
        return None  # not a valid range at all: ignored (RFC 9110, 14.1.1)
    return (begin, end) if begin < size else (0, -1)


def _stretch(found: LocalFile | RemoteFile, offset: int, length: int) -> Stretch | Stream:
    if isinstance(found, LocalFile):
        return Stretch(found.path, offset, length)
    return Stream(lambda: found.read(offset, length), length, found.elsewhere)


def _partial(found: LocalFile | RemoteFile, part: tuple[int, int], headers: Headers) -> Answer:
    first, last = part
    if last < first:
        # Not to be stored: a cache that replayed it to others would hide the file from them.
        unsatisfied = (
            ("Content-Range", f"bytes */{found.size}"),
            ("Content-Length", "0"),
            ("Cache-Control", "no-store"),
        )
        return Answer(416, "Range Not Satisfiable", (*unsatisfied, *ISOLATED))
    length = last - first + 1
    more = (
        ("Content-Range", f"bytes {first}-{last}/{found.size}"),
        ("Content-Length", str(length)),
    )
    return Answer(206, "Partial Content", (*more, *headers), _stretch(found, first, length))

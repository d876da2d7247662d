"""How a page, and the fact that a file is up or down, are written into one object each. Pure.

A first line says what it is, and carries the digest by which damage is found when it is read:

    strongroom-page-1 MARK SHA256 SIZE plain|gzip     followed by the page in that form
    strongroom-file-1 SHA256 SIZE                     a published file: its blob and its size
    strongroom-gone-1                                 a file that was taken down

A page has one form, from which the other is made, so that the two can never be of two pages. MARK
is random: no two objects are the same, so whatever a server makes its entity tag of, it changes.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TypeAlias

from strongroom.stores.pages.forms import etag, packed
from strongroom.stores.pages.protocol import Stored

_PAGE = re.compile(
    rb"strongroom-page-1 [0-9a-f]{32} ([0-9a-f]{64}) ([0-9]{1,12}) (plain|gzip)\n", re.ASCII
)
_FILE = re.compile(rb"strongroom-file-1 ([0-9a-f]{64}) ([0-9]{1,18})\n", re.ASCII)
GONE = b"strongroom-gone-1\n"
"""What is written where a file was taken down."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Says that a file is up: the digest of its blob, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Says that a file was taken down."""


Record: TypeAlias = Stored | FileRecord | Gone


def page_record(body: bytes, mark: bytes) -> bytes:
    """Write a page; `mark` is sixteen random bytes."""
    form = packed(body)
    how, content = ("plain", body) if form is None else ("gzip", form)
    digest = hashlib.sha256(body).hexdigest()
    return f"strongroom-page-1 {mark.hex()} {digest} {len(body)} {how}\n".encode() + content


def file_record(record: FileRecord) -> bytes:
    """Write that a file is up."""
    return f"strongroom-file-1 {record.sha256} {record.size}\n".encode()


def read(raw: bytes) -> Record:
    """Read an object; raises ValueError if it is damaged or none of ours."""
    if raw == GONE:
        return Gone()
    up = _FILE.fullmatch(raw)
    if up is not None:
        return FileRecord(up[1].decode(), int(up[2]))
    head = _PAGE.match(raw)
    if head is None:
        message = "it does not begin as a record"
        raise ValueError(message)
    content, size = raw[head.end() :], int(head[2])
    body = _unpacked(content, size) if head[3] == b"gzip" else content
    if len(body) != size or hashlib.sha256(body).hexdigest() != head[1].decode():
        message = "its page is not the one that was written"
        raise ValueError(message)
    return Stored(body, content if head[3] == b"gzip" else None, etag(body))


def _unpacked(content: bytes, size: int) -> bytes:
    # Bounded: whoever can write to the bucket must not fill our memory with a few bytes.
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = stream.decompress(content, size + 1)
    except zlib.error as error:
        message = "its page does not unpack"
        raise ValueError(message) from error
    if not stream.eof or stream.unused_data:
        message = "its page is cut, or followed by something"
        raise ValueError(message)
    return body

"""Writes tar files by hand, right or wrong in any one field."""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

POSIX = b"ustar\x0000"
GNU = b"ustar  \0"
END = bytes(1024)


@dataclass(frozen=True, slots=True)
class Entry:
    """One header with the content behind it; None means what the content gives."""

    name: bytes
    body: bytes = b""
    kind: bytes = b"0"
    link: bytes = b""
    prefix: bytes = b""
    magic: bytes = POSIX
    size: int | None = None
    size_field: bytes | None = None
    checksum_off: int = 0
    fill: bytes = b"\0"  # what the last block of the content is filled up with

    def render(self) -> bytes:
        """Return the header, the content and its padding."""
        size = len(self.body) if self.size is None else self.size
        size_field = self.size_field or b"%011o\0" % size
        head = self.name[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size_field
        head += b"13601120400\0" + b" " * 8 + self.kind + self.link.ljust(100, b"\0")
        head += self.magic + bytes(64) + b"0000000\0" * 2 + self.prefix.ljust(155, b"\0")
        head = head.ljust(512, b"\0")
        checksum = b"%06o\0 " % (sum(head) + self.checksum_off)
        return head[:148] + checksum + head[156:] + self.body + self.fill * (-len(self.body) % 512)


def pax(records: Iterable[tuple[bytes, bytes]], kind: bytes = b"x") -> Entry:
    """Return an extended header with the records; kind `g` makes it global."""
    return raw_pax(b"".join(pax_record(key, value) for key, value in records), kind)


def raw_pax(body: bytes, kind: bytes = b"x") -> Entry:
    """Return an extended header with any content."""
    return Entry(b"PaxHeader", body, kind)


def pax_record(key: bytes, value: bytes) -> bytes:
    """Return one record, whose length counts its own digits."""
    rest = b" %s=%s\n" % (key, value)
    length = len(rest)
    while length != len(b"%d" % length) + len(rest):
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def tar(entries: Iterable[Entry], end: bytes = END) -> bytes:
    """Return an unpacked tar file."""
    return b"".join(entry.render() for entry in entries) + end


def tar_gz(entries: Iterable[Entry], end: bytes = END) -> bytes:
    """Return a gzipped tar file."""
    return gzip.compress(tar(entries, end), mtime=0)


def gzip_with_extra(body: bytes, field: bytes) -> bytes:
    """Return a gzip stream with `field` as the extra field of its header (RFC 1952, 2.3.1.1)."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = engine.compress(body) + engine.flush()
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x02\xff" + len(field).to_bytes(2, "little") + field
    tail = zlib.crc32(body).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
    return head + packed + tail

"""Writes zip files by hand, right or wrong in any one field.

A `Part` says what both headers of a member state; `local` is the part as its local header shows
it, where that differs. `End` says what the end record states.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

DATE_2020 = (40 << 9) | (1 << 5) | 1
LONG = 0xFFFFFFFF
SHORT = 0xFFFF


def deflated(body: bytes) -> bytes:
    """Return a raw deflate stream."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return engine.compress(body) + engine.flush()


@dataclass(frozen=True, slots=True)
class Part:
    """One member; None means what the body gives."""

    name: bytes
    body: bytes = b""
    method: int = zlib.DEFLATED
    flags: int = 0
    attributes: int = 0o100644 << 16
    extra: bytes = b""
    comment: bytes = b""
    disk: int = 0
    needed: int = 20  # the version that a reader must know, times ten
    data: bytes | None = None  # packed bytes, where they are not the body's
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    offset: int | None = None
    after: bytes = b""  # bytes behind the data that belong to no member
    local: "Part | None" = None

    def bytes_packed(self) -> bytes:
        """Return the data as it stands in the file."""
        if self.data is not None:
            return self.data
        return deflated(self.body) if self.method == zlib.DEFLATED else self.body

    def stated(self) -> bytes:
        """Return the fields that both headers have in common, from flags to sizes."""
        crc = zlib.crc32(self.body) if self.crc is None else self.crc
        packed = len(self.bytes_packed()) if self.packed is None else self.packed
        size = len(self.body) if self.size is None else self.size
        return struct.pack("<4H3L", self.flags, self.method, 0, DATE_2020, crc, packed, size)

    def local_header(self) -> bytes:
        """Return the header that stands in front of the data."""
        shown = self.local or self
        lengths = struct.pack("<2H", len(shown.name), len(shown.extra))
        needed = struct.pack("<H", shown.needed)
        return b"PK\x03\x04" + needed + shown.stated() + lengths + shown.name + shown.extra

    def central_header(self, offset: int) -> bytes:
        """Return the entry of the central directory."""
        lengths = struct.pack("<3H", len(self.name), len(self.extra), len(self.comment))
        place = struct.pack("<2H2L", self.disk, 0, self.attributes, offset)
        variable = self.name + self.extra + self.comment
        needed = struct.pack("<H", self.needed)
        return b"PK\x01\x02\x14\x03" + needed + self.stated() + lengths + place + variable


@dataclass(frozen=True, slots=True)
class End:
    """How the end record differs from the truth, and whether zip64 records precede it."""

    more: int = 0  # added to the count of members
    more_here: int = 0  # added to the count of members on this disk
    disk: int = 0
    comment: bytes = b""
    zip64: bool = False
    locator_off: int = 0  # added to where the locator points
    start_off: int = 0  # added to where the directory starts

    def records(self, count: int, start: int, length: int) -> bytes:
        """Return the end of a file whose directory of `count` entries stands at `start`."""
        total, here, start = count + self.more, count + self.more_here, start + self.start_off
        wide = b""
        short = (here, total, length, start)
        if self.zip64:
            wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, here, total, length,
                               start)  # fmt: skip
            at = start - self.start_off + length + self.locator_off
            wide += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
            short = (SHORT, SHORT, LONG, LONG)
        fields = (b"PK\x05\x06", self.disk, self.disk, *short, len(self.comment))
        return wide + struct.pack("<4s4H2LH", *fields) + self.comment


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around the members, and in which order the directory lists them."""

    prefix: bytes = b""
    before_directory: bytes = b""
    in_directory: bytes = b""  # after the last entry, inside the directory's length
    order: Sequence[int] | None = None
    end: End = field(default_factory=End)


def pack(parts: Sequence[Part], layout: Layout | None = None) -> bytes:
    """Return a zip file of the parts."""
    layout = layout or Layout()
    body = bytearray(layout.prefix)
    entries = []
    for part in parts:
        entries.append(part.central_header(len(body) if part.offset is None else part.offset))
        body += part.local_header() + part.bytes_packed() + part.after
    body += layout.before_directory
    start = len(body)
    order = range(len(entries)) if layout.order is None else layout.order
    directory = b"".join(entries[index] for index in order) + layout.in_directory
    return bytes(body + directory + layout.end.records(len(order), start, len(directory)))


def extra(tag: int, data: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<HH", tag, len(data)) + data


def zip64_extra(*values: int) -> bytes:
    """Return a zip64 extra field."""
    return extra(1, struct.pack(f"<{len(values)}Q", *values))


def unicode_path(name: bytes, other: bytes) -> bytes:
    """Return an Info-ZIP Unicode path extra field that renames `name` to `other`."""
    return extra(0x7075, struct.pack("<BL", 1, zlib.crc32(name)) + other)

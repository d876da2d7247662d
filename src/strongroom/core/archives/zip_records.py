"""Parses the records of a zip file, one function for each, and refuses what none should hold.

Section numbers are those of PKWARE's APPNOTE.TXT 6.3.10. Nothing here moves about in the file: it
takes the bytes of one record and returns what they say.
"""

import struct
from dataclasses import dataclass, fields

from strongroom.core.archives.refusals import Code, refused, shown

LOCAL_MARK = b"PK\x03\x04"
CENTRAL_MARK = b"PK\x01\x02"
END_MARK = b"PK\x05\x06"
END64_MARK = b"PK\x06\x06"
LOCATOR64_MARK = b"PK\x06\x07"

LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
END = struct.Struct("<4s4H2LH")  # 4.3.16

STORED, DEFLATED = 0, 8

LONGEST_COMMENT = 0xFFFF

_SHORT, _LONG = 0xFFFF, 0xFFFFFFFF  # what stands in a field that zip64 has taken over
_FLAG_ENCRYPTED = 0x2041  # 4.4.4: bits 0, 6 and 13
_FLAG_DESCRIPTOR = 0x0008
_FLAG_UTF8 = 0x0800
_FLAGS_ALLOWED = _FLAG_UTF8 | 0x0006  # bits 1 and 2 only tell how hard deflate tried
_EXTRA = struct.Struct("<HH")
_EXTRA_ZIP64 = 0x0001
_EXTRA_UNICODE_PATH = 0x7075
_QUAD = 8
_NEWEST = 63  # version 6.3 of the specification


@dataclass(frozen=True, slots=True)
class Header:
    """What the local and the central header of a member must say alike."""

    name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the central directory: besides the header, what only the directory says."""

    header: Header
    attributes: int
    offset: int


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory starts, how long it is, and how many entries it has."""

    start: int
    length: int
    count: int


def parse_end(record: bytes, at: int) -> Directory | None:
    """Return what the last record says, or None where it leaves that to the zip64 record.

    `at` is the record's own offset.
    """
    mark, disk, first_disk, here, count, length, start, comment = END.unpack(record)
    if mark != END_MARK or comment:
        raise refused(Code.TRAILING_BYTES, "The zip file does not end with its end record.")
    if disk or first_disk:
        raise refused(Code.MULTI_DISK, "The zip file says that it is one of several disks.")
    if here != count:
        raise refused(Code.MEMBER_COUNT, "The end record of the zip file counts two ways.")
    if count == _SHORT or _LONG in {length, start}:
        return None
    return _placed(Directory(start, length, count), at)


def parse_end64(locator: bytes, record: bytes, end: bytes, at: int) -> Directory:
    """Return what the zip64 end record at offset `at` says, held against the other two records."""
    mark, disk, found_at, disks = LOCATOR64.unpack(locator)
    if (mark, disk, found_at, disks) != (LOCATOR64_MARK, 0, at, 1):
        raise refused(Code.ZIP64, "The zip64 locator does not point to the zip64 end record.")
    mark, own, _, _, disk, first, here, count, length, start = END64.unpack(record)
    if (mark, own, disk, first) != (END64_MARK, END64.size - 12, 0, 0):
        raise refused(Code.ZIP64, "The zip64 end record is malformed.")
    _, _, _, _, short_count, short_length, short_start, _ = END.unpack(end)
    agree = (
        here == count
        and short_count in {count, _SHORT}
        and short_length in {length, _LONG}
        and short_start in {start, _LONG}
    )
    if not agree:
        raise refused(Code.MEMBER_COUNT, "The two end records of the zip file disagree.")
    return _placed(Directory(start, length, count), at)


def _placed(directory: Directory, at: int) -> Directory:
    if directory.start + directory.length != at:
        sentence = "The central directory of the zip file does not end where the end record starts."
        raise refused(Code.LAYOUT, sentence)
    return directory


def central_length(fixed: bytes) -> int:
    """Return how long a directory entry is with its variable part."""
    name, extra, comment = struct.unpack_from("<3H", fixed, 28)
    if not fixed.startswith(CENTRAL_MARK):
        raise refused(Code.LAYOUT, "The central directory holds a record that does not belong.")
    if comment:
        raise refused(Code.COMMENT, "A member of the zip file carries a comment.")
    return CENTRAL.size + int(name) + int(extra)


def parse_central(record: bytes) -> Listed:
    """Return what a whole directory entry says."""
    _, _, needed, flags, method, time, date, crc, packed, size, length, *rest = CENTRAL.unpack_from(
        record
    )
    _check_version(needed)
    _, _, disk, _, attributes, offset = rest
    if disk:
        raise refused(Code.MULTI_DISK, "A member of the zip file is said to be on another disk.")
    name, extra = record[CENTRAL.size :][:length], record[CENTRAL.size + length :]
    size, packed, offset = widened((size, packed, offset), extra)
    return Listed(Header(name, flags, method, time, date, crc, packed, size), attributes, offset)


def local_length(fixed: bytes) -> int:
    """Return how long a local header is with its variable part."""
    name, extra = struct.unpack_from("<2H", fixed, 26)
    if not fixed.startswith(LOCAL_MARK):
        raise refused(Code.LAYOUT, "A member of the zip file does not start where it should.")
    return LOCAL.size + int(name) + int(extra)


def parse_local(record: bytes) -> Header:
    """Return what a whole local header says."""
    _, needed, flags, method, time, date, crc, packed, size, length, _ = LOCAL.unpack_from(record)
    _check_version(needed)
    name, extra = record[LOCAL.size :][:length], record[LOCAL.size + length :]
    size, packed = widened((size, packed), extra)
    return Header(name, flags, method, time, date, crc, packed, size)


def _check_version(needed: int) -> None:
    # 4.4.3.2: 6.3 is the newest. A reader that knows no newer stops at the member, others go on.
    if needed & 0xFF > _NEWEST:
        raise refused(Code.METHOD, "The zip file asks for a newer version of the format than 6.3.")


def extras(data: bytes) -> dict[int, bytes]:
    """Return the extra fields by their id (4.5.1)."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        if len(data) - at < _EXTRA.size:
            raise refused(Code.EXTRA_FIELD, "An extra field of the zip file is cut off.")
        tag, length = _EXTRA.unpack_from(data, at)
        at += _EXTRA.size + length
        if at > len(data):
            raise refused(Code.EXTRA_FIELD, "An extra field of the zip file is cut off.")
        if tag in found:
            raise refused(Code.EXTRA_FIELD, "A member of the zip file has an extra field twice.")
        found[tag] = data[at - length : at]
    if _EXTRA_UNICODE_PATH in found:  # 4.6.9: a second name, which some readers prefer
        raise refused(Code.UNICODE_PATH, "A member of the zip file has a second, Unicode name.")
    return found


def widened(values: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    """Return 32-bit fields with those that overflowed taken from the zip64 extra field (4.5.3).

    The extra field holds the overflowed fields, in order, or repeats the first fields unchanged
    as some writers do that reserve the room beforehand. Anything else is refused.
    """
    zip64 = extras(extra).get(_EXTRA_ZIP64)
    if zip64 is None:
        if _LONG in values:
            raise refused(Code.ZIP64, "A member of the zip file lacks its zip64 field.")
        return values
    wide = struct.unpack(f"<{len(zip64) // _QUAD}Q", zip64[: len(zip64) // _QUAD * _QUAD])
    if len(zip64) % _QUAD == 0:
        if len(wide) == values.count(_LONG):
            spare = iter(wide)
            return tuple(next(spare) if value == _LONG else value for value in values)
        firm = [value for value in values[len(wide) :] if value == _LONG]
        pairs = zip(values, wide, strict=False)
        if not firm and len(wide) <= len(values) and all(a in {b, _LONG} for a, b in pairs):
            return wide + values[len(wide) :]
    raise refused(Code.ZIP64, "A zip64 field disagrees with the header that it extends.")


def check_flags(header: Header) -> None:
    """Refuse what needs a key, hides its size, or can be read in two ways."""
    who = shown(header.name)
    if header.flags & _FLAG_ENCRYPTED:
        raise refused(Code.ENCRYPTED, f"The member {who} is encrypted.")
    if header.flags & _FLAG_DESCRIPTOR:
        raise refused(Code.DATA_DESCRIPTOR, f"The member {who} states its size behind its data.")
    if header.flags & ~_FLAGS_ALLOWED:
        raise refused(Code.FLAGS, f"The member {who} sets flags that no package needs.")
    if header.method not in {STORED, DEFLATED}:
        sentence = f"The member {who} uses compression method {header.method}."
        raise refused(Code.METHOD, sentence)
    if header.method == STORED and header.packed != header.size:
        sentence = f"The member {who} is stored, but its two sizes differ."
        raise refused(Code.SIZE, sentence)
    if not header.name.isascii() and not header.flags & _FLAG_UTF8:
        # 4.4.4, bit 11: without it the name is in code page 437, and readers part ways.
        sentence = f"The member name {who} is not marked as UTF-8."
        raise refused(Code.PATH_ENCODING, sentence)


def check_alike(local: Header, central: Header) -> None:
    """Refuse a member whose two headers differ, naming the first field that does."""
    for field in fields(Header):
        if getattr(local, field.name) != getattr(central, field.name):
            sentence = f"The two headers of {shown(central.name)} differ in {field.name}."
            raise refused(Code.HEADERS_DISAGREE, sentence)

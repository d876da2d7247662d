"""Parses the 512-byte headers of tar and the pax records between them, and nothing else.

POSIX.1-2017, utility `pax`, sections "ustar Interchange Format" and "pax Extended Header". Of the
GNU format only long names are known. Records that would change what a member is or where it goes
in some readers and not in others are refused.
"""

import re
from dataclasses import dataclass

from strongroom.core.archives.kinds import TAR_BLOCK, header_checksum
from strongroom.core.archives.refusals import Code, refused, shown

FILE, OLD_FILE, HARD_LINK, SYMLINK, FOLDER = b"0", b"\0", b"1", b"2", b"5"
PAX, PAX_GLOBAL, GNU_LONG_NAME, GNU_SPARSE = b"x", b"g", b"L", b"S"
NAME_FIELD = 100  # bytes that every tar header has for a name

_POSIX_MAGIC = b"ustar\x0000"
_GNU_MAGIC = b"ustar  \0"
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_PAX_LENGTH = re.compile(rb"[1-9][0-9]{0,6}")

_PAX_HARMLESS = frozenset(
    [
        *("path", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment"),
        *("SCHILY.dev", "SCHILY.ino", "SCHILY.nlink", "SCHILY.fflags"),
    ]
)
_PAX_HARMLESS_PREFIXES = ("LIBARCHIVE.", "SCHILY.xattr.", "SCHILY.acl.")
_PAX_GLOBAL_HARMLESS = frozenset(["comment"])  # `git archive` notes the commit there


# uid, gid, mtime, device numbers: a reader that cannot parse one takes it for the archive's end.
_NUMBERS_UNUSED = (
    slice(108, 116),
    slice(116, 124),
    slice(136, 148),
    slice(329, 337),
    slice(337, 345),
)
_BASE_256 = frozenset({0x80, 0xFF})


@dataclass(frozen=True, slots=True)
class Header:
    """What one header block says; `kind` is its type flag, `link` the target of a link."""

    name: bytes
    size: int
    mode: int
    kind: bytes
    link: bytes


def parse_header(block: bytes) -> Header:
    """Return what a header block says, or refuse a block that is not a plain header."""
    if _number(block[148:156]) != header_checksum(block):
        raise refused(Code.HEADER, "A header in the tar file does not match its checksum.")
    magic = block[257:265]
    if magic not in {_POSIX_MAGIC, _GNU_MAGIC}:
        raise refused(Code.HEADER, "A header in the tar file is of an unknown format.")
    for field in _NUMBERS_UNUSED:
        if block[field.start] not in _BASE_256:
            _number(block[field])
    name, prefix = _text(block[:NAME_FIELD]), _text(block[345:500])
    if magic == _GNU_MAGIC and block[345:500].strip(b"\0"):
        raise refused(Code.HEADER, "A GNU header of the tar file holds a prefix.")
    if prefix:
        name = prefix + b"/" + name
    return Header(
        name=name,
        size=_number(block[124:136]),
        mode=_number(block[100:108]),
        kind=block[156:157],
        link=_text(block[157:257]),
    )


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _number(field: bytes) -> int:
    # Base 256 numbers, a GNU extension for 8 GiB and more, lie beyond every limit of ours.
    found = _OCTAL.fullmatch(field)
    if found is None:
        raise refused(Code.HEADER, "A number in a header of the tar file is malformed.")
    return int(found[1] or b"0", 8)


def parse_pax(data: bytes, *, for_all: bool) -> dict[str, bytes]:
    """Return the records of an extended header, each once; `for_all` marks a global one."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        key, value, at = _record(data, at)
        allowed = key in _PAX_GLOBAL_HARMLESS if for_all else _is_harmless(key)
        if not allowed:
            raise refused(Code.PAX, f"The tar file uses the extended header {shown(key)}.")
        if key in found:
            raise refused(Code.PAX, f"The tar file states the extended header {shown(key)} twice.")
        found[key] = value
    return found


def _is_harmless(key: str) -> bool:
    return key in _PAX_HARMLESS or key.startswith(_PAX_HARMLESS_PREFIXES)


def _record(data: bytes, at: int) -> tuple[str, bytes, int]:
    """Return key, value and end of the record `length SP key = value LF` that starts at `at`."""
    space = data.find(b" ", at, at + 8)
    length = data[at : max(space, at)]
    if not _PAX_LENGTH.fullmatch(length):
        raise refused(Code.PAX, "An extended header of the tar file is malformed.")
    end = at + int(length)
    key, equals, value = data[space + 1 : end - 1].partition(b"=")
    if end > len(data) or data[end - 1 : end] != b"\n" or not equals or end - 1 <= space:
        raise refused(Code.PAX, "An extended header of the tar file is malformed.")
    return key.decode("ascii", "backslashreplace"), value, end


def full_name(header: Header, pax: dict[str, bytes], gnu_name: bytes | None) -> bytes:
    """Return the member's name, held against the short one where that could have said it.

    A reader that knows only the short name must not see another file. A name that fits needs no
    extension, so one that fits and differs is a trick.
    """
    long_name = pax.get("path", gnu_name)
    if long_name is None:
        return header.name
    fits = len(long_name) <= NAME_FIELD and long_name.isascii()
    two = gnu_name is not None and "path" in pax
    if two or (fits and long_name.rstrip(b"/") != header.name.rstrip(b"/")):
        raise refused(Code.NAMES_DISAGREE, f"A member has two names, one {shown(long_name)}.")
    return long_name


def check_size(header: Header, pax: dict[str, bytes]) -> None:
    """Refuse a pax size that is not the header's: readers then part ways (CVE-2025-62518)."""
    stated = pax.get("size")
    if stated is not None and stated != str(header.size).encode():
        raise refused(Code.NAMES_DISAGREE, f"The member {shown(header.name)} has two sizes.")


def padding(size: int) -> int:
    """Return how many bytes fill up the last block of a content of `size` bytes."""
    return -size % TAR_BLOCK

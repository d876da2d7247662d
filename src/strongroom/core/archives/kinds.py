"""Tells whether a file of one kind could also be opened as the other.

Two programs that open the same bytes as different archives see different packages, so a file that
is both a zip and a tar is refused by either reader.
"""

import struct
from typing import BinaryIO

from strongroom.core.archives.inflate import exactly, size_of

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_CENTRAL_MARK = b"PK\x01\x02"
_LONGEST_COMMENT = 0xFFFF
_IN_ZIP64 = 0xFFFFFFFF
_SIGN = 0x80
TAR_BLOCK = 512
_CHECKSUM = slice(148, 156)


def header_checksum(block: bytes) -> int:
    """Return the checksum of a tar header (POSIX pax, "ustar Interchange Format")."""
    return sum(block) - sum(block[_CHECKSUM]) + 8 * ord(" ")


def looks_like_tar(file: BinaryIO) -> bool:
    """Whether a tar reader would take the first block for a header."""
    if size_of(file) < TAR_BLOCK:
        return False
    block = exactly(file, 0, TAR_BLOCK)
    try:
        stated = int(block[_CHECKSUM].strip(b" \0"), 8)
    except ValueError:
        return False
    high = sum(1 for byte in block[: _CHECKSUM.start] + block[_CHECKSUM.stop :] if byte >= _SIGN)
    unsigned = header_checksum(block)
    return stated in {unsigned, unsigned - 256 * high}  # old writers summed signed bytes


def looks_like_zip(file: BinaryIO) -> bool:
    """Whether a zip reader that searches from the end would find a directory here."""
    size = size_of(file)
    start = max(0, size - _LONGEST_COMMENT - _END.size)
    tail = exactly(file, start, size - start)
    at = tail.rfind(_END_MARK)
    while at >= 0:
        if _has_directory(file, start + at, tail[at : at + _END.size]):
            return True
        at = tail.rfind(_END_MARK, 0, at)
    return False


def _has_directory(file: BinaryIO, at: int, record: bytes) -> bool:
    if len(record) < _END.size:
        return False
    length = _END.unpack(record)[5]
    if length == _IN_ZIP64:
        return True
    return length <= at and exactly(file, at - length, 4) in {_CENTRAL_MARK, _END_MARK}

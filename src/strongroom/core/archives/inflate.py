"""Bounded decompression: blocks in, blocks out, and never more than one block in memory."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from strongroom.core.archives.refusals import Code, refused

BLOCK = 64 * 1024
DEFLATE = -zlib.MAX_WBITS
GZIP = 16 + zlib.MAX_WBITS


def size_of(file: BinaryIO) -> int:
    """Return how many bytes a file holds."""
    return file.seek(0, 2)


def exactly(file: BinaryIO, offset: int, count: int) -> bytes:
    """Return `count` bytes from `offset`, or refuse a file that ends before."""
    file.seek(offset)
    data = file.read(count)
    if len(data) != count:
        raise refused(Code.TRUNCATED, "The archive ends before its content does.")
    return data


def span(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end` in blocks, wherever the file stands in between."""
    for offset in range(start, end, BLOCK):
        yield exactly(file, offset, min(BLOCK, end - offset))


def inflated(packed: Iterator[bytes], window: int) -> Iterator[bytes]:
    """Yield the unpacked blocks of one compressed stream that takes up `packed` to its last byte.

    A second gzip member (RFC 1952, section 2.2) is refused as well: readers disagree about it.
    """
    engine = zlib.decompressobj(window)
    pending = b""
    while not engine.eof:
        pending = pending or next(packed, b"")
        try:
            block = engine.decompress(pending, BLOCK)
        except zlib.error:
            raise refused(Code.CORRUPT, "The compressed data in the archive is damaged.") from None
        if block:
            yield block
        elif not pending and not engine.eof:
            raise refused(Code.TRUNCATED, "The compressed data in the archive ends too early.")
        pending = engine.unconsumed_tail
    if engine.unused_data or next(packed, b""):
        sentence = "Other bytes follow the compressed data, where nothing belongs."
        raise refused(Code.COMPRESSED_LEFTOVER, sentence)

"""The two forms of a page, plain and compressed, and its entity tag. Pure.

A large page lists much of which little changes at a time. So it is compressed in pieces that know
nothing of each other, each with the lines that come together in it whatever stands before them,
and what a piece was compressed to is remembered. Together they are one stream of deflate in one
member of gzip (RFC 1951, RFC 1952), as any compressor may write it that begins anew now and then.
"""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

COMPRESS_FROM = 512  # bytes; below it a header costs more than compression saves

# Of a page of two thousand files, 9 takes a third more time than 6 to save half a percent.
LEVEL = 6

# A piece begins with a line that says so, by its content; thus a line more or less changes the
# pieces beside it, and the others are found again wherever they have moved to.
PIECE_FROM = 16 * 1024  # bytes
FIRST_OF = 8  # lines, of which one begins a piece
# Whoever chooses lines so that none of them begins a piece wins nothing: the next one does.
LOOKED_AT = 64  # lines

REMEMBERED = 1024  # pieces
LONGEST = 32 * 1024  # bytes of a piece that is remembered, so that all are bounded

# No time, no name, written by no system that is named (RFC 1952, 2.3.1).
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"  # an empty one


def packed(body: bytes) -> bytes | None:
    """Return the compressed form of a page; None where it does not pay."""
    if len(body) < COMPRESS_FROM:
        return None
    blocks = b"".join(
        _deflated(piece) if len(piece) <= LONGEST else _deflate(piece) for piece in pieces(body)
    )
    end = zlib.crc32(body).to_bytes(4, "little") + (len(body) % 2**32).to_bytes(4, "little")
    form = b"".join((_HEAD, blocks, _LAST_BLOCK, end))
    return form if len(form) < len(body) else None


def pieces(body: bytes) -> Iterator[bytes]:
    """Cut a page; its pieces joined are the page."""
    begin = 0
    while begin < len(body):
        end = _after_line(body, begin + PIECE_FROM)
        for _ in range(LOOKED_AT):
            line_ends = _after_line(body, end)
            if zlib.crc32(body[end:line_ends]) % FIRST_OF == 0:
                break
            end = line_ends
        yield body[begin:end]
        begin = end


def _after_line(body: bytes, place: int) -> int:
    """Return where the line ends that a place is in."""
    return body.find(b"\n", place) + 1 or len(body)


def _deflate(piece: bytes) -> bytes:
    stream = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    # Up to the end of a byte, and no block of it is the last.
    return stream.compress(piece) + stream.flush(zlib.Z_SYNC_FLUSH)


_deflated = lru_cache(maxsize=REMEMBERED)(_deflate)


def etag(body: bytes) -> str:
    """Return the entity tag of a page: of its content, whenever and wherever it was rendered."""
    return f'"{sha256(body).hexdigest()[:32]}"'

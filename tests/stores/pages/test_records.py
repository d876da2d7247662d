"""Objects of the shelf: what was written is read, and nothing else is taken for it."""

import gzip
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.stores.pages.protocol import Stored
from strongroom.stores.pages.records import GONE, FileRecord, file_record, page_record, read

MARK = bytes(16)
LONG = b"the same line again\n" * 200
PACKED = page_record(LONG, MARK)


@given(st.binary(max_size=3000) | st.binary(max_size=9).map(lambda body: body * 900))
def test_a_page_is_read_as_it_was_written(body: bytes) -> None:
    stored = read(page_record(body, MARK))
    assert isinstance(stored, Stored)
    assert stored.body == body
    assert stored.compressed is None or gzip.decompress(stored.compressed) == body


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_file_is_read_as_it_was_written(size: int, digest: bytes) -> None:
    record = FileRecord(digest.hex(), size)
    assert read(file_record(record)) == record


def test_two_writings_of_one_page_differ() -> None:
    assert page_record(b"x", bytes(16)) != page_record(b"x", bytes([1] * 16))


@given(st.integers(0, len(PACKED) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_never_served(place: int, bit: int) -> None:
    spoilt = bytearray(PACKED)
    spoilt[place] ^= 1 << bit
    try:
        stored = read(bytes(spoilt))
    except ValueError:
        return
    assert isinstance(stored, Stored)
    assert stored.body == LONG


def packed_as(body: bytes, content: bytes, size: int) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"strongroom-page-1 {'0' * 32} {digest} {size} gzip\n".encode() + content


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"strongroom-page-2 " + PACKED[18:],
        GONE + b"x",
        b"strongroom-file-1 abc 5\n",
        PACKED[:-1],
        PACKED + b"x",
        packed_as(b"", b"", 0),
        packed_as(LONG, gzip.compress(LONG + LONG), len(LONG)),
        packed_as(LONG, gzip.compress(LONG)[:-9], len(LONG)),
        packed_as(LONG, zlib.compress(LONG), len(LONG)),
    ],
)
def test_what_is_not_as_it_was_written_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="it"):
        read(raw)


def test_few_bytes_do_not_fill_the_memory() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    with pytest.raises(ValueError, match="cut"):
        read(packed_as(b"", bomb, 10))

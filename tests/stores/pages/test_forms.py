"""The compressed form of a page is one member of gzip, made of pieces that are found again."""

import gzip
import re
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.response import GzipDecoder

from strongroom.stores.pages.forms import (
    COMPRESS_FROM,
    FIRST_OF,
    LOOKED_AT,
    PIECE_FROM,
    etag,
    packed,
    pieces,
)


def entry(number: int) -> bytes:
    """Return a line as an index has one for a file."""
    digest = sha256(str(number).encode()).hexdigest()
    return f'<a href="example_app-{number}.whl#sha256={digest}">\n'.encode()


def page(*numbers: int) -> bytes:
    return b"".join(map(entry, numbers))


MANY = page(*range(4000))


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"<a>\n", b"x" * 9000, MANY[:5000]]), max_size=40))
def test_a_page_is_its_pieces(parts: list[bytes]) -> None:
    body = b"".join(parts)
    cut = list(pieces(body))
    assert b"".join(cut) == body
    assert all(len(piece) > PIECE_FROM and piece.endswith(b"\n") for piece in cut[:-1])


@pytest.mark.parametrize(
    "body",
    [
        MANY,
        b"the same line\n" * 9000,
        b"a long line " * 30_000,
        b"\n" * 100_000,
        MANY + b"no end of line",
        MANY[:COMPRESS_FROM],
    ],
)
def test_a_compressed_form_is_one_member_that_every_reader_unpacks(body: bytes) -> None:
    form = packed(body)
    assert form is not None
    assert gzip.decompress(form) == body
    assert GzipDecoder().decompress(form) == body
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert stream.decompress(form) == body
    assert (stream.eof, stream.unused_data) == (True, b"")


@given(st.binary(max_size=2000) | st.binary(min_size=1, max_size=9).map(lambda one: one * 9000))
def test_what_does_not_shrink_or_is_short_has_no_compressed_form(body: bytes) -> None:
    form = packed(body)
    if len(body) < COMPRESS_FROM:
        assert form is None
    assert form is None or (len(form) < len(body) and gzip.decompress(form) == body)


def test_the_form_of_a_page_is_the_same_bytes_whatever_was_compressed_before() -> None:
    before = packed(MANY)
    packed(page(*range(1, 4000)))
    assert packed(MANY) == before


@pytest.mark.parametrize("place", [0, 1999, 4000])
def test_a_line_more_changes_no_more_than_the_pieces_beside_it(place: int) -> None:
    more = page(*range(place), 5000, *range(place, 4000))
    before, after = set(pieces(MANY)), set(pieces(more))
    assert len(before) > 10
    assert len(after - before) <= 2


def test_lines_that_never_begin_a_piece_are_cut_all_the_same() -> None:
    stubborn = next(
        line for line in (b"%d\n" % number for number in range(99)) if zlib.crc32(line) % FIRST_OF
    )
    cut = list(pieces(stubborn * 100_000))
    assert {len(piece) for piece in cut[:-1]} <= {
        PIECE_FROM + extra + LOOKED_AT * len(stubborn) for extra in range(len(stubborn) + 1)
    }


def test_pieces_cost_few_bytes() -> None:
    form = packed(MANY)
    assert form is not None
    assert len(form) < 1.05 * len(gzip.compress(MANY, 6))


def test_an_entity_tag_is_of_the_content() -> None:
    assert re.fullmatch('"[0-9a-f]{32}"', etag(b"x"))
    assert (etag(b"x") == etag(b"x"), etag(b"x") == etag(b"y")) == (True, False)

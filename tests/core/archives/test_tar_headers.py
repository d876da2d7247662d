import pytest

from strongroom.core.archives.refusals import Code
from strongroom.core.archives.tar_headers import Header, parse_header, parse_pax
from tests.core.archives.reading import code_of
from tests.fakes.tar_writer import Entry, pax_record


def test_a_header_says_what_was_written() -> None:
    block = Entry(b"name", b"12345", b"2", b"target").render()[:512]
    assert parse_header(block) == Header(b"name", 5, 0o644, b"2", b"target")


def test_a_number_may_be_padded_by_spaces() -> None:
    block = Entry(b"name", size_field=b"          7 ").render()[:512]
    assert parse_header(block).size == 7


def test_a_pax_value_may_hold_an_equals_sign_and_a_newline() -> None:
    record = pax_record(b"comment", b"a=b\nc")
    assert parse_pax(record, for_all=False) == {"comment": b"a=b\nc"}


@pytest.mark.parametrize(
    "data",
    [
        b"16",
        b" ",
        b"0 a=b\n",
        b"04 =\n",
        b"3 \n",
        b"4 =\n5",
        b"9 comment\n",
        b"99 comment=x\n",
        b"2 ",
    ],
)
def test_a_malformed_pax_record_is_refused(data: bytes) -> None:
    assert code_of(lambda: parse_pax(data, for_all=False)) == Code.PAX

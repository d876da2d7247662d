"""What a report says, read from bytes that anybody may have written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError, TooLargeError
from strongroom.people.leaks.reports import Found, address, dated, listed

WHERE = "https://example.org/repo/blob/a/b.txt"
NONCE = "0123456789abcdef"


def test_a_list_names_tokens_and_where_each_was_found() -> None:
    body = json.dumps([{"token": " t ", "type": "sort", "url": WHERE, "source": "content"}])
    assert listed(body.encode(), "url") == (Found("t", "sort", WHERE),)


def test_an_address_and_a_type_may_be_missing() -> None:
    assert listed(b'[{"token": "t"}]', "location") == (Found("t"),)


@pytest.mark.parametrize(
    "where",
    ["javascript:alert(1)", "https://a b/", "https://a/\n", "http://a/\u202e", 5, None, "ftp://a/"],
)
def test_an_address_that_would_mislead_a_reader_is_left_out(where: object) -> None:
    assert address(where) == ""


def test_a_long_address_is_cut() -> None:
    assert len(address("https://example.org/" + "a" * 9000)) in {0, 500}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"5",
        b"[5]",
        b'["strongroom_u_x"]',
        b"[{}]",
        b'[{"token": 5}]',
        b'[{"token": null}]',
        b"\xff\xfe",
        b"[" * 30_000,
    ],
)
def test_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        listed(body, "url")
    assert caught.value.code == "report-unreadable"


def test_a_report_names_a_bounded_number_of_tokens() -> None:
    rows = [{"token": "t"}] * 201
    assert len(listed(json.dumps(rows[1:]).encode(), "url")) == 200
    with pytest.raises(TooLargeError):
        listed(json.dumps(rows).encode(), "url")


def test_a_dated_report_says_when_and_a_nonce() -> None:
    body = {"made_at": 7, "nonce": NONCE, "found": [{"token": "t", "url": WHERE}]}
    said = dated(json.dumps(body).encode())
    assert (said.made_at, said.nonce, said.found) == (7, NONCE, (Found("t", "", WHERE),))


@pytest.mark.parametrize(
    "changed",
    [
        {"made_at": "7"},
        {"made_at": True},
        {"made_at": 7.5},
        {"made_at": -1},
        {"made_at": 10**400},
        {"nonce": "short"},
        {"nonce": "with blanks in it !"},
        {"nonce": 5},
        {"found": {}},
    ],
)
def test_a_dated_report_of_another_form_is_refused(changed: dict[str, object]) -> None:
    body: dict[str, object] = {"made_at": 7, "nonce": NONCE, "found": []}
    with pytest.raises(InvalidError):
        dated(json.dumps({**body, **changed}).encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(noise: bytes) -> None:
    for read in (lambda body: listed(body, "url"), dated):
        try:
            read(noise)
        except InvalidError:
            continue


def test_a_printed_find_shows_no_token() -> None:
    assert "secret" not in repr(Found("secret"))

"""The text form: found by scanners, never by chance, one text for one payload."""

import random
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.people.tokens import secrets

payloads = st.binary(min_size=48, max_size=2047).map(lambda rest: b"\x01" + rest)
kinds = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
TEXT = secrets.wrap("u", b"\x01" + bytes(range(48)))


def with_checksum(unchecked: str) -> str:
    return unchecked + secrets._checksum(unchecked)


@given(kinds, payloads)
def test_a_payload_comes_back_as_it_was(kind: str, payload: bytes) -> None:
    text = secrets.wrap(kind, payload)
    assert secrets.well_formed(text)
    assert secrets.unwrap(text) == (kind, payload)


def test_the_checksum_is_crc32_in_base62_of_all_that_stands_before_it() -> None:
    value, digits = zlib.crc32(TEXT[:-6].encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = secrets.DIGITS[digit] + digits
    assert TEXT.endswith(digits)


@pytest.mark.parametrize("text", ["", "strongroom_", "strongroom_u_", "pypi-AgEI", "x" * 99])
def test_other_texts_are_not_tokens(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        secrets.unwrap(text)
    assert caught.value.code == "token-malformed"


@pytest.mark.parametrize(
    "text", [TEXT + "\n", " " + TEXT, TEXT.upper(), TEXT.replace("_u_", "_U_")]
)
def test_a_token_with_something_around_it_or_in_another_case_is_refused(text: str) -> None:
    assert not secrets.well_formed(text)


def test_a_cut_token_is_told_as_damaged() -> None:
    with pytest.raises(InvalidError) as caught:
        secrets.unwrap(secrets.wrap("u", b"\x01" + bytes(60))[:-1])
    assert caught.value.code == "token-damaged"


def test_every_single_slip_of_the_pen_is_found() -> None:
    for place in range(len(TEXT)):
        for digit in secrets.DIGITS + "_-":
            slipped = TEXT[:place] + digit + TEXT[place + 1 :]
            assert secrets.well_formed(slipped) == (slipped == TEXT)


def test_a_leading_zero_makes_no_second_text_of_a_payload() -> None:
    body = TEXT[:-6].replace("strongroom_u_", "strongroom_u_0")
    assert not secrets.well_formed(with_checksum(body))


def test_the_pattern_finds_a_token_in_any_surroundings() -> None:
    for around in ("%s", "x%s", '"%s"', "TOKEN=%s\n", "https://__token__:%s@example.org/", "(%s)."):
        assert secrets.PATTERN.findall(around % TEXT) == [TEXT]


def test_random_texts_of_the_right_shape_are_never_taken_for_tokens() -> None:
    chance = random.Random(4)  # noqa: S311 - a fixed seed keeps the test deterministic
    for _ in range(20_000):
        text = "strongroom_u_1" + "".join(chance.choices(secrets.DIGITS, k=70))
        assert secrets.PATTERN.fullmatch(text)
        assert not secrets.well_formed(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text: str) -> None:
    assert not secrets.well_formed(text)


def test_the_pattern_is_plain_enough_for_every_scanner() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_\[\]{},-]+", secrets.PATTERN.pattern)

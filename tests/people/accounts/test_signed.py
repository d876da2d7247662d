"""Signed numbers: only their key makes them, and only about one thing."""

from hypothesis import given
from hypothesis import strategies as st

from strongroom.people.accounts.signed import number_of, signed

KEY, OTHER = b"k" * 32, b"o" * 32
NUMBERS = st.integers(1, 10**18 - 1)


@given(NUMBERS)
def test_a_number_is_read_about_what_it_was_signed_for_by_the_same_key_alone(number: int) -> None:
    secret = signed(KEY, "box ", number)
    assert number_of(KEY, "box ", secret) == number
    assert number_of(KEY, "bag ", secret) is None
    assert number_of(OTHER, "box ", secret) is None


@given(NUMBERS, st.data())
def test_no_changed_letter_is_let_pass(number: int, data: st.DataObject) -> None:
    secret = signed(KEY, "box ", number)
    at = data.draw(st.integers(0, len(secret) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(secret[at].__ne__))
    assert number_of(KEY, "box ", secret[:at] + other + secret[at + 1 :]) is None


@given(st.text())
def test_what_nobody_signed_is_no_number(text: str) -> None:
    assert number_of(KEY, "box ", text) is None

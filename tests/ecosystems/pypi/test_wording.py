from hypothesis import given
from hypothesis import strategies as st

from strongroom.ecosystems.pypi.wording import ascii_line, quoted


@given(st.text())
def test_quoted_text_is_one_short_line_of_printable_ascii(text: str) -> None:
    shown = quoted(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= 65


@given(st.text())
def test_a_message_becomes_one_short_line_of_printable_ascii(text: str) -> None:
    line = ascii_line(text)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= 163


def test_short_plain_text_is_quoted_as_it_is() -> None:
    assert quoted("requests") == "'requests'"


def test_long_text_is_cut_and_says_so() -> None:
    assert quoted("x" * 100, 10) == "'xxxxxxxxxx...'"

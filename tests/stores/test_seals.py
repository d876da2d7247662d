"""Sealed texts: only the same key opens them, only for the purpose they were sealed for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import ConfigurationError
from strongroom.stores.seals import Seal

SEAL = Seal(b"k" * 32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS)
def test_what_is_sealed_can_be_opened(text: str, about: str) -> None:
    assert SEAL.open(SEAL.close(text, about), about) == text


@given(TEXTS.filter(len))
def test_the_sealed_form_is_printable_and_never_twice_the_same(text: str) -> None:
    sealed = SEAL.close(text, "letter")
    assert sealed.isascii()
    assert sealed.isprintable()
    assert sealed != SEAL.close(text, "letter")


@given(st.data())
def test_no_changed_byte_is_let_pass(data: st.DataObject) -> None:
    sealed = SEAL.close("code 123456", "letter")
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(sealed[at].__ne__))
    altered = sealed[:at] + other + sealed[at + 1 :]
    with pytest.raises(ConfigurationError):
        SEAL.open(altered, "letter")


@pytest.mark.parametrize("sealed", ["", "1.", "1.AAAA", "text in clear", "1.é"])
def test_what_was_never_sealed_cannot_be_opened(sealed: str) -> None:
    with pytest.raises(ConfigurationError):
        SEAL.open(sealed, "letter")


def test_a_seal_of_another_purpose_or_key_does_not_open() -> None:
    sealed = SEAL.close("secret", "letter")
    with pytest.raises(ConfigurationError):
        SEAL.open(sealed, "factor")
    with pytest.raises(ConfigurationError):
        Seal(b"l" * 32).open(sealed, "letter")


def test_a_printed_seal_shows_no_key() -> None:
    assert "kkk" not in repr(SEAL)

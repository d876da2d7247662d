"""Passwords that everybody can read of an account."""

import pytest

from strongroom.people.accounts.passwords import holds_only

WORDS = ["alice.cooper", "alice@example.org", "Strongroom", "bo", ""]


@pytest.mark.parametrize(
    "password",
    [
        "alice.cooper",
        "Alice-Cooper!",
        "alice@example.org",
        "ALICE.COOPER2026",
        "strongroom123!",
        "StrongroomStrongroom",
        "ａｌｉｃｅ.cooper",  # noqa: RUF001 - letters that look as others is the point
        "!!bo!!",
    ],
)
def test_a_word_of_the_account_with_little_around_it_is_none(password: str) -> None:
    assert holds_only(password, WORDS)


@pytest.mark.parametrize(
    "password", ["a quiet kettle in may", "strongroom holds my kettle", "bobs own big boat", "----"]
)
def test_anything_else_may_be_one(password: str) -> None:
    assert not holds_only(password, WORDS)

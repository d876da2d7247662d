"""How long tokens last."""

from datetime import datetime, timedelta

import pytest

from strongroom.core.errors import InvalidError
from strongroom.people.tokens.lifetimes import Lifetimes, idle_end
from tests.fakes.clocks import NOON

DAY = timedelta(days=1)
BOUNDED = Lifetimes(usual=30 * DAY, at_most=60 * DAY)
FREE = Lifetimes(usual=30 * DAY, at_most=None)


@pytest.mark.parametrize("lifetimes", [BOUNDED, FREE])
def test_a_token_ends_though_nobody_says_when(lifetimes: Lifetimes) -> None:
    assert lifetimes.end(None, NOON, endless=False) == NOON + 30 * DAY


@pytest.mark.parametrize("days", [1, 60])
def test_its_maker_says_when(days: int) -> None:
    assert BOUNDED.end(NOON + days * DAY, NOON, endless=False) == NOON + days * DAY


@pytest.mark.parametrize(
    ("asked", "endless"), [(NOON + 60 * DAY + timedelta(seconds=1), False), (None, True)]
)
def test_no_token_lasts_longer_than_it_may(asked: datetime | None, *, endless: bool) -> None:
    with pytest.raises(InvalidError) as caught:
        BOUNDED.end(asked, NOON, endless=endless)
    assert caught.value.code == "token-lasts-too-long"
    assert "60 days" in caught.value.sentence


def test_a_token_without_end_is_for_the_operator_to_allow() -> None:
    assert FREE.end(None, NOON, endless=True) is None
    assert FREE.end(NOON + 9999 * DAY, NOON, endless=True) == NOON + 9999 * DAY


def test_a_token_that_is_over_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        FREE.end(NOON, NOON, endless=False)
    assert caught.value.code == "token-bad-expiry"


def test_an_unused_token_ends_where_that_is_set() -> None:
    assert idle_end(NOON, DAY) == NOON + DAY
    assert idle_end(NOON, None) is None

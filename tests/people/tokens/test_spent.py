"""Single-use tokens: burnt once, and forgotten when no clock could make them work again."""

from datetime import datetime, timedelta

import pytest

from strongroom.core.errors import ForbiddenError
from strongroom.people.models import SpentToken
from strongroom.people.tokens.spent import SIGHTINGS, burn, forget, refuse_spent
from strongroom.people.tokens.verdict import Spent
from tests.fakes.clocks import NOON

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
ENDED, ENDLESS = Spent("a" * 64, NOON), Spent("b" * 64, None)


def forgotten(begin: datetime, days: int) -> int:
    """Look on so many days; returns how many were forgotten."""
    return sum(forget(begin + DAY * day) for day in range(days))


def test_what_is_burnt_is_refused() -> None:
    refuse_spent(ENDED)
    burn(ENDED, NOON)
    with pytest.raises(ForbiddenError) as caught:
        burn(ENDED, NOON)
    with pytest.raises(ForbiddenError) as asked:
        refuse_spent(ENDED)
    assert (caught.value.code, asked.value.code) == ("token-spent", "token-spent")


def test_what_has_ended_is_forgotten_after_some_days() -> None:
    burn(ENDED, NOON)
    assert forgotten(NOON + DAY, SIGHTINGS) == 0
    assert forget(NOON + DAY * 9) == 1
    assert not SpentToken.objects.exists()


def test_what_never_ends_is_never_forgotten() -> None:
    burn(ENDLESS, NOON)
    assert forgotten(NOON + DAY * 9999, 2 * SIGHTINGS) == 0


def test_a_clock_that_was_years_ahead_makes_no_spent_token_fresh() -> None:
    burn(ENDED, NOON - DAY * 9)
    assert forgotten(NOON + DAY * 3650, SIGHTINGS) == 0
    assert forget(NOON - DAY * 8) == 0
    assert forgotten(NOON + DAY * 3650, SIGHTINGS) == 0
    with pytest.raises(ForbiddenError):
        burn(ENDED, NOON - DAY * 8)

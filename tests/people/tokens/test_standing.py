"""Which tokens their owner should look at first."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from strongroom.people.tokens.register import Entry
from strongroom.people.tokens.standing import State, by_need, standing
from tests.fakes.clocks import NOON

DAY = timedelta(days=1)
UNUSED = 180 * DAY
ENTRY = Entry(7, "ada", "laptop", {}, NOON - 90 * DAY, NOON + 90 * DAY, NOON - DAY, "", None)


def state(**values: object) -> State:
    return standing(replace(ENTRY, **values), UNUSED, NOON).state  # type: ignore[arg-type] # by name


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, State.LIVE),
        ({"last_used_at": NOON - 30 * DAY}, State.FORGOTTEN),
        ({"last_used_at": None}, State.FORGOTTEN),
        ({"last_used_at": None, "created_at": NOON}, State.LIVE),
        ({"expires_at": NOON + 7 * DAY}, State.ENDS_SOON),
        ({"expires_at": None}, State.LIVE),
        ({"expires_at": NOON}, State.ENDED),
        ({"revoked_at": NOON - DAY}, State.ENDED),
        ({"revoked_at": NOON - DAY, "last_used_at": None}, State.ENDED),
    ],
)
def test_a_token_stands_in_one_way(values: dict[str, object], expected: State) -> None:
    assert state(**values) is expected
    assert standing(replace(ENTRY, **values), UNUSED, NOON).is_live == (  # type: ignore[arg-type] # by name
        expected is not State.ENDED
    )


@pytest.mark.parametrize(
    ("expires", "unused", "ends"),
    [
        (NOON + DAY, UNUSED, NOON + DAY),
        (NOON + 400 * DAY, UNUSED, NOON - DAY + UNUSED),
        (None, UNUSED, NOON - DAY + UNUSED),
        (None, None, None),
    ],
)
def test_a_token_ends_by_time_or_for_lack_of_use(
    expires: datetime | None, unused: timedelta | None, ends: datetime | None
) -> None:
    assert standing(replace(ENTRY, expires_at=expires), unused, NOON).ends_at == ends


def test_the_forgotten_come_first_and_the_ended_last() -> None:
    entries = [
        replace(ENTRY, id=1),
        replace(ENTRY, id=2, revoked_at=NOON),
        replace(ENTRY, id=3, last_used_at=NOON - 40 * DAY),
        replace(ENTRY, id=4, expires_at=NOON + DAY),
        replace(ENTRY, id=5, last_used_at=None),
    ]
    assert [one.entry.id for one in by_need(entries, UNUSED, NOON)] == [5, 3, 4, 1, 2]

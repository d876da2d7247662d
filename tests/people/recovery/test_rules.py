"""The rules of recovery, by value and by property."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.people.recovery import rules
from strongroom.people.recovery.rules import Standing, State
from tests.fakes.clocks import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER, ADA, BOB, EVE = 1, 2, 3, 4
BOTH = frozenset({OWNER, ADA, BOB})
RIPE = NOON + timedelta(hours=72)
ASKED = Standing(OWNER, NOON, RIPE)


def test_critical_projects_wait_a_week_whatever_the_setting() -> None:
    assert rules.waits(timedelta(hours=1), critical=True) == timedelta(hours=168)
    assert rules.waits(timedelta(hours=200), critical=True) == timedelta(hours=200)
    assert rules.waits(timedelta(hours=72), critical=False) == timedelta(hours=72)


def test_two_administrators_after_the_delay_are_enough() -> None:
    once = rules.approved(ASKED, ADA, BOTH, RIPE)
    assert not rules.is_due(once, BOTH, RIPE)
    twice = rules.approved(once, BOB, BOTH, RIPE)
    assert rules.done(twice, BOTH, RIPE).state is State.DONE


@pytest.mark.parametrize("approver", [OWNER, EVE])
def test_neither_the_owner_nor_a_stranger_approves(approver: int) -> None:
    with pytest.raises(ForbiddenError) as refusal:
        rules.approved(ASKED, approver, BOTH, RIPE)
    assert refusal.value.code == "recovery-not-yours-to-approve"


def test_nobody_approves_before_the_delay_is_over() -> None:
    with pytest.raises(ConflictError) as refusal:
        rules.approved(ASKED, ADA, BOTH, RIPE - timedelta(seconds=1))
    assert refusal.value.code == "recovery-not-ripe"


def test_nobody_approves_twice() -> None:
    with pytest.raises(ConflictError) as refusal:
        rules.approved(rules.approved(ASKED, ADA, BOTH, RIPE), ADA, BOTH, RIPE)
    assert refusal.value.code == "recovery-approved-before"


def test_the_approval_of_a_former_administrator_counts_no_more() -> None:
    twice = replace(ASKED, approvals=frozenset({ADA, BOB}))
    assert rules.is_due(twice, BOTH, RIPE)
    assert not rules.is_due(twice, BOTH - {ADA}, RIPE)
    with pytest.raises(ConflictError) as refusal:
        rules.done(twice, BOTH - {ADA}, RIPE)
    assert refusal.value.code == "recovery-not-due"


def test_the_operator_waits_and_needs_nobody() -> None:
    glass = replace(ASKED, by_operator=True)
    assert not rules.is_due(glass, frozenset(), RIPE - timedelta(seconds=1))
    assert rules.is_due(glass, frozenset(), RIPE)


def test_what_has_ended_stays_ended() -> None:
    ended = rules.cancelled(ASKED)
    acts: tuple[Callable[[], object], ...] = (
        lambda: rules.approved(ended, ADA, BOTH, RIPE),
        lambda: rules.cancelled(ended),
        lambda: rules.done(ended, BOTH, RIPE),
    )
    for act in acts:
        with pytest.raises(ConflictError) as refusal:
            act()
        assert refusal.value.code == "recovery-ended"


@dataclass(frozen=True)
class Try:
    """An attempt: who does what, how many hours after the one before."""

    act: str
    who: int
    hours: int


TRIES = some.lists(
    some.builds(
        Try,
        some.sampled_from(["approve", "cancel", "done", "demote"]),
        some.sampled_from([OWNER, ADA, BOB, EVE]),
        some.integers(0, 40),
    ),
    max_size=12,
)


@given(TRIES)
def test_no_order_of_acts_ends_in_a_reset_without_both_approvals_and_the_delay(
    tries: list[Try],
) -> None:
    standing, administrators, now, agreed = ASKED, set(BOTH), NOON, set[int]()
    for one in tries:
        now += timedelta(hours=one.hours)
        try:
            if one.act == "approve":
                standing = rules.approved(standing, one.who, administrators, now)
                agreed.add(one.who)
            elif one.act == "cancel":
                standing = rules.cancelled(standing)
            elif one.act == "demote":
                administrators.discard(one.who)
            else:
                standing = rules.done(standing, administrators, now)
        except (ConflictError, ForbiddenError):
            continue
        if standing.state is State.DONE:
            break
    if standing.state is State.DONE:
        assert now >= RIPE
        assert len((agreed & administrators) - {OWNER, EVE}) >= 2

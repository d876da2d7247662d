"""Tokens that end by themselves: a week after their owners are told, and never sooner."""

import os
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.people.models import Letter, Notice, Token, User
from strongroom.people.tokens import caveats, lapsing
from strongroom.people.tokens.lifetimes import Lifetimes
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.proof.ledger.events import since
from tests.fakes.clocks import StoppedClock
from tests.fakes.people import member

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
UNUSED = 180 * DAY
FREE = Lifetimes(at_most=None)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def user(clock: StoppedClock) -> User:
    return member("ada", clock)


def token(user: User, clock: StoppedClock, days: int | None = None) -> Token:
    limits = () if days is None else (caveats.until(clock.now() + days * DAY),)
    order = Order("laptop", limits, endless=days is None)
    return create(user, order, by=OPERATOR, mint=Mint(b"m" * 32, clock, os.urandom, FREE)).row


def night(clock: StoppedClock, unused: timedelta | None = UNUSED) -> tuple[int, int]:
    """Do what is done each day; return how many were told of and how many ended."""
    return lapsing.warn(unused, clock), lapsing.end_unused(unused, clock)


def told() -> list[dict[str, object]]:
    return [dict(one.facts) for one in Notice.objects.filter(kind=Kind.TOKEN_ENDING)]


def test_an_owner_is_told_once_that_a_token_s_time_is_over_in_a_week(
    user: User, clock: StoppedClock
) -> None:
    row = token(user, clock, 90)
    clock.forward(82 * DAY)
    assert night(clock) == (0, 0)
    clock.forward(DAY)
    assert night(clock) == (1, 0)
    for _ in range(6):
        clock.forward(DAY)
        # Its use does not put off its end.
        Token.objects.update(last_used_at=clock.now())
        assert night(clock) == (0, 0)
    assert told() == [
        {
            "token": row.pk,
            "label": "laptop",
            "ends_at": "2027-02-18 12:00",
            "why": "its time is over",
        }
    ]
    assert Letter.objects.filter(notice__kind=Kind.TOKEN_ENDING).count() == 1


def test_of_what_is_made_for_days_nobody_is_told(user: User, clock: StoppedClock) -> None:
    token(user, clock, 13)
    clock.forward(12 * DAY)
    assert night(clock) == (0, 0)


def test_an_unused_token_ends_a_week_after_its_owner_was_told(
    user: User, clock: StoppedClock
) -> None:
    token(user, clock)
    clock.forward(UNUSED - 7 * DAY)
    assert night(clock) == (1, 0)
    clock.forward(7 * DAY - timedelta(seconds=1))
    assert night(clock) == (0, 0)
    clock.forward(timedelta(seconds=1))
    assert night(clock) == (0, 1)
    assert Token.objects.get().revoked_at == clock.now()
    facts = Notice.objects.get(kind=Kind.TOKEN_REVOKED).facts
    assert facts["why"] == "it was not used for long"
    kinds = [recorded.event.kind for recorded in since(0, 10)]
    assert kinds[-2:] == [Kind.TOKEN_ENDING, Kind.TOKEN_REVOKED]


def test_use_keeps_a_token(user: User, clock: StoppedClock) -> None:
    token(user, clock)
    clock.forward(UNUSED - DAY)
    assert night(clock) == (1, 0)
    Token.objects.update(last_used_at=clock.now())
    clock.forward(UNUSED - 8 * DAY)
    assert night(clock) == (0, 0)
    clock.forward(DAY)
    assert night(clock) == (1, 0)


def test_a_setting_that_is_new_ends_nothing_unannounced(user: User, clock: StoppedClock) -> None:
    token(user, clock)
    clock.forward(1000 * DAY)
    assert night(clock, None) == (0, 0)
    assert night(clock) == (1, 0)
    assert told()[0]["ends_at"] == f"{clock.now() + 7 * DAY:%Y-%m-%d %H:%M}"
    clock.forward(6 * DAY)
    assert night(clock) == (0, 0)
    clock.forward(DAY)
    assert night(clock) == (0, 1)


def test_what_has_ended_is_left_alone(user: User, clock: StoppedClock) -> None:
    token(user, clock, 30)
    Token.objects.filter(pk=token(user, clock).pk).update(revoked_at=clock.now())
    clock.forward(400 * DAY)
    assert night(clock) == (0, 0)


def test_without_the_setting_unused_tokens_stay(user: User, clock: StoppedClock) -> None:
    token(user, clock)
    clock.forward(4000 * DAY)
    assert night(clock, None) == (0, 0)


def test_much_is_done_in_parts(
    user: User, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapsing, "AT_ONCE", 2)
    for _ in range(3):
        token(user, clock)
    clock.forward(UNUSED)
    assert [lapsing.warn(UNUSED, clock) for _ in range(3)] == [2, 1, 0]
    clock.forward(7 * DAY)
    assert [lapsing.end_unused(UNUSED, clock) for _ in range(3)] == [2, 1, 0]


def test_of_two_workers_at_once_one_tells(user: User, clock: StoppedClock) -> None:
    row = token(user, clock)
    clock.forward(UNUSED)
    lapsing._warn(row, UNUSED, clock)
    lapsing._warn(row, UNUSED, clock)
    assert len(told()) == 1

"""Browser sessions as their owner sees them, and ending them."""

from datetime import timedelta
from functools import partial

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.devices import arrive, is_known
from strongroom.people.accounts.sessions import (
    digest_of,
    end,
    end_all,
    end_others,
    forget,
    live,
    signed_in,
)
from strongroom.people.models import BrowserSession, User
from strongroom.proof.models import EventRow
from tests.fakes.clocks import NOON
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db
CLOCK = SystemClock()


@pytest.fixture
def ada() -> User:
    return member("ada", CLOCK)


def session(user: User | None, key: str, hours: int = 1) -> str:
    row = BrowserSession.objects.create(
        session_key=digest_of(key),
        session_data="",
        user=user,
        created_at=NOON,
        seen_at=NOON,
        expire_date=NOON + timedelta(hours=hours),
    )
    return row.session_key


def test_ones_sessions_are_listed_while_they_last(ada: User) -> None:
    bob = member("bob", CLOCK)
    here = session(ada, "a")
    session(ada, "b", hours=-1)
    session(bob, "c")
    session(None, "d")
    assert [one.key for one in signed_in(ada.pk, NOON)] == [here]


def test_one_ends_ones_own_session_and_nobody_elses(ada: User) -> None:
    bob = member("bob", CLOCK)
    here, there = session(ada, "a"), session(bob, "b")
    assert end(sure(ada), there, CLOCK) == 0
    assert end(sure(ada), here, CLOCK) == 1
    assert [one.key for one in signed_in(bob.pk, NOON)] == [there]


def test_all_others_end_at_once(ada: User) -> None:
    bob = member("bob", CLOCK)
    here = session(ada, "a")
    session(ada, "b")
    session(ada, "c")
    session(bob, "d")
    assert end_others(sure(ada), here, CLOCK) == 2
    assert [one.key for one in signed_in(ada.pk, NOON)] == [here]
    assert len(signed_in(bob.pk, NOON)) == 1


@pytest.mark.parametrize("everybody", [False, True])
def test_the_operator_ends_sessions_and_forgets_devices(ada: User, everybody: bool) -> None:
    bob = member("bob", CLOCK)
    for user, key in ((ada, "a"), (ada, "b"), (bob, "c")):
        session(user, key)
        arrive(user.pk, "", "", NOON, partial(str, key))
    waiting = session(None, "d")
    assert end_all(OPERATOR, None if everybody else ada, CLOCK) == (3 if everybody else 2)
    assert len(signed_in(bob.pk, NOON)) == (0 if everybody else 1)
    assert is_known(bob.pk, "c", NOON) is not everybody
    assert not is_known(ada.pk, "a", NOON)
    assert BrowserSession.objects.filter(pk=waiting).exists()
    event = EventRow.objects.latest("serial")
    assert (event.kind, event.actor) == ("session-ended", "operator")
    assert event.facts["user"] == (None if everybody else "ada")


def test_a_session_that_has_ended_is_none(ada: User) -> None:
    key = session(ada, "a", hours=-1)
    assert live(key, NOON) is None
    assert forget(NOON) == 1


def test_use_is_noted_now_and_then(ada: User) -> None:
    key = session(ada, "a")
    live(key, NOON + timedelta(minutes=4))
    assert signed_in(ada.pk, NOON)[0].seen_at == NOON
    live(key, NOON + timedelta(minutes=6))
    assert signed_in(ada.pk, NOON)[0].seen_at == NOON + timedelta(minutes=6)

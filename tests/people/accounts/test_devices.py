"""The browsers in which an account has signed in before."""

from datetime import timedelta

import pytest

from strongroom.core.actors import REGISTRY
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.devices import (
    AT_MOST,
    KEPT,
    arrive,
    forget,
    forget_one,
    forget_others,
    is_dormant,
    is_known,
    listed,
)
from strongroom.people.models import Device, User
from strongroom.proof.models import EventRow
from tests.fakes.clocks import NOON
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db
CLOCK = SystemClock()
DAY = timedelta(days=1)


@pytest.fixture
def ada() -> User:
    return member("ada", CLOCK)


def come(user: User, held: str = "", secret: str = "s1", days: int = 0) -> str:  # noqa: S107 - a test's
    return arrive(user.pk, held, "Browser/1", NOON + days * DAY, lambda: secret)


def test_a_browser_is_known_by_what_it_was_given(ada: User) -> None:
    kept = come(ada)
    assert is_known(ada.pk, kept, NOON)
    assert not is_known(ada.pk, "s2", NOON)


def test_it_is_known_to_that_account_alone(ada: User) -> None:
    bob = member("bob", CLOCK)
    assert not is_known(bob.pk, come(ada), NOON)


def test_what_a_browser_brings_along_is_not_taken_for_its_own(ada: User) -> None:
    # Somebody who can set a cookie in a victim's browser would know it from then on.
    assert come(ada, held="planted", secret="fresh") == "fresh"
    assert not is_known(ada.pk, "planted", NOON)


def test_a_known_browser_keeps_what_it_has(ada: User) -> None:
    first = come(ada)
    assert come(ada, held=first, secret="s2", days=3) == first
    (device,) = listed(ada.pk, first, NOON)
    assert (device.first_seen_at, device.last_seen_at, device.here) == (NOON, NOON + 3 * DAY, True)


def test_the_database_cannot_pass_for_a_browser(ada: User) -> None:
    kept = come(ada, secret="a secret of 256 bits")
    row = Device.objects.get()
    assert kept not in repr(row.__dict__)
    assert not is_known(ada.pk, row.digest, NOON)


def test_the_devices_used_last_are_kept(ada: User) -> None:
    for number in range(AT_MOST + 3):
        come(ada, secret=f"s{number}", days=number)
    now = NOON + 30 * DAY
    assert len(listed(ada.pk, "", now)) == AT_MOST
    assert not is_known(ada.pk, "s2", now)
    assert is_known(ada.pk, "s3", now)


def test_ones_own_devices_are_forgotten_and_nobody_elses(ada: User) -> None:
    bob = member("bob", CLOCK)
    kept = come(bob)
    (device,) = listed(bob.pk, "", NOON)
    assert forget_one(sure(ada), device.number, CLOCK) == 0
    assert forget_one(REGISTRY, device.number, CLOCK) == 0
    assert is_known(bob.pk, kept, NOON)
    assert forget_one(sure(bob), device.number, CLOCK) == 1
    event = EventRow.objects.latest("serial")
    assert (event.kind, event.facts) == ("device-forgotten", {"user": "bob", "devices": 1})


def test_all_others_are_forgotten_at_once(ada: User) -> None:
    kept = come(ada)
    come(ada, secret="s2")
    come(ada, secret="s3")
    assert forget_others(sure(ada), kept, CLOCK) == 2
    assert [one.here for one in listed(ada.pk, kept, NOON)] == [True]


def test_a_device_that_nobody_uses_is_forgotten(ada: User) -> None:
    kept = come(ada)
    assert not is_known(ada.pk, kept, NOON + KEPT)
    assert listed(ada.pk, kept, NOON + KEPT) == ()
    assert forget(NOON + KEPT - DAY) == 0
    assert forget(NOON + KEPT) == 1


def test_an_account_sleeps_when_nobody_has_signed_in_for_a_year(ada: User) -> None:
    ada.created_at = NOON
    assert not is_dormant(ada, NOON + timedelta(days=365))
    assert is_dormant(ada, NOON + timedelta(days=366))
    ada.last_login = NOON + 300 * DAY
    assert not is_dormant(ada, NOON + timedelta(days=366))

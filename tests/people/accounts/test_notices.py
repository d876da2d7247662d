"""What happens to an account stands in its log, and is told to all its verified addresses."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from strongroom.core.actors import OPERATOR, Browser
from strongroom.core.events import Kind
from strongroom.people.accounts import links, notices
from strongroom.people.accounts.factors import enrol_totp
from strongroom.people.accounts.letters import Postman, deliver
from strongroom.people.accounts.notices import KEPT, Happening, Noted, note
from strongroom.people.accounts.sessions import end_all
from strongroom.people.accounts.users import create_user
from strongroom.people.models import BrowserSession, Letter, Notice, User
from strongroom.stores.seals import Seal
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db

CLOCK = StoppedClock()
HERE = Browser("192.0.2.7", "Browser/1")


@pytest.fixture
def alice() -> User:
    user = create_user("alice", "alice@example.org", admin=False, actor=OPERATOR, clock=CLOCK)
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=user, email="unproved@example.org", verified=False)
    Letter.objects.all().delete()
    return user


def told() -> list[tuple[str, str]]:
    """Return which kinds are told to which addresses."""
    rows = Letter.objects.select_related("notice").order_by("pk")
    return [(row.to, row.notice.kind) for row in rows if row.notice is not None]


def test_a_letter_goes_to_each_verified_address_and_to_no_other(alice: User) -> None:
    note(Happening(Kind.PASSWORD_CHANGED, alice.pk), sure(alice), CLOCK)
    kind = "password-changed"
    assert told() == [("alice@example.org", kind), ("second@example.org", kind)]


def test_an_address_that_was_lost_is_told_too_and_none_twice(alice: User) -> None:
    also = ("Old@example.org", "ALICE@example.org")
    note(Happening(Kind.ADDRESS_REMOVED, alice.pk, also=also), sure(alice), CLOCK)
    assert [to for to, _ in told()] == [
        "Old@example.org",
        "alice@example.org",
        "second@example.org",
    ]


def test_what_is_quiet_stands_in_the_log_alone(alice: User) -> None:
    note(Happening(Kind.SIGNED_IN, alice.pk, quiet=True), sure(alice), CLOCK)
    assert told() == []
    assert notices.log(alice.pk, None, 1)[0].kind is Kind.SIGNED_IN


def test_a_change_that_is_rolled_back_leaves_no_letter(alice: User) -> None:
    with transaction.atomic():
        note(Happening(Kind.PASSWORD_CHANGED, alice.pk), sure(alice), CLOCK)
        transaction.set_rollback(True)
    assert told() == []


def test_the_log_is_read_newest_first_in_parts_and_is_ones_own(alice: User) -> None:
    bob = member("bob", CLOCK)
    numbers = [
        note(Happening(Kind.SESSION_ENDED, alice.pk, {"sessions": n}), sure(alice), CLOCK)
        for n in range(3)
    ]
    read = notices.log(alice.pk, None, 2)
    assert [one.id for one in read] == numbers[:0:-1]
    assert [one.id for one in notices.log(alice.pk, numbers[1], 1)] == [numbers[0]]
    assert not {one.id for one in notices.log(bob.pk, None, 9)} & set(numbers)


def test_from_where_something_came_is_cut_to_what_can_be_kept(alice: User) -> None:
    far = Browser("a" * 99, "b" * 999)
    note(Happening(Kind.SIGNED_IN, alice.pk), replace(sure(alice), browser=far), CLOCK)
    assert notices.log(alice.pk, None, 1)[0].browser == Browser("a" * 45, "b" * 200)


def test_a_link_that_signs_in_is_told_and_its_use(alice: User) -> None:
    secret = links.create_link(alice, OPERATOR, CLOCK, lambda: secrets.token_hex(8))
    links.use(secret, CLOCK, HERE)
    kinds = ["sign-in-link-created"] * 2 + ["signed-in"] * 2
    assert [kind for _, kind in told()] == kinds
    assert notices.log(alice.pk, None, 1)[0].browser == HERE


def test_sessions_that_the_operator_ends_are_told_to_each(alice: User) -> None:
    bob = member("bob", CLOCK)
    Letter.objects.all().delete()
    for number, user in enumerate((alice, alice, bob)):
        BrowserSession.objects.create(
            session_key=str(number), user=user, created_at=NOON, seen_at=NOON, expire_date=NOON
        )
    end_all(OPERATOR, None, CLOCK)
    assert notices.log(alice.pk, None, 1)[0].facts == {"sessions": 2}
    assert notices.log(bob.pk, None, 1)[0].facts == {"sessions": 1}
    assert len(told()) == 3


def test_a_factor_that_the_operator_gives_is_told(alice: User) -> None:
    enrol_totp(alice, "SECRET", seal=str, by=OPERATOR, clock=CLOCK)
    (line, *_) = notices.log(alice.pk, None, 1)
    assert (line.kind, line.actor, line.facts["factor"]) == (Kind.FACTOR_ADDED, "operator", "totp")
    assert "SECRET" not in str(line)


def test_a_notice_is_worded_when_its_letter_is_delivered(alice: User) -> None:
    note(Happening(Kind.PASSWORD_CHANGED, alice.pk), replace(sure(alice), browser=HERE), CLOCK)
    sent: list[tuple[str, str, str]] = []

    def word(noted: Noted, name: str) -> tuple[str, str]:
        return noted.kind, f"{name} from {noted.browser.source}"

    postman = Postman(lambda *letter: sent.append(letter), (), Seal(b"k" * 32), word)
    while deliver(postman, NOON):
        pass
    text = "alice from 192.0.2.7"
    addresses = ("alice@example.org", "second@example.org")
    assert sent == [(to, "password-changed", text) for to in addresses]


def test_what_happened_is_kept_for_a_year(alice: User) -> None:
    assert notices.forget(NOON + KEPT) == 0
    assert notices.forget(NOON + KEPT + timedelta(seconds=1)) == Notice.objects.count() + 1
    assert not Notice.objects.exists()


def test_nobody_fills_a_mailbox_by_giving_and_taking_roles(alice: User) -> None:
    mallory = sure(member("mallory", CLOCK))
    Letter.objects.all().delete()
    for _ in range(15):
        for kind in (Kind.ROLE_GRANTED, Kind.ROLE_TAKEN):
            note(Happening(kind, alice.pk), mallory, CLOCK)
    assert len(told()) == 2 * notices.OTHERS_AT_MOST
    assert Notice.objects.filter(user=alice, kind__in=notices.BY_OTHERS).count() == 30
    note(Happening(Kind.PASSWORD_CHANGED, alice.pk), mallory, CLOCK)
    assert told()[-1] == ("second@example.org", "password-changed")

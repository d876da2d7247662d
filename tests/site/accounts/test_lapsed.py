"""Somebody buys the domain of an account's address: what they get from the account is nothing.

The threat is the takeover of packages by an expired mail domain (ctx, 2022).
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.people.accounts import domains
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.lapses import Finding, Held, Mail
from strongroom.people.accounts.letters import Postman, deliver
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Letter, User
from strongroom.proof.ledger.events import newest_of
from strongroom.site.assembly import house

pytestmark = pytest.mark.django_db

PASSWORD = "long enough for anybody"
SECRET = "A" * 32
LOST = "alice@sold.test"

Lose = Callable[[], None]


@pytest.fixture
def alice(settings: Settings) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
    user = create_user("alice", LOST, admin=False, actor=OPERATOR, clock=house().clock)
    user.set_password(PASSWORD)
    user.save()
    Letter.objects.all().delete()
    return user


@pytest.fixture
def lose(alice: User) -> Lose:
    """Return what lets the domain be registered by another."""

    def sell() -> None:
        now = house().clock.now()
        finding = Finding(
            now + timedelta(days=9), Mail.TAKEN, Held.REGISTERED, now + timedelta(days=8)
        )
        assert domains.weigh("sold.test", finding, house().clock)[1] == 1
        Letter.objects.all().delete()

    return sell


@pytest.fixture
def totp(alice: User) -> None:
    data = {"secret": house().seal_factor(SECRET)}
    Authenticator.objects.create(user=alice, type="totp", data=data)


def mails() -> Iterator[tuple[str, str]]:
    """Deliver what waits; yields addresses and texts."""
    sent: list[tuple[str, str]] = []
    post = house().postman
    out = Postman(lambda to, _, text: sent.append((to, text)), (), post.seal, post.word)
    while deliver(out, house().clock.now()):
        pass
    yield from sent


def code() -> str:
    _, now, _ = yield_hotp_counters_from_time()
    return str(format_hotp_value(hotp_value(SECRET, now)))


def mailed_code() -> str:
    ((to, text),) = mails()
    assert to == LOST
    (found,) = re.findall(r"^([0-9A-Z]{3,}(?:-[0-9A-Z]+)*)$", text, re.MULTILINE)
    return str(found)


def test_no_link_to_set_a_password_is_mailed_there(alice: User, lose: Lose) -> None:
    lose()
    Client().post("/account/password/reset/", {"email": LOST})
    assert list(mails()) == []


def test_a_link_that_was_mailed_before_sets_no_password(alice: User, lose: Lose) -> None:
    Client().post("/account/password/reset/", {"email": LOST})
    ((_, text),) = mails()
    (path,) = re.findall(r"https?://[^/]+(/account/password/reset/key/\S+)", text)
    lose()
    thief = Client()
    thief.post(
        thief.get(path, follow=True).request["PATH_INFO"],
        {"password1": "thief's own password", "password2": "thief's own password"},
    )
    assert User.objects.get().check_password(PASSWORD)


def test_who_has_the_password_and_the_mail_still_proves_nothing(alice: User, lose: Lose) -> None:
    lose()
    thief = Client()
    thief.post("/account/login/", {"login": "alice", "password": PASSWORD})
    thief.post("/account/verify/", {"code": mailed_code()})
    assert verified(alice.pk) == ()
    assert thief.get("/account/")["Location"].startswith("/account/login/")
    assert newest_of([Kind.SIGNED_IN, Kind.ADDRESS_VERIFIED], 9) == ()


def test_no_code_is_mailed_before_the_factor_is_shown(alice: User, lose: Lose, totp: None) -> None:
    lose()
    thief = Client()
    thief.post("/account/login/", {"login": "alice", "password": PASSWORD})
    thief.post("/account/security/authenticate/", {"code": "000000"})
    assert list(mails()) == []


def test_its_owner_proves_it_anew_with_a_factor(alice: User, lose: Lose, totp: None) -> None:
    lose()
    owner = Client()
    owner.post("/account/login/", {"login": "alice", "password": PASSWORD})
    owner.post("/account/security/authenticate/", {"code": code()})
    owner.post("/account/verify/", {"code": mailed_code()})
    assert verified(alice.pk) == (LOST,)
    assert not domains.has_lapsed(alice.pk, LOST)
    assert owner.get("/account/").status_code == 200


def test_another_account_may_have_the_address_and_its_letters(alice: User, lose: Lose) -> None:
    lose()
    bob = User.objects.create(
        username="bob", folded="bob", email=LOST, created_at=house().clock.now()
    )
    EmailAddress.objects.create(user=bob, email=LOST, primary=True, verified=True)
    Client().post("/account/password/reset/", {"email": LOST})
    ((to, text),) = mails()
    assert to == LOST
    assert "alice" not in text

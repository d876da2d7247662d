"""Factors that roles need stay, whichever way and however often at once somebody removes them."""

import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.users import create_user
from strongroom.people.models import User
from strongroom.site.assembly import house
from tests.people.accounts.test_counters import at_once

CLOCK = SystemClock()
ROUNDS = 6


@pytest.fixture
def ida(db: None) -> User:
    """Return an administrator, whose role needs a factor, with two of them."""
    return create_user("ida", "ida@example.org", admin=True, actor=OPERATOR, clock=CLOCK)


def key(user: User) -> Authenticator:
    row: Authenticator = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "key", "credential": {}}
    )
    return row


def codes(user: User) -> Authenticator:
    secret = house().seal_factor("JBSWY3DPEHPK3PXP")
    row: Authenticator = Authenticator.objects.create(
        user=user, type="totp", data={"secret": secret}
    )
    return row


def signed_in(user: User, shown: str) -> Client:
    """Return a browser that has shown a factor just now."""
    browser = Client()
    browser.force_login(user)
    session = browser.session
    record = {"method": "mfa", "type": shown, "at": time.time()}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_factors_that_are_removed_at_once_one_stays(ida: User) -> None:
    browsers = [signed_in(ida, "webauthn") for _ in range(2)]
    for number in range(ROUNDS):
        Authenticator.objects.all().delete()
        rows = (key(ida), key(ida)) if number % 2 else (key(ida), codes(ida))
        asked = threading.Barrier(2)

        def remove(
            who: int,
            rows: tuple[Authenticator, ...] = rows,
            asked: threading.Barrier = asked,
        ) -> bool:
            kind = f"keys/{rows[who].pk}" if rows[who].type == "webauthn" else "totp"
            asked.wait(20)
            answer = browsers[who].post(f"/account/security/{kind}/remove/")
            return answer.status_code == 302

        assert at_once(remove, 2).count(True) == 1
        assert Authenticator.objects.filter(user=ida).count() == 1

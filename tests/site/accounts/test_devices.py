"""A sign-in from a device that an account has not used is held until its owner confirms by mail."""

from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils import timezone

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.users import create_user
from strongroom.people.models import BrowserSession, Device, User
from strongroom.proof.models import EventRow
from tests.site.accounts.conftest import PASSWORD, Person, forget_codes, is_in, letters, link


def sign_ins() -> int:
    return EventRow.objects.filter(kind="signed-in").count()


def test_password_and_code_of_a_stranger_open_no_session(ada: Person) -> None:
    # Reverse-proxy phishing: both were typed into a copy of our page, a moment ago.
    attacker = ada.stranger()
    ada.password(attacker)
    answer = ada.code(attacker)
    assert answer["Location"] == "/account/device/"
    assert attacker.get("/account/device/").status_code == 200
    assert not is_in(attacker)
    assert sign_ins() == 0
    assert not BrowserSession.objects.exclude(user=None).exists()
    (to, subject, text) = letters()[-1]
    assert (to, "Confirm your sign-in" in subject) == ("ada@example.org", True)
    assert "192.0.2.7" in text


def test_the_link_in_the_owners_browser_lets_nobody_in(ada: Person) -> None:
    attacker = ada.stranger()
    ada.password(attacker)
    ada.code(attacker)
    assert ada.browser.get(link()).status_code == 403
    assert ada.browser.post(link()).status_code == 403
    assert not is_in(attacker)
    assert not is_in(ada.browser)


def test_a_link_of_another_sign_in_confirms_nothing(ada: Person) -> None:
    attacker = ada.stranger()
    ada.password(attacker)
    ada.code(attacker)
    assert attacker.post("/account/device/guess/").status_code == 403
    assert not is_in(attacker)


def test_opening_the_link_confirms_nothing_before_its_form_is_sent(ada: Person) -> None:
    ada.password(ada.browser)
    ada.code(ada.browser)
    answer = ada.browser.get(link())
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "strict-origin"
    assert not is_in(ada.browser)


def test_the_link_lets_the_browser_in_that_waits_for_it(ada: Person) -> None:
    ada.password(ada.browser)
    ada.code(ada.browser)
    ada.browser.post(link())
    assert is_in(ada.browser)
    assert sign_ins() == 1


def test_a_browser_that_has_signed_in_needs_no_mail_again(ada: Person) -> None:
    ada.sign_in(ada.browser)
    ada.browser.post("/account/logout/")
    assert not is_in(ada.browser)
    before = len(letters())
    ada.password(ada.browser)
    ada.code(ada.browser)
    assert is_in(ada.browser)
    assert len(letters()) == before


def test_the_link_works_once(ada: Person) -> None:
    ada.password(ada.browser)
    ada.code(ada.browser)
    used = link()
    ada.browser.post(used)
    assert ada.browser.post(used).status_code in {403, 302}
    assert ada.stranger().post(used).status_code == 403


def test_a_recovery_code_of_a_stranger_is_held_too(ada: Person) -> None:
    ada.sign_in(ada.browser)
    (code, *_) = RecoveryCodes.activate(ada.user).get_unused_codes()
    attacker = ada.stranger()
    ada.password(attacker)
    ada.code(attacker, code)
    assert not is_in(attacker)
    attacker.post(link())
    assert is_in(attacker)


def test_the_cookie_of_one_account_opens_no_other(ada: Person) -> None:
    ada.sign_in(ada.browser)
    (mine,) = Device.objects.all()
    bob = Person(_other("bob"))
    bob.browser.cookies[f"strongroom_device_{bob.user.pk}"] = ada.browser.cookies[
        f"strongroom_device_{ada.user.pk}"
    ].value
    bob.password(bob.browser)
    assert not is_in(bob.browser)
    assert mine.user == ada.user


def _other(name: str) -> User:
    address = f"{name}@example.org"
    user = create_user(name, address, admin=False, actor=OPERATOR, clock=SystemClock())
    user.set_password(PASSWORD)
    user.save()
    return user


def test_a_password_alone_is_held_as_well(ada: Person) -> None:
    bob = Person(_other("bob"))
    bob.password(bob.browser)
    assert not is_in(bob.browser)
    bob.browser.post(link())
    assert is_in(bob.browser)


def test_mails_cannot_be_sent_without_end(ada: Person) -> None:
    bob = Person(_other("bob"))
    statuses = [bob.password(bob.stranger()).status_code for _ in range(7)]
    assert statuses == [303] * 5 + [429] * 2


@pytest.mark.parametrize("known", [False, True])
def test_an_account_that_has_slept_for_a_year_is_confirmed_by_mail(
    ada: Person, known: bool
) -> None:
    if known:
        ada.sign_in(ada.browser)
        ada.browser.post("/account/logout/")
    long_ago = timezone.now() - timedelta(days=366)
    User.objects.update(last_login=long_ago, created_at=long_ago)
    ada.password(ada.browser)
    assert ada.code(ada.browser)["Location"] == "/account/device/"
    assert not is_in(ada.browser)
    ada.browser.post(link())
    assert is_in(ada.browser)


def test_ending_all_other_sessions_forgets_the_other_devices(ada: Person) -> None:
    ada.sign_in(ada.browser)
    thief = ada.sign_in(ada.stranger())
    ada.browser.post("/account/sessions/end/", {"others": "1"})
    assert not is_in(thief)
    assert Device.objects.count() == 1
    forget_codes()
    ada.password(thief)
    ada.code(thief)
    assert not is_in(thief)


def test_ones_devices_are_listed_and_forgotten(ada: Person) -> None:
    ada.sign_in(ada.browser)
    ada.sign_in(ada.stranger())
    page = ada.browser.get("/account/devices/").content.decode()
    assert page.count("this one") == 1
    other = Device.objects.order_by("pk").last()
    assert other is not None
    for sent in ({"device": str(other.pk)}, {"device": "x"}, {"device": "9" * 30}, {"others": "1"}):
        assert ada.browser.post("/account/devices/forget/", sent).status_code == 303
    assert Device.objects.count() == 1
    assert "Forget all other" not in ada.browser.get("/account/devices/").content.decode()


def test_waiting_for_no_mail_leads_to_the_sign_in(ada: Person) -> None:
    assert ada.browser.get("/account/device/")["Location"] == "/account/login/"


def test_the_cookie_of_a_device_is_out_of_reach_of_scripts(ada: Person) -> None:
    ada.sign_in(ada.browser)
    cookie = ada.browser.cookies[f"strongroom_device_{ada.user.pk}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) == 43

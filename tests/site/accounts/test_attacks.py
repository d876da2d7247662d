"""Attacks on accounts that are of no one page: what a browser brings, and two requests at once."""

import re
import time
from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.people.models import Letter, User
from strongroom.site.accounts import adapters
from strongroom.site.assembly import house
from tests.fakes.authenticator import PRESENT_AND_VERIFIED, SoftKey
from tests.fakes.people import totp_code
from tests.people.accounts.test_counters import at_once
from tests.site.accounts.conftest import CODE, LOGIN, PASSWORD, Person, forget_codes, is_in, letters

BY_KEY = "/account/security/keys/login/"
URL, SITE = "http://localhost:8000", "localhost"


@pytest.fixture
def opened(ada: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Return somebody at a registry whose sign-up is open."""
    configuration = replace(house().configuration, sign_up=True)
    made = replace(house(), configuration=configuration)
    monkeypatch.setattr(adapters, "house", lambda: made)
    return ada


def enrolled(ada: Person, key: SoftKey) -> None:
    data = {"name": "key", "credential": key.made(), "passwordless": True}
    Authenticator.objects.create(user=ada.user, type="webauthn", data=data)


def shown(ada: Person, browser: Client, key: SoftKey, flags: int = PRESENT_AND_VERIFIED) -> bool:
    """Answer the challenge of the sign-in page by a key; says whether that opens a session."""
    asked = browser.get(BY_KEY, headers={"x-requested-with": "XMLHttpRequest"}).json()
    challenge = asked["request_options"]["publicKey"]["challenge"]
    credential = key.answer(challenge, user_pk_to_url_str(ada.user), flags)
    browser.post(BY_KEY, {"credential": credential})
    return is_in(browser)


def test_a_key_signs_in_at_our_own_address(ada: Person) -> None:
    key = SoftKey(SITE, URL)
    enrolled(ada, key)
    assert shown(ada, ada.browser, key)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "http://localhost:9999",
        "http://evil.localhost:8000",
        "https://localhost:8000",
        "null",
        "",
    ],
)
def test_a_key_that_another_page_has_asked_signs_nobody_in(ada: Person, origin: str) -> None:
    key = SoftKey(SITE, URL)
    enrolled(ada, key)
    key.origin = origin
    assert not shown(ada, ada.browser, key)


def test_a_key_of_another_site_an_unverified_person_or_another_key_sign_nobody_in(
    ada: Person,
) -> None:
    key = SoftKey(SITE, URL)
    enrolled(ada, key)
    assert not shown(ada, Client(), SoftKey("evil.test", URL, key.private))
    assert not shown(ada, Client(), SoftKey(SITE, URL))
    assert not shown(ada, Client(), key, flags=0x01)


def test_the_answer_of_a_key_counts_once_and_in_the_browser_that_asked(ada: Person) -> None:
    key, thief = SoftKey(SITE, URL), Client()
    enrolled(ada, key)
    asked = ada.browser.get(BY_KEY, headers={"x-requested-with": "XMLHttpRequest"}).json()
    challenge = asked["request_options"]["publicKey"]["challenge"]
    credential = key.answer(challenge, user_pk_to_url_str(ada.user))
    thief.post(BY_KEY, {"credential": credential})
    assert not is_in(thief)
    ada.browser.post(BY_KEY, {"credential": credential})
    assert is_in(ada.browser)
    again = Client()
    again.get(BY_KEY, headers={"x-requested-with": "XMLHttpRequest"})
    again.post(BY_KEY, {"credential": credential})
    assert not is_in(again)


@pytest.mark.parametrize("page", [LOGIN, BY_KEY, CODE, "/account/signup/", "/account/logout/"])
def test_no_other_site_signs_a_visitor_in_or_out(ada: Person, page: str) -> None:
    victim = Client(enforce_csrf_checks=True)
    answer = victim.post(page, {"login": "ada", "password": PASSWORD, "credential": "{}"})
    assert answer.status_code == 403


def test_a_session_that_an_attacker_has_planted_is_nobodys_after_the_sign_in(ada: Person) -> None:
    attacker = Client()
    attacker.post(LOGIN, {"login": "ada", "password": "wrong"})
    session = attacker.session
    session["planted"] = True
    session.save()
    attacker.cookies["strongroom_session"] = planted = str(session.session_key)
    ada.browser.cookies["strongroom_session"] = planted
    ada.sign_in(ada.browser)
    assert ada.browser.cookies["strongroom_session"].value != planted
    assert not is_in(attacker)


def test_a_new_password_by_mail_ends_every_session(ada: Person) -> None:
    ada.sign_in(ada.browser)
    stranger = Client()
    stranger.post("/account/password/reset/", {"email": "ada@example.org"})
    (*_, text) = [text for _, _, text in letters() if "/password/reset/key/" in text]
    path = re.search(r"/account/password/reset/key/\S+", text)
    assert path is not None
    form = dict.fromkeys(("password1", "password2"), f"{PASSWORD} or june")
    page = stranger.get(path[0])["Location"]
    stranger.post(page, form)
    assert not is_in(ada.browser)
    assert not is_in(stranger)
    assert stranger.get(path[0]).status_code == 200  # and says that it is no good any more


@pytest.mark.parametrize(
    "to", ["https://evil.test/", "//evil.test/", "/\\evil.test", "\t//evil.test"]
)
def test_nobody_is_led_away_by_next(ada: Person, to: str) -> None:
    browser = ada.sign_in(ada.browser)
    for page in ("/account/security/prove/", "/account/reauthenticate/", "/account/logout/"):
        for answer in (browser.get(page, {"next": to}), browser.post(page, {"next": to})):
            assert "evil" not in answer.headers.get("Location", "")
            if answer.status_code == 302:
                browser = ada.sign_in(Client())


@pytest.mark.parametrize(
    "email",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org.",
        "a(comment)@example.org",
        "a@example.org, b@example.org",
        "<a@example.org>",
        "a@[127.0.0.1]\n",
        "a@exam\u200bple.org",
    ],
)
def test_what_is_more_or_less_than_one_address_is_refused(opened: Person, email: str) -> None:
    form = {"username": "new", "email": email, "password1": f"{PASSWORD} or june"}
    assert Client().post("/account/signup/", form).status_code == 200
    assert not User.objects.filter(folded="new").exists()
    assert letters() == []


@pytest.mark.django_db(transaction=True)
def test_one_name_in_two_cases_at_once_is_one_account_and_no_failure(opened: Person) -> None:
    def sign_up(number: int) -> bool:
        name = ("Maria", "maRIA")[number]
        form = {"username": name, "email": f"m{number}@example.org", "password1": f"{PASSWORD}s"}
        answer = Client().post("/account/signup/", form)
        assert answer.status_code < 500
        return True

    at_once(sign_up, 2)
    assert User.objects.filter(folded="maria").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_address_in_two_cases_is_proved_for_one_account(opened: Person) -> None:
    browsers, codes = [Client(), Client()], list[str]()
    for number, email in enumerate(("same@example.org", "SAME@Example.org")):
        Letter.objects.all().delete()
        form = {"username": f"new{number}", "email": email, "password1": f"{PASSWORD}s"}
        browsers[number].post("/account/signup/", form)
        found = [re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", text) for _, _, text in letters()]
        codes.append(next((one[0] for one in found if one is not None), "NONE-NONE"))

    def prove(number: int) -> bool:
        return browsers[number].post("/account/verify/", {"code": codes[number]}).status_code < 500

    assert all(at_once(prove, 2))
    assert EmailAddress.objects.filter(email="same@example.org", verified=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_one_recovery_code_in_two_browsers_at_once_one_is_taken(ada: Person) -> None:
    data = {"seed": house().seal_factor("s"), "used_mask": 0}
    row = Authenticator.objects.create(user=ada.user, type="recovery_codes", data=data)
    code = row.wrap().get_unused_codes()[0]
    browsers = [ada.stranger(f"192.0.2.{number}") for number in range(2)]
    for browser in browsers:
        ada.password(browser)

    def show(number: int) -> bool:
        answer = browsers[number].post(CODE, {"code": code})
        return answer.status_code in {302, 303}

    assert at_once(show, 2).count(True) == 1
    row.refresh_from_db()
    assert row.data["used_mask"] == 1


def test_nobody_fills_the_mailbox_of_a_stranger(opened: Person) -> None:
    for number in range(30):
        form = {"username": f"new{number}", "email": "victim@example.org", "password1": PASSWORD}
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/account/signup/", form)
    assert 0 < Letter.objects.filter(to="victim@example.org").count() <= 20


def test_the_code_that_enrolled_a_factor_signs_nobody_in(ada: Person) -> None:
    browser = ada.sign_in(ada.browser)
    Authenticator.objects.all().delete()
    forget_codes()
    path = "/account/security/totp/add/"
    browser.get(path)
    code = totp_code(browser.session["mfa.totp.secret"], time.time())
    assert browser.post(path, {"code": code}).status_code == 302
    thief = ada.stranger()
    ada.password(thief)
    assert ada.code(thief, code).status_code == 200

"""Attempts to reach what is sensitive with less than the best that an account can show."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.people.models import BrowserSession
from strongroom.site.assembly import house
from tests.fakes.people import totp_code
from tests.site.accounts.conftest import PASSWORD, SECRET, Person, forget_codes

CHANGE = "/account/password/change/"
ADD = "/account/security/keys/add/"


def age(browser: Client) -> None:
    """Let an hour pass since a browser has shown anything."""
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()


@pytest.fixture
def signed_in(ada: Person) -> Client:
    return ada.sign_in(ada.browser)


@pytest.mark.parametrize("path", [CHANGE, ADD, "/account/security/totp/remove/"])
def test_what_was_shown_long_ago_is_asked_for_again(signed_in: Client, path: str) -> None:
    assert signed_in.get(path).status_code == 200
    age(signed_in)
    assert signed_in.get(path)["Location"].startswith("/account/security/prove/?next=")


def test_a_password_proves_nothing_where_there_is_a_factor(signed_in: Client) -> None:
    age(signed_in)
    answer = signed_in.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer["Location"].startswith("/account/security/prove/")
    assert signed_in.get(ADD).status_code == 302


def test_a_right_code_proves_nothing_where_there_is_a_key(ada: Person, signed_in: Client) -> None:
    Authenticator.objects.create(user=ada.user, type="webauthn", data={"name": "key"})
    Authenticator.objects.create(
        user=ada.user, type="recovery_codes", data={"seed": house().seal_factor("s")}
    )
    age(signed_in)
    forget_codes()
    code = totp_code(SECRET, time.time())
    answer = signed_in.post("/account/security/prove/", {"code": code})
    assert b"Use your key" in answer.content
    assert signed_in.get(ADD).status_code == 302


def test_without_codes_nothing_but_the_key_is_offered(ada: Person, signed_in: Client) -> None:
    Authenticator.objects.create(user=ada.user, type="webauthn", data={"name": "key"})
    age(signed_in)
    answer = signed_in.get("/account/security/prove/")
    assert answer["Location"].startswith("/account/security/keys/prove/")


def test_a_password_that_was_typed_too_late_is_not_kept_to_be_sent_again(
    signed_in: Client,
) -> None:
    age(signed_in)
    new = "a much newer password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert signed_in.post(CHANGE, form).status_code == 303
    assert new not in json.dumps(dict(signed_in.session.items()))
    assert BrowserSession.objects.exists()


def test_looking_ahead_does_not_use_up_the_one_time_that_codes_are_shown(
    signed_in: Client,
) -> None:
    assert signed_in.head("/account/security/codes/").status_code == 405


@pytest.mark.parametrize(
    "next_", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:1"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(ada: Person, next_: str) -> None:
    browser = ada.sign_in(ada.browser)
    answer = browser.get("/account/login/", {"next": next_})
    assert answer["Location"] == "/account/"


MALFORMED = (
    *("", "null", "[]", "{}", '"x"', "1", "{" * 2000),
    *('{"response": 1}', '{"response": {"userHandle": "!"}}', '{"response": {"userHandle": null}}'),
    '{"id": "x", "rawId": "x", "response": {}}',
)


@pytest.mark.parametrize("credential", MALFORMED)
@pytest.mark.parametrize("door", ["keys/login/", "authenticate/"])
def test_a_malformed_answer_of_a_key_signs_nobody_in_and_breaks_nothing(
    ada: Person, door: str, credential: str
) -> None:
    browser = ada.browser
    browser.get("/account/security/keys/login/", headers={"accept": "application/json"})
    ada.password(browser)
    answer = browser.post(f"/account/security/{door}", {"credential": credential})
    assert answer.status_code in {200, 302, 403}
    assert browser.get("/account/sessions/").status_code == 303

"""Taking one's data along, and closing one's account: only after a fresh proof of who it is."""

import json

import pytest
from django.test import Client

from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import PARCEL, Reader


@pytest.fixture
def browser(shop: Shop) -> Client:
    return shop.visitor("alice")


def proven(browser: Client) -> Client:
    """Let a browser have proved a moment ago whose it is."""
    session = browser.session
    record = {"method": "mfa", "type": "webauthn", "at": CLOCK.now().timestamp()}
    session["account_authentication_methods"] = [{**record, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(User.objects.get(folded="alice").pk)
    session.save()
    return browser


@pytest.mark.parametrize("path", ["/account/data/", "/account/close/"])
def test_both_ask_for_a_fresh_proof(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 200
    answer = browser.post(path, {"typed": "alice"})
    assert answer["Location"].startswith("/account/security/keys/prove/")
    assert User.objects.get().closes_at is None


def test_ones_data_come_as_a_file_that_no_cache_keeps(browser: Client) -> None:
    answer = proven(browser).post("/account/data/")
    assert json.loads(answer.content)["account"]["name"] == "alice"
    assert answer["Content-Disposition"] == 'attachment; filename="alice.json"'
    assert answer["Cache-Control"] == "no-store"


def test_an_account_is_closed_once_its_name_was_typed(browser: Client) -> None:
    wrong = proven(browser).post("/account/close/", {"typed": "bob"})
    assert wrong.status_code == 400
    assert "What was typed is not alice." in Reader(wrong.content).text
    answer = browser.post("/account/close/", {"typed": "alice"})
    assert answer.status_code == 200
    assert User.objects.get().closes_at is not None
    assert browser.get("/account/")["Location"].startswith("/account/login/")


def test_who_is_needed_is_told_where_and_stays(browser: Client) -> None:
    grant(User.objects.get().pk, PARCEL, Role.OWNER, CLOCK)
    answer = proven(browser).post("/account/close/", {"typed": "alice"})
    assert answer.status_code == 409
    assert "alice is the only owner of: parcel." in Reader(answer.content).text
    assert User.objects.get().closes_at is None

import pytest
from django.test import Client

from strongroom.people.models import User
from strongroom.web.visitors import SIGN_IN
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import Reader

pytestmark = pytest.mark.usefixtures("shop")


def _text(browser: Client) -> str:
    return Reader(browser.get("/account/").content).text


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/account/")
    assert answer.status_code == 303
    assert answer["Location"] == f"{SIGN_IN}?next=%2Faccount%2F"


def test_projects_are_listed_with_a_way_to_manage_them(owner: Client) -> None:
    page = Reader(owner.get("/account/").content)
    assert "parcel owner" in page.text
    assert "/manage/project/parcel/" in page.values("href")


def test_the_way_to_tokens_is_shown(shop: Shop) -> None:
    links = Reader(shop.visitor("marta").get("/account/").content).values("href")
    assert {"/account/tokens/", "/account/tokens/new/"} <= set(links)


def test_the_session_ends_at_a_fixed_moment(shop: Shop) -> None:
    browser = shop.visitor("marta")
    ends = browser.session.get_expiry_date()
    browser.get("/account/")
    assert browser.session.get_expiry_date() == ends > CLOCK.now()
    assert f"Ends {ends.day}" in _text(browser)


def test_a_message_is_told_once(shop: Shop) -> None:
    browser = Client()
    browser.post(f"/sign-in/{shop.link(shop.user('marta'))}")
    assert "signed in as" in _text(browser)
    assert "signed in as" not in _text(browser)


def test_an_account_that_was_closed_is_signed_out(shop: Shop) -> None:
    browser = shop.visitor("marta")
    User.objects.update(is_active=False)
    assert browser.get("/account/")["Location"].startswith(SIGN_IN)

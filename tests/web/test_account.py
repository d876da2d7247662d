import pytest
from django.test import Client

from strongroom.people.models import Token, User
from strongroom.web.visitors import SIGN_IN
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import NOON, Reader

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


def test_tokens_are_listed_with_their_last_use(shop: Shop) -> None:
    browser = shop.visitor("marta")
    user = User.objects.get(folded="marta")
    Token.objects.create(identifier="a", user=user, kind="pat", label="laptop", created_at=NOON)
    Token.objects.create(
        identifier="b",
        user=user,
        kind="pat",
        created_at=NOON,
        last_used_at=NOON,
        last_used_from="192.0.2.7",
        revoked_at=NOON,
    )
    text = _text(browser)
    for expected in (
        "laptop made 20 November 2026 · never ends · never used",
        "revoked",
        "from 192.0.2.7",
    ):
        assert expected in text


def test_tokens_of_others_are_not_shown(shop: Shop) -> None:
    other = shop.user("jo")
    Token.objects.create(identifier="a", user=other, kind="pat", label="theirs", created_at=NOON)
    assert "theirs" not in _text(shop.visitor("marta"))


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

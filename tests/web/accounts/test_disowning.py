"""The log of one's account, and "this was not me", by letter and by page."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.core.actors import OPERATOR, Browser
from strongroom.core.events import Kind
from strongroom.people.accounts import links, notices
from strongroom.people.accounts.factors import told
from strongroom.people.accounts.letters import Postman, deliver
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import person
from strongroom.people.affairs.links import made
from strongroom.people.models import BrowserSession, Case, Letter, Notice, Token, User
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.stores.seals import Seal
from strongroom.web.accounts.telling import Teller
from strongroom.web.press import Press
from tests.fakes.people import sure
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import URL, Reader

KEY = b"d" * 32
THIEF = {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Thief/1\x1b[2J"}


def sent() -> list[tuple[str, str, str]]:
    """Deliver what waits; returns addresses, subjects and texts."""
    letters: list[tuple[str, str, str]] = []
    word = Teller(Press(URL), KEY).word
    while deliver(Postman(lambda *one: letters.append(one), (), Seal(KEY), word), CLOCK.now()):
        pass
    return letters


def signed_in(shop: Shop, user: User) -> Client:
    """Return a thief's browser, signed in by a link that they got hold of."""
    browser = Client(headers={"user-agent": THIEF["HTTP_USER_AGENT"]})
    secret = links.create_link(user, OPERATOR, CLOCK, lambda: "stolen")
    Letter.objects.all().delete()
    browser.post(f"/sign-in/{secret}", REMOTE_ADDR=THIEF["REMOTE_ADDR"])
    return browser


def test_what_a_thief_made_is_taken_away_by_the_link_of_the_first_letter(shop: Shop) -> None:
    user = shop.user("alice")
    thief = signed_in(shop, user)
    ((to, subject, text),) = sent()
    assert (to, subject) == ("alice@example.org", "Strongroom: Somebody signed in to your account")
    assert "From the address: 203.0.113.9" in text
    assert "Thief/1[U+001B][2J" in text
    (link,) = re.findall(rf"{URL}(/not-me/\S+)", text)

    mint = Mint(KEY, CLOCK, lambda size: b"s" * size)
    create(user, Order("stolen"), by=sure(user), mint=mint)
    row = Authenticator.objects.create(user=user, type="totp", data={})
    note(told(Kind.FACTOR_ADDED, row), sure(user), CLOCK)
    user.set_password("a thief knows this one")
    user.save()
    note(Happening(Kind.PASSWORD_CHANGED, user.pk), sure(user), CLOCK)

    owner = Client()
    page = Reader(owner.get(link).content)
    assert "alice" not in page.text
    assert BrowserSession.objects.count() == 1
    assert Token.objects.get().revoked_at is None

    done = owner.post(link)
    assert done.status_code == 200
    assert "/account/password/reset/" in Reader(done.content).values("href")
    assert thief.get("/account/")["Location"].startswith("/account/login/")
    assert Token.objects.get().revoked_at is not None
    assert [one.type for one in Authenticator.objects.all()] == ["webauthn"]
    assert not User.objects.get().has_usable_password()
    assert Case.objects.count() == 1
    assert owner.get(link).status_code == owner.post(link).status_code == 403
    last = [text for _, subject, text in sent() if "it was not you" in subject]
    assert len(last) == 1
    assert "/not-me/" not in last[0]


def test_what_is_no_link_is_refused_alike_and_tells_nothing(shop: Shop, client: Client) -> None:
    user = shop.user("alice")
    old = note(Happening(Kind.PASSWORD_CHANGED, user.pk), sure(user), CLOCK)
    Notice.objects.filter(pk=old).update(at=CLOCK.now() - timedelta(days=15))
    texts = set()
    for secret in ("x", made(b"o" * 32, old), made(KEY, old), made(KEY, old + 9)):
        answer = client.get(f"/not-me/{secret}")
        assert answer.status_code == 403
        texts.add(re.sub(r"X-Request-ID.*", "", Reader(answer.content).text))
    assert len(texts) == 1


def test_a_form_that_another_site_sends_changes_nothing(shop: Shop) -> None:
    user = shop.user("alice")
    line = note(Happening(Kind.PASSWORD_CHANGED, user.pk), sure(user), CLOCK)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/not-me/{made(KEY, line)}").status_code == 403
    assert not Case.objects.exists()


def test_the_log_says_what_happened_when_and_from_where(shop: Shop) -> None:
    browser = shop.visitor("alice")
    user = User.objects.get(folded="alice")
    facts = {"token": 41, "label": "<b>laptop\u202e"}
    here = person(user, "session", sure(user).assurance, Browser("192.0.2.7", "Browser/1"))
    note(Happening(Kind.TOKEN_CREATED, user.pk, facts), here, CLOCK)
    page = Reader(browser.get("/account/log/").content)
    assert (
        "A token was made for your account Its number: 41. Its name: <b>laptop[U+202E]" in page.text
    )
    assert "by alice · 192.0.2.7 · Browser/1" in page.text
    assert "Your account was made" in page.text


def test_the_log_is_ones_own_and_is_read_in_parts(shop: Shop) -> None:
    browser = shop.visitor("alice")
    user, other = User.objects.get(folded="alice"), shop.user("bob")
    note(Happening(Kind.TOKEN_CREATED, other.pk, {"label": "theirs"}), sure(other), CLOCK)
    for number in range(60):
        note(Happening(Kind.TOKEN_CREATED, user.pk, {"label": f"no-{number}."}), sure(user), CLOCK)
    first = Reader(browser.get("/account/log/").content)
    assert "no-59." in first.text
    assert "no-9." not in first.text
    assert "theirs" not in first.text
    (older,) = [one for one in first.values("href") if one.startswith("/account/log/?before=")]
    assert "no-9." in Reader(browser.get(older).content).text
    assert browser.get("/account/log/?before=x%00").status_code in {200, 400}


def test_one_line_of_ones_log_is_disowned_after_a_fresh_proof(shop: Shop) -> None:
    browser = shop.visitor("alice")
    user = User.objects.get(folded="alice")
    line = note(Happening(Kind.PASSWORD_CHANGED, user.pk), sure(user), CLOCK)
    address = f"/account/log/{line}/not-me/"
    assert address in Reader(browser.get("/account/log/").content).values("href")
    assert browser.get(address).status_code == 200
    asked = browser.post(address)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/security/")
    assert not Case.objects.exists()
    session = browser.session
    record = {"method": "mfa", "type": "webauthn", "at": CLOCK.now().timestamp()}
    session["account_authentication_methods"] = [{**record, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    assert browser.post(address).status_code == 200
    assert Case.objects.count() == 1
    assert browser.get("/account/")["Location"].startswith("/account/login/")


def test_nobody_disowns_what_stands_in_the_log_of_another(shop: Shop) -> None:
    browser, other = shop.visitor("alice"), shop.user("bob")
    line = note(Happening(Kind.PASSWORD_CHANGED, other.pk), sure(other), CLOCK)
    for answer in (browser.get, browser.post):
        assert answer(f"/account/log/{line}/not-me/").status_code == 403


@pytest.mark.parametrize("path", ["/account/log/", "/account/log/1/not-me/"])
def test_a_stranger_is_sent_to_sign_in(shop: Shop, client: Client, path: str) -> None:
    assert client.get(path)["Location"].startswith("/account/login/")


def test_a_sign_in_keeps_an_account_that_was_to_close(shop: Shop) -> None:
    user = shop.user("alice")
    User.objects.update(closes_at=CLOCK.now() + timedelta(days=1))
    signed_in(shop, user)
    assert User.objects.get().closes_at is None
    assert notices.log(user.pk, None, 1)[0].kind is Kind.ACCOUNT_KEPT

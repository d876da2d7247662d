"""Tokens on pages: forgotten ones first, made after a fresh proof and shown once, ended at will."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.people.access.roles import Role
from strongroom.people.models import Notice, Token, User
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.secrets import PATTERN
from tests.web.conftest import CLOCK, MINT, Shop
from tests.web.specimens import Reader

pytestmark = pytest.mark.usefixtures("parcel")

HERE = "/account/tokens/"
FORM = {"label": "ci", "scope": "some", "project": "pypi:parcel", "action": "upload"}


@pytest.fixture
def browser(shop: Shop) -> Client:
    return proven(shop.visitor("marta", Role.OWNER))


def proven(browser: Client) -> Client:
    """Let a browser have proved a moment ago whose it is."""
    session = browser.session
    record = {"method": "mfa", "type": "webauthn", "at": CLOCK.now().timestamp()}
    session["account_authentication_methods"] = [{**record, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(User.objects.get(folded="marta").pk)
    session.save()
    return browser


def made(browser: Client, **form: object) -> str:
    """Return the token that a form makes."""
    answer = browser.post(f"{HERE}new/", {**FORM, **form})
    assert answer.status_code == 200, Reader(answer.content).text
    (text,) = set(PATTERN.findall(answer.content.decode()))
    return str(text)


def refused(browser: Client, **form: object) -> str:
    answer = browser.post(f"{HERE}new/", {**FORM, **form})
    assert answer.status_code == 400
    assert not Token.objects.exists()
    return Reader(answer.content).text


def row(**values: object) -> Token:
    """Return a token of marta's, made long ago."""
    return Token.objects.create(
        **{
            "identifier": str(Token.objects.count()),
            "user": User.objects.get(folded="marta"),
            "kind": "u",
            "created_at": CLOCK.now() - timedelta(days=40),
            **values,
        }
    )


def test_a_token_that_is_made_works_and_reaches_no_further_than_was_chosen(
    browser: Client,
) -> None:
    form = {"others": "New.Parcel pypi:box", "action": ["upload", "yank"]}
    text = made(browser, **form, networks="192.0.2.0/24, 2001:db8::/32", days="7")
    actor = authenticate(text, master=MINT.master, clock=CLOCK, source="192.0.2.7")
    assert (actor.name, actor.admin) == ("marta", False)
    assert actor.reach.actions == {Action.UPLOAD, Action.YANK}
    projects = ("parcel", "new-parcel", "box")
    assert actor.reach.projects == {ProjectId("pypi", key) for key in projects}
    token = Token.objects.get()
    assert token.label == "ci"
    assert token.expires_at is not None
    assert timedelta(days=6) < token.expires_at - CLOCK.now() <= timedelta(days=7)


def test_a_token_may_reach_all_projects_where_that_is_chosen(browser: Client) -> None:
    text = made(browser, scope="all")
    actor = authenticate(text, master=MINT.master, clock=CLOCK, source="")
    assert (actor.reach.projects, actor.reach.actions) == (None, {Action.UPLOAD})


def test_a_token_ends_though_nobody_says_when(browser: Client) -> None:
    made(browser)
    token = Token.objects.get()
    assert token.expires_at is not None
    assert token.expires_at <= CLOCK.now() + timedelta(days=90)


def test_a_token_is_shown_once(browser: Client) -> None:
    text = made(browser)
    pages = (HERE, "/account/", f"{HERE}new/?like={Token.objects.get().pk}")
    assert not any(text.encode() in browser.get(page).content for page in pages)


def test_a_page_with_a_token_is_kept_by_nobody(browser: Client) -> None:
    assert browser.post(f"{HERE}new/", FORM)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"action": []}, "No action is chosen."),
        ({"project": []}, "No project is chosen."),
        ({"scope": "", "project": []}, "No project is chosen."),
        ({"action": "approval"}, "is not a action"),
        ({"networks": "office"}, "is not a network"),
        ({"others": "name!"}, "name!"),
        ({"days": "soon"}, "is not a number of days."),
        ({"days": "0"}, "A token lasts for at most 365 days here."),
        ({"days": "366"}, "A token lasts for at most 365 days here."),
        ({"label": "two\nlines"}, "printable characters"),
    ],
)
def test_a_form_that_says_too_little_or_too_much_makes_no_token(
    browser: Client, form: dict[str, object], told: str
) -> None:
    assert told in refused(browser, **form)


def test_what_was_filled_in_stays_where_the_form_is_refused(browser: Client) -> None:
    answer = browser.post(f"{HERE}new/", {**FORM, "days": "soon", "others": "box"})
    values = Reader(answer.content).values("value")
    assert {"ci", "soon", "box"} <= set(values)


def test_making_a_token_asks_for_a_fresh_proof(shop: Shop) -> None:
    stolen = shop.visitor("marta", Role.OWNER)
    for answer in (stolen.get(f"{HERE}new/"), stolen.post(f"{HERE}new/", FORM)):
        assert answer["Location"].startswith("/account/security/keys/prove/")
    assert not Token.objects.exists()


def test_no_other_site_can_make_or_end_a_token(browser: Client) -> None:
    number = row().pk
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    for path in ("new/", "revoke/", f"{number}/revoke/"):
        assert strict.post(f"{HERE}{path}", FORM).status_code == 403
    assert Token.objects.get().revoked_at is None


def test_the_list_tells_last_use_and_from_where(browser: Client) -> None:
    row(label="laptop", last_used_at=CLOCK.now(), last_used_from="192.0.2.7")
    text = Reader(browser.get(HERE).content).text
    for expected in ("laptop", "from 192.0.2.7", "may do all that a token can · all projects"):
        assert expected in text


def test_forgotten_tokens_come_first_and_are_marked(browser: Client) -> None:
    row(label="daily", last_used_at=CLOCK.now())
    row(label="gone", revoked_at=CLOCK.now())
    row(label="idle", last_used_at=CLOCK.now() - timedelta(days=35))
    row(label="untouched")
    text = Reader(browser.get(HERE).content).text
    places = [text.index(label) for label in ("untouched", "idle", "daily", "gone")]
    assert places == sorted(places)
    assert "untouched never used" in text
    assert "idle forgotten?" in text


def test_the_list_shows_the_limits_of_a_token(browser: Client) -> None:
    made(browser, networks="192.0.2.0/24")
    text = Reader(browser.get(HERE).content).text
    assert "may upload · pypi:parcel · from 192.0.2.0/24" in text


def test_a_token_is_ended_after_its_effects_are_told(browser: Client) -> None:
    number = row(label="laptop").pk
    page = Reader(browser.get(f"{HERE}{number}/revoke/").content)
    assert "every token that was narrowed from it" in page.text
    assert Token.objects.get().revoked_at is None
    assert browser.post(f"{HERE}{number}/revoke/")["Location"] == HERE
    assert Token.objects.get().revoked_at is not None
    assert "laptop is revoked." in Reader(browser.get(HERE).content).text
    browser.post(f"{HERE}{number}/revoke/")
    assert "laptop was revoked before." in Reader(browser.get(HERE).content).text


def test_all_tokens_are_ended_at_once(browser: Client) -> None:
    for _ in range(3):
        row()
    assert "Each of your tokens" in Reader(browser.get(f"{HERE}revoke/").content).text
    browser.post(f"{HERE}revoke/")
    assert not Token.objects.filter(revoked_at=None).exists()
    assert "3 tokens are revoked." in Reader(browser.get(HERE).content).text
    assert Notice.objects.filter(kind=Kind.TOKEN_REVOKED).count() == 3


def test_tokens_of_others_are_neither_shown_nor_ended(shop: Shop, browser: Client) -> None:
    theirs = row(user=shop.user("jo"), label="theirs")
    assert "theirs" not in Reader(browser.get(HERE).content).text
    assert "theirs" not in Reader(browser.get(f"{HERE}new/?like={theirs.pk}").content).text
    assert browser.get(f"{HERE}{theirs.pk}/revoke/").status_code == 404
    assert browser.post(f"{HERE}{theirs.pk}/revoke/").status_code == 404
    browser.post(f"{HERE}revoke/")
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_a_token_is_replaced_by_one_that_is_like_it(browser: Client) -> None:
    made(browser, networks="192.0.2.0/24", action=["yank"])
    former = Token.objects.get()
    page = browser.get(f"{HERE}new/?like={former.pk}").content.decode()
    assert {"ci", "192.0.2.0/24"} <= set(Reader(page.encode()).values("value"))
    assert re.findall(r'value="(\w+)" checked', page) == ["yank", "some"]
    answer = browser.post(f"{HERE}new/", {**FORM, "like": str(former.pk)})
    assert f"{HERE}{former.pk}/revoke/" in Reader(answer.content).values("href")


@pytest.mark.parametrize("like", ["", "999999", "x", "-1"])
def test_a_form_like_no_token_is_empty(browser: Client, like: str) -> None:
    assert browser.get(f"{HERE}new/", {"like": like}).status_code == 200


def test_a_label_cannot_turn_the_page_around(browser: Client) -> None:
    row(label="\u202elabel")
    assert "[U+202E]label" in Reader(browser.get(HERE).content).text


def test_without_a_second_factor_nobody_makes_a_token(shop: Shop, browser: Client) -> None:
    session = browser.session
    del session["enrolled"]
    session["account_authentication_methods"] = []
    session.save()
    assert browser.get(f"{HERE}new/").status_code == 303
    assert browser.post(f"{HERE}new/", FORM).status_code == 303
    assert not Token.objects.exists()

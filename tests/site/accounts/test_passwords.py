"""Stolen passwords: refused where one is chosen, and changed first where one signs in."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings

from strongroom.core.errors import UnavailableError
from strongroom.people.models import User
from strongroom.site import assembly
from strongroom.site.accounts import adapters, guarding, passwords, stages
from strongroom.site.accounts.passwords import is_stolen
from strongroom.site.assembly import House, house
from strongroom.stores.breaches import ANYWHERE, Stolen, by_range
from strongroom.stores.outside import Outside
from tests.fakes.servers import answer, serving
from tests.fakes.streams import logged
from tests.site.accounts.conftest import PASSWORD, Person, is_in, letters, link

NEW = "another kettle in june"
CHANGE = "/account/password/change/"
Rebuild = Callable[..., House]


@pytest.fixture
def rebuild(monkeypatch: pytest.MonkeyPatch) -> Rebuild:
    """Return what puts another house in place of this process's."""

    def put(stolen: Stolen, *, sign_up: bool = False, unasked: str = "admit") -> House:
        configuration = replace(
            house().configuration, sign_up=sign_up, breached_passwords_unasked=unasked
        )
        made = replace(house(), configuration=configuration, stolen=stolen)
        for module in (assembly, adapters, guarding, passwords, stages):
            monkeypatch.setattr(module, "house", lambda: made)
        return made

    return put


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def stolen_are(*known: str) -> Stolen:
    return lambda password: password in known


def away(_: str) -> bool:
    raise UnavailableError("outside-unreachable", "Nobody answers.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["short one", "ada.lovelace", "ada@example.org", "Strongroom1234"]
)
def test_short_and_obvious_passwords_are_refused(password: str) -> None:
    user = User(username="ada.lovelace", folded="ada.lovelace", email="ada@example.org")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.django_db
def test_every_address_of_an_account_is_obvious(ada: Person) -> None:
    EmailAddress.objects.create(user=ada.user, email="countess@example.test", verified=True)
    with pytest.raises(ValidationError, match="address"):
        validate_password("Countess@Example.test", ada.user)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaab cd", "nur kleine worte", "日本語の長い合言葉です長い"]
)
def test_no_rule_says_of_which_characters_a_password_is_made(password: str) -> None:
    validate_password(password)


@pytest.mark.django_db
def test_the_rules_tell_what_they_ask_for() -> None:
    assert passwords.Own().get_help_text()
    assert passwords.Unstolen().get_help_text()


@pytest.mark.django_db
def test_what_everybody_uses_is_refused_without_any_list(ada: Person) -> None:
    assert is_stolen("1234567890")
    with pytest.raises(ValidationError, match="stolen"):
        validate_password("qwerty123456")


def test_a_stolen_password_is_refused_at_sign_up(ada: Person, rebuild: Rebuild) -> None:
    with serving({f"/{digest(NEW)[:5]}": answer(f"{digest(NEW)[5:]}:42".encode())}) as server:
        asked = by_range(server.url, Outside("strongroom/test", ANYWHERE))
        rebuild(asked, sign_up=True)
        form = {"username": "bob", "email": "bob@example.org", "password1": NEW}
        page = ada.stranger().post("/account/signup/", form)
    assert "stolen" in page.content.decode()
    assert not User.objects.filter(folded="bob").exists()


def test_a_stolen_password_is_refused_at_a_change(ada: Person, rebuild: Rebuild) -> None:
    ada.sign_in(ada.browser)
    ada.prove(ada.browser)
    rebuild(stolen_are(NEW))
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert "stolen" in ada.browser.post(CHANGE, form).content.decode()


def test_a_stolen_password_is_refused_at_a_reset(ada: Person, rebuild: Rebuild) -> None:
    rebuild(stolen_are(NEW))
    browser = ada.stranger()
    browser.post("/account/password/reset/", {"email": "ada@example.org"})
    (*_, text) = letters()[-1]
    (address,) = [word for word in text.split() if "/password/reset/key/" in word]
    path = "/" + address.split("/", 3)[3]
    there = browser.get(path)["Location"]
    assert "stolen" in browser.post(there, {"password1": NEW, "password2": NEW}).content.decode()


@pytest.mark.parametrize(
    "path", ["/account/", "/account/sessions/", "/account/security/", "/search/"]
)
def test_who_signs_in_with_a_stolen_password_changes_it_first(
    ada: Person, rebuild: Rebuild, path: str
) -> None:
    rebuild(stolen_are(PASSWORD))
    ada.password(ada.browser)
    ada.code(ada.browser)
    ada.browser.post(link())
    for answer_ in (ada.browser.get(path), ada.browser.post(path)):
        assert (answer_.status_code, answer_["Location"]) == (303, CHANGE)
    ada.prove(ada.browser)
    assert ada.browser.get(CHANGE).status_code == 200


def test_the_change_opens_everything_again(ada: Person, rebuild: Rebuild) -> None:
    rebuild(stolen_are(PASSWORD))
    ada.password(ada.browser)
    ada.code(ada.browser)
    ada.browser.post(link())
    ada.prove(ada.browser)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    ada.browser.post(CHANGE, form)
    assert is_in(ada.browser)


def test_who_must_change_a_password_can_go_instead(ada: Person, rebuild: Rebuild) -> None:
    rebuild(stolen_are(PASSWORD))
    ada.password(ada.browser)
    ada.code(ada.browser)
    ada.browser.post(link())
    assert ada.browser.post("/account/logout/").status_code == 302
    assert ada.browser.get("/account/")["Location"].startswith("/account/login/")


def test_a_wrong_password_says_nothing_of_being_stolen(ada: Person, rebuild: Rebuild) -> None:
    asked: list[str] = []

    def note(password: str) -> bool:
        asked.append(password)
        return True

    rebuild(note)
    ada.password(ada.browser, "wrong")
    assert asked == []


def test_while_nobody_can_be_asked_people_come_in_and_the_log_says_so(
    ada: Person, rebuild: Rebuild
) -> None:
    made = rebuild(away)
    with logged("text") as stream:
        ada.sign_in(ada.browser)
    assert "outside-unreachable" in stream.getvalue()
    assert PASSWORD not in stream.getvalue()
    assert b'strongroom_password_checks_total{outcome="unknown"}' in made.metrics.exposition()


def test_the_operator_may_choose_that_nobody_comes_in_meanwhile(
    ada: Person, rebuild: Rebuild
) -> None:
    rebuild(away, unasked="refuse")
    answer_ = ada.password(ada.browser)
    assert answer_.status_code == 503
    assert "breach-list-unasked" in answer_.content.decode()
    assert answer_["Retry-After"] == "60"
    assert not is_in(ada.browser)


def test_the_next_sign_in_asks_again(ada: Person, rebuild: Rebuild, settings: Settings) -> None:
    rebuild(away)
    ada.sign_in(ada.browser)
    ada.browser.post("/account/logout/")
    rebuild(stolen_are(PASSWORD))
    ada.password(ada.browser)
    ada.code(ada.browser)
    assert ada.browser.get("/account/")["Location"] == CHANGE


def test_a_sign_up_with_a_known_address_costs_the_work_of_a_new_account(
    ada: Person, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(adapters, "make_password", made.append)
    rebuild(stolen_are(), sign_up=True)
    form = {"username": "bob", "email": "ada@example.org", "password1": NEW}
    ada.stranger().post("/account/signup/", form)
    assert made == [NEW]
    assert not User.objects.filter(folded="bob").exists()


def test_who_signs_up_proves_the_address_and_needs_no_second_mail(
    ada: Person, rebuild: Rebuild
) -> None:
    rebuild(stolen_are(), sign_up=True)
    browser = ada.stranger()
    form = {"username": "bob", "email": "bob@example.org", "password1": NEW}
    browser.post("/account/signup/", form)
    assert not is_in(browser)
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", letters()[-1][2])
    assert found is not None
    browser.post("/account/verify/", {"code": found[0]})
    assert is_in(browser)
    # And from then on the browser is known.
    browser.post("/account/logout/")
    browser.post("/account/login/", {"login": "bob", "password": NEW})
    assert is_in(browser)

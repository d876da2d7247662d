"""The recovery policy, walked: each route that the page names, at the real site."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import SystemClock
from strongroom.people.accounts.links import create_link
from strongroom.people.models import BrowserSession, Recovery
from strongroom.people.recovery import acts, rules
from strongroom.people.recovery.office import ASK_FOR, ENROL_FOR
from strongroom.site.assembly import house
from strongroom.web.accounts.recovering import numbers
from tests.fakes.people import member
from tests.site.accounts.conftest import CODE, Person, letters

ASK, POLICY = "/account/recovery/", "/account/recovery/policy/"
CLOCK = SystemClock()


def path_in_letter(start: str) -> str:
    """Return the newest address in a letter that begins so."""
    found = [re.search(rf"{start}[^\s]+", text) for _, _, text in letters()]
    return [one[0] for one in found if one is not None][-1]


def has_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person.user).exists())


def administrator(name: str) -> Client:
    """Return the browser of an administrator who has just shown a security key."""
    user, browser = member(name, CLOCK, admin=True), Client()
    browser.post(f"/sign-in/{create_link(user, OPERATOR, CLOCK, lambda: f'link-of-{name}')}")
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "webauthn", "at": CLOCK.now().timestamp()}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser


def ripen() -> None:
    Recovery.objects.update(ripe_at=CLOCK.now() - timedelta(seconds=1))


def test_the_page_says_the_numbers_that_the_code_goes_by(db: None) -> None:
    page = Client().get(POLICY).content.decode()
    told = numbers(house().office)
    assert f"Then {told['hours']} hours pass; {told['critical_hours']} hours" in page
    assert f"every {told['letter_hours']} hours" in page
    assert f"{told['approvals']} different administrators" in page
    assert f"works for {told['ask_hours']} h." in page
    assert f"within {told['enrol_hours']} hours" in page
    assert told == {
        "hours": house().configuration.recovery_delay_hours,
        "critical_hours": rules.CRITICAL_AT_LEAST / timedelta(hours=1),
        "approvals": rules.APPROVALS,
        "letter_hours": rules.TOLD_EVERY / timedelta(hours=1),
        "ask_hours": ASK_FOR / timedelta(hours=1),
        "enrol_hours": ENROL_FOR / timedelta(hours=1),
    }


@pytest.mark.parametrize("page", ["/account/login/"])
def test_who_signs_in_is_shown_the_way(db: None, page: str) -> None:
    assert POLICY in Client().get(page).content.decode()


def test_a_forgotten_password_leaves_the_factor_asked_for(ada: Person) -> None:
    browser = ada.stranger()
    browser.post("/account/password/reset/", {"email": "ada@example.org"})
    where = path_in_letter("/account/password/reset/key/")
    where = browser.get(where)["Location"]
    new = "another quiet kettle in june"
    browser.post(where, {"password1": new, "password2": new})
    assert ada.password(browser, new)["Location"].startswith(CODE)
    assert has_factor(ada)


def test_who_lost_all_factors_asks_by_the_password_and_enrols_by_a_letter(ada: Person) -> None:
    browser = ada.stranger()
    ada.password(browser)
    assert "ada" in browser.get(ASK).content.decode()
    assert "The recovery has begun" in browser.post(ASK).content.decode()
    (row,) = Recovery.objects.all()
    approve = f"/manage/recoveries/{row.pk}/approve/"
    ida, max_ = administrator("ida"), administrator("max")
    early = ida.post(approve)
    assert (early.status_code, has_factor(ada)) == (400, True)
    ripen()
    assert f"{approve}" in ida.get("/manage/recoveries/").content.decode()
    assert ida.post(approve).status_code == 303
    assert ida.post(approve).status_code == 400
    assert has_factor(ada)
    assert max_.post(approve).status_code == 303
    assert not has_factor(ada)
    assert not BrowserSession.objects.filter(user=ada.user).exists()
    assert ada.password(ada.stranger()).status_code == 200
    fresh = ada.stranger()
    link = path_in_letter("/sign-in/")
    assert fresh.post(link).status_code == 303
    assert fresh.get("/account/security/").status_code == 200
    assert ada.stranger().post(link).status_code == 403


def test_a_link_to_the_primary_address_asks_too_and_opening_it_does_nothing(ada: Person) -> None:
    browser = ada.stranger()
    known = browser.post(ASK, {"account": "ada"}).content
    unknown = browser.post(ASK, {"account": "nobody-here"}).content
    assert known == unknown
    link = path_in_letter("/account/recovery/ask/")
    assert browser.get(link).status_code == 200
    assert not Recovery.objects.exists()
    assert browser.post(link).status_code == 200
    assert Recovery.objects.get().user == ada.user


def test_an_address_that_is_not_verified_any_more_is_no_way(ada: Person) -> None:
    browser = ada.stranger()
    browser.post(ASK, {"account": "ada"})
    link = path_in_letter("/account/recovery/ask/")
    EmailAddress.objects.filter(user=ada.user).update(verified=False)
    assert browser.post(link).status_code == 403
    assert not Recovery.objects.exists()


def test_the_letters_link_stops_it_and_opening_it_does_not(ada: Person) -> None:
    acts.ask(house().office, ada.user, OPERATOR)
    link = path_in_letter("/account/recovery/stop/")
    browser = ada.stranger()
    assert browser.get(link).status_code == 200
    assert Recovery.objects.get().state == "open"
    assert "is stopped" in browser.post(link).content.decode()
    assert Recovery.objects.get().state == "cancelled"
    assert browser.post(link).status_code == 409
    assert browser.post("/account/recovery/stop/1-abc/").status_code == 403


def test_a_sign_in_with_a_factor_stops_it(ada: Person) -> None:
    browser = ada.stranger()
    ada.password(browser)
    browser.post(ASK)
    ada.sign_in(ada.stranger())
    assert Recovery.objects.get().state == "cancelled"


def test_a_password_alone_stops_nothing(ada: Person) -> None:
    acts.ask(house().office, ada.user, OPERATOR)
    ada.password(ada.stranger())
    assert Recovery.objects.get().state == "open"


def test_who_has_shown_a_factor_has_not_lost_it(ada: Person) -> None:
    assert ada.sign_in(ada.browser).post(ASK).status_code == 409
    assert not Recovery.objects.exists()


def test_a_stranger_begins_nothing(ada: Person) -> None:
    assert "User name, or primary address" in ada.stranger().get(ASK).content.decode()
    ada.stranger().post(ASK)
    assert not Recovery.objects.exists()

"""What a project demands, on its page of management, and how that is changed there."""

from datetime import UTC, datetime
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from strongroom.packages.models import Project
from strongroom.people.access.roles import Role
from tests.web.conftest import Shop

HERE = "/manage/project/parcel/"


def page(browser: Client, path: str = "") -> str:
    answer = browser.get(HERE + path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_an_owner_is_told_what_changing_the_project_takes(owner: Client) -> None:
    shown = page(owner)
    assert "needs a second factor." in shown
    assert f"{HERE}confirmation/on/" in shown
    assert "/critical/" not in shown


@pytest.mark.parametrize(
    ("critical", "told"),
    [
        ("on", "This project is critical"),
        ("counted", "This project is critical"),
        ("off", "needs a second factor."),
        ("soon", "on whoever changes it needs a <strong>security key"),
    ],
)
def test_how_critical_it_is_is_said(owner: Client, critical: str, told: str) -> None:
    at = datetime(2026, 12, 5, 12, tzinfo=UTC)
    Project.objects.update(critical=critical, critical_at=at if critical == "soon" else None)
    assert told in page(owner)


def test_people_whose_role_is_of_no_use_yet_are_named(shop: Shop, owner: Client) -> None:
    shop.visitor("jo", Role.MAINTAINER)
    assert "do nothing by it" not in page(owner)
    Authenticator.objects.filter(user__folded="jo").delete()
    assert "until they have added the factor that it needs: jo." in page(owner)


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("none", {"on", "off"}),
        ("soon", {"on", "off"}),
        ("on", {"off", "auto"}),
        ("off", {"on", "auto"}),
    ],
)
def test_an_administrator_says_how_critical_it_is(
    shop: Shop, parcel: Project, now: str, offered: set[str]
) -> None:
    Project.objects.update(critical=now)
    shown = page(shop.visitor("jo", admin=True))
    words = ("on", "off", "auto")
    assert {word for word in words if f"{HERE}critical/{word}/" in shown} == offered


def test_a_pin_is_explained_made_and_told(shop: Shop, parcel: Project) -> None:
    admin = shop.visitor("jo", admin=True)
    for word, after in (("on", "on"), ("off", "off"), ("auto", "none")):
        assert "What will happen" in page(admin, f"critical/{word}/")
        answer = admin.post(f"{HERE}critical/{word}/")
        assert (answer.status_code, answer["Location"]) == (303, HERE)
        assert Project.objects.get().critical == after


def test_an_owner_does_not_say_it(owner: Client) -> None:
    assert owner.post(f"{HERE}critical/off/").status_code == 403


def test_a_word_that_says_nothing_of_it_is_refused(shop: Shop, parcel: Project) -> None:
    assert shop.visitor("jo", admin=True).get(f"{HERE}critical/very/").status_code == 400


def test_an_owner_asks_for_a_person_and_gives_it_up_only_with_a_key(owner: Client) -> None:
    assert "What will happen" in page(owner, "confirmation/on/")
    owner.post(f"{HERE}confirmation/on/")
    assert Project.objects.get().confirmed
    assert "A person confirms each publication" in page(owner)
    # The session of this test has shown a key when it was enrolled, and none since.
    for ask in (owner.get, owner.post):
        answer = ask(f"{HERE}confirmation/off/")
        assert answer["Location"].startswith("/account/security/keys/prove/?next=")
    assert Project.objects.get().confirmed


def test_another_word_than_on_and_off_is_no_page(owner: Client) -> None:
    assert owner.get(f"{HERE}confirmation/maybe/").status_code == 404

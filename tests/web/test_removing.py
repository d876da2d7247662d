"""Removing a release on its project's pages, its rules of retention, and the room it takes."""

from datetime import timedelta

import pytest
from django.test import Client

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages.catalog.keeping import Own, own_rules, set_rules
from strongroom.packages.catalog.quotas import of_project, of_user, set_limit
from strongroom.packages.models import Project, Quota, Release
from strongroom.people.access.roles import Role
from strongroom.proof.models import EventRow
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import Reader

HERE = "/manage/project/parcel/"
REMOVE = f"{HERE}remove/1.0/"
RETENTION = f"{HERE}retention/"
PARCEL = ProjectId("pypi", "parcel")


@pytest.fixture
def old(parcel: Project) -> Project:
    """Return the project with its release published long ago."""
    Release.objects.update(published_at=CLOCK.now() - timedelta(days=100))
    return parcel


@pytest.fixture
def fresh(parcel: Project) -> Project:
    """Return the project with its release published a moment ago."""
    Release.objects.update(published_at=CLOCK.now())
    return parcel


def page(browser: Client, address: str = HERE) -> Reader:
    return Reader(browser.get(address).content)


@pytest.mark.usefixtures("fresh")
def test_an_owner_is_offered_to_remove_a_young_release(owner: Client) -> None:
    assert REMOVE in page(owner).values("href")


@pytest.mark.usefixtures("old")
def test_an_owner_is_not_offered_what_would_be_refused(owner: Client) -> None:
    assert REMOVE not in page(owner).values("href")


@pytest.mark.usefixtures("old")
def test_an_administrator_is_offered_to_remove_an_old_one(shop: Shop) -> None:
    assert REMOVE in page(shop.visitor("jo", admin=True)).values("href")


@pytest.mark.usefixtures("fresh")
def test_a_maintainer_is_not_offered_it_and_cannot_do_it(shop: Shop) -> None:
    browser = shop.visitor("jo", Role.MAINTAINER)
    assert REMOVE not in page(browser).values("href")
    assert browser.get(REMOVE).status_code == 403
    assert browser.post(REMOVE, {"typed": "1.0"}).status_code == 403
    assert Release.objects.exists()


@pytest.mark.usefixtures("fresh")
def test_a_removal_is_explained_before_it_is_made(owner: Client) -> None:
    told = page(owner, REMOVE).text
    assert "Whoever depends on Parcel 1.0 can no longer install it." in told
    assert "parcel-1.0-py3-none-any.whl" in told
    assert "Nobody can ever publish a version 1.0 again" in told
    assert "Parcel will have no release; its name stays taken." in told


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("typed", ["", "1", "1.0.0", "2.0", "v1.0", "yes"])
def test_nothing_goes_that_was_not_typed(owner: Client, typed: str) -> None:
    answer = owner.post(REMOVE, {"typed": typed, "reason": "wrong"})
    assert answer.status_code == 400
    assert "Type it just as it is shown" in Reader(answer.content).text
    assert Release.objects.exists()
    assert not EventRow.objects.filter(kind=Kind.RELEASE_REMOVED).exists()


@pytest.mark.usefixtures("fresh")
def test_what_was_typed_goes_with_its_reason(owner: Client, shop: Shop) -> None:
    answer = owner.post(REMOVE, {"typed": " 1.0 ", "reason": "wrong files"})
    assert (answer.status_code, answer["Location"]) == (303, HERE)
    assert "1.0 is removed." in page(owner).text
    event = shop.events[-1].event
    assert (event.kind, event.actor, event.facts["reason"]) == (
        Kind.RELEASE_REMOVED,
        "marta",
        "wrong files",
    )
    assert not Release.objects.exists()


@pytest.mark.usefixtures("old")
def test_an_owner_who_comes_too_late_is_told_so(owner: Client) -> None:
    answer = owner.post(REMOVE, {"typed": "1.0"})
    assert answer.status_code == 403
    assert "Yank it instead" in Reader(answer.content).text
    assert Release.objects.exists()


def test_a_form_from_elsewhere_removes_nothing(shop: Shop, fresh: Project) -> None:
    del fresh
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = shop.visitor("marta", Role.OWNER).cookies
    assert strict.post(REMOVE, {"typed": "1.0"}).status_code == 403
    assert Release.objects.exists()


def test_without_rules_it_is_said_that_nothing_goes_by_itself(owner: Client) -> None:
    shown = page(owner)
    assert "Nothing is removed by itself." in shown.text
    assert RETENTION in shown.values("href")


def test_a_maintainer_sees_the_rules_and_cannot_change_them(shop: Shop, parcel: Project) -> None:
    del parcel
    browser = shop.visitor("jo", Role.MAINTAINER)
    assert RETENTION not in page(browser).values("href")
    assert browser.get(RETENTION).status_code == 403
    assert browser.post(RETENTION, {"keep_prereleases": "1"}).status_code == 403
    assert own_rules(PARCEL) == Own()


def test_an_owner_gives_rules_and_takes_them_back(owner: Client) -> None:
    assert (
        owner.post(RETENTION, {"keep_prereleases": "5", "prerelease_days": ""}).status_code == 303
    )
    assert own_rules(PARCEL) == Own(5, None)
    assert "The rules are changed." in page(owner).text
    assert page(owner, RETENTION).values("value").count("5") == 1
    owner.post(RETENTION, {"keep_prereleases": "5", "prerelease_days": ""})
    assert "Nothing changed." in page(owner).text
    owner.post(RETENTION, {})
    assert own_rules(PARCEL) == Own()


@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "99999999", "\u0665", "9" * 30])
def test_what_is_no_rule_is_refused_on_the_form(owner: Client, typed: str) -> None:
    answer = owner.post(RETENTION, {"keep_prereleases": typed})
    assert answer.status_code == 400
    assert "That did not work" in Reader(answer.content).text
    assert own_rules(PARCEL) == Own()


def test_what_the_rules_would_let_go_is_shown_with_the_reason(owner: Client, shop: Shop) -> None:
    project = Project.objects.get()
    old = CLOCK.now() - timedelta(days=9)
    for number in range(60):
        Release.objects.create(
            project=project,
            key=f"2.{number}b1",
            display=f"2.{number}b1",
            prerelease=True,
            published_at=old,
        )
    set_rules(shop.desk, OPERATOR, PARCEL, Own(keep_prereleases=1))
    told = page(owner).text
    assert "The newest 1 pre-release stays." in told
    assert "2.0b1" in told
    assert "1 newer pre-releases stay" in told
    assert "These are the first 50 of 59." in told
    assert "2.0b1" in page(owner, RETENTION).text


def test_the_registrys_own_rules_are_told_beside_the_fields(owner: Client) -> None:
    assert "as the registry says, which is never" in page(owner, RETENTION).text


def test_room_is_shown_as_a_bar_and_in_words(owner: Client, shop: Shop) -> None:
    Quota.objects.create(kind="project", subject="pypi:parcel", used_bytes=1536)
    assert "1.5 KiB used; there is no limit." in page(owner).text
    set_limit(shop.desk, OPERATOR, of_project(PARCEL), 2048)
    shown = page(owner)
    assert "1.5 KiB of 2.0 KiB used, 512 B left." in shown.text
    assert (shown.values("max")[0], shown.values("value")[-1]) == ("2048", "1536")


def test_a_person_sees_their_own_room_on_their_account(owner: Client, shop: Shop) -> None:
    assert "0 B used; there is no limit." in page(owner, "/account/").text
    set_limit(shop.desk, OPERATOR, of_user("marta"), 1024)
    assert "0 B of 1.0 KiB used, 1.0 KiB left." in page(owner, "/account/").text


def test_a_used_up_quota_has_nothing_left(owner: Client, shop: Shop) -> None:
    set_limit(shop.desk, OPERATOR, of_user("marta"), 10)
    Quota.objects.update(used_bytes=11)
    assert "11 B of 10 B used, 0 B left." in page(owner, "/account/").text


def test_an_owner_may_not_remove_while_quarantined(owner: Client, fresh: Project) -> None:
    Project.objects.filter(pk=fresh.pk).update(status="quarantined")
    assert REMOVE not in page(owner).values("href")
    assert owner.post(REMOVE, {"typed": "1.0"}).status_code == 409
    assert Release.objects.exists()

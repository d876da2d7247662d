"""Trusted publishers on their pages: forms, warnings, confirmation, and who may."""

import time
from dataclasses import replace
from html import unescape
from types import ModuleType

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from pytest_django import Settings

from strongroom.packages.models import Project
from strongroom.people.access.roles import Role
from strongroom.people.models import Letter, Publisher
from strongroom.people.publishers.configured import providers
from strongroom.web.press import Press
from strongroom.web.urls import urls
from tests.web.conftest import CLOCK, Shop, board
from tests.web.specimens import URL

HERE = "/manage/project/parcel/publishers/"
MINE = "/account/publishers/"
TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}


@pytest.fixture
def trusting(shop: Shop, parcel: Project, settings: Settings) -> Shop:
    """Return a shop that trusts GitHub and a GitLab of its own."""
    known = providers(["github", "gitlab=https://gitlab.test", "circleci"])
    desk = replace(shop.desk, providers=known)
    yard = replace(shop.yard, desk=desk)
    addresses = ModuleType("addresses")
    handlers = {
        name: value for name, value in vars(settings.ROOT_URLCONF).items() if "handler" in name
    }
    routes = urls(yard, CLOCK, board(), Press(URL), b"d" * 32)
    vars(addresses).update(urlpatterns=routes, **handlers)
    settings.ROOT_URLCONF = addresses
    return replace(shop, desk=desk, yard=yard)


def fresh(shop: Shop, name: str, role: Role | None = None) -> Client:
    """Return the browser of somebody who has shown a key just now."""
    browser = shop.visitor(name, role)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "webauthn", "at": time.time()}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = session["_auth_user_id"]
    session.save()
    return browser


@pytest.fixture
def owner(trusting: Shop) -> Client:
    return fresh(trusting, "marta", Role.OWNER)


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_each_provider_has_a_form_that_warns_of_what_is_left_open(owner: Client) -> None:
    shown = page(owner, HERE)
    assert "GitHub Actions" in shown
    assert "GitLab CI/CD at gitlab.test" in shown
    form = page(owner, f"{HERE}add/github/")
    assert 'name="workflow"' in form
    assert "If left empty: No environment is pinned" in form
    assert 'name="namespace"' in page(owner, f"{HERE}add/gitlab@gitlab.test/")


def test_one_is_added_shown_and_removed_once_confirmed(owner: Client) -> None:
    added = owner.post(f"{HERE}add/github/", {**TYPED, "environment": "release"})
    assert added.headers["Location"] == HERE
    shown = page(owner, HERE)
    assert "github:octo/parcel" in shown
    assert "No branch or tag is pinned" in shown
    assert "No environment is pinned" not in shown
    number = Publisher.objects.get().pk
    assert "tokens that it has now end at once" in page(owner, f"{HERE}remove/{number}/")
    assert Publisher.objects.exists()
    assert owner.post(f"{HERE}remove/{number}/").headers["Location"] == HERE
    assert not Publisher.objects.exists()
    kinds = Letter.objects.values_list("notice__kind", flat=True)
    assert {"publisher-added", "publisher-removed"} <= set(kinds)


def test_what_is_written_wrongly_comes_back_with_a_word(owner: Client) -> None:
    answer = owner.post(f"{HERE}add/github/", {**TYPED, "workflow": "../release.sh"})
    assert answer.status_code == 400
    assert "Workflow file cannot be" in unescape(answer.content.decode())
    assert 'value="octo"' in answer.content.decode()


def test_who_publishes_looks_and_changes_nothing(trusting: Shop) -> None:
    browser = fresh(trusting, "pat", Role.PUBLISHER)
    assert "None yet." in page(browser, HERE)
    assert browser.get(f"{HERE}add/github/").status_code == 403
    assert browser.post(f"{HERE}add/github/", TYPED).status_code == 403
    assert browser.post(f"{HERE}only/on/").status_code == 403
    assert fresh(trusting, "eve").get(HERE).status_code == 403


def test_the_thief_of_a_session_must_show_a_factor(trusting: Shop) -> None:
    browser = trusting.visitor("marta", Role.OWNER)
    answer = browser.post(f"{HERE}add/github/", TYPED)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/")
    assert not Publisher.objects.exists()


def test_they_alone_publish_when_that_is_said(owner: Client) -> None:
    assert owner.post(f"{HERE}only/on/").status_code == 409
    owner.post(f"{HERE}add/github/", TYPED)
    assert "are refused" in page(owner, f"{HERE}only/on/")
    owner.post(f"{HERE}only/on/")
    assert Project.objects.get().trusted_only
    assert "tokens publish again" in page(owner, HERE)
    owner.post(f"{HERE}only/off/")
    assert not Project.objects.get().trusted_only
    assert owner.get(f"{HERE}only/maybe/").status_code == 404


def test_somebody_waits_for_a_name_and_gives_it_up(owner: Client) -> None:
    form = page(owner, f"{MINE}add/github/")
    assert 'name="project_name"' in form
    owner.post(f"{MINE}add/github/", {**TYPED, "project_name": "New-Box"})
    assert "for New-Box" in page(owner, MINE)
    assert "None yet." in page(owner, HERE)
    number = Publisher.objects.get(pending=True).pk
    assert "Wait no longer" in page(owner, f"{MINE}remove/{number}/")
    owner.post(f"{MINE}remove/{number}/")
    assert "None yet." in page(owner, MINE)


def test_a_name_that_is_taken_is_not_waited_for(owner: Client) -> None:
    answer = owner.post(f"{MINE}add/github/", {**TYPED, "project_name": "parcel"})
    assert answer.status_code == 409
    assert "There is a project" in answer.content.decode()


def test_nobody_waits_for_more_than_three_names(owner: Client) -> None:
    for name in ("one-box", "two-box", "three-box"):
        owner.post(f"{MINE}add/github/", {**TYPED, "project_name": name})
    answer = owner.post(f"{MINE}add/github/", {**TYPED, "project_name": "four-box"})
    assert (answer.status_code, Publisher.objects.count()) == (409, 3)


def test_what_is_somebody_else_s_is_not_there(trusting: Shop, owner: Client) -> None:
    owner.post(f"{MINE}add/github/", {**TYPED, "project_name": "new-box"})
    number = Publisher.objects.get().pk
    other = fresh(trusting, "eve")
    assert other.post(f"{MINE}remove/{number}/").status_code == 404
    assert owner.post(f"{HERE}remove/{number}/").status_code == 404
    assert owner.get(f"{HERE}add/unheard-of/").status_code == 404

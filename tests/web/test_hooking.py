"""Webhooks on pages: of a project, and of the registry."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from strongroom.packages.models import Delivery, Hook
from strongroom.people.access.roles import Role
from strongroom.web.hooking import urls
from strongroom.web.press import Press
from tests.fakes.receivers import herald
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import URL

HERE = "/manage/project/parcel/hooks/"
NEW = {"url": "https://hooks.example.org/T0PSECRETPATH", "kind": ["file-published"]}


@pytest.fixture
def marta(shop: Shop, owner: Client, settings: Settings) -> Client:
    """Return the browser of an owner, at a registry with the pages of webhooks."""
    settings.ROOT_URLCONF.urlpatterns += urls(Press(URL), herald(CLOCK), shop.desk, "pypi")
    return owner


def handle(browser: Client, here: str = HERE) -> str:
    """Make a hook; returns its handle."""
    assert browser.post(here, NEW).status_code == 200
    return Hook.objects.get().handle


def shown(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_a_hook_is_made_and_its_secret_shown_once_and_kept_by_no_cache(marta: Client) -> None:
    assert "None yet." in shown(marta, HERE)
    made = marta.post(HERE, NEW)
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    (secret,) = set(re.findall(r"whsec_[\w+/]{43}=", made.content.decode()))
    hook = Hook.objects.get()
    for path in (HERE, f"{HERE}{hook.handle}/"):
        page = shown(marta, path)
        assert "hooks.example.org" in page
        assert secret not in page
        assert "T0PSECRETPATH" not in page


def test_what_is_wrong_is_told_above_the_form_which_keeps_what_was_typed(marta: Client) -> None:
    answer = marta.post(HERE, {"url": "ftp://a.test/", "kind": ["release-yanked"]})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="ftp://a.test/"' in page
    assert re.search(r'value="release-yanked" checked', page)
    assert not re.search(r'value="file-published" checked', page)
    assert marta.post(HERE, {"url": "https://10.0.0.1/", "kind": ["x"]}).status_code == 403


def test_the_page_of_the_project_leads_there(marta: Client, shop: Shop) -> None:
    assert HERE in shown(marta, "/manage/project/parcel/")
    bob = shop.visitor("bob", Role.MAINTAINER)
    assert HERE not in shown(bob, "/manage/project/parcel/")
    assert bob.get(HERE).status_code == 403


@pytest.mark.parametrize(("act", "state"), [("off", "off"), ("on", "on"), ("renew", "on")])
def test_an_act_is_explained_and_then_done(marta: Client, act: str, state: str) -> None:
    where = f"{HERE}{handle(marta)}/{act}/"
    assert "What will happen" in shown(marta, where)
    answer = marta.post(where)
    assert answer.status_code == (200 if act == "renew" else 303)
    assert ("whsec_" in answer.content.decode()) is (act == "renew")
    assert Hook.objects.get().state == state


def test_a_hook_is_tried_out_and_a_message_sent_again(marta: Client) -> None:
    where = f"{HERE}{handle(marta)}/"
    assert marta.post(f"{where}test/")["Location"] == where
    assert "not tried yet" in shown(marta, where)
    assert marta.post(f"{where}test/").status_code == 409
    now = CLOCK.now()
    Delivery.objects.update(state="given-up", status=503, tries=3, tried_at=now)
    page = shown(marta, where)
    assert "answered 503" in page
    message = Delivery.objects.get().message
    assert marta.post(f"{where}again/", {"message": message}).status_code == 303
    assert Delivery.objects.get().state == "waiting"
    assert marta.post(f"{where}again/", {"message": "x"}).status_code == 404


def test_a_hook_is_removed(marta: Client) -> None:
    answer = marta.post(f"{HERE}{handle(marta)}/remove/")
    assert answer["Location"] == HERE
    assert not Hook.objects.exists()


@pytest.mark.parametrize("state", ["failing", "gone", "left", "disowned"])
def test_why_nothing_is_sent_is_told(marta: Client, state: str) -> None:
    where = f"{HERE}{handle(marta)}/"
    Hook.objects.update(state=state)
    page = shown(marta, where)
    assert "banner danger" in page
    assert "Send a test" not in page


def test_there_is_no_other_act(marta: Client) -> None:
    assert marta.post(f"{HERE}{handle(marta)}/steal/").status_code == 404
    assert marta.get(f"{HERE}{'0' * 32}/").status_code == 404


def test_hooks_of_the_registry_are_administrators(marta: Client, shop: Shop) -> None:
    assert marta.get("/manage/hooks/").status_code == 403
    ida = shop.visitor("ida", admin=True)
    where = f"/manage/hooks/{handle(ida, '/manage/hooks/')}/"
    assert Hook.objects.get().project == ""
    assert "hooks.example.org" in shown(ida, where)
    assert marta.get(where).status_code == 403
    assert marta.get(f"{HERE}{Hook.objects.get().handle}/").status_code == 404


def test_a_form_of_another_site_makes_nothing(shop: Shop, marta: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = marta.cookies
    assert strict.post(HERE, NEW).status_code == 403
    assert not Hook.objects.exists()

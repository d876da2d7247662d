"""Administration on pages: each act is explained, made by a form, and refused to others."""

from dataclasses import dataclass, field

import pytest
from django.test import Client
from pytest_django import Settings

from strongroom.packages.models import Project
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import Prohibition, Proposal, Switch, User
from strongroom.people.recovery import acts
from strongroom.people.recovery.office import Office
from strongroom.web.overseeing import urls
from strongroom.web.press import Press
from tests.fakes.offices import Bureau
from tests.web.conftest import CLOCK, Shop
from tests.web.specimens import PARCEL, URL

WHY = {"reason": "they asked for it"}


@dataclass
class Rooms:
    """The pages, two administrators who have just shown keys, and somebody else."""

    shop: Shop
    office: Office
    ida: Client
    max: Client
    ann: User = field(init=False)

    def __post_init__(self) -> None:
        self.ann = self.shop.user("ann")


@pytest.fixture
def rooms(shop: Shop, settings: Settings) -> Rooms:
    bureau = Bureau()
    bureau.clock.moment = CLOCK.now()
    office = bureau.office
    settings.ROOT_URLCONF.urlpatterns += urls(Press(URL), office, shop.desk, "pypi")
    return Rooms(shop, office, *(fresh(shop, name) for name in ("ida", "max")))


def fresh(shop: Shop, name: str, *, admin: bool = True) -> Client:
    browser = shop.visitor(name, admin=admin)
    session, user = browser.session, User.objects.get(username=name)
    at = CLOCK.now().timestamp()
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": at}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser


def shown(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def done(browser: Client, path: str, form: dict[str, str]) -> None:
    assert "What will happen" in shown(browser, path)
    answer = browser.post(path, form)
    assert answer.status_code == 303, answer.content


PAGES = ("", "users/", "users/ann/", "proposals/", "switches/", "names/", "recoveries/")
FORMS = (
    "users/ann/close/",
    "users/ann/make-administrator/",
    "proposals/transfer/",
    "switches/uploads/off/",
    "names/prohibit/user/",
)


@pytest.mark.parametrize("page", [*PAGES, *FORMS])
def test_nobody_else_sees_or_does_anything_here(rooms: Rooms, page: str) -> None:
    stranger = fresh(rooms.shop, "eve", admin=False)
    assert stranger.get(f"/manage/{page}").status_code == 403
    assert Client().get(f"/manage/{page}")["Location"].startswith("/account/login/")


@pytest.mark.parametrize("form", FORMS)
def test_who_has_not_just_shown_a_key_is_led_to_do_so(rooms: Rooms, form: str) -> None:
    tired = rooms.shop.visitor("old", admin=True)
    answer = tired.post(f"/manage/{form}", WHY)
    assert (answer.status_code, "prove" in answer["Location"]) == (303, True)


def test_an_account_is_found_closed_and_opened(rooms: Rooms) -> None:
    assert "ann" in shown(rooms.ida, "/manage/users/?q=AN")
    assert "close/" in shown(rooms.ida, "/manage/users/ann/")
    done(rooms.ida, "/manage/users/ann/close/", WHY)
    assert "reopen/" in shown(rooms.ida, "/manage/users/ann/")
    done(rooms.max, "/manage/users/ann/reopen/", WHY)
    assert User.objects.get(username="ann").is_active


def test_an_administrator_is_made_by_two(rooms: Rooms) -> None:
    done(rooms.ida, "/manage/users/ann/make-administrator/", WHY)
    row = Proposal.objects.get()
    assert f"proposals/{row.pk}/confirm/" in shown(rooms.max, "/manage/proposals/")
    confirm = f"/manage/proposals/{row.pk}/confirm/"
    assert rooms.ida.post(confirm).status_code == 403
    done(rooms.max, confirm, {})
    done(rooms.ida, f"/manage/proposals/{row.pk}/withdraw/", {})
    assert "withdrawn" in shown(rooms.ida, "/manage/proposals/")
    assert not User.objects.get(username="ann").admin


def test_a_switch_is_turned(rooms: Rooms) -> None:
    done(rooms.ida, "/manage/switches/uploads/off/", {"reason": "an attack"})
    assert "an attack" in shown(rooms.ida, "/manage/switches/")
    done(rooms.max, "/manage/switches/uploads/on/", WHY)
    assert not Switch.objects.exists()


def test_a_name_is_prohibited_and_its_release_proposed(rooms: Rooms) -> None:
    done(rooms.ida, "/manage/names/prohibit/pypi/", {"name": "Evil.Thing", **WHY})
    done(rooms.ida, "/manage/names/prohibit/user/", {"name": "boris", **WHY})
    assert "Evil.Thing" in shown(rooms.ida, "/manage/names/")
    row = Prohibition.objects.get(what="pypi")
    assert row.key == "ev11th1ng"
    done(rooms.ida, f"/manage/names/{row.pk}/allow/", WHY)
    assert Proposal.objects.get().kind == "allow-name"
    assert rooms.ida.get("/manage/names/999/allow/").status_code == 404


def test_a_project_without_an_owner_is_transferred_by_two_and_by_nobody_alone(
    rooms: Rooms, parcel: Project
) -> None:
    form = {"project": "Parcel", "to": "ann", **WHY}
    done(rooms.ida, "/manage/proposals/transfer/", form)
    row = Proposal.objects.get()
    assert (row.subject, row.facts["to"], row.state) == ("pypi parcel", "ann", "proposed")
    grant(rooms.ann.pk, PARCEL, Role.OWNER, CLOCK)
    rooms.ida.post(f"/manage/proposals/{row.pk}/withdraw/")
    owned = rooms.ida.post("/manage/proposals/transfer/", form)
    assert (owned.status_code, "has an owner" in owned.content.decode()) == (400, True)


def test_a_recovery_is_agreed_to(rooms: Rooms) -> None:
    row = acts.break_glass(rooms.office, rooms.ann, "lost", at_once=False)
    assert "ann" in shown(rooms.ida, "/manage/recoveries/")
    path = f"/manage/recoveries/{row.pk}/approve/"
    assert "Agree to the recovery of ann" in shown(rooms.ida, path)
    early = rooms.ida.post(path)
    assert (early.status_code, "can be approved from" in early.content.decode()) == (400, True)


@pytest.mark.parametrize(
    "path",
    [
        "users/ann/reset-factors/",
        "users/nobody/close/",
        "proposals/7/confirm/",
        "proposals/7/force/",
        "switches/uploads/sideways/",
        "names/prohibit/npm/",
        "recoveries/7/approve/",
    ],
)
def test_what_is_not_there_cannot_be_done(rooms: Rooms, path: str) -> None:
    assert rooms.ida.post(f"/manage/{path}", WHY).status_code == 404


def test_an_act_without_a_reason_is_explained_again(rooms: Rooms) -> None:
    answer = rooms.ida.post("/manage/users/ann/close/", {"reason": " "})
    assert (answer.status_code, "A reason is one line" in answer.content.decode()) == (400, True)

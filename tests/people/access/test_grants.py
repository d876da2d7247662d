"""Roles: one of a person in a project, and nothing from a project of the same name elsewhere."""

from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.grants import grant, granted, held, people_of, projects_of, user_of
from strongroom.people.access.roles import Role
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Grant, User
from tests.fakes.clocks import NOON, StoppedClock

pytestmark = pytest.mark.django_db

PARCEL = ProjectId("box", "parcel")
CLOCK = StoppedClock()


def user(name: str) -> int:
    address = f"{name}@example.org"
    return create_user(name, address, admin=False, actor=OPERATOR, clock=CLOCK).pk


def test_a_role_that_was_given_is_held() -> None:
    ada = user("ada")
    grant(ada, PARCEL, Role.MAINTAINER, CLOCK)
    assert granted(ada, PARCEL) is Role.MAINTAINER
    assert Grant.objects.get().granted_at == NOON


def test_who_was_given_nothing_holds_nothing() -> None:
    ada, eve = user("ada"), user("eve")
    grant(ada, PARCEL, Role.OWNER, CLOCK)
    assert granted(eve, PARCEL) is None


def test_a_role_is_not_one_in_the_same_name_of_another_ecosystem() -> None:
    ada = user("ada")
    grant(ada, PARCEL, Role.OWNER, CLOCK)
    assert granted(ada, ProjectId("pypi", "parcel")) is None
    assert people_of(ProjectId("pypi", "parcel")) == ()


def test_nobody_holds_two_roles_in_a_project() -> None:
    ada = user("ada")
    grant(ada, PARCEL, Role.OWNER, CLOCK)
    grant(ada, PARCEL, Role.MAINTAINER, CLOCK)
    assert people_of(PARCEL) == (("ada", "maintainer"),)


def test_another_role_makes_nobody_a_newcomer() -> None:
    ada, later = user("ada"), StoppedClock()
    later.forward(timedelta(days=1))
    grant(ada, PARCEL, Role.MAINTAINER, CLOCK)
    grant(ada, PARCEL, Role.OWNER, later)
    assert [(one.role, one.since) for one in held(PARCEL)] == [(Role.OWNER, NOON)]


def test_the_people_of_a_project_are_named_in_order_whatever_the_case() -> None:
    for name, role in (("bob", Role.OWNER), ("Ada", Role.MAINTAINER), ("Cy", Role.OWNER)):
        grant(user(name), PARCEL, role, CLOCK)
    assert people_of(PARCEL) == (("Ada", "maintainer"), ("bob", "owner"), ("Cy", "owner"))


def test_the_projects_of_a_person_are_named_in_order() -> None:
    ada = user("ada")
    for key in ("zebra", "parcel"):
        grant(ada, ProjectId("box", key), Role.OWNER, CLOCK)
    assert projects_of(ada) == ((PARCEL, "owner"), (ProjectId("box", "zebra"), "owner"))
    assert str(Grant.objects.get(project="parcel")) == f"{ada} owner of box:parcel"


def test_what_is_held_is_told_with_its_age_and_without_closed_accounts() -> None:
    ada, bob = user("ada"), user("bob")
    for one in (bob, ada):
        grant(one, PARCEL, Role.MAINTAINER, CLOCK)
    assert [(one.user_id, one.name, one.since) for one in held(PARCEL)] == [
        (ada, "ada", NOON),
        (bob, "bob", NOON),
    ]
    User.objects.filter(pk=bob).update(is_active=False)
    assert [one.name for one in held(PARCEL)] == ["ada"]


def test_who_has_no_account_is_nobody_who_could_upload() -> None:
    with pytest.raises(ForbiddenError) as caught:
        user_of(OPERATOR)
    assert caught.value.code == "person-needed"

"""Switches: each alone, with a reason, by administrators."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from strongroom.people.oversight import switches
from strongroom.people.oversight.switches import Name
from tests.people.oversight.conftest import Staff

PARCEL = ProjectId("pypi", "parcel")


def test_a_switch_is_turned_alone_and_all_administrators_are_told(staff: Staff, ann: User) -> None:
    office, ida = staff.bureau.office, staff.act(staff.ida)
    assert switches.turn(office, ida, Name.UPLOADS, "an attack", on=False)
    assert not switches.turn(office, ida, Name.UPLOADS, "again", on=False)
    assert switches.why_off(Name.UPLOADS) == "an attack"
    assert switches.why_off(Name.SIGN_UP) == ""
    assert [(one.name, one.on) for one in switches.listed(ida)] == [
        (Name.SIGN_UP, True),
        (Name.NEW_PROJECTS, True),
        (Name.UPLOADS, False),
    ]
    assert switches.turn(office, ida, Name.UPLOADS, "over", on=True)
    assert not switches.turn(office, ida, Name.UPLOADS, "over", on=True)
    assert staff.kinds() == [Kind.SWITCHED_OFF, Kind.SWITCHED_ON]
    assert staff.bureau.told("max@example.org") == [
        "Strongroom: uploads is off",
        "Strongroom: uploads is on",
    ]
    with pytest.raises(ForbiddenError):
        switches.turn(office, staff.act(ann), Name.UPLOADS, "I want", on=False)


def test_a_role_and_what_is_off_come_by_one_read(staff: Staff, ann: User) -> None:
    assert switches.roles_and_off(staff.act(ann), PARCEL) == (frozenset(), {})
    grant(ann.pk, PARCEL, Role.MAINTAINER, staff.bureau.clock)
    office, ida = staff.bureau.office, staff.act(staff.ida)
    for one in (Name.UPLOADS, Name.NEW_PROJECTS):
        switches.turn(office, ida, one, f"{one} rest", on=False)
    off = {"uploads": "uploads rest", "new-projects": "new-projects rest"}
    assert switches.roles_and_off(staff.act(ann), PARCEL) == (frozenset({Role.MAINTAINER}), off)
    assert switches.roles_and_off(OPERATOR, PARCEL) == (frozenset(), off)


def test_a_name_of_a_switch_is_read() -> None:
    assert switches.name("uploads") is Name.UPLOADS
    with pytest.raises(InvalidError) as refusal:
        switches.name("downloads")
    assert refusal.value.code == "switch-unknown"


def test_a_refusal_says_why_and_when_to_come_again() -> None:
    refusal = switches.refusal(Name.UPLOADS, "an attack")
    assert (refusal.code, refusal.retry_after) == ("uploads-off", 3600)
    assert refusal.sentence == "No uploads are taken now: an attack"

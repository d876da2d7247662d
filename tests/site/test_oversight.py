"""What administrators decide, at the doors: uploads, names, acts that two have confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.packages.catalog import orphans
from strongroom.packages.catalog.changes import appoint
from strongroom.people.access.grants import people_of
from strongroom.people.access.roles import Role
from strongroom.people.models import Proposal, User
from strongroom.people.oversight import accounts, names, proposals, switches
from strongroom.people.oversight.names import Named
from strongroom.people.oversight.proposals import Kind
from strongroom.people.oversight.switches import Name
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import member, sure
from tests.fakes.registry import Registry, form

PARCEL = ProjectId("pypi", "parcel")


def upload(registry: Registry, name: str, version: str) -> str:
    """Return the status line of an upload."""
    return registry.post(form(wheel_filename(name, version), wheel(name, version))).status


def off(registry: Registry, switch: Name) -> None:
    switches.turn(registry.house.office, OPERATOR, switch, "an attack is under way", on=False)


def fresh(registry: Registry, user: User) -> Actor:
    return replace(sure(user), proved_at=registry.clock.now())


def administrator(registry: Registry, name: str) -> Actor:
    return fresh(registry, member(name, registry.clock, admin=True))


def test_while_uploads_are_off_clients_are_told_why(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    off(registry, Name.UPLOADS)
    for name in ("parcel", "other"):
        status = upload(registry, name, "2.0")
        assert status.startswith("503 No uploads are taken now: an attack is under way")
    answer = registry.post(form(wheel_filename("parcel", "2.0"), wheel("parcel", "2.0")))
    assert answer.headers["Retry-After"] == "3600"
    # Nothing of the form is read: this is none.
    auth = ("__token__", registry.token)
    answer = registry.client.post("/legacy/", data=b"x", content_type="text/plain", auth=auth)
    assert answer.status_code == 503
    assert registry.get("/simple/parcel/").status_code == 200


def test_while_new_projects_are_off_known_ones_go_on(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    off(registry, Name.NEW_PROJECTS)
    assert upload(registry, "parcel", "2.0") == "200 OK"
    assert upload(registry, "other", "1.0").startswith("503 No new projects are taken now")


@pytest.mark.parametrize("name", ["evil-thing", "Evil_Thing", "ev1lth1ng"])
def test_nobody_takes_a_prohibited_name_or_one_that_looks_like_it(
    registry: Registry, name: str
) -> None:
    wanted = registry.house.desk.ecosystem("pypi").name("Evil.Thing")
    named = Named("pypi", wanted.similar, wanted.display)
    names.prohibit(registry.house.office, OPERATOR, named, "it was malware")
    status = upload(registry, name, "1.0")
    assert status.startswith(f"409 Nobody may take the name {name}. Choose another")


def test_who_has_a_name_keeps_it_when_it_is_prohibited(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    named = Named("pypi", "parce1", "parcel")
    names.prohibit(registry.house.office, OPERATOR, named, "too general")
    assert upload(registry, "parcel", "2.0") == "200 OK"


@pytest.mark.django_db(transaction=True)
def test_a_project_without_an_owner_is_locked_until_two_have_transferred_it(
    registry: Registry,
) -> None:
    house, office = registry.house, registry.house.office
    registry.publish("parcel", "1.0")
    ida, other = administrator(registry, "ida"), administrator(registry, "max")
    heir, stranger = registry.user("heir"), registry.user("eve")
    with pytest.raises(ConflictError) as refusal:
        orphans.propose(office, ida, PARCEL, "heir", "owner is gone")
    assert refusal.value.code == "project-owned"
    accounts.close(office, OPERATOR, registry.owner, "left")
    with pytest.raises(ForbiddenError) as forbidden:
        appoint(house.desk, ida, PARCEL, "heir", Role.OWNER)
    assert forbidden.value.code == "role-missing"
    claim = form(wheel_filename("parcel", "2.0"), wheel("parcel", "2.0"))
    assert registry.post(claim, registry.mint(stranger)).status_code == 403
    row = orphans.propose(office, ida, PARCEL, "HEIR", "owner is gone")
    proposals.confirm(office, other, row.pk)
    assert proposals.carry_out(office, house.dangerous, registry.clock.now()) == 0
    registry.clock.forward(timedelta(hours=1))
    assert proposals.carry_out(office, house.dangerous, registry.clock.now()) == 1
    assert dict(people_of(PARCEL))[heir.username] == "owner"
    assert Proposal.objects.get().state == "done"
    assert heir.username in registry.get("/project/parcel/").text


def test_a_transfer_fails_where_an_owner_has_come_back(registry: Registry) -> None:
    house, office = registry.house, registry.house.office
    registry.publish("parcel", "1.0")
    ida, other = administrator(registry, "ida"), administrator(registry, "max")
    registry.user("heir")
    accounts.close(office, OPERATOR, registry.owner, "left")
    row = orphans.propose(office, ida, PARCEL, "heir", "owner is gone")
    proposals.confirm(office, other, row.pk)
    accounts.reopen(office, OPERATOR, registry.owner, "came back")
    registry.clock.forward(timedelta(hours=1))
    proposals.carry_out(office, house.dangerous, registry.clock.now())
    assert Proposal.objects.get().state == "failed"
    assert "heir" not in dict(people_of(PARCEL))


def test_every_dangerous_act_can_be_carried_out(registry: Registry) -> None:
    assert set(registry.house.dangerous) == set(Kind)


def test_a_closed_account_publishes_nothing(registry: Registry) -> None:
    registry.publish("parcel", "1.0")
    accounts.close(registry.house.office, OPERATOR, registry.owner, "stolen")
    assert upload(registry, "parcel", "2.0").startswith("403 ")
    accounts.reopen(registry.house.office, OPERATOR, registry.owner, "found")
    assert upload(registry, "parcel", "2.0") == "200 OK"

"""A project's trusted publishers: who sets them up, what ends with whom, and who is told."""

from dataclasses import replace

import pytest

from strongroom.core.actors import OPERATOR, REGISTRY, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Kind
from strongroom.packages.catalog import trust
from strongroom.packages.catalog.changes import appoint, dismiss
from strongroom.packages.catalog.desk import Desk
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.affairs.disavowal import disavow
from strongroom.people.models import Notice, Publisher
from strongroom.people.publishers import register
from strongroom.people.publishers.configured import providers
from strongroom.people.publishers.register import MOST_OF_PROJECT, Order
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench

pytestmark = pytest.mark.django_db

PARCEL = ProjectId("box", "parcel")
TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}
ORDER = Order("github", TYPED)


@pytest.fixture
def desk(bench: Bench, parcel: str) -> Desk:
    assert parcel == PARCEL.key
    return replace(bench.desk, providers=providers(["github"]))


@pytest.fixture
def owner(alice: Actor, desk: Desk) -> Actor:
    """Return alice, who has shown a factor just now."""
    return replace(alice, proved_at=desk.clock.now())


@pytest.fixture
def other(bob: Actor, desk: Desk) -> Actor:
    """Return another owner."""
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, Role.OWNER, desk.clock)
    return replace(bob, proved_at=desk.clock.now())


def told(kind: Kind) -> list[str]:
    rows = Notice.objects.filter(kind=kind).order_by("user__folded")
    return list(rows.values_list("user__username", flat=True))


def test_all_owners_are_told(desk: Desk, owner: Actor, other: Actor) -> None:
    entry = trust.add(desk, owner, PARCEL, ORDER)
    assert (entry.name, entry.maker) == ("github:octo/parcel", "alice")
    assert told(Kind.PUBLISHER_ADDED) == ["alice", "bob"]
    trust.remove(desk, other, PARCEL, entry.id)
    assert told(Kind.PUBLISHER_REMOVED) == ["alice", "bob"]
    kinds = EventRow.objects.order_by("serial").values_list("kind", flat=True)
    assert list(kinds)[-2:] == [Kind.PUBLISHER_ADDED, Kind.PUBLISHER_REMOVED]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MAINTAINER, Role.PUBLISHER, Role.TRIAGER])
def test_owners_alone_set_them_up(desk: Desk, bob: Actor, role: Role) -> None:
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, role, desk.clock)
    with pytest.raises(ForbiddenError):
        trust.add(desk, replace(bob, proved_at=desk.clock.now()), PARCEL, ORDER)


def test_a_session_without_a_factor_of_now_adds_none(desk: Desk, alice: Actor) -> None:
    with pytest.raises(AssuranceError):
        trust.add(desk, alice, PARCEL, ORDER)
    with pytest.raises(AssuranceError):
        trust.set_trusted_only(desk, alice, PARCEL, wanted=False)


def test_the_same_is_added_once_and_not_too_many(desk: Desk, owner: Actor) -> None:
    for number in range(MOST_OF_PROJECT):
        trust.add(desk, owner, PARCEL, Order("github", {**TYPED, "repository": f"r{number}"}))
    for order, code in (
        (Order("github", {**TYPED, "repository": "r1"}), "publisher-exists"),
        (ORDER, "publishers-too-many"),
    ):
        with pytest.raises(ConflictError) as caught:
            trust.add(desk, owner, PARCEL, order)
        assert caught.value.code == code


def test_who_is_no_owner_any_more_takes_their_publishers_along(
    desk: Desk, owner: Actor, other: Actor
) -> None:
    trust.add(desk, owner, PARCEL, ORDER)
    kept = trust.add(desk, other, PARCEL, Order("github", {**TYPED, "environment": "release"}))
    appoint(desk, OPERATOR, PARCEL, "alice", Role.MAINTAINER)
    assert [one.pk for one in Publisher.objects.all()] == [kept.id]
    assert EventRow.objects.latest("serial").kind == Kind.PUBLISHER_REMOVED
    dismiss(desk, OPERATOR, PARCEL, "alice")
    assert Publisher.objects.exists()


def test_an_owner_who_is_appointed_again_keeps_theirs(desk: Desk, owner: Actor) -> None:
    trust.add(desk, owner, PARCEL, ORDER)
    appoint(desk, OPERATOR, PARCEL, "alice", Role.OWNER)
    assert Publisher.objects.exists()


def test_a_project_that_changes_hands_has_none(desk: Desk, owner: Actor) -> None:
    trust.add(desk, owner, PARCEL, ORDER)
    trust.add(desk, OPERATOR, PARCEL, Order("github", {**TYPED, "ref": "refs/tags/*"}))
    assert [one.kind for one in register.clear(PARCEL, REGISTRY)] == [Kind.PUBLISHER_REMOVED] * 2
    assert not Publisher.objects.exists()


def test_this_was_not_me_takes_those_made_since(desk: Desk, owner: Actor) -> None:
    trust.add(desk, owner, PARCEL, ORDER)
    line = Notice.objects.get(kind=Kind.PUBLISHER_ADDED).pk
    disavow(line, owner, desk.clock)
    assert not Publisher.objects.exists()
    assert EventRow.objects.filter(kind=Kind.PUBLISHER_REMOVED).count() == 1


def test_one_of_another_project_is_not_there(desk: Desk, bench: Bench, owner: Actor) -> None:
    bench.publish(owner, "Box", "1.0")
    entry = trust.add(desk, owner, PARCEL, ORDER)
    with pytest.raises(NotFoundError):
        trust.remove(desk, owner, ProjectId("box", "box"), entry.id)


def test_what_waits_for_a_name_too_long_is_removed(desk: Desk, owner: Actor) -> None:
    Publisher.objects.create(
        ecosystem="box",
        project="soon",
        provider="github",
        typed=TYPED,
        pending=True,
        maker_id=owner.user_id,
        made_at=desk.clock.now() - register.PENDING_FOR * 2,
    )
    assert register.expire(desk.clock) == 1
    assert EventRow.objects.latest("serial").kind == Kind.PUBLISHER_REMOVED
    assert register.expire(desk.clock) == 0

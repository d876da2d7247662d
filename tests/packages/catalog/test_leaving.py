"""What accounts that close leave behind: no roles, and no project without an owner."""

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import appoint, dismiss
from strongroom.packages.catalog.leaving import leave
from strongroom.people.access.grants import grant, people_of, take
from strongroom.people.access.roles import Role
from strongroom.people.affairs.closing import close
from strongroom.people.models import User
from strongroom.proof.ledger.events import newest_of
from tests.fakes.bench import Bench

PARCEL = ProjectId("box", "parcel")


def closing(bench: Bench, actor: Actor) -> User:
    """Have an account close, and let the days pass."""
    user = User.objects.get(username=actor.name)
    close(user, actor, bench.desk.clock)
    User.objects.filter(pk=user.pk).update(closes_at=bench.desk.clock.now())
    return user


def test_its_roles_are_taken_and_told_before_the_account_is_erased(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.OWNER)
    user = closing(bench, alice)
    assert leave(bench.desk, bench.desk.clock.now()) == 1
    assert people_of(PARCEL) == (("bob", "owner"),)
    (told,) = newest_of([Kind.ROLE_TAKEN], 9)
    assert (told.event.actor, told.event.facts["user"]) == ("registry", "alice")
    user.refresh_from_db()
    assert not user.is_active
    assert leave(bench.desk, bench.desk.clock.now()) == 0


def test_who_is_left_as_the_only_owner_meanwhile_stays(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.OWNER)
    user = closing(bench, alice)
    take(bob.user_id or 0, PARCEL)
    assert leave(bench.desk, bench.desk.clock.now()) == 1
    user.refresh_from_db()
    assert (user.is_active, user.closes_at) == (True, None)
    assert people_of(PARCEL) == (("alice", "owner"),)


def test_nobody_leaves_a_project_to_an_account_that_is_to_close(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    grant(bob.user_id or 0, PARCEL, Role.OWNER, bench.desk.clock)
    close(User.objects.get(username="alice"), alice, bench.desk.clock)
    with pytest.raises(ConflictError) as caught:
        dismiss(bench.desk, OPERATOR, PARCEL, "bob")
    assert caught.value.code == "last-owner"
    assert leave(bench.desk, bench.desk.clock.now()) == 0

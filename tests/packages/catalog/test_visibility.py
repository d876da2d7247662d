"""Who makes a project private or public, and what that takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.catalog.visibility import set_private, visibility
from strongroom.packages.models import Project
from strongroom.people.access.roles import Role
from tests.fakes.bench import Bench

PARCEL = ProjectId("box", "parcel")


@pytest.fixture
def owner(bench: Bench, alice: Actor) -> Actor:
    """Return the owner of a public project, who has shown a key just now."""
    bench.publish(alice, "parcel", "1.0")
    bench.told.clear()
    return replace(alice, proved_at=bench.clock.now())


def test_an_owner_makes_a_project_private_and_one_event_tells_it(
    bench: Bench, owner: Actor
) -> None:
    recorded = set_private(bench.desk, owner, PARCEL, private=True)
    assert recorded is not None
    assert (recorded.event.kind, recorded.event.facts) == (
        Kind.VISIBILITY_CHANGED,
        {"to": "private"},
    )
    row = Project.objects.get()
    assert (row.private, row.told_from, row.serial) == (True, recorded.serial, recorded.serial)
    assert bench.told == [recorded]
    assert set_private(bench.desk, owner, PARCEL, private=True) is None


def test_a_token_makes_it_private_and_never_public(bench: Bench, owner: Actor) -> None:
    token = replace(owner, credential="token 7")
    assert set_private(bench.desk, token, PARCEL, private=True) is not None
    with pytest.raises(ForbiddenError, match="takes a person"):
        set_private(bench.desk, token, PARCEL, private=False)
    assert Project.objects.get().private


def test_to_make_it_public_takes_a_key_that_was_shown_just_now(bench: Bench, owner: Actor) -> None:
    set_private(bench.desk, owner, PARCEL, private=True)
    bench.clock.forward(timedelta(minutes=6))
    with pytest.raises(AssuranceError):
        set_private(bench.desk, owner, PARCEL, private=False)
    again = replace(owner, proved_at=bench.clock.now())
    assert set_private(bench.desk, again, PARCEL, private=False) is not None
    assert not Project.objects.get().private


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_no_other_role_changes_it(bench: Bench, role: Role) -> None:
    set_private(bench.desk, OPERATOR, PARCEL, private=True)
    bob = bench.person("bob")
    appoint(bench.desk, OPERATOR, PARCEL, "bob", role)
    with pytest.raises(ForbiddenError):
        set_private(bench.desk, bob, PARCEL, private=False)


def test_a_stranger_and_one_factor_learn_nothing_of_it(bench: Bench, owner: Actor) -> None:
    set_private(bench.desk, owner, PARCEL, private=True)
    single = replace(owner, assurance=Assurance.SINGLE_FACTOR)
    for actor in (bench.person("mallory"), single):
        for name in ("parcel", "absent"):
            with pytest.raises(NotFoundError, match=f"no project named {name} here"):
                set_private(bench.desk, actor, ProjectId("box", name), private=False)


def test_a_visibility_is_one_of_two_words() -> None:
    assert (visibility("private"), visibility("public")) == (True, False)
    with pytest.raises(InvalidError, match="'secret' is not a visibility"):
        visibility("secret")

"""Who leaves an organisation leaves its projects, and an upload under way is theirs no more."""

from collections.abc import Iterable
from typing import BinaryIO

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.events import Kind
from strongroom.core.findings import Finding
from strongroom.packages.catalog import expelling
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.catalog.leaving import leave
from strongroom.people.access.grants import people_of, projects_of
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.affairs.closing import close
from strongroom.people.models import Grant, Holding, Membership, Organisation, User
from strongroom.people.organisations import members, teams
from strongroom.people.organisations.teams import Share
from strongroom.proof.ledger.events import newest_of
from tests.fakes.bench import Bench
from tests.fakes.organisations import acme

PARCEL = ProjectId("box", "parcel")


@pytest.fixture
def firm(bench: Bench, alice: Actor, bob: Actor, parcel: str) -> Organisation:
    """Return acme, which holds parcel: alice owns it, bob publishes there by the team core."""
    owner, member = (User.objects.get(username=name) for name in ("alice", "bob"))
    acme(owner, member, bench.clock)
    row = Organisation.objects.get()
    Grant.objects.all().delete()
    Holding.objects.create(
        organisation=row, ecosystem="box", project="parcel", since=bench.clock.now()
    )
    teams.give(OPERATOR, "acme", "core", Share(Role.PUBLISHER), bench.clock)
    return row


@pytest.mark.parametrize("way", ["expel", "leave"])
def test_own_roles_in_its_projects_end_too(
    bench: Bench, alice: Actor, bob: Actor, firm: Organisation, way: str
) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    if way == "expel":
        assert expelling.expel(bench.desk, alice, "acme", "bob")
        assert not expelling.expel(bench.desk, alice, "acme", "bob")
    else:
        expelling.leave(bench.desk, bob, "acme")
    assert people_of(PARCEL) == ()
    assert projects_of(bob.user_id or 0) == ()
    (told,) = newest_of([Kind.ROLE_TAKEN], 1)
    assert told.event.facts == {"user": "bob", "role": "maintainer"}
    with pytest.raises(ForbiddenError):
        bench.publish(bob, "parcel", "2.0")


def test_who_may_not_dismiss_ends_nothing(bench: Bench, bob: Actor, firm: Organisation) -> None:
    appoint(bench.desk, OPERATOR, PARCEL, "alice", Role.MAINTAINER)
    before = bench.standing()
    with pytest.raises(ForbiddenError):
        expelling.expel(bench.desk, bob, "acme", "alice")
    assert bench.standing() == before


def test_an_upload_under_way_ends_with_the_membership(
    bench: Bench, bob: Actor, firm: Organisation
) -> None:
    """What was judged before the checks ran is judged again when the rows are written."""

    def dismissing(_manifest: Manifest, _archive: BinaryIO) -> Iterable[Finding]:
        members.dismiss(OPERATOR, "acme", "bob", bench.clock)
        return ()

    before = bench.with_checks(dismissing)
    with pytest.raises(ForbiddenError) as caught:
        before.publish(bob, "parcel", "2.0")
    assert caught.value.code == "role-missing"
    assert not newest_of([Kind.FILE_PUBLISHED], 9)[1:]


def test_an_account_that_closes_leaves_its_organisations(
    bench: Bench, bob: Actor, firm: Organisation
) -> None:
    user = User.objects.get(username="bob")
    close(user, bob, bench.clock)
    User.objects.filter(pk=user.pk).update(closes_at=bench.clock.now())
    assert leave(bench.desk, bench.clock.now()) == 1
    user.refresh_from_db()
    assert not user.is_active
    assert not Membership.objects.filter(user=user).exists()
    assert not user.teams.exists()


def test_an_account_that_an_organisation_needs_meanwhile_stays(
    bench: Bench, alice: Actor, bob: Actor, firm: Organisation
) -> None:
    members.set_rank(OPERATOR, "acme", "bob", Rank.OWNER, bench.clock)
    user = User.objects.get(username="bob")
    close(user, bob, bench.clock)
    with pytest.raises(ConflictError):  # nobody leaves it to an account that is to close
        expelling.leave(bench.desk, alice, "acme")
    Membership.objects.filter(user__username="alice").delete()
    User.objects.filter(pk=user.pk).update(closes_at=bench.clock.now())
    leave(bench.desk, bench.clock.now())
    user.refresh_from_db()
    assert user.is_active
    assert rank_of(user.pk, firm.pk) is Rank.OWNER

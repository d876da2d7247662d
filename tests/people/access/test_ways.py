"""What somebody is to a project by their teams and their organisation, and how that ends."""

from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.people.access.grants import (
    alone_in,
    grant,
    held,
    owners,
    projects_of,
    roles_of,
)
from strongroom.people.access.roles import PUBLISHING, Rank, Role
from strongroom.people.accounts.users import create_user
from strongroom.people.models import (
    Holding,
    Membership,
    Organisation,
    Team,
    TeamGrant,
    TeamMember,
    User,
)
from tests.fakes.clocks import NOON, StoppedClock

pytestmark = pytest.mark.django_db

PARCEL, OTHER = ProjectId("box", "parcel"), ProjectId("box", "other")
CLOCK = StoppedClock()
LATER = NOON + timedelta(days=3)


def person(name: str) -> Actor:
    address = f"{name}@example.org"
    user = create_user(name, address, admin=False, actor=OPERATOR, clock=CLOCK)
    return Actor("person", name, "session", user_id=user.pk)


def number(actor: Actor) -> int:
    assert actor.user_id is not None
    return actor.user_id


@pytest.fixture
def acme() -> Organisation:
    """Return an organisation that holds the parcel."""
    row = Organisation.objects.create(
        name="Acme", folded="acme", created_at=NOON, members_read=False
    )
    Holding.objects.create(organisation=row, ecosystem="box", project="parcel", since=NOON)
    return row


def join(acme: Organisation, actor: Actor, rank: Rank = Rank.MEMBER) -> Membership:
    return Membership.objects.create(
        organisation=acme, user_id=number(actor), rank=rank, since=NOON
    )


def team(acme: Organisation, role: Role, project: str = "parcel") -> Team:
    row = Team.objects.create(organisation=acme, name=role, folded=role, created_at=NOON)
    ecosystem = "box" if project else ""
    TeamGrant.objects.create(
        team=row, ecosystem=ecosystem, project=project, role=role, granted_at=NOON
    )
    return row


def enter(row: Team, actor: Actor) -> None:
    TeamMember.objects.create(team=row, user_id=number(actor), since=LATER)


@pytest.mark.parametrize(("rank", "role"), [(Rank.OWNER, Role.OWNER), (Rank.MANAGER, Role.MANAGER)])
def test_who_leads_an_organisation_leads_its_projects_and_no_others(
    acme: Organisation, rank: Rank, role: Role
) -> None:
    ada = person("ada")
    join(acme, ada, rank)
    assert roles_of(ada, PARCEL) == {role}
    assert roles_of(ada, OTHER) == frozenset()
    assert projects_of(number(ada)) == ((PARCEL, role),)


def test_a_member_reads_where_the_organisation_says_so(acme: Organisation) -> None:
    ada = person("ada")
    join(acme, ada)
    assert (roles_of(ada, PARCEL), projects_of(number(ada)), held(PARCEL)) == (frozenset(), (), ())
    Organisation.objects.update(members_read=True)
    assert roles_of(ada, PARCEL) == {Role.READER}
    assert projects_of(number(ada)) == ((PARCEL, Role.READER),)
    assert [one.role for one in held(PARCEL)] == [Role.READER]


@pytest.mark.parametrize("project", ["parcel", ""])
def test_a_team_has_its_role_in_one_project_or_in_all_of_its_organisation(
    acme: Organisation, project: str
) -> None:
    ada, row = person("ada"), team(acme, Role.PUBLISHER, project)
    join(acme, ada)
    enter(row, ada)
    assert roles_of(ada, PARCEL) == {Role.PUBLISHER}
    assert roles_of(ada, OTHER) == frozenset()
    assert projects_of(number(ada)) == ((PARCEL, Role.PUBLISHER),)
    # Whoever approves must have been there for a while: as long as they are in the team.
    assert [(one.name, one.role, one.since) for one in held(PARCEL, PUBLISHING)] == [
        ("ada", Role.PUBLISHER, LATER)
    ]


def test_who_left_the_organisation_is_nothing_by_its_teams(acme: Organisation) -> None:
    ada, row = person("ada"), team(acme, Role.MAINTAINER)
    enter(row, ada)  # and no membership
    assert roles_of(ada, PARCEL) == frozenset()
    assert (projects_of(number(ada)), held(PARCEL)) == ((), ())


def test_a_project_that_went_elsewhere_leaves_its_teams_and_ranks_behind(
    acme: Organisation,
) -> None:
    ada, row = person("ada"), team(acme, Role.MAINTAINER)
    join(acme, ada, Rank.OWNER)
    enter(row, ada)
    other = Organisation.objects.create(name="Other", folded="other", created_at=NOON)
    Holding.objects.update(organisation=other)
    assert roles_of(ada, PARCEL) == frozenset()
    assert (projects_of(number(ada)), held(PARCEL)) == ((), ())
    Holding.objects.all().delete()
    assert roles_of(ada, PARCEL) == frozenset()


def test_all_ways_count_together_and_the_foremost_is_told(acme: Organisation) -> None:
    ada, row = person("ada"), team(acme, Role.TRIAGER)
    join(acme, ada, Rank.MANAGER)
    enter(row, ada)
    grant(number(ada), PARCEL, Role.PUBLISHER, CLOCK)
    assert roles_of(ada, PARCEL) == {Role.MANAGER, Role.TRIAGER, Role.PUBLISHER}
    assert [one.role for one in held(PARCEL)] == [Role.MANAGER]
    assert [one.role for one in held(PARCEL, PUBLISHING)] == [Role.PUBLISHER]


def test_the_owners_of_the_organisation_own_what_it_holds(acme: Organisation) -> None:
    ada, bob = person("ada"), person("bob")
    grant(number(ada), PARCEL, Role.OWNER, CLOCK)
    assert (owners(PARCEL, besides=number(ada)), alone_in(number(ada))) == (0, (PARCEL,))
    join(acme, bob, Rank.OWNER)
    assert (owners(PARCEL, besides=number(ada)), alone_in(number(ada))) == (1, ())
    User.objects.filter(pk=number(bob)).update(closes_at=NOON)
    assert owners(PARCEL, besides=number(ada)) == 0


def test_who_could_not_publish_before_is_new_once_they_can() -> None:
    ada, later = person("ada"), StoppedClock()
    later.forward(timedelta(days=1))
    grant(number(ada), PARCEL, Role.READER, CLOCK)
    grant(number(ada), PARCEL, Role.MAINTAINER, later)
    assert [one.since for one in held(PARCEL, PUBLISHING)] == [later.now()]


def test_the_operator_is_nothing_to_a_project(acme: Organisation) -> None:
    assert roles_of(OPERATOR, PARCEL) == frozenset()

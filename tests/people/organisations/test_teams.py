"""Teams: who changes them, and that no manager comes to publish by one of their own."""

from collections.abc import Callable
from functools import partial

import pytest

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import StrongroomError
from strongroom.core.events import Kind
from strongroom.people.access.grants import roles_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.models import Team, TeamMember
from strongroom.people.organisations import members, teams
from strongroom.people.organisations.teams import Share
from tests.people.organisations.conftest import ACME, PARCEL, Firm


@pytest.fixture
def core(firm: Firm) -> Team:
    """Return a team of mia's, in an organisation that holds a project."""
    firm.hold()
    row = teams.create(firm.act("max"), ACME, "core", firm.bureau.clock)
    teams.join(firm.act("max"), ACME, "core", "mia", firm.bureau.clock)
    return row


def code(act: Callable[[], object]) -> str:
    try:
        act()
    except StrongroomError as refused:
        return refused.code
    return ""


def test_what_a_team_holds_its_members_hold_and_it_is_told(firm: Firm, core: Team) -> None:
    assert teams.give(firm.act("max"), ACME, "CORE", Share(Role.PUBLISHER), firm.bureau.clock)
    assert roles_of(firm.act("mia"), PARCEL) == {Role.PUBLISHER, Role.READER}
    assert firm.last(Kind.TEAM_ROLE_GRANTED) == {
        "organisation": ACME,
        "team": "core",
        "role": "publisher",
        "project": "all",
    }
    assert not teams.give(firm.act("max"), ACME, "core", Share(Role.PUBLISHER), firm.bureau.clock)
    assert teams.give(firm.act("max"), ACME, "core", Share(Role.TRIAGER, PARCEL), firm.bureau.clock)
    assert teams.take(firm.act("max"), ACME, "core", firm.bureau.clock)
    assert not teams.take(firm.act("max"), ACME, "core", firm.bureau.clock)
    assert roles_of(firm.act("mia"), PARCEL) == {Role.TRIAGER, Role.READER}
    assert teams.part(firm.act("mia"), ACME, "core", "mia", firm.bureau.clock)
    assert not teams.part(firm.act("mia"), ACME, "core", "mia", firm.bureau.clock)
    assert roles_of(firm.act("mia"), PARCEL) == {Role.READER}


def test_a_manager_does_not_come_to_publish_by_a_team(firm: Firm, core: Team) -> None:
    clock, limits = firm.bureau.clock, "organisation-manager-limits"
    teams.give(firm.act("olga"), ACME, "core", Share(Role.PUBLISHER), clock)
    assert code(lambda: teams.join(firm.act("max"), ACME, "core", "max", clock)) == limits
    teams.create(firm.act("max"), ACME, "own", clock)
    teams.join(firm.act("olga"), ACME, "own", "max", clock)
    for share in (Share(Role.PUBLISHER), Share(Role.PUBLISHER, PARCEL)):
        give = partial(teams.give, firm.act("max"), ACME, "own", share, clock)
        assert code(give) == limits
    assert code(lambda: teams.take(firm.act("max"), ACME, "own", clock)) == limits
    assert roles_of(firm.act("max"), PARCEL) == {Role.MANAGER}
    assert teams.give(firm.act("olga"), ACME, "own", Share(Role.PUBLISHER), clock)
    assert Role.PUBLISHER in roles_of(firm.act("max"), PARCEL)


def test_a_team_owns_nothing(firm: Firm, core: Team) -> None:
    clock = firm.bureau.clock
    give = code(lambda: teams.give(firm.act("olga"), ACME, "core", Share(Role.OWNER), clock))
    assert give == "team-role-too-high"


def test_a_team_holds_roles_in_projects_of_its_organisation_alone(firm: Firm, core: Team) -> None:
    other, clock = ProjectId("box", "other"), firm.bureau.clock
    give = code(
        lambda: teams.give(firm.act("olga"), ACME, "core", Share(Role.READER, other), clock)
    )
    assert give == "project-not-held"


def test_only_members_are_put_into_a_team(firm: Firm, core: Team) -> None:
    firm.user("eve")
    join = code(lambda: teams.join(firm.act("olga"), ACME, "core", "eve", firm.bureau.clock))
    assert join == "no-such-member"
    assert TeamMember.objects.count() == 1


def test_who_came_back_into_the_organisation_is_in_no_team(firm: Firm, core: Team) -> None:
    teams.give(firm.act("olga"), ACME, "core", Share(Role.PUBLISHER), firm.bureau.clock)
    members.dismiss(firm.act("olga"), ACME, "mia", firm.bureau.clock)
    assert roles_of(firm.act("mia"), PARCEL) == set()
    firm.seat("mia", Rank.MEMBER)
    assert roles_of(firm.act("mia"), PARCEL) == {Role.READER}


@pytest.mark.parametrize(
    ("name", "expected"), [("CORE", "team-name-taken"), ("no way", "team-name-invalid")]
)
def test_a_team_has_a_name_of_its_own(firm: Firm, core: Team, name: str, expected: str) -> None:
    create = code(lambda: teams.create(firm.act("max"), ACME, name, firm.bureau.clock))
    assert create == expected


def test_a_team_is_renamed_and_removed(firm: Firm, core: Team) -> None:
    clock = firm.bureau.clock
    teams.give(firm.act("olga"), ACME, "core", Share(Role.PUBLISHER), clock)
    teams.rename(firm.act("max"), ACME, "core", "Core", clock)
    teams.rename(firm.act("max"), ACME, "core", "kernel", clock)
    assert firm.last(Kind.TEAM_RENAMED) == {"organisation": ACME, "team": "Core", "to": "kernel"}
    teams.remove(firm.act("max"), ACME, "kernel", clock)
    assert roles_of(firm.act("mia"), PARCEL) == {Role.READER}
    assert code(lambda: teams.remove(firm.act("max"), ACME, "kernel", clock)) == "no-such-team"


def test_there_are_only_so_many(firm: Firm) -> None:
    Team.objects.bulk_create(
        Team(
            organisation=firm.row,
            name=f"t{number}",
            folded=f"t{number}",
            created_at=firm.bureau.clock.now(),
        )
        for number in range(teams.TEAMS_AT_MOST)
    )
    assert code(lambda: teams.create(firm.act("max"), ACME, "more", firm.bureau.clock)) == (
        "teams-too-many"
    )


def test_no_member_and_no_stranger_changes_a_team(firm: Firm, core: Team) -> None:
    clock = firm.bureau.clock
    firm.user("eve")
    for name in ("mia", "eve"):
        who = firm.act(name)
        acts: list[Callable[[], object]] = [
            lambda who=who: teams.create(who, ACME, "new", clock),  # type: ignore[misc] # bound
            lambda who=who: teams.rename(who, ACME, "core", "new", clock),  # type: ignore[misc]
            lambda who=who: teams.remove(who, ACME, "core", clock),  # type: ignore[misc]
            lambda who=who: teams.join(who, ACME, "core", "max", clock),  # type: ignore[misc]
            lambda who=who: teams.part(who, ACME, "core", "max", clock),  # type: ignore[misc]
            lambda who=who: teams.give(who, ACME, "core", Share(Role.READER), clock),  # type: ignore[misc]
            lambda who=who: teams.take(who, ACME, "core", clock),  # type: ignore[misc]
        ]
        assert {code(act) for act in acts} == {"rank-missing"}

"""The acts in an organisation, each worded for the page that explains it, and what makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog import expelling
from strongroom.packages.catalog.desk import Desk
from strongroom.people.access.roles import Power, Rank, Role, rank, role
from strongroom.people.models import Organisation
from strongroom.people.organisations import founding, invitations, members, teams
from strongroom.people.organisations.founding import Manner
from strongroom.people.organisations.invitations import Chair
from strongroom.people.organisations.shown import projects_of, teams_of
from strongroom.people.organisations.teams import Share
from strongroom.people.recovery.office import Office
from strongroom.web.deeds import Deed, Field, Said

HERE = "/organisations/"
Act = tuple[Power, Callable[..., Deed]]
"""What an act takes, and what words it."""

_RANKS = {
    Rank.MEMBER: "member: what their teams are",
    Rank.MANAGER: "manager: looks after members and teams, publishes nothing by it",
    Rank.OWNER: "owner: an owner of all its projects",
}
ROLES = {
    Role.READER: "reader: reads what is private",
    Role.TRIAGER: "triager: yanks",
    Role.PUBLISHER: "publisher: publishes and yanks",
    Role.MAINTAINER: "maintainer: publishes, approves, yanks",
    Role.MANAGER: "manager: gives and takes roles",
}
_YES_NO = (("yes", "Yes"), ("no", "No"))
_TOLD = "They are told by letter."


def address(row: Organisation) -> str:
    """Return the address of an organisation's page."""
    return f"/organisation/{quote(row.name)}/"


@dataclass(frozen=True, slots=True)
class Means:
    """What acts in organisations take; `ecosystem` is the one whose projects pages name."""

    office: Office
    desk: Desk
    ecosystem: str


def _deed(
    row: Organisation,
    words: str,
    effects: tuple[str, ...],
    make: Callable[[Said], object],
    *fields: Field,
) -> Deed:
    return Deed(words, row.name, address(row), effects, make, fields)


def _settling(here: Means, actor: Actor, row: Organisation) -> Deed:
    def make(said: Said) -> object:
        manner = Manner(
            said("title"), said("members_read") == "yes", said("private_by_default") == "yes"
        )
        return founding.change(actor, row.name, manner, here.desk.clock)

    return _deed(
        row,
        "Change how it is",
        ("It holds at once, for all its members.",),
        make,
        Field("title", "Title", row.title, required=False),
        Field(
            "members_read",
            "Every member reads its private projects",
            "yes" if row.members_read else "no",
            choices=_YES_NO,
        ),
        Field(
            "private_by_default",
            "New projects of it are private",
            "yes" if row.private_by_default else "no",
            choices=_YES_NO,
        ),
    )


def _deleting(here: Means, actor: Actor, row: Organisation) -> Deed:
    return replace(
        _deed(
            row,
            f"Delete {row.name}",
            (
                "It goes with its teams and invitations.",
                "It can be deleted while it holds no project.",
            ),
            lambda _: founding.remove(actor, row.name, here.desk.clock),
        ),
        grave=True,
        to=HERE,
    )


def _leaving(here: Means, actor: Actor, row: Organisation) -> Deed:
    return replace(
        _deed(
            row,
            f"Leave {row.name}",
            (
                "You leave its teams, and give back your roles in its projects.",
                "Its last owner stays.",
            ),
            lambda _: expelling.leave(here.desk, actor, row.name),
        ),
        grave=True,
        to=HERE,
    )


def _inviting(here: Means, actor: Actor, row: Organisation) -> Deed:
    names = [team.name for team in teams_of(row)]

    def make(said: Said) -> object:
        chosen = (said("team"),) if said("team") else ()
        chair = Chair(rank(said("rank")), chosen)
        return invitations.invite(here.office, actor, row.name, said("whom"), chair)

    team = Field(
        "team",
        "Team",
        hint="More can be given later.",
        choices=(("", "none"), *((one, one) for one in names)),
    )
    return _deed(
        row,
        "Invite somebody",
        (
            "They are asked by letter, and are in it when they accept.",
            f"The invitation ends in {invitations.VALID_FOR.days} days.",
        ),
        make,
        Field("whom", "Whom", hint="A user name, or an e-mail address."),
        Field("rank", "Rank", choices=tuple((str(one), told) for one, told in _RANKS.items())),
        *((team,) if names else ()),
    )


def _teaming(here: Means, actor: Actor, row: Organisation) -> Deed:
    return _deed(
        row,
        "Make a team",
        ("It has no members and no roles yet.",),
        lambda said: teams.create(actor, row.name, said("team"), here.desk.clock),
        Field("team", "Name"),
    )


def _ranking(here: Means, actor: Actor, row: Organisation, member: str) -> Deed:
    choices = tuple((str(one), told) for one, told in _RANKS.items())
    return _deed(
        row,
        f"Change the rank of {member}",
        ("It holds at once.", _TOLD),
        lambda said: members.set_rank(actor, row.name, member, rank(said("rank")), here.desk.clock),
        Field("rank", "Rank", choices=choices),
    )


def _dismissing(here: Means, actor: Actor, row: Organisation, member: str) -> Deed:
    return replace(
        _deed(
            row,
            f"Dismiss {member}",
            ("They leave its teams, and lose their own roles in its projects.", _TOLD),
            lambda _: expelling.expel(here.desk, actor, row.name, member),
        ),
        grave=True,
    )


def _renaming(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    return _deed(
        row,
        f"Rename the team {team}",
        ("Its members and roles stay.",),
        lambda said: teams.rename(actor, row.name, team, said("name"), here.desk.clock),
        Field("name", "New name", team),
    )


def _ending(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    return replace(
        _deed(
            row,
            f"Delete the team {team}",
            ("Its members stay in the organisation, and lose what they were by it.",),
            lambda _: teams.remove(actor, row.name, team, here.desk.clock),
        ),
        grave=True,
    )


def _joining(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    return _deed(
        row,
        f"Put somebody into {team}",
        ("They have the team's roles at once.", _TOLD),
        lambda said: teams.join(actor, row.name, team, said("user"), here.desk.clock),
        Field("user", "Member of the organisation"),
    )


def _parting(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    return _deed(
        row,
        f"Take somebody out of {team}",
        ("They lose the team's roles at once.", _TOLD),
        lambda said: teams.part(actor, row.name, team, said("user"), here.desk.clock),
        Field("user", "Member of the team"),
    )


def _giving(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    def make(said: Said) -> object:
        share = Share(role(said("role")), _project(here, said("project")))
        return teams.give(actor, row.name, team, share, here.desk.clock)

    return _deed(
        row,
        f"Give {team} a role",
        ("All its members have it at once, in place of the one that the team has there.", _TOLD),
        make,
        Field("role", "Role", choices=tuple((str(one), told) for one, told in ROLES.items())),
        _where(here, row),
    )


def _taking(here: Means, actor: Actor, row: Organisation, team: str) -> Deed:
    return _deed(
        row,
        f"Take a role of {team}",
        ("Its members lose it at once.", _TOLD),
        lambda said: teams.take(
            actor, row.name, team, here.desk.clock, _project(here, said("project"))
        ),
        _where(here, row),
    )


def withdrawing(here: Means, actor: Actor, row: Organisation, number: int) -> Deed:
    """Word what it is to withdraw an invitation."""
    return _deed(
        row,
        "Withdraw an invitation",
        ("It can be accepted no longer.",),
        lambda _: invitations.withdraw(actor, row.name, number, here.desk.clock),
    )


def _where(here: Means, row: Organisation) -> Field:
    held = (one.partition(":") for one in projects_of(row))
    names = [key for ecosystem, _, key in held if ecosystem == here.ecosystem]
    return Field(
        "project",
        "Where",
        choices=(("", "in all that it holds"), *((one, one) for one in names)),
    )


def _project(here: Means, name: str) -> ProjectId | None:
    if not name:
        return None
    return ProjectId(here.ecosystem, here.desk.ecosystem(here.ecosystem).name(name).key)


OF_ALL: Mapping[str, Act] = {
    "settings": (Power.RULE, _settling),
    "delete": (Power.RULE, _deleting),
    "leave": (Power.SEE, _leaving),
    "invite": (Power.STAFF, _inviting),
    "team": (Power.STAFF, _teaming),
}
OF_MEMBERS: Mapping[str, Act] = {
    "rank": (Power.STAFF, _ranking),
    "dismiss": (Power.STAFF, _dismissing),
}
OF_TEAMS: Mapping[str, Act] = {
    "rename": (Power.STAFF, _renaming),
    "delete": (Power.STAFF, _ending),
    "join": (Power.STAFF, _joining),
    "part": (Power.SEE, _parting),
    "give": (Power.STAFF, _giving),
    "take": (Power.STAFF, _taking),
}

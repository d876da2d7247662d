"""The roles that people hold in projects, and the ranks that they have in organisations."""

from collections.abc import Iterable
from enum import StrEnum

from strongroom.core.errors import InvalidError


class Role(StrEnum):
    """What a person is to a project, the one with the most power first.

    Publishing and looking after people are apart: a manager publishes nothing, a publisher
    appoints nobody.
    """

    OWNER = "owner"  # everything, the project's people and its end included
    MANAGER = "manager"  # gives and takes roles, but never that of an owner, and never their own
    MAINTAINER = "maintainer"  # publishes, approves, yanks
    PUBLISHER = "publisher"  # publishes and yanks
    TRIAGER = "triager"  # yanks; publishes nothing
    READER = "reader"  # reads what is private


class Rank(StrEnum):
    """What a person is in an organisation."""

    OWNER = "owner"  # an owner of all its projects
    MANAGER = "manager"  # a manager of all its projects; looks after members and teams
    MEMBER = "member"  # what their teams are, and a reader where the organisation says so


class Power(StrEnum):
    """What somebody may in an organisation by their rank."""

    SEE = "see who is in"
    STAFF = "look after the people of"
    RULE = "change"


PUBLISHING = frozenset({Role.OWNER, Role.MAINTAINER, Role.PUBLISHER})
BY_RANK = {Rank.OWNER: Role.OWNER, Rank.MANAGER: Role.MANAGER, Rank.MEMBER: Role.READER}


POWERS = {
    Power.SEE: frozenset(Rank),
    Power.STAFF: frozenset({Rank.OWNER, Rank.MANAGER}),
    Power.RULE: frozenset({Rank.OWNER}),
}


def rank(raw: str) -> Rank:
    """Read a rank; raises InvalidError."""
    try:
        return Rank(raw)
    except ValueError:
        raise InvalidError(
            "rank-unknown", f"{raw[:40]!a} is not a rank.", f"Use one of: {', '.join(Rank)}."
        ) from None


def role(raw: str) -> Role:
    """Read a role; raises InvalidError."""
    try:
        return Role(raw)
    except ValueError:
        raise InvalidError(
            "role-unknown", f"{raw[:40]!a} is not a role.", f"Use one of: {', '.join(Role)}."
        ) from None


def foremost(roles: Iterable[Role]) -> Role:
    """Return the one of several roles that people are told: the one with the most power."""
    return min(roles, key=tuple(Role).index)

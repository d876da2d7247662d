"""An organisation with people, a team and invitations, as tests of doors find it."""

from strongroom.core.actors import OPERATOR
from strongroom.core.clock import Clock
from strongroom.people.access.roles import Rank
from strongroom.people.models import User
from strongroom.people.organisations import founding, invitations, members, teams
from strongroom.people.organisations.founding import Manner, Plan, Terms
from strongroom.people.organisations.invitations import Chair
from strongroom.people.recovery.office import Office

TERMS = Terms(by_all=True, site="Test")


def acme(owner: User, member: User, clock: Clock) -> None:
    """Make an organisation `acme` with an owner, a member, and a team `core` without roles."""
    founding.create(TERMS, OPERATOR, Plan("acme", Manner(), owner.username), clock)
    members.set_rank(OPERATOR, "acme", member.username, Rank.MEMBER, clock)
    teams.create(OPERATOR, "acme", "core", clock)
    teams.join(OPERATOR, "acme", "core", member.username, clock)


def invited(office: Office, into: str, whom: str) -> int:
    """Have the operator invite somebody; returns the number of the invitation."""
    row = invitations.invite(office, OPERATOR, into, whom, Chair(Rank.MEMBER))
    return int(row.pk)

"""An organisation with an owner, a manager and a member, and an office that writes letters."""

from dataclasses import dataclass, field

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Rank
from strongroom.people.models import Holding, Organisation, User
from strongroom.people.organisations import founding, invitations, members
from strongroom.people.organisations.founding import Manner, Plan, Terms
from strongroom.people.organisations.invitations import Chair
from strongroom.proof.ledger.events import newest_of
from tests.fakes.offices import Bureau
from tests.fakes.people import member, sure

ACME = "Acme"
TERMS = Terms(by_all=True, site="Strongroom")
PARCEL = ProjectId("box", "parcel")


@dataclass
class Firm:
    """An organisation, its office, and people by their names."""

    bureau: Bureau
    row: Organisation
    people: dict[str, User] = field(default_factory=dict)

    def user(self, name: str) -> User:
        """Return somebody, with an account that is made where there is none."""
        if name not in self.people:
            self.people[name] = member(name, self.bureau.clock)
        return self.people[name]

    def act(self, name: str) -> Actor:
        """Return somebody at a browser of theirs."""
        return sure(self.user(name))

    def seat(self, name: str, rank: Rank) -> User:
        """Have somebody be in the organisation."""
        members.set_rank(OPERATOR, ACME, self.user(name).username, rank, self.bureau.clock)
        return self.user(name)

    def rank(self, name: str) -> Rank | None:
        """Return what somebody is in it."""
        return rank_of(self.user(name).pk, self.row.pk)

    def invite(self, by: str, whom: str, rank: Rank = Rank.MEMBER, *teams: str) -> int:
        """Invite somebody; returns the number of the invitation."""
        row = invitations.invite(self.bureau.office, self.act(by), ACME, whom, Chair(rank, teams))
        return int(row.pk)

    def accept(self, name: str, number: int) -> None:
        """Have somebody accept an invitation."""
        invitations.accept(self.act(name), number, self.bureau.clock)

    def hold(self, project: ProjectId = PARCEL) -> None:
        """Have the organisation hold a project."""
        Holding.objects.create(
            organisation=self.row,
            ecosystem=project.ecosystem,
            project=project.key,
            since=self.bureau.clock.now(),
        )

    def last(self, *kinds: Kind) -> dict[str, object]:
        """Return the facts of the newest event of these kinds."""
        return dict(newest_of(kinds, 1)[0].event.facts)


@pytest.fixture
def firm(db: None) -> Firm:
    """Return Acme: olga owns it, max manages it, mia is in it; nobody else is."""
    bureau = Bureau()
    olga = member("olga", bureau.clock)
    row = founding.create(TERMS, sure(olga), Plan(ACME, Manner("Acme Limited")), bureau.clock)
    made = Firm(bureau, row, {"olga": olga})
    made.seat("max", Rank.MANAGER)
    made.seat("mia", Rank.MEMBER)
    return made

"""What every act in an organisation begins and ends with: leave by the one rule, and an event.

All take the turn of accounts: of two owners who dismiss each other, or close their accounts, at
once, the second finds that they may not, or that they are the last.
"""

from collections.abc import Mapping

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Power
from strongroom.people.access.rules import govern
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS, fold
from strongroom.people.models import Organisation
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn


def find(name: str) -> Organisation:
    """Return the organisation of a name; raises NotFoundError."""
    row = Organisation.objects.filter(folded=fold(name)).first()
    if row is None:
        raise NotFoundError(
            "no-such-organisation",
            f"There is no organisation named {name[:64]!a}.",
            "Check the spelling.",
        )
    return row


def entered(actor: Actor, name: str, power: Power) -> Organisation:
    """Return an organisation for a change that the actor may make, in the caller's transaction."""
    take_turn(ACCOUNTS)
    row = find(name)
    govern(actor, power, row.name, rank_of(actor.user_id, row.pk))
    return row


def done(clock: Clock, actor: Actor, kind: Kind, facts: Mapping[str, object]) -> None:
    """Record an act, in its transaction."""
    record(Event(kind, actor.name, actor.credential, facts=facts), clock)


def told(kind: Kind, user_id: int, facts: Mapping[str, object], actor: Actor, clock: Clock) -> None:
    """Tell somebody of an act that is about them, in its transaction, before it is recorded."""
    note(Happening(kind, user_id, facts), actor, clock)

"""Tokens of people that are used for projects which have a trusted publisher: told once of each.

A long-lived token beside a publisher is what the second wave against a much-used project came by in
December 2024: nobody remembered it.
"""

from collections.abc import Mapping

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import TokenBeside
from strongroom.people.tokens.minting import CREDENTIAL

WARNING = (
    "{} has a trusted publisher, and this upload came with a person's token. Publish by the"
    " publisher alone and revoke the token, or remove the publisher."
)


def token_of(actor: Actor) -> int | None:
    """Return the number of the person's token by which an actor acts, if it is one."""
    word, _, number = actor.credential.partition(" ")
    return int(number) if word == CREDENTIAL and actor.user_id is not None else None


def tell(actor: Actor, project: ProjectId, clock: Clock) -> list[Event]:
    """Tell the owner of a token of its use, once; returns what is to be recorded of it.

    The caller holds the project, and records last.
    """
    token = token_of(actor)
    here = {"token_id": token, "ecosystem": project.ecosystem, "project": project.key}
    if token is None or actor.user_id is None or TokenBeside.objects.filter(**here).exists():
        return []
    TokenBeside.objects.create(**here, at=clock.now())
    facts = {"token": token, "project": project.key}
    note(Happening(Kind.TOKEN_BESIDE_PUBLISHER, actor.user_id, facts), actor, clock)
    kind = Kind.TOKEN_BESIDE_PUBLISHER
    return [Event(kind, actor.name, actor.credential, project, facts={"token": token})]


def beside(user_id: int) -> Mapping[int, tuple[ProjectId, ...]]:
    """Return, by the number of each of a person's tokens, the projects it was so used for."""
    found: dict[int, tuple[ProjectId, ...]] = {}
    for row in TokenBeside.objects.filter(token__user_id=user_id).order_by("pk"):
        known = found.get(row.token_id, ())
        found[row.token_id] = (*known, ProjectId(row.ecosystem, row.project))
    return found

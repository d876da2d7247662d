"""Cases: something about an account that an administrator must look at, until they close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.access.rules import oversee
from strongroom.people.models import Case, User
from strongroom.proof.ledger.events import record

DISAVOWAL = "disavowal"
LONGEST_REASON = 500
SHOWN = 100  # closed ones, the newest first; open ones are all shown


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as an administrator sees it."""

    id: int
    kind: str
    user: str
    opened_at: datetime
    facts: Mapping[str, object]
    closed_at: datetime | None
    closed_by: str
    reason: str


def open_case(kind: str, user: User, facts: Mapping[str, object], now: datetime) -> None:
    """Open a case in the transaction of its cause."""
    Case.objects.create(kind=kind, user=user, opened_at=now, facts=dict(facts))


def listed(actor: Actor) -> tuple[Shown, ...]:
    """Return the open cases, the oldest first, and the newest of those that are closed."""
    oversee(actor)
    rows = Case.objects.select_related("user")
    still = rows.filter(closed_at=None).order_by("pk")
    closed = rows.exclude(closed_at=None).order_by("-closed_at", "-pk")[:SHOWN]
    return tuple(map(_shown, (*still, *closed)))


def find(actor: Actor, number: int) -> Shown:
    """Return a case; raises NotFoundError."""
    oversee(actor)
    return _shown(_found(number))


def close(actor: Actor, number: int, reason: str, clock: Clock) -> None:
    """Close a case, saying what was done; raises ConflictError where somebody has."""
    oversee(actor)
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        raise InvalidError(
            "case-reason-invalid",
            f"A case is closed with a reason of one line, at most {LONGEST_REASON} characters.",
            "Write what was found and done.",
        )
    with transaction.atomic():
        row = _found(number)
        here = Case.objects.filter(pk=number, closed_at=None)
        if not here.update(closed_at=clock.now(), closed_by=actor.name, reason=said):
            raise ConflictError("case-closed", f"{row.closed_by} has closed this case.")
        facts = {"case": number, "kind": row.kind, "user": row.user.username}
        record(Event(Kind.CASE_CLOSED, actor.name, actor.credential, facts=facts), clock)


def _found(number: int) -> Case:
    row = Case.objects.select_related("user").filter(pk=number).first()
    if row is None:
        raise NotFoundError("no-such-case", f"There is no case {number}.")
    return row


def _shown(row: Case) -> Shown:
    return Shown(
        row.pk,
        row.kind,
        row.user.username,
        row.opened_at,
        row.facts,
        row.closed_at,
        row.closed_by,
        row.reason,
    )

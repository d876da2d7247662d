"""Dangerous acts by two pairs of eyes: proposed, confirmed by somebody else, done after a while.

1. Nobody confirms their own. Where one administrator is alone, the operator at the machine's own
   shell is the second pair of eyes; where there are more, the operator is not asked.
2. The delay begins when it is confirmed. Until it is over any administrator can withdraw it, so
   that two stolen sessions are not enough while a third person reads their mail.
3. What is carried out is judged again by then: by the accounts and rows as they are.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from strongroom.core.actors import REGISTRY, Actor
from strongroom.core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    StrongroomError,
)
from strongroom.core.events import Kind as Happened
from strongroom.people.access.grants import user_of
from strongroom.people.access.rules import oversee
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import Proposal
from strongroom.people.oversight.acting import administrators, done, leave, reason, tell_all
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.turns import take_turn

SHOWN = 50  # that have ended, the newest first


class Kind(StrEnum):
    """The acts that take two."""

    MAKE_ADMINISTRATOR = "make-administrator"
    CLOSE_ACCOUNT = "close-account"
    ALLOW_NAME = "allow-name"
    TRANSFER_PROJECT = "transfer-project"


class State(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    DONE = "done"
    FAILED = "failed"


OPEN = (State.PROPOSED, State.CONFIRMED)
CarryOut = Callable[[Office, Proposal, Actor], None]


def propose(
    office: Office, actor: Actor, kind: Kind, subject: str, facts: Mapping[str, str]
) -> Proposal:
    """Propose an act; of the same act one proposal is open at a time. `facts` hold the `reason`."""
    leave(office, actor)
    why = reason(facts.get("reason", ""))
    proposer = user_of(actor)
    with transaction.atomic():
        take_turn("proposals")
        if Proposal.objects.filter(kind=kind, subject=subject, state__in=OPEN).exists():
            raise ConflictError(
                "proposal-open",
                f"To {kind} {subject} is proposed already.",
                "Confirm or withdraw what is open first.",
            )
        row = Proposal.objects.create(
            kind=kind,
            subject=subject,
            facts=dict(facts),
            reason=why,
            proposer_id=proposer,
            proposed_at=office.clock.now(),
            state=State.PROPOSED,
        )
        _tell(office, actor, row, _("proposed"))
        done(office, Happened.ACT_PROPOSED, actor, _facts(row))
    return row


def confirm(office: Office, actor: Actor, number: int) -> Proposal:
    """Confirm what another administrator has proposed."""
    leave(office, actor)
    with transaction.atomic():
        row = _held(number)
        _is_in(row, State.PROPOSED)
        _is_another(actor, row)
        row.state, row.confirmed_by = State.CONFIRMED, actor.name
        row.ripe_at = office.clock.now() + office.dangerous_delay
        row.save(update_fields=["state", "confirmed_by", "ripe_at"])
        _tell(office, actor, row, _("confirmed"))
        done(office, Happened.ACT_CONFIRMED, actor, _facts(row))
    return row


def withdraw(office: Office, actor: Actor, number: int) -> Proposal:
    """Withdraw what is proposed or confirmed; every administrator can."""
    oversee(actor)
    with transaction.atomic():
        row = _held(number)
        _is_in(row, *OPEN)
        row.state, row.ended_at = State.WITHDRAWN, office.clock.now()
        row.save(update_fields=["state", "ended_at"])
        _tell(office, actor, row, _("withdrawn"))
        done(office, Happened.ACT_WITHDRAWN, actor, _facts(row))
    return row


def carry_out(office: Office, acts: Mapping[Kind, CarryOut], now: datetime) -> int:
    """Carry out what is confirmed and ripe; returns how many there were.

    What cannot be done any more fails for good: it is proposed anew, or not.
    """
    rows = Proposal.objects.filter(state=State.CONFIRMED, ripe_at__lte=now).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    for number in numbers:
        try:
            with transaction.atomic():
                take_turn(ACCOUNTS)
                row = _held(number)
                if row.state == State.CONFIRMED:
                    _still_meant(row)
                    _end(row, State.DONE, now)
                    acts[Kind(row.kind)](office, row, REGISTRY)
                    done(office, Happened.ACT_CARRIED_OUT, REGISTRY, _facts(row))
        except StrongroomError as refusal:
            _failed(office, number, refusal, now)
    return len(numbers)


def find(actor: Actor, number: int) -> Proposal:
    """Return a proposal; raises NotFoundError."""
    oversee(actor)
    return _found(number)


def listed(actor: Actor) -> tuple[Proposal, ...]:
    """Return the open proposals, the oldest first, and the newest of those that have ended."""
    oversee(actor)
    rows = Proposal.objects.select_related("proposer")
    still = rows.filter(state__in=OPEN).order_by("pk")
    ended = rows.exclude(state__in=OPEN).order_by("-ended_at", "-pk")[:SHOWN]
    return (*still, *ended)


def _is_another(actor: Actor, row: Proposal) -> None:
    others = set(administrators()) - {row.proposer_id}
    if actor.user_id is None and not others:
        return
    if actor.user_id not in others:
        raise ForbiddenError(
            "proposal-needs-another",
            "An act of an administrator is confirmed by another administrator.",
            "Ask one; where there is none, the operator confirms: `strongroom proposal confirm`.",
        )


def _still_meant(row: Proposal) -> None:
    """Refuse what was proposed by somebody who runs the registry no more, or is closed."""
    if row.proposer_id not in administrators():
        raise ConflictError(
            "proposal-of-nobody",
            f"{row.proposer.username} is no administrator any more.",
            "Another administrator can propose it again.",
        )


def _failed(office: Office, number: int, refusal: StrongroomError, now: datetime) -> None:
    with transaction.atomic():
        row = _held(number)
        _end(row, State.FAILED, now)
        _tell(office, REGISTRY, row, _("not carried out (%s)") % refusal.sentence)
        done(office, Happened.ACT_FAILED, REGISTRY, {**_facts(row), "code": refusal.code})


def _end(row: Proposal, state: State, now: datetime) -> None:
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])


def _is_in(row: Proposal, *states: State) -> None:
    if row.state not in states:
        raise ConflictError(
            "proposal-ended", f"This proposal is {row.state}.", "Look at the list of proposals."
        )


def _held(number: int) -> Proposal:
    _found(number)
    rows = Proposal.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("proposer").get(pk=number)


def _found(number: int) -> Proposal:
    row = Proposal.objects.select_related("proposer").filter(pk=number).first()
    if row is None:
        raise NotFoundError("no-such-proposal", f"There is no proposal {number}.")
    return row


def _facts(row: Proposal) -> dict[str, object]:
    return {"proposal": row.pk, "act": row.kind, "subject": row.subject, **row.facts}


def _tell(office: Office, actor: Actor, row: Proposal, how: str) -> None:
    tell_all(office, actor, f"{row.kind} {row.subject} {how}", row.reason)

"""How a recovery goes on: pure functions, from one standing to the next.

1. Nothing is reset before the delay is over, in which the owner can stop it.
2. Then two administrators must agree, neither of them whose account it is. What one of them did
   counts only while they are one.
3. Who holds the machine itself could do anything; their way is open, late and told to all, and so
   needs no approvals.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from strongroom.core.errors import ConflictError, ForbiddenError

APPROVALS = 2
CRITICAL_AT_LEAST = timedelta(hours=168)
TOLD_EVERY = timedelta(days=1)


class State(StrEnum):
    """Where a recovery stands."""

    OPEN = "open"
    CANCELLED = "cancelled"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """A recovery: of whose account, since when, from when on it may be done, who agrees."""

    user_id: int
    asked_at: datetime
    ripe_at: datetime
    by_operator: bool = False
    approvals: frozenset[int] = frozenset()
    state: State = State.OPEN


def waits(ordinary: timedelta, *, critical: bool) -> timedelta:
    """Return how long a recovery waits, by the setting and by what the account can change."""
    return max(ordinary, CRITICAL_AT_LEAST) if critical else ordinary


def approved(
    standing: Standing, approver: int, administrators: AbstractSet[int], now: datetime
) -> Standing:
    """Add the approval of an administrator; raises where it is too early, or is not theirs."""
    _open(standing)
    if approver == standing.user_id or approver not in administrators:
        raise ForbiddenError(
            "recovery-not-yours-to-approve",
            "A recovery is approved by two administrators, neither of them whose account it is.",
            "Ask another administrator.",
        )
    if now < standing.ripe_at:
        raise ConflictError(
            "recovery-not-ripe",
            f"This recovery can be approved from {standing.ripe_at:%Y-%m-%d %H:%M} UTC on.",
            "Until then its owner can stop it; come back later.",
        )
    if approver in standing.approvals:
        raise ConflictError(
            "recovery-approved-before",
            "You have approved this recovery.",
            "Another administrator must approve it too.",
        )
    return replace(standing, approvals=standing.approvals | {approver})


def cancelled(standing: Standing) -> Standing:
    """Stop a recovery."""
    _open(standing)
    return replace(standing, state=State.CANCELLED)


def is_due(standing: Standing, administrators: AbstractSet[int], now: datetime) -> bool:
    """Say whether the factors may be removed now."""
    if standing.state is not State.OPEN or now < standing.ripe_at:
        return False
    agree = (standing.approvals & administrators) - {standing.user_id}
    return standing.by_operator or len(agree) >= APPROVALS


def done(standing: Standing, administrators: AbstractSet[int], now: datetime) -> Standing:
    """End a recovery that is due; the caller removes the factors in the same transaction."""
    _open(standing)
    if not is_due(standing, administrators, now):
        raise ConflictError(
            "recovery-not-due",
            "This recovery still waits: for its time, or for who must agree.",
            "The recovery policy of this registry says for what.",
        )
    return replace(standing, state=State.DONE)


def _open(standing: Standing) -> None:
    if standing.state is not State.OPEN:
        raise ConflictError(
            "recovery-ended", f"This recovery was {standing.state}.", "A new one can be asked for."
        )

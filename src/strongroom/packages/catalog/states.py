"""The states of a project (PEP 792), and what each allows. A pure table."""

from enum import StrEnum

from strongroom.core.actors import Action
from strongroom.core.errors import InvalidError


class Status(StrEnum):
    """A project's status marker, as PEP 792 names it."""

    ACTIVE = "active"
    ARCHIVED = "archived"  # finished: no further uploads
    DEPRECATED = "deprecated"  # use something else; uploads go on
    QUARANTINED = "quarantined"  # unsafe: nothing can be installed or uploaded


CLOSED = frozenset({Status.ARCHIVED, Status.QUARANTINED})
REASON_AT_MOST = 500


def status(raw: str) -> Status:
    """Read a status; raises InvalidError."""
    try:
        return Status(raw)
    except ValueError:
        raise InvalidError(
            "status-unknown",
            f"{raw[:40]!a} is not a project status.",
            f"Use one of: {', '.join(Status)}.",
        ) from None


def action_for(old: Status, new: Status) -> Action:
    """Return what an actor must be allowed to do to change a status."""
    return Action.QUARANTINE if Status.QUARANTINED in {old, new} else Action.CONFIGURE


def reason(raw: str) -> str:
    """Read a reason given by a person: one line, bounded, no control characters."""
    text = " ".join(raw.split())
    if len(text) > REASON_AT_MOST or not text.isprintable():
        raise InvalidError(
            "reason-invalid",
            f"A reason is one line of at most {REASON_AT_MOST} printable characters.",
            "Shorten it.",
        )
    return text

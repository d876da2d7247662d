"""The states of a project (PEP 792), and what each allows; how critical it is. Pure tables."""

from enum import StrEnum

from strongroom.core.actors import Action
from strongroom.core.errors import InvalidError


class Status(StrEnum):
    """A project's status marker, as PEP 792 names it."""

    ACTIVE = "active"
    ARCHIVED = "archived"  # finished: no further uploads
    DEPRECATED = "deprecated"  # use something else; uploads go on
    QUARANTINED = "quarantined"  # unsafe: nothing can be installed or uploaded


class Criticality(StrEnum):
    """Whether so much depends on a project that its people need what cannot be phished."""

    NONE = "none"
    SOON = "soon"  # it was counted to be; its people have been told, and have some days
    COUNTED = "counted"
    ON = "on"  # an administrator says so
    OFF = "off"  # an administrator says that it is not, whatever is counted


CLOSED = frozenset({Status.ARCHIVED, Status.QUARANTINED})
CRITICAL = frozenset({Criticality.COUNTED, Criticality.ON})
PINS = {"on": Criticality.ON, "off": Criticality.OFF, "auto": Criticality.NONE}
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


def is_critical(written: str) -> bool:
    """Say whether a project's people need a factor that cannot be phished, by what its row says."""
    return written in CRITICAL


def pin(raw: str) -> Criticality:
    """Read what an administrator says of a project; raises InvalidError."""
    if raw not in PINS:
        raise InvalidError(
            "criticality-unknown",
            f"{raw[:40]!a} says nothing of how critical a project is.",
            f"Use one of: {', '.join(PINS)}.",
        )
    return PINS[raw]


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

"""A project's events told in words. The words are here; the facts are the event's own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog.states import Criticality
from strongroom.web.words import size


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history; `detail` is what a person or a file added to it."""

    serial: int
    at: datetime
    actor: str
    kind: str
    sentence: str
    detail: str


def told(history: Sequence[Recorded]) -> tuple[Entry, ...]:
    """Tell events in the order in which they come."""
    return tuple(_entry(recorded) for recorded in history)


def _entry(recorded: Recorded) -> Entry:
    event = recorded.event
    sentence, detail = _TELLING.get(event.kind, _plainly)(event)
    return Entry(
        serial=recorded.serial,
        at=recorded.at,
        actor=event.actor,
        kind=event.kind,
        sentence=sentence,
        detail=detail,
    )


def _fact(event: Event, name: str) -> str:
    return str(event.facts.get(name, ""))


def _created(event: Event) -> tuple[str, str]:
    name = _fact(event, "name")
    return (f"Project {name} created" if name else "Project created"), ""


def _granted(event: Event) -> tuple[str, str]:
    return f"{_fact(event, 'user')} became {_fact(event, 'role')}", ""


def _taken(event: Event) -> tuple[str, str]:
    return f"{_fact(event, 'user')} is no longer {_fact(event, 'role')}", ""


def _published(event: Event) -> tuple[str, str]:
    length = event.facts.get("size")
    weight = f" ({size(length)})" if isinstance(length, int) else ""
    by = f" uploaded by {_fact(event, 'uploader')}" if "uploader" in event.facts else ""
    return (
        f"{event.version}: file published",
        f"{_fact(event, 'file')}{weight} sha256:{_fact(event, 'sha256')}{by}",
    )


def _yanked(event: Event) -> tuple[str, str]:
    return f"{event.version}: release yanked", _fact(event, "reason")


def _unyanked(event: Event) -> tuple[str, str]:
    return f"{event.version}: yank taken back", ""


def _status(event: Event) -> tuple[str, str]:
    return (
        f"Status changed from {_fact(event, 'from')} to {_fact(event, 'to')}",
        _fact(event, "reason"),
    )


def _damaged(event: Event) -> tuple[str, str]:
    return f"{event.version}: file damaged on disk, not served", _fact(event, "file")


def _repaired(event: Event) -> tuple[str, str]:
    return f"{event.version}: file repaired, served again", _fact(event, "file")


def _asked(event: Event) -> tuple[str, str]:
    return f"Approvals asked for: {_fact(event, 'to')} instead of {_fact(event, 'from')}", ""


def _trusted(event: Event) -> tuple[str, str]:
    if event.facts.get("to"):
        return "Trusted publishers alone publish", "No person's token does."
    return "People's tokens may publish again", ""


def _confirmed(event: Event) -> tuple[str, str]:
    wanted = event.facts.get("to")
    return f"A person confirms each publication: {'yes' if wanted else 'no longer'}", ""


def _critical(event: Event) -> tuple[str, str]:
    words = {
        Criticality.NONE: "No longer said to be critical or not",
        Criticality.SOON: "Counted as critical from a day on",
        Criticality.COUNTED: "Critical from now on, as was counted",
        Criticality.ON: "Said to be critical by an administrator",
        Criticality.OFF: "Said not to be critical by an administrator",
    }
    return words[Criticality(_fact(event, "to"))], _fact(event, "at")[:10]


def _out_of_stage(event: Event) -> tuple[str, str]:
    names = event.facts.get("approved_by")
    by = ", ".join(map(str, names)) if isinstance(names, list | tuple) else ""
    return f"{event.version}: stage published", f"approved by {by}" if by else ""


def _removed(event: Event) -> tuple[str, str]:
    return f"{event.version}: release removed for good", _fact(event, "reason")


def _retained(event: Event) -> tuple[str, str]:
    names = {
        "keep_prereleases": "newest pre-releases kept",
        "prerelease_days": "days after a final",
    }
    rules = (
        f"{told}: {'as the registry says' if event.facts.get(name) is None else _fact(event, name)}"
        for name, told in names.items()
    )
    return "Rules of retention changed", "; ".join(rules)


def _plainly(event: Event) -> tuple[str, str]:
    return str(event.kind).replace("-", " ").capitalize(), event.version


_TELLING: Mapping[Kind, Callable[[Event], tuple[str, str]]] = {
    Kind.PROJECT_CREATED: _created,
    Kind.ROLE_GRANTED: _granted,
    Kind.ROLE_TAKEN: _taken,
    Kind.FILE_PUBLISHED: _published,
    Kind.RELEASE_YANKED: _yanked,
    Kind.RELEASE_UNYANKED: _unyanked,
    Kind.PROJECT_STATUS_CHANGED: _status,
    Kind.FILE_DAMAGED: _damaged,
    Kind.FILE_REPAIRED: _repaired,
    Kind.APPROVALS_CHANGED: _asked,
    Kind.STAGE_PUBLISHED: _out_of_stage,
    Kind.RELEASE_REMOVED: _removed,
    Kind.RETENTION_CHANGED: _retained,
    Kind.CONFIRMATION_CHANGED: _confirmed,
    Kind.TRUSTED_ONLY_CHANGED: _trusted,
    Kind.CRITICALITY_CHANGED: _critical,
}

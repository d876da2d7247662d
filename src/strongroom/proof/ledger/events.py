"""Recording and reading events.

`record` must run inside the transaction that makes the change: no row, no change. Serials grow in
the order of commits, so that whoever reads on from a serial never misses one that is committed
later: a transaction takes its turn before it takes a serial. Serials may have gaps, where a
transaction failed. Whoever records waits for all who recorded before to end, so record last, and
touch afterwards only rows that the transaction has locked already.

Times never go back from serial to serial, whatever the machine's clock does: an event is dated no
earlier than the one before it.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.db.models import Max

from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import PUBLIC, Event, Kind, Recorded
from strongroom.proof.ledger.turns import take_turn
from strongroom.proof.models import EventRow
from strongroom.rows.prepared import Insert, Read

_rows = Insert(EventRow)
_moment_before = Read(lambda _: EventRow.objects.order_by("-serial").values_list("at")[:1])
_since = Read(
    lambda at: EventRow.objects.filter(
        ecosystem=at("ecosystem"), project=at("project"), serial__gt=at("serial")
    ).order_by("serial")
)


@lru_cache(maxsize=16)
def _public(limit: int) -> Read[EventRow]:
    kinds = [str(kind) for kind in PUBLIC]
    return Read(
        lambda at: EventRow.objects.filter(
            ecosystem=at("ecosystem"),
            project=at("project"),
            kind__in=kinds,
            serial__gte=at("since"),
        ).order_by("-serial")[:limit]
    )


@lru_cache(maxsize=16)
def _newest(kinds: frozenset[Kind]) -> Read[tuple[str, int]]:
    names = sorted(str(kind) for kind in kinds)
    return Read(
        lambda at: (
            EventRow.objects.filter(
                ecosystem=at("ecosystem"), project=at("project"), kind__in=names
            )
            .values_list("version")
            .annotate(Max("serial"))
        )
    )


def record(event: Event, clock: Clock) -> Recorded:
    """Append an event and return it with its serial; refuses to run outside a transaction."""
    take_turn("events")
    now = clock.now()
    before = _moment_before.first()
    row = _rows(
        at=max(now, *before) if before else now,
        kind=event.kind,
        actor=event.actor,
        credential=event.credential,
        ecosystem=event.project.ecosystem if event.project else "",
        project=event.project.key if event.project else "",
        version=event.version,
        facts=dict(event.facts),
    )
    return Recorded(serial=row.serial, at=row.at, event=event)


def of_project(project: ProjectId, limit: int, since: int = 0) -> tuple[Recorded, ...]:
    """Return the newest public events of a project from a serial on, newest first."""
    here = {"ecosystem": project.ecosystem, "project": project.key}
    return _read(_public(limit).all(since=since, **here))


def of_project_since(project: ProjectId, serial: int) -> tuple[Recorded, ...]:
    """Return the events of a project after a serial, oldest first."""
    return _read(_since.all(ecosystem=project.ecosystem, project=project.key, serial=serial))


def of_project_and_kind(project: ProjectId, kind: Kind) -> tuple[Recorded, ...]:
    """Return all the events of a project that are of one kind, oldest first."""
    rows = EventRow.objects.filter(ecosystem=project.ecosystem, project=project.key, kind=kind)
    return _read(rows.order_by("serial"))


def newest_serials(project: ProjectId, kinds: Iterable[Kind]) -> Mapping[str, int]:
    """Return, by version, the serial of a project's newest event of some kinds."""
    here = {"ecosystem": project.ecosystem, "project": project.key}
    return dict(_newest(frozenset(kinds)).all(**here))


def since(serial: int, limit: int) -> tuple[Recorded, ...]:
    """Return the events after a serial, oldest first."""
    return _read(EventRow.objects.filter(serial__gt=serial).order_by("serial")[:limit])


def of_serials(serials: Iterable[int]) -> Mapping[int, Recorded]:
    """Return the events of some serials, by serial; those that are none are left out."""
    rows = EventRow.objects.filter(serial__in=list(serials))
    return {one.serial: one for one in _read(rows)}


def newest_of(kinds: Iterable[Kind], limit: int) -> tuple[Recorded, ...]:
    """Return the newest events of some kinds, newest first."""
    rows = EventRow.objects.filter(kind__in=[str(kind) for kind in kinds])
    return _read(rows.order_by("-serial")[:limit])


def last_serial() -> int:
    """Return the serial of the newest event, 0 if nothing has happened yet."""
    row = EventRow.objects.order_by("-serial").values_list("serial", flat=True).first()
    return row or 0


def _read(rows: Iterable[EventRow]) -> tuple[Recorded, ...]:
    return tuple(
        Recorded(
            serial=row.serial,
            at=row.at,
            event=Event(
                kind=Kind(row.kind),
                actor=row.actor,
                credential=row.credential,
                project=ProjectId(row.ecosystem, row.project) if row.project else None,
                version=row.version,
                facts=row.facts,
            ),
        )
        for row in rows
    )

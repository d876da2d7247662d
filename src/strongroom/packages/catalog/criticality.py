"""Which projects are critical: those that are downloaded most, and those that others stand on.

1. What is counted is judged once a day, by a pure function. Whose project is found to be critical
   is told, and has some days before more is demanded of them; what an administrator says holds at
   once, and is not counted over.
2. Nothing that is counted makes a project less critical again. Whoever can download often enough
   could push it out of the share by others, and its people would then need no key any more.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Sum

from strongroom.core.actors import REGISTRY, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight, states
from strongroom.packages.catalog.acts import about, id_of, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import lock_project
from strongroom.packages.catalog.states import Criticality
from strongroom.packages.models import Downloads, Project, Release

DAYS = 90  # for which downloads are kept and counted
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on projects are critical; 0 in a field: never by that.

    `share` is in percent of all projects, of those that were downloaded most; `dependents` is the
    number of projects whose newest release names the project; `grace` passes before it counts.
    """

    share: int = 0
    dependents: int = 0
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: how many projects there are, and of their rows downloads and dependents."""

    projects: int
    downloads: Mapping[int, int]
    dependents: Mapping[int, int]


Told = Callable[[Project], None]
"""Is handed each project that becomes critical, in the transaction that writes so."""


def found(counted: Counted, bounds: Bounds) -> AbstractSet[int]:
    """Return the rows of the projects that are critical by what was counted. Pure.

    The share is rounded down: one of fewer than a hundred projects is not the top hundredth.
    """
    most = sorted(counted.downloads.items(), key=lambda one: (-one[1], one[0]))
    top = {row for row, count in most[: counted.projects * bounds.share // 100] if count}
    if not bounds.dependents:
        return top
    return top | {row for row, count in counted.dependents.items() if count >= bounds.dependents}


def count(desk: Desk, today: date) -> Counted:
    """Count downloads of the last days, and dependents by the newest release of each project."""
    since = today - timedelta(days=DAYS)
    sums = Downloads.objects.filter(day__gt=since).values_list("project_id")
    return Counted(
        Project.objects.count(), dict(sums.annotate(Sum("count"))), Counter(_named(desk))
    )


def judge(desk: Desk, bounds: Bounds, told: Told) -> int:
    """Count, and write which projects are critical from now on or soon; returns how many changed.

    It can be repeated at any time; each project is a transaction of its own.
    """
    today = desk.clock.now().date()
    Downloads.objects.filter(day__lte=today - timedelta(days=DAYS)).delete()
    rows = found(count(desk, today), bounds)
    new = Project.objects.filter(critical=Criticality.NONE, pk__in=rows)
    due = Project.objects.filter(critical=Criticality.SOON, critical_at__lte=desk.clock.now())
    changed = [_announced(desk, id_of(row), bounds.grace, told) for row in new.order_by("pk")]
    changed += [_due(desk, id_of(row)) for row in due.order_by("pk")]
    desk.react([one for one in changed if one is not None])
    return len(changed)


def pin(desk: Desk, actor: Actor, project: ProjectId, raw: str) -> Recorded | None:
    """Say that a project is critical (`on`), is not (`off`), or is what is counted (`auto`)."""
    wanted = states.pin(raw)
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.PIN, row)
        counted = {Criticality.SOON, Criticality.COUNTED}
        if row.critical == wanted or (wanted is Criticality.NONE and row.critical in counted):
            return None
        recorded = _becomes(desk, actor, row, wanted)
    desk.react([recorded])
    return recorded


def _announced(desk: Desk, project: ProjectId, grace: timedelta, told: Told) -> Recorded | None:
    with transaction.atomic():
        row = lock_project(project)
        if row.critical != Criticality.NONE:
            return None  # pinned meanwhile
        row.critical_at = desk.clock.now() + grace
        told(row)
        return _becomes(desk, REGISTRY, row, Criticality.SOON)


def _due(desk: Desk, project: ProjectId) -> Recorded | None:
    with transaction.atomic():
        row = lock_project(project)
        if row.critical != Criticality.SOON:
            return None
        return _becomes(desk, REGISTRY, row, Criticality.COUNTED)


def _becomes(desk: Desk, actor: Actor, row: Project, wanted: Criticality) -> Recorded:
    facts = {"from": row.critical, "to": str(wanted)}
    if wanted is Criticality.SOON and row.critical_at is not None:
        facts["at"] = row.critical_at.isoformat()
    else:
        row.critical_at = None
    row.critical = wanted
    row.save(update_fields=["critical", "critical_at"])
    return tell(desk, row, about(actor, Kind.CRITICALITY_CHANGED, id_of(row), facts))


def _named(desk: Desk) -> Iterator[int]:
    """Name by its row each project that another one's newest release depends on, for each."""
    rows = {
        (ecosystem, key): pk
        for pk, ecosystem, key in Project.objects.values_list("pk", "ecosystem", "key")
    }
    newest = Release.objects.filter(display=F("project__latest")).values_list(
        "project__ecosystem", "project__key", "manifest"
    )
    for ecosystem, key, manifest in newest.iterator(chunk_size=_AT_ONCE):
        for name in desk.ecosystem(ecosystem).dependencies(manifest) - {key}:
            if (ecosystem, name) in rows:
                yield rows[ecosystem, name]

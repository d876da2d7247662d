"""The register of publishers: which program may publish for which project.

Whether somebody may change it is asked before, by whoever holds the project. A name that no project
has yet can be waited for: its first upload makes the project, and then nobody else waits for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import REGISTRY, Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.models import Publisher
from strongroom.people.publishers.providers import Provider, of_name
from strongroom.proof.ledger.events import record
from strongroom.rows.prepared import Read

MOST_OF_PROJECT = 20
MOST_PENDING = 3  # names that one person waits for
PENDING_FOR = timedelta(days=30)

_known = Read(
    lambda at: (
        Publisher.objects.filter(ecosystem=at("ecosystem"), project=at("project"))
        .order_by("pk")
        .values_list("pk", "stages_only", "pending", "maker")
    )
)


@dataclass(frozen=True, slots=True)
class Order:
    """The publisher that somebody asks for: a provider by its name, and what they typed."""

    provider: str
    typed: Mapping[str, str]
    stages_only: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody publishes: a project, or a name that is free yet."""

    project: ProjectId
    display: str
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What an upload needs to know of a publisher."""

    id: int
    stages_only: bool
    pending: bool
    maker: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A publisher as people see it. `warnings` say what is not pinned."""

    id: int
    project: ProjectId
    display: str
    provider: str
    title: str
    name: str
    typed: Mapping[str, str]
    pinned: Mapping[str, str]
    stages_only: bool
    pending: bool
    maker: str
    made_at: datetime
    last_used_at: datetime | None
    warnings: Sequence[str]


def of_project(project: ProjectId) -> tuple[Known, ...]:
    """Return what uploads need to know of a project's publishers."""
    found = _known.all(ecosystem=project.ecosystem, project=project.key)
    return tuple(Known(*one) for one in found)


def listed(project: ProjectId, providers: Iterable[Provider]) -> tuple[Entry, ...]:
    """Return the publishers of a project that exists."""
    rows = Publisher.objects.filter(ecosystem=project.ecosystem, project=project.key, pending=False)
    return _entries(rows.select_related("maker").order_by("pk"), providers)


def awaited_by(user_id: int, providers: Iterable[Provider]) -> tuple[Entry, ...]:
    """Return the publishers that wait for names on behalf of a person."""
    rows = Publisher.objects.filter(maker_id=user_id, pending=True)
    return _entries(rows.select_related("maker").order_by("pk"), providers)


def add(
    place: Place, order: Order, providers: Iterable[Provider], by: Actor, now: datetime
) -> Publisher:
    """Write the row of a publisher; the caller holds the name and records the event."""
    project, provider = place.project, of_name(providers, order.provider)
    typed = provider.read(order.typed)
    places = {f"typed.{name}": text for name, text in typed.items()}
    row = Publisher(
        **_of(project),
        display=place.display,
        provider=provider.name,
        issuer=provider.issuer % places,
        lookup=(provider.typed % places).lower(),
        typed=typed,
        stages_only=order.stages_only,
        pending=place.is_free,
        maker_id=by.user_id,
        made_at=now,
    )
    if place.is_free:
        others, most = Publisher.objects.filter(maker_id=by.user_id, pending=True), MOST_PENDING
    else:
        others, most = Publisher.objects.filter(**_of(project), pending=False), MOST_OF_PROJECT
    there = list(others)
    if any(_are_alike(one, row) for one in there):
        raise ConflictError(
            "publisher-exists",
            f"{place.display} has this trusted publisher already.",
            "Remove it first, to change what it may do.",
        )
    if len(there) >= most:
        raise ConflictError(
            "publishers-too-many",
            f"There are {most} trusted publishers already, and no more may be.",
            "Remove one that is not used.",
        )
    row.save()
    return row


def find(number: int, **owned: object) -> Publisher:
    """Return the row of a publisher with these columns, locked; raises NotFoundError."""
    rows = Publisher.objects.select_for_update(no_key=True).filter(pk=number, **owned)
    row = rows.first()
    if row is None:
        raise NotFoundError(
            "no-such-publisher",
            f"There is no trusted publisher {number} here.",
            "The page of the project lists them.",
        )
    return row


def settle(project: ProjectId, actor: Actor) -> None:
    """Make those by which a project was made its publishers, and let nobody else wait for it."""
    rows = Publisher.objects.filter(**_of(project), pending=True)
    rows.filter(pk__in=actor.publishers).update(pending=False)
    rows.delete()


def clear(project: ProjectId, by: Actor) -> list[Event]:
    """Remove all publishers of a project, which somebody else holds from now on.

    Returns what is to be recorded of it, last in the caller's transaction.
    """
    rows = Publisher.objects.select_for_update(no_key=True).filter(**_of(project), pending=False)
    gone = list(rows.order_by("pk"))
    Publisher.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return [removed(one, one.pk, by) for one in gone]


def hold(maker_id: int) -> list[Publisher]:
    """Return the publishers of projects that somebody set up, held to the transaction's end."""
    rows = Publisher.objects.select_for_update(no_key=True)
    return list(rows.filter(maker_id=maker_id, pending=False).order_by("pk"))


def take_back(
    maker_id: int,
    numbers: AbstractSet[int],
    begins: datetime,
    until: datetime | None,
    by: Actor,
) -> list[Event]:
    """Remove what somebody set up after a moment and by another one, or these numbers of theirs.

    Returns what is to be recorded of it.
    """
    rows = Publisher.objects.select_for_update(no_key=True)
    rows = rows.filter(Q(pk__in=numbers) | Q(made_at__gt=begins), maker_id=maker_id)
    if until is not None:
        rows = rows.filter(made_at__lte=until)
    gone = list(rows.order_by("pk"))
    Publisher.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return [removed(one, one.pk, by) for one in gone]


def facts(row: Publisher) -> dict[str, object]:
    """Return what events tell of a publisher."""
    return {"publisher": row.pk, "provider": row.provider, "pending": row.pending}


def removed(row: Publisher, number: int, by: Actor) -> Event:
    """Return the event that a publisher was removed, which had this number."""
    project = ProjectId(row.ecosystem, row.project)
    told = {**facts(row), "publisher": number}
    return Event(Kind.PUBLISHER_REMOVED, by.name, by.credential, project, facts=told)


def expire(clock: Clock) -> int:
    """Remove those that have waited for their name too long; returns how many.

    What their names stand for elsewhere may be another's by then, and nothing is pinned yet.
    """
    with transaction.atomic():
        rows = Publisher.objects.select_for_update(no_key=True)
        rows = rows.filter(pending=True, made_at__lt=clock.now() - PENDING_FOR)
        gone = list(rows.order_by("pk"))
        Publisher.objects.filter(pk__in=[one.pk for one in gone]).delete()
        for one in gone:
            record(removed(one, one.pk, REGISTRY), clock)
    return len(gone)


def _of(project: ProjectId) -> dict[str, str]:
    return {"ecosystem": project.ecosystem, "project": project.key}


def _are_alike(one: Publisher, other: Publisher) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("ecosystem", "project", "provider", "issuer", "typed")
    )


def _entries(rows: Iterable[Publisher], providers: Iterable[Provider]) -> tuple[Entry, ...]:
    known = {one.name: one for one in providers}
    return tuple(_entry(row, known.get(row.provider)) for row in rows)


def entry(row: Publisher, providers: Iterable[Provider]) -> Entry:
    """Return a publisher as people see it."""
    return _entries([row], providers)[0]


def _entry(row: Publisher, provider: Provider | None) -> Entry:
    gone = ("Its provider is not configured here any more: it publishes nothing.",)
    return Entry(
        id=row.pk,
        project=ProjectId(row.ecosystem, row.project),
        display=row.display,
        provider=row.provider,
        title=provider.title if provider else row.provider,
        name=provider.shown(row.typed) if provider else f"{row.provider}:{row.lookup}",
        typed=row.typed,
        pinned=row.pinned,
        stages_only=row.stages_only,
        pending=row.pending,
        maker=row.maker.username if row.maker else "",
        made_at=row.made_at,
        last_used_at=row.last_used_at,
        warnings=provider.warnings(row.typed) if provider else gone,
    )

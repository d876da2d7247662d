"""How much of the registry's room a project or a person takes, and how much they may.

What is counted is the size of published files. It is counted in one row for each subject, inside
the transactions that add and remove files and with that row locked: so two uploads at once cannot
both take the last room, and judging costs the same however many files there are. Files that wait in
a stage take the room of whoever put them there; they are few, and are added up when asked.

Another kind of subject is another line in `subjects_of`, and in `_taken_by`, which says what its
row must be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Greatest

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import TooLargeError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog.desk import Desk, Limits
from strongroom.packages.models import File, Quota, StagedFile
from strongroom.people.accounts.users import fold
from strongroom.people.models import User
from strongroom.proof.ledger.events import record
from strongroom.rows.prepared import Read, Update

PROJECT = "project"
USER = "user"
_row = Read(lambda at: Quota.objects.filter(kind=at("kind"), subject=at("subject")))
_locked = Read(
    lambda at: Quota.objects.select_for_update(no_key=True).filter(
        kind=at("kind"), subject=at("subject")
    )
)
_added = Update(
    lambda at: Quota.objects.filter(kind=at("kind"), subject=at("subject")),
    used_bytes=lambda at: Greatest(F("used_bytes") + at("size"), 0),
)
_live = StagedFile.objects.filter(stage__ended_at=None).exclude(state="cancelled")
_staged_by = Read(
    lambda at: (
        _live.filter(uploader__folded=at("folded"))
        .values_list("uploader__folded")
        .annotate(Sum("size"))
    )
)
_PROJECT_OF_FILE = ("release__project__ecosystem", "release__project__key")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whose room is counted: its kind, and its name of that kind (`pypi:demo`, `alice`)."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subject stands: bytes used, bytes allowed (0: no limit), whether that is its own."""

    subject: Subject
    used: int
    limit: int
    own: bool = False

    @property
    def left(self) -> int | None:
        """Return how many bytes may still be added; None means no limit."""
        return max(self.limit - self.used, 0) if self.limit else None


@dataclass(frozen=True, slots=True)
class Recount:
    """What a row told of a subject, and what its files really take, in bytes."""

    subject: Subject
    told: int
    taken: int


def of_project(project: ProjectId) -> Subject:
    """Return the subject that a project is."""
    return Subject(PROJECT, str(project))


def of_user(name: str) -> Subject:
    """Return the subject that a person is."""
    return Subject(USER, fold(name))


def subjects_of(actor: Actor, project: ProjectId) -> tuple[Subject, ...]:
    """Return whose room an upload takes, in the order in which all transactions lock them."""
    person = (of_user(actor.name),) if actor.user_id is not None else ()
    return tuple(sorted((of_project(project), *person)))


def standings(limits: Limits, subjects: Iterable[Subject]) -> tuple[Standing, ...]:
    """Return how subjects stand."""
    return tuple(
        _standing(
            limits,
            one,
            _row.first(kind=one.kind, subject=one.name),
            dict(_staged_by.all(folded=one.name)).get(one.name, 0) if one.kind == USER else 0,
        )
        for one in subjects
    )


def all_standings(limits: Limits) -> tuple[Standing, ...]:
    """Return how all subjects stand that use room or have a limit of their own."""
    rows = {Subject(row.kind, row.subject): row for row in Quota.objects.all()}
    summed = _live.exclude(uploader=None).values_list("uploader__folded").annotate(Sum("size"))
    staged = {Subject(USER, name): size for name, size in summed}
    return tuple(
        _standing(limits, one, rows.get(one), staged.get(one, 0))
        for one in sorted(rows.keys() | staged.keys())
    )


def hold(subjects: Iterable[Subject]) -> None:
    """Keep everybody else from the room of subjects to the end of the transaction."""
    for one in sorted(subjects):
        if _locked.first(kind=one.kind, subject=one.name) is None:
            # Whoever was faster to make it holds it, and then we wait here.
            Quota.objects.bulk_create(
                [Quota(kind=one.kind, subject=one.name)], ignore_conflicts=True
            )
            _locked.first(kind=one.kind, subject=one.name)


def within(known: Iterable[Standing], size: int) -> None:
    """Raise TooLargeError where a subject has no room for so many bytes more. Pure."""
    for one in known:
        if one.left is not None and size > one.left:
            raise TooLargeError(
                "quota-exceeded",
                f"The {one.subject.kind} {one.subject.name} uses {one.used} of {one.limit} bytes,"
                f" and this takes {size} more.",
                "Remove releases that nobody needs, or ask the operator for a larger quota.",
            )


def add(changes: Mapping[Subject, int]) -> None:
    """Count bytes that are added to subjects, or taken from them; locks them in their order."""
    for one, size in sorted(changes.items()):
        _added(kind=one.kind, subject=one.name, size=size)


def set_limit(desk: Desk, actor: Actor, subject: Subject, limit: int | None) -> Recorded | None:
    """Give a subject a limit of its own (0: none), or with None the registry's again."""
    with transaction.atomic():
        hold([subject])
        row = _rows(subject).get()
        if row.max_bytes == limit:
            return None
        facts = {"kind": subject.kind, "subject": subject.name, "from": row.max_bytes, "to": limit}
        row.max_bytes = limit
        row.save(update_fields=["max_bytes"])
        # Not an event of the project: what somebody is granted is not for its public history.
        event = Event(Kind.QUOTA_CHANGED, actor.name, actor.credential, facts=facts)
        return record(event, desk.clock)


def recount(*, mend: bool) -> Iterator[Recount]:
    """Yield each subject whose row says something else than its files take; `mend` puts it right.

    All are added up at once and without a lock; what seems wrong is then judged with its row
    locked, so that nothing that is published meanwhile is taken for a mistake.
    """
    told = {Subject(row.kind, row.subject): row.used_bytes for row in Quota.objects.all()}
    taken = _taken_by_all()
    for one in sorted(told.keys() | taken.keys()):
        if told.get(one, 0) == taken.get(one, 0):
            continue
        with transaction.atomic():
            row = _rows(one).select_for_update(no_key=True).first()
            found = Recount(one, row.used_bytes if row else 0, _taken_by(one))
            if mend:
                hold([one])
                _rows(one).update(used_bytes=found.taken)
        if found.told != found.taken:
            yield found


def _taken_by_all() -> dict[Subject, int]:
    sums: dict[Subject, int] = defaultdict(int)
    people = set(User.objects.values_list("username", flat=True))
    whose = File.objects.values_list(*_PROJECT_OF_FILE, "uploader")
    for ecosystem, key, uploader, size in whose.annotate(taken=Sum("size")):
        sums[of_project(ProjectId(ecosystem, key))] += size
        if uploader in people:
            sums[of_user(uploader)] += size
    return dict(sums)


def _taken_by(one: Subject) -> int:
    if one.kind == PROJECT:
        files = File.objects.filter(**dict(zip(_PROJECT_OF_FILE, one.name.split(":"), strict=True)))
    else:
        people = User.objects.filter(folded=one.name).values_list("username", flat=True)
        files = File.objects.filter(uploader__in=tuple(people))
    return files.aggregate(taken=Sum("size"))["taken"] or 0


def _rows(one: Subject) -> QuerySet[Quota]:
    return Quota.objects.filter(kind=one.kind, subject=one.name)


def _standing(limits: Limits, one: Subject, row: Quota | None, staged: int = 0) -> Standing:
    own = row.max_bytes if row else None
    limit = limits.quotas.get(one.kind, 0) if own is None else own
    return Standing(one, (row.used_bytes if row else 0) + staged, limit, own is not None)

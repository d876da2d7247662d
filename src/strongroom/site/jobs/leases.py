"""Who has which job, and until when: every change of a job's rows between queue and end.

1. Each change is one short transaction. Over SQLite it holds up other writers for the time of one
   commit; over PostgreSQL two workers never wait for each other (SKIP LOCKED).
2. To take a job raises its epoch. Whoever took it writes what became of it only if the epoch is
   still theirs, so a worker that lost its lease changes nothing any more.
3. Looking for a job is a read. Nothing is written while there is none.
4. Moments are the database's: the clocks of several machines differ, and one that is ahead would
   take every job away from the others.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Now
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from strongroom.site.jobs.models import Lease

DEAD_WORKER = "Its worker died, or lost its lease, each time that it ran."


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that we have until our lease ends: which, under which epoch, what to call with what.

    `attempt` counts from 1; `is_last` says that no other follows by itself.
    """

    id: UUID
    epoch: int
    name: str
    arguments: Sequence[object]
    named: Mapping[str, object]
    attempt: int
    is_last: bool


def after(wait: timedelta) -> Expression:
    """Return the moment after a while, by the database's clock."""
    return ExpressionWrapper(Now() + Value(wait), output_field=DateTimeField())


def take(known: Collection[str], worker: str, length: timedelta) -> Taken | None:
    """Take a job: one whose lease has ended before one that waits; None if there is none.

    `known` are the names of the jobs that this worker can run. Those of another version of the
    program are left to its workers. One whose last attempt died with its worker is given up here.
    """
    for ready in (_ended(known), _due(known)):
        if ready.exists():  # a plain read; most often there is nothing
            with transaction.atomic():
                lease = ready.select_for_update(skip_locked=True).first()
                if lease is not None and (taken := _take(lease, worker, length)) is not None:
                    return taken
    return None


def prolong(taken: Taken, length: timedelta) -> bool:
    """Move the end of our lease on; False if we have lost it."""
    return bool(_ours(taken).update(until=after(length)))


def finish(taken: Taken) -> bool:
    """Note that a job is done: its rows go, and with them earlier failures of the same work."""
    with transaction.atomic():
        lease = _held(taken)
        if lease is None:
            return False
        gone = [taken.id, *_failures(lease)]
        DBTaskResult.objects.filter(pk__in=gone).delete()
        return True


def repeat(taken: Taken, wait: timedelta, error: str) -> bool:
    """Put a job that failed back into the queue, to be tried after a while."""
    with transaction.atomic():
        lease = _held(taken)
        if lease is not None:
            _reopen(lease, after(wait), lease.attempts, error)
        return lease is not None


def hand_back(taken: Taken) -> bool:
    """Put a job that we may not end back into the queue; the attempt does not count."""
    with transaction.atomic():
        lease = _held(taken)
        if lease is not None:
            _reopen(lease, Now(), lease.attempts - 1, lease.task.traceback)
        return lease is not None


def give_up(taken: Taken, error: str) -> bool:
    """Keep a job as failed for good, until the operator retries or drops it."""
    with transaction.atomic():
        lease = _held(taken)
        if lease is not None:
            _bury(lease, error)
        return lease is not None


def restore(task: UUID) -> str:
    """Put a job that has failed for good back into the queue, with all its attempts before it.

    Returns its name, or nothing if it has not failed.
    """
    with transaction.atomic():
        lease = _dead(task)
        if lease is None:
            return ""
        _reopen(lease, Now(), 0, lease.task.traceback)
        return lease.task.task_path


def drop(task: UUID) -> str:
    """Remove a job that has failed for good; returns its name, or nothing if it has not."""
    with transaction.atomic():
        lease = _dead(task)
        if lease is None:
            return ""
        DBTaskResult.objects.filter(pk=task).delete()
        return lease.task.task_path


def _due(known: Collection[str]) -> QuerySet[Lease]:
    when = Q(task__run_after=get_date_max()) | Q(task__run_after__lte=Now())
    rows = Lease.objects.filter(when, task__status=TaskResultStatus.READY)
    return _first(rows, known)


def _ended(known: Collection[str]) -> QuerySet[Lease]:
    return _first(Lease.objects.filter(until__lt=Now()), known)


def _first(rows: QuerySet[Lease], known: Collection[str]) -> QuerySet[Lease]:
    ordered = rows.filter(task__task_path__in=known).select_related("task")
    return ordered.order_by("-task__priority", "task__run_after", "task__enqueued_at")


def _take(lease: Lease, worker: str, length: timedelta) -> Taken | None:
    task, attempt = lease.task, lease.attempts + 1
    # Decides between workers, whatever the database has shown each of them.
    ours = Lease.objects.filter(pk=lease.pk, epoch=lease.epoch)
    if not ours.update(epoch=F("epoch") + 1):
        return None
    if lease.attempts >= lease.at_most:
        _bury(lease, task.traceback or DEAD_WORKER)
        return None
    Lease.objects.filter(pk=lease.pk).update(
        attempts=attempt, until=after(length), worker=worker, holds_place=False
    )
    DBTaskResult.objects.filter(pk=task.pk).update(
        status=TaskResultStatus.RUNNING, started_at=Now(), worker_ids=[worker]
    )
    given = task.args_kwargs
    return Taken(
        id=task.pk,
        epoch=lease.epoch + 1,
        name=task.task_path,
        arguments=given["args"],
        named=given["kwargs"],
        attempt=attempt,
        is_last=attempt >= lease.at_most,
    )


def _ours(taken: Taken) -> QuerySet[Lease]:
    return Lease.objects.filter(pk=taken.id, epoch=taken.epoch, until__isnull=False)


def _held(taken: Taken) -> Lease | None:
    return _ours(taken).select_related("task").select_for_update().first()


def _dead(task: UUID) -> Lease | None:
    rows = Lease.objects.select_related("task").select_for_update()
    return rows.filter(pk=task, task__status=TaskResultStatus.FAILED).first()


def _failures(lease: Lease) -> list[UUID]:
    """Name the rows of the same work that have failed for good."""
    rows = Lease.objects.filter(work=lease.work, task__status=TaskResultStatus.FAILED)
    return list(rows.values_list("task_id", flat=True)) if lease.work else []


def _bury(lease: Lease, error: str) -> None:
    # Of the same work one failure is enough: else one that fails for weeks would fill the table.
    DBTaskResult.objects.filter(pk__in=_failures(lease)).delete()
    Lease.objects.filter(pk=lease.pk).update(until=None, worker="")
    DBTaskResult.objects.filter(pk=lease.pk).update(
        status=TaskResultStatus.FAILED, finished_at=Now(), traceback=error
    )


def _reopen(lease: Lease, at: Expression, attempts: int, error: str) -> None:
    """Put a job back; where the same work was queued meanwhile, that one goes on in its place."""
    places = Lease.objects.filter(work=lease.work, holds_place=True)
    other = places.select_for_update().first() if lease.work else None
    if other is not None:
        DBTaskResult.objects.filter(pk=lease.pk).delete()
    task = lease.pk if other is None else other.pk
    with suppress(IntegrityError), transaction.atomic():
        # Somebody may have queued the same this very moment; then it is done twice.
        Lease.objects.filter(pk=task).update(holds_place=bool(lease.work))
    Lease.objects.filter(pk=task).update(until=None, worker="", attempts=attempts)
    DBTaskResult.objects.filter(pk=task).update(
        status=TaskResultStatus.READY, run_after=at, traceback=error
    )

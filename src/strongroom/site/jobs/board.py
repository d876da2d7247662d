"""What is in the queue, for whoever looks after the registry, and what they may decide about it."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Count, F, Min, Q, When
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import get_date_max

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.core.jobs import Counts, Job, State
from strongroom.people.access.rules import oversee
from strongroom.proof.ledger.events import record
from strongroom.site.jobs import leases
from strongroom.site.jobs.models import Lease

AT_MOST = 500
LONGEST_ARGUMENTS = 200  # characters, as they are shown
_STATES = {
    TaskResultStatus.READY: State.WAITING,
    TaskResultStatus.RUNNING: State.RUNNING,
    TaskResultStatus.FAILED: State.FAILED,
}
_DUE = Case(
    When(task__run_after=get_date_max(), then=F("task__enqueued_at")), default=F("task__run_after")
)


def listed(actor: Actor) -> tuple[Job, ...]:
    """Return the jobs that are not done: those that failed, then the oldest, at most `AT_MOST`."""
    oversee(actor)
    rows = Lease.objects.select_related("task").alias(
        rank=Case(When(task__status=TaskResultStatus.FAILED, then=0), default=1)
    )
    return tuple(map(_shown, rows.order_by("rank", "task__enqueued_at", "pk")[:AT_MOST]))


def find(actor: Actor, job: str) -> Job:
    """Return a job that has failed, by its id; raises NotFoundError."""
    oversee(actor)
    rows = Lease.objects.select_related("task")
    row = rows.filter(pk=_number(job), task__status=TaskResultStatus.FAILED).first()
    if row is None:
        raise _no_such(job)
    return _shown(row)


def retry(actor: Actor, job: str, clock: Clock) -> None:
    """Put a job that has failed back into the queue; raises NotFoundError if there is none such."""
    oversee(actor)
    with transaction.atomic():
        _tell(actor, Kind.JOB_RETRIED, job, leases.restore(_number(job)), clock)


def drop(actor: Actor, job: str, clock: Clock) -> None:
    """Remove a job that has failed, undone; raises NotFoundError if there is none such."""
    oversee(actor)
    with transaction.atomic():
        _tell(actor, Kind.JOB_DROPPED, job, leases.drop(_number(job)), clock)


def counts(now: datetime) -> Counts:
    """Count the jobs."""
    ready = Q(task__status=TaskResultStatus.READY)
    told = Lease.objects.aggregate(
        waiting=Count("pk", filter=ready),
        running=Count("pk", filter=Q(task__status=TaskResultStatus.RUNNING)),
        failed=Count("pk", filter=Q(task__status=TaskResultStatus.FAILED)),
        since=Min(_DUE, filter=ready),
    )
    since = told.pop("since")
    wait = timedelta(0) if since is None else max(now - since, timedelta(0))
    return Counts(**told, oldest_wait=wait)


def _tell(actor: Actor, kind: Kind, job: str, name: str, clock: Clock) -> None:
    if not name:
        raise _no_such(job)
    facts = {"job": job, "name": _plain(name)}
    record(Event(kind, actor.name, actor.credential, facts=facts), clock)


def _shown(row: Lease) -> Job:
    task, state = row.task, _STATES[TaskResultStatus(row.task.status)]
    due = task.enqueued_at if task.run_after == get_date_max() else task.run_after
    given = [*task.args_kwargs["args"], *task.args_kwargs["kwargs"].values()]
    return Job(
        id=str(task.pk),
        name=_plain(task.task_path),
        arguments=json.dumps(given)[:LONGEST_ARGUMENTS] if given else "",
        state=state,
        queued_at=task.enqueued_at,
        due=due if state is State.WAITING else None,
        attempts=row.attempts,
        at_most=row.at_most,
        worker=row.worker,
        error=task.traceback,
    )


def _plain(path: str) -> str:
    return path.rpartition(".")[2].replace("_", "-")


def _number(job: str) -> UUID:
    try:
        return UUID(job)
    except ValueError:
        raise _no_such(job) from None


def _no_such(job: str) -> NotFoundError:
    return NotFoundError(
        "no-such-job",
        f"There is no failed job {job[:40]!a} here.",
        "`strongroom jobs list` shows them; perhaps somebody decided about it already.",
    )

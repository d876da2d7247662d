"""What a job is, and how it gets into the queue. The only place that knows the library's own API.

1. A job is a function of a module under `@job`, and its arguments are JSON values. Nothing is
   pickled, and a row can start nothing but a job that the worker was given by name.
2. **A job is idempotent.** It may run twice: a worker may die between what the job did and the note
   of it, or freeze for longer than its lease and wake up beside whoever took over. The second run
   must find the work done, or do it again to the same end.
3. A job is queued in the transaction of its cause, before the event is recorded: no commit, no job.
4. A job that is `unique` is not queued again while the same work waits. Whoever queues it then
   locks the row that waits, so that no worker takes it before what this transaction does can be
   seen. Once it runs it may be queued again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, ParamSpec

from django.db import IntegrityError, transaction
from django_tasks import task
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.backend import DatabaseBackend, TaskResult
from django_tasks_db.models import DBTaskResult

from strongroom.site.jobs.leases import after
from strongroom.site.jobs.models import Lease
from strongroom.site.jobs.rules import work_of

P = ParamSpec("P")

TRIES = 5
ATTEMPTS = 8  # with waits of 5 s, 10 s, ... between them: about eight minutes in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task[P, None], Generic[P]):
    """A job as it is registered: besides what the library knows, ours."""

    unique: bool = True
    attempts: int = ATTEMPTS


def job(*, unique: bool = True, attempts: int = ATTEMPTS) -> Callable[[Callable[P, None]], Job[P]]:
    """Make a job of a function of a module; it must be idempotent."""
    made: Any = task(unique=unique, attempts=attempts)
    return made  # type: ignore[no-any-return] # the library types what it makes as its own class


class Queue(DatabaseBackend):
    """The library's queue of rows, with a lease beside each."""

    task_class = Job  # type: ignore[assignment] # the library knows no results of None

    def enqueue(
        self,
        task: Any,  # noqa: ANN401 - the library's own signature
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> TaskResult[Any, Any]:
        """Queue a job, unless it is unique and the same work waits; returns which one waits."""
        work = work_of(task.module_path, args, kwargs) if task.unique else ""
        for left in reversed(range(TRIES)):
            waiting = _waiting(work) if work else None
            if waiting is not None:
                return waiting.task_result
            try:
                with transaction.atomic():
                    queued: TaskResult[Any, Any] = super().enqueue(task, args, kwargs)
                    Lease.objects.create(
                        task_id=queued.id,
                        at_most=task.attempts,
                        work=work,
                        holds_place=bool(work),
                    )
                    break
            except IntegrityError:
                # Somebody has queued the same meanwhile.
                if not left:
                    raise
        return queued


def enqueue_later(wait: timedelta, job: Job[P], *args: P.args, **kwargs: P.kwargs) -> None:
    """Queue a job that is not to be done before a while has passed, by the database's clock."""
    with transaction.atomic():
        queued = job.enqueue(*args, **kwargs)
        DBTaskResult.objects.filter(pk=queued.id).update(run_after=after(wait))


def is_under_way(*jobs: Job[...]) -> bool:
    """Say whether any of some jobs waits or runs, whatever its arguments."""
    rows = DBTaskResult.objects.filter(task_path__in=[one.module_path for one in jobs])
    return rows.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING)).exists()


def is_waiting(job: Job[P], *arguments: object) -> bool:
    """Say whether this very work waits already; asks only, and locks nothing."""
    work = work_of(job.module_path, arguments, {})
    return Lease.objects.filter(work=work, holds_place=True).exists()


def _waiting(work: str) -> "DBTaskResult[Any, Any] | None":
    with transaction.atomic():
        rows = Lease.objects.select_for_update().filter(work=work, holds_place=True)
        held = rows.values_list("task_id", flat=True).first()
        return None if held is None else DBTaskResult.objects.get(pk=held)

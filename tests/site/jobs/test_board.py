import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from strongroom.core.actors import NOBODY, OPERATOR, Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError, NotFoundError
from strongroom.core.events import Kind
from strongroom.core.jobs import Counts, State
from strongroom.proof.ledger.events import last_serial, since
from strongroom.site.jobs import board, leases
from strongroom.site.jobs.models import Lease
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.jobs import fail, note, took

pytestmark = pytest.mark.django_db

PERSON = Actor(kind="person", name="bob", credential="session", user_id=7)
Act = Callable[[Actor, str, Clock], None]
ACTS: list[Act] = [board.retry, board.drop]


def failed(word: str = "a") -> str:
    """Queue a job and give it up; returns its id."""
    note.enqueue(word)
    taken = took()
    leases.give_up(taken, "ValueError: broken")
    return str(taken.id)


def test_what_is_not_done_is_listed_what_failed_first() -> None:
    note.enqueue("running")
    took("mill:1")
    note.enqueue("waiting")
    fail.enqueue()
    leases.give_up(took_of("waiting"), "ValueError: broken")
    told = board.listed(OPERATOR)
    assert [(one.state, one.name, one.arguments) for one in told] == [
        (State.FAILED, "note", '["waiting"]'),
        (State.RUNNING, "note", '["running"]'),
        (State.WAITING, "fail", ""),
    ]
    assert [one.worker for one in told] == ["", "mill:1", ""]
    assert [(one.attempts, one.at_most) for one in told] == [(1, 8), (1, 8), (0, 2)]
    assert [one.error for one in told] == ["ValueError: broken", "", ""]
    assert [one.due is None for one in told] == [True, True, False]


def took_of(word: str) -> leases.Taken:
    taken = took()
    assert taken.arguments == [word]
    return taken


def test_jobs_are_counted() -> None:
    failed()
    note.enqueue("running")
    took()
    note.enqueue("waiting")
    row = Lease.objects.select_related("task").get(task__status="READY")
    now = row.task.enqueued_at + timedelta(minutes=3)
    assert board.counts(now) == Counts(1, 1, 1, timedelta(minutes=3))


def test_no_jobs_are_counted_as_none() -> None:
    assert board.counts(NOON) == Counts(0, 0, 0, timedelta(0))


def test_a_job_that_waits_for_its_next_attempt_is_not_late() -> None:
    note.enqueue("a")
    leases.repeat(took(), timedelta(hours=1), "away")
    now = Lease.objects.select_related("task").get().task.enqueued_at
    assert board.counts(now) == Counts(1, 0, 0, timedelta(0))
    assert isinstance(board.listed(OPERATOR)[0].due, datetime)


def test_a_job_that_failed_can_be_retried_and_the_event_says_who_did() -> None:
    job = failed()
    board.retry(OPERATOR, job, StoppedClock())
    assert [one.state for one in board.listed(OPERATOR)] == [State.WAITING]
    (told,) = since(0, 10)
    assert (told.event.kind, told.event.actor) == (Kind.JOB_RETRIED, "operator")
    assert told.event.facts == {"job": job, "name": "note"}


def test_a_job_that_failed_can_be_dropped_and_the_event_says_who_did() -> None:
    job = failed()
    assert board.find(OPERATOR, job).arguments == '["a"]'
    board.drop(OPERATOR, job, StoppedClock())
    assert board.listed(OPERATOR) == ()
    assert [one.event.kind for one in since(0, 10)] == [Kind.JOB_DROPPED]


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_decided_about_a_job_that_has_not_failed(act: Act) -> None:
    note.enqueue("a")
    for job in (str(took().id), str(uuid.uuid4()), "../etc"):
        with pytest.raises(NotFoundError) as refused:
            act(OPERATOR, job, StoppedClock())
        assert refused.value.code == "no-such-job"
    assert last_serial() == 0


@pytest.mark.parametrize("actor", [NOBODY, PERSON])
def test_only_who_looks_after_the_registry_sees_or_decides(actor: Actor) -> None:
    job = failed()
    with pytest.raises(ForbiddenError):
        board.listed(actor)
    with pytest.raises(ForbiddenError):
        board.find(actor, job)
    for act in ACTS:
        with pytest.raises(ForbiddenError):
            act(actor, job, StoppedClock())
    assert board.find(OPERATOR, job).state is State.FAILED

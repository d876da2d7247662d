import os
import signal
import threading
import time

import pytest
from django.db import OperationalError, connection
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from strongroom.site.jobs import worker as module
from strongroom.site.jobs.models import Lease
from strongroom.site.jobs.periodic import Keeper, Schedule, Watch
from strongroom.site.jobs.worker import Worker
from tests.fakes.jobs import BEGUN, DONE, JOBS, TERMS, crawl, note, stuck

pytestmark = pytest.mark.django_db(transaction=True)


def started(worker: Worker) -> threading.Thread:
    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def ended(worker: Worker, thread: threading.Thread) -> None:
    worker.ending.ask()
    thread.join(20)
    assert not thread.is_alive()


def until_done(words: list[str]) -> None:
    deadline = time.monotonic() + 20
    while words != DONE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_worker_does_what_is_queued_until_it_is_asked_to_end() -> None:
    note.enqueue("a")
    worker = Worker(JOBS, TERMS, poll=0.01)
    thread = started(worker)
    until_done(["a"])
    note.enqueue("b")
    until_done(["a", "b"])
    ended(worker, thread)
    assert DBTaskResult.objects.count() == 0


def test_an_idle_worker_only_reads(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    worker, keeper = Worker(JOBS, TERMS), Keeper(JOBS)
    with django_assert_num_queries(2) as asked:
        assert not worker.turn(keeper)
    assert {one["sql"].split()[0] for one in asked.captured_queries} == {"SELECT"}


def test_a_worker_waits_for_a_database_that_does_not_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = threading.Event()

    def behind() -> bool:
        asked.set()
        message = "away"
        raise OperationalError(message)

    schedule = Schedule(watches=(Watch("broken", 0.0, note, behind),))
    worker = Worker(schedule, TERMS, poll=0.01)
    thread = started(worker)
    assert asked.wait(20)
    ended(worker, thread)
    assert "does not answer a worker: away" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_worker(number: signal.Signals) -> None:
    worker = Worker(JOBS, TERMS, poll=20)
    threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
    before = signal.getsignal(number)
    with worker.heeding():
        worker.run()
    assert signal.getsignal(number) is before


def test_a_job_that_does_not_end_in_time_is_broken_off_and_handed_back() -> None:
    stuck.enqueue()
    worker = Worker(Schedule(jobs=(stuck,)), TERMS)

    def end() -> None:
        assert BEGUN.wait(20)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end).start()
    with worker.heeding(grace=0.2):
        worker.run()
    assert (DBTaskResult.objects.get().status, Lease.objects.get().attempts) == ("READY", 0)


def test_a_job_that_gives_way_does_not_wait_for_the_grace_to_end() -> None:
    crawl.enqueue()
    worker = Worker(JOBS, TERMS)

    def end() -> None:
        assert BEGUN.wait(20)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end).start()
    with worker.heeding(grace=60):
        worker.run()
    assert DBTaskResult.objects.get().status == "READY"


def test_there_is_less_grace_than_the_server_has() -> None:
    assert module.GRACE < 30

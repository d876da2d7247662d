import logging
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from strongroom.site.jobs import leases
from strongroom.site.jobs.leases import Taken, take
from strongroom.site.jobs.models import Lease
from strongroom.site.jobs.running import LEASE, Ending, Run, give_way, perform
from tests.fakes.jobs import BEGUN, DONE, KNOWN, TERMS, crawl, fail, note, took

pytestmark = pytest.mark.django_db(transaction=True)


def run(taken: Taken, ending: Ending | None = None) -> None:
    perform(KNOWN[taken.name], Run(taken, ending or Ending()), TERMS)


def test_a_job_that_ends_well_is_gone() -> None:
    note.enqueue("a")
    run(took())
    assert (DONE, DBTaskResult.objects.count()) == (["a"], 0)


def test_a_job_that_fails_is_put_back_with_its_error_and_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fail.enqueue("a")
    run(took())
    row = DBTaskResult.objects.get()
    assert (row.status, row.traceback) == ("READY", "UnavailableError: It is away, a [redacted].")
    assert "attempt 1" in caplog.text


def test_a_job_that_fails_for_the_last_time_is_kept_as_failed() -> None:
    fail.enqueue("a")
    run(took())
    DBTaskResult.objects.update(run_after=leases.after(timedelta(0)))
    run(took())
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_job_that_gives_way_is_handed_back() -> None:
    crawl.enqueue()
    ending = Ending()
    ending.ask()
    run(took(), ending)
    assert BEGUN.is_set()
    assert DBTaskResult.objects.get().status == "READY"
    assert Lease.objects.get().attempts == 0


def test_a_job_that_no_worker_runs_never_gives_way() -> None:
    give_way()


def test_a_job_whose_lease_was_lost_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    note.enqueue("a")
    late = take(KNOWN, "late", timedelta(seconds=-1))
    assert late is not None
    heir = took("heir")
    with caplog.at_level(logging.WARNING):
        run(late)
    assert "lost the lease" in caplog.text
    assert Lease.objects.get().epoch == heir.epoch
    assert DBTaskResult.objects.get().status == "RUNNING"


def test_a_long_job_learns_that_it_has_lost_its_lease_and_breaks_off() -> None:
    crawl.enqueue()
    short = replace(TERMS, lease=timedelta(seconds=0.3))
    taken = take(KNOWN, "late", short.lease)
    assert taken is not None

    def work() -> None:
        try:
            perform(crawl, Run(taken, Ending()), short)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert BEGUN.wait(20)
    Lease.objects.update(epoch=taken.epoch + 1)  # as who takes over does
    thread.join(20)
    assert not thread.is_alive()


def test_heartbeats_keep_the_lease_of_a_long_job() -> None:
    crawl.enqueue()
    short, ending = replace(TERMS, lease=timedelta(seconds=3)), Ending()
    taken = take(KNOWN, "slow", short.lease)
    assert taken is not None

    def work() -> None:
        try:
            perform(crawl, Run(taken, ending), short)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    first = Lease.objects.get().until
    while (until := Lease.objects.get().until) == first:
        assert thread.is_alive()
    assert first is not None
    assert until is not None
    assert until > first
    assert take(KNOWN, "other", LEASE) is None
    ending.ask()
    thread.join(20)
    assert took().attempt == 1

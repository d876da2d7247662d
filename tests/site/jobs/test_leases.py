import threading
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from strongroom.site.jobs import leases
from strongroom.site.jobs.leases import DEAD_WORKER, Taken, take
from strongroom.site.jobs.models import Lease
from strongroom.site.jobs.running import LEASE
from tests.fakes.jobs import KNOWN, fail, note, note_each, took

pytestmark = pytest.mark.django_db(transaction=True)

ENDED = timedelta(seconds=-1)
NOW = timedelta(0)
LATER = timedelta(hours=1)


def states() -> list[str]:
    return sorted(DBTaskResult.objects.values_list("status", flat=True))


def expired() -> Taken:
    """Take a job under a lease that has ended."""
    taken = take(KNOWN, "dead", ENDED)
    assert taken is not None
    return taken


def test_a_job_is_taken_with_what_it_was_queued_with() -> None:
    note.enqueue("a")
    taken = took()
    assert (taken.name, taken.arguments, taken.named) == ("tests.fakes.jobs.note", ["a"], {})
    assert (taken.attempt, taken.is_last) == (1, False)
    assert take(KNOWN, "other", LEASE) is None


def test_looking_for_a_job_where_there_is_none_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2) as asked:
        assert take(KNOWN, "tester", LEASE) is None
    assert {one["sql"].split()[0] for one in asked.captured_queries} == {"SELECT"}


def test_a_job_that_this_program_does_not_know_is_left_to_others() -> None:
    note.enqueue("a")
    assert take([fail.module_path], "older", LEASE) is None
    assert states() == ["READY"]


def test_of_many_workers_each_job_is_taken_by_one() -> None:
    for number in range(12):
        note.enqueue(str(number))
    together, taken, guard = threading.Barrier(4), list[str](), threading.Lock()

    def work() -> None:
        try:
            together.wait()
            while (one := take(KNOWN, "tester", LEASE)) is not None:
                with guard:
                    taken.extend(map(str, one.arguments))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(taken, key=int) == [str(number) for number in range(12)]


def test_a_job_whose_lease_has_ended_is_taken_over_and_the_former_holder_changes_nothing() -> None:
    note.enqueue("a")
    former, heir = expired(), took()
    assert (heir.id, heir.epoch, heir.attempt) == (former.id, former.epoch + 1, 2)
    assert not leases.prolong(former, LEASE)
    assert not leases.finish(former)
    assert not leases.repeat(former, NOW, "too late")
    assert not leases.hand_back(former)
    assert not leases.give_up(former, "too late")
    assert leases.finish(heir)
    assert states() == []


def test_a_heartbeat_keeps_a_job() -> None:
    note.enqueue("a")
    taken = expired()
    assert leases.prolong(taken, LEASE)
    assert take(KNOWN, "other", LEASE) is None


def test_a_job_that_is_done_leaves_no_row() -> None:
    note.enqueue("a")
    assert leases.finish(took())
    assert (states(), Lease.objects.count()) == ([], 0)


def test_a_job_that_failed_waits_and_is_tried_again() -> None:
    note.enqueue("a")
    leases.repeat(took(), LATER, "it was away")
    assert take(KNOWN, "tester", LEASE) is None
    assert DBTaskResult.objects.get().traceback == "it was away"
    DBTaskResult.objects.update(run_after=leases.after(ENDED))
    assert took().attempt == 2


def test_a_job_that_was_handed_back_has_lost_no_attempt() -> None:
    note.enqueue("a")
    leases.hand_back(took())
    assert took().attempt == 1


def test_a_job_that_kills_its_worker_each_time_is_given_up() -> None:
    fail.enqueue("a")
    assert not expired().is_last
    assert expired().is_last
    assert take(KNOWN, "tester", LEASE) is None
    assert states() == ["FAILED"]
    assert DBTaskResult.objects.get().traceback == DEAD_WORKER


def test_a_job_that_was_given_up_can_be_retried_with_all_its_attempts() -> None:
    note.enqueue("a")
    taken = took()
    assert leases.restore(taken.id) == ""
    leases.give_up(taken, "broken")
    assert take(KNOWN, "tester", LEASE) is None
    assert leases.restore(taken.id) == note.module_path
    assert took().attempt == 1


def test_a_job_that_was_given_up_can_be_dropped() -> None:
    note.enqueue("a")
    taken = took()
    assert leases.drop(taken.id) == ""
    leases.give_up(taken, "broken")
    assert leases.drop(taken.id) == note.module_path
    assert states() == []


def test_of_the_same_work_one_failure_is_kept() -> None:
    for error in ("first", "second"):
        note.enqueue("a")
        leases.give_up(took(), error)
    assert [one.traceback for one in DBTaskResult.objects.all()] == ["second"]


def test_of_work_that_is_not_unique_each_failure_is_kept() -> None:
    for error in ("first", "second"):
        note_each.enqueue("a")
        leases.give_up(took(), error)
    assert states() == ["FAILED", "FAILED"]


def test_work_that_succeeds_takes_its_earlier_failure_along() -> None:
    note.enqueue("a")
    leases.give_up(took(), "broken")
    note.enqueue("b")
    leases.give_up(took(), "broken too")
    note.enqueue("a")
    leases.finish(took())
    assert [one.traceback for one in DBTaskResult.objects.all()] == ["broken too"]


def test_where_the_same_work_was_queued_meanwhile_it_goes_on_in_place_of_what_failed() -> None:
    # With its attempts and its wait, or work that always fails would never be given up.
    note.enqueue("a")
    taken = took()
    note.enqueue("a")
    leases.repeat(taken, LATER, "it was away")
    row = Lease.objects.select_related("task").get()
    assert (row.attempts, row.task.traceback) == (1, "it was away")
    assert take(KNOWN, "tester", LEASE) is None
    note.enqueue("a")
    assert Lease.objects.count() == 1


def test_jobs_are_taken_in_the_order_in_which_they_were_queued() -> None:
    for word in ("c", "a", "b"):
        note.enqueue(word)
    assert [took().arguments for _ in range(3)] == [["c"], ["a"], ["b"]]

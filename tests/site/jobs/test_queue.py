import threading

import pytest
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from strongroom.site.jobs.leases import take
from strongroom.site.jobs.models import Lease
from strongroom.site.jobs.queue import is_waiting
from strongroom.site.jobs.running import LEASE
from tests.fakes.jobs import KNOWN, fail, note, note_each, took

pytestmark = pytest.mark.django_db(transaction=True)


def queued() -> list[str]:
    return sorted(str(one.args_kwargs["args"]) for one in DBTaskResult.objects.all())


def test_what_is_queued_has_a_lease_beside_it() -> None:
    note.enqueue("a")
    assert Lease.objects.get().task == DBTaskResult.objects.get()


def test_the_same_work_is_queued_once_and_other_work_beside_it() -> None:
    first = note.enqueue("a")
    assert note.enqueue("a").id == first.id
    note.enqueue("b")
    fail.enqueue("a")
    assert queued() == ["['a']", "['a']", "['b']"]
    assert is_waiting(note, "a")
    assert not is_waiting(note, "c")


def test_work_that_is_not_unique_is_queued_each_time() -> None:
    note_each.enqueue("a")
    note_each.enqueue("a")
    assert queued() == ["['a']", "['a']"]


def test_work_that_runs_may_be_queued_again() -> None:
    note.enqueue("a")
    took()
    assert not is_waiting(note, "a")
    note.enqueue("a")
    assert queued() == ["['a']", "['a']"]


def test_a_transaction_that_is_rolled_back_queues_nothing() -> None:
    with transaction.atomic():
        note.enqueue("a")
        transaction.set_rollback(True)
    assert queued() == []
    assert Lease.objects.count() == 0


@pytest.mark.parametrize("argument", [object(), b"\xff", {1, 2}])
def test_what_is_no_json_is_not_queued(argument: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        note.enqueue(argument)  # type: ignore[arg-type] # that is the point
    assert queued() == []


def test_of_many_that_queue_the_same_at_once_one_does() -> None:
    together = threading.Barrier(6)

    def queue() -> None:
        try:
            together.wait()
            note.enqueue("a")
        finally:
            connection.close()

    threads = [threading.Thread(target=queue) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert queued() == ["['a']"]


@pytest.mark.postgresql
def test_work_that_waits_is_not_begun_before_what_it_is_wanted_for_is_committed() -> None:
    # Else it could run without seeing the change for which it was not queued a second time.
    note.enqueue("a")
    held, let = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with transaction.atomic():
                note.enqueue("a")
                held.set()
                assert let.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=change)
    other.start()
    assert held.wait(20)
    assert take(KNOWN, "tester", LEASE) is None
    let.set()
    other.join()
    assert took().arguments == ["a"]

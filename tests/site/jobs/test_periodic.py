import threading
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from strongroom.site.jobs.leases import after
from strongroom.site.jobs.models import NextRun
from strongroom.site.jobs.periodic import Keeper, Periodic, Schedule, Watch
from tests.fakes.jobs import fail, note, note_each, note_each_nothing, took

pytestmark = pytest.mark.django_db(transaction=True)

HOURLY = Periodic("notes", timedelta(hours=1), note, first=timedelta(minutes=5))
DAILY = Periodic("notes", timedelta(days=1), note)


def make_due(name: str = "notes") -> None:
    NextRun.objects.filter(pk=name).update(at=after(timedelta(seconds=-1)))


def queued() -> int:
    return DBTaskResult.objects.count()


class Tick:
    """A steady clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Pile:
    """Something that is behind until told otherwise, and counts how often it is asked."""

    def __init__(self) -> None:
        self.high, self.asked = True, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.high


def test_periodic_work_is_first_done_a_while_after_it_became_known() -> None:
    keeper = Keeper(Schedule(periodic=(HOURLY,)))
    keeper.queue()
    assert queued() == 0
    make_due()
    keeper.queue()
    assert queued() == 1


def test_periodic_work_is_done_once_in_its_interval_by_many_workers() -> None:
    each = Periodic("notes", timedelta(hours=1), note_each_nothing)
    keepers = [Keeper(Schedule(periodic=(each,))) for _ in range(4)]
    keepers[0].queue()
    make_due()
    together = threading.Barrier(4)

    def keep(keeper: Keeper) -> None:
        try:
            together.wait()
            keeper.queue()
            keeper.queue()
        finally:
            connection.close()

    threads = [threading.Thread(target=keep, args=(keeper,)) for keeper in keepers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert queued() == 1


def test_an_interval_that_was_shortened_counts_from_now() -> None:
    Keeper(Schedule(periodic=(DAILY,))).queue()
    NextRun.objects.update(at=after(timedelta(hours=20)))
    Keeper(Schedule(periodic=(HOURLY,))).queue()
    assert not NextRun.objects.filter(at__gt=after(timedelta(hours=1))).exists()


def test_a_worker_that_starts_does_not_put_off_what_is_due() -> None:
    Keeper(Schedule(periodic=(HOURLY,))).queue()
    make_due()
    Keeper(Schedule(periodic=(HOURLY,))).queue()
    assert queued() == 1


def test_what_another_version_has_on_its_schedule_is_left_alone() -> None:
    NextRun.objects.create(pk="newer", at=after(timedelta(seconds=-1)))
    Keeper(Schedule(periodic=(HOURLY,))).queue()
    assert queued() == 0


def test_a_watch_queues_its_job_while_there_is_something_to_do() -> None:
    pile, tick = Pile(), Tick()
    keeper = Keeper(Schedule(watches=(Watch("pile", 5.0, note, pile),)), tick)
    keeper.queue()
    keeper.queue()
    assert (queued(), pile.asked) == (1, 1)
    tick.now += 5
    keeper.queue()
    assert (queued(), pile.asked) == (1, 2)
    took()
    tick.now += 5
    keeper.queue()
    assert queued() == 2


def test_a_watch_that_cannot_see_keeps_no_other_from_looking(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def blind() -> bool:
        raise RuntimeError

    watches = (Watch("blind", 0.0, fail, blind), Watch("pile", 0.0, note, Pile()))
    Keeper(Schedule(watches=watches)).queue()
    assert queued() == 1
    assert "could not look after blind" in caplog.text


def test_a_watch_over_nothing_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pile = Pile()
    pile.high = False
    keeper = Keeper(Schedule(watches=(Watch("pile", 0.0, note, pile),)))
    with django_assert_num_queries(0):
        keeper.queue()
    assert pile.asked == 1


def test_an_idle_schedule_only_reads(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    keeper = Keeper(Schedule(periodic=(HOURLY,)))
    keeper.queue()
    with django_assert_num_queries(1) as asked:
        keeper.queue()
    assert asked.captured_queries[0]["sql"].startswith("SELECT")


def test_a_schedule_knows_all_its_jobs_by_name() -> None:
    watch = Watch("pile", 5.0, note_each_nothing, Pile())
    known = Schedule((HOURLY,), (watch,), (fail, note_each)).known()
    assert set(known) == {
        f"tests.fakes.jobs.{name}" for name in ("note", "note_each_nothing", "fail", "note_each")
    }

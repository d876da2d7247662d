"""Events: never without a transaction, in the order of commits, read as they were recorded."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind, Recorded
from strongroom.proof.ledger.events import last_serial, newest_of, of_project, record, since
from strongroom.proof.models import EventRow
from tests.fakes.clocks import NOON, StoppedClock

PARCEL = ProjectId("box", "parcel")


def happened(
    kind: Kind = Kind.FILE_PUBLISHED, project: ProjectId | None = PARCEL, at: datetime = NOON
) -> Recorded:
    facts = {"file": "parcel-1.0.box", "size": 3}
    return record(Event(kind, "alice", "session", project, "1.0", facts), StoppedClock(at))


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        happened()
    assert last_serial() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_the_transaction_that_fails() -> None:
    with transaction.atomic():
        recorded = happened()
        assert since(0, 10) == (recorded,)
        transaction.set_rollback(True)
    assert (last_serial(), since(0, 10)) == (0, ())


@pytest.mark.django_db
def test_an_event_is_read_as_it_was_recorded() -> None:
    recorded = happened()
    assert since(0, 10) == (recorded,)
    assert recorded.at == NOON
    assert recorded.event.facts == {"file": "parcel-1.0.box", "size": 3}


@pytest.mark.django_db
def test_no_event_is_dated_before_the_one_that_it_follows() -> None:
    hour = timedelta(hours=1)
    clock = [NOON, NOON - hour, NOON + hour, NOON]
    assert [happened(at=at).at for at in clock] == [NOON, NOON, NOON + hour, NOON + hour]


@pytest.mark.django_db
def test_an_event_without_a_project_is_read_without_one() -> None:
    assert since(happened(Kind.USER_CREATED, None).serial - 1, 1)[0].event.project is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_whoever_reads_on_from_a_serial_misses_none_that_is_committed_later() -> None:
    recorded, end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happened()
            recorded.set()
            assert end.wait(10)
        connection.close()

    def fast() -> None:
        with transaction.atomic():
            happened()
        connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert recorded.wait(10)
    second = threading.Thread(target=fast)
    second.start()
    second.join(0.3)
    assert (second.is_alive(), since(0, 10)) == (True, ())
    end.set()
    first.join()
    second.join()
    serials = [one.serial for one in since(0, 10)]
    assert len(serials) == 2


@pytest.mark.django_db(transaction=True)
def test_a_reader_beside_many_writers_sees_serials_only_grow() -> None:
    def write(_: int) -> None:
        try:
            for _again in range(10):
                with transaction.atomic():
                    happened()
        finally:
            connection.close()

    seen: list[int] = []
    with ThreadPoolExecutor(4) as threads:
        writers = [threads.submit(write, number) for number in range(4)]
        while not all(one.done() for one in writers):
            seen += [one.serial for one in since(seen[-1] if seen else 0, 100)]
        for one in writers:
            one.result()
    seen += [one.serial for one in since(seen[-1] if seen else 0, 100)]
    assert seen == [one.serial for one in since(0, 100)]
    assert len(seen) == 40


@pytest.mark.django_db
def test_serials_grow() -> None:
    serials = [happened().serial for _ in range(3)]
    assert serials == sorted(set(serials))
    assert last_serial() == serials[-1]
    assert [one.serial for one in since(0, 10)] == serials


@pytest.mark.django_db
def test_a_serial_is_never_given_twice() -> None:
    first = happened().serial
    EventRow.objects.all().delete()
    assert happened().serial > first


@pytest.mark.django_db
def test_the_events_after_a_serial_are_read_oldest_first_and_bounded() -> None:
    serials = [happened().serial for _ in range(4)]
    assert [one.serial for one in since(serials[0], 2)] == serials[1:3]


@pytest.mark.django_db
def test_the_events_of_a_project_are_its_own_newest_first() -> None:
    serials = [happened().serial for _ in range(3)]
    happened(project=ProjectId("box", "other"))
    happened(project=ProjectId("pypi", "parcel"))
    assert [one.serial for one in of_project(PARCEL, 2)] == [serials[2], serials[1]]


@pytest.mark.django_db
def test_the_newest_of_some_kinds_are_read_newest_first() -> None:
    first = happened(Kind.PROJECT_CREATED).serial
    happened(Kind.FILE_PUBLISHED)
    last = happened(Kind.RELEASE_YANKED).serial
    found = newest_of([Kind.PROJECT_CREATED, Kind.RELEASE_YANKED], 10)
    assert [one.serial for one in found] == [last, first]
    assert len(newest_of([Kind.PROJECT_CREATED, Kind.RELEASE_YANKED], 1)) == 1


@pytest.mark.django_db
def test_a_row_tells_its_serial_and_kind() -> None:
    serial = happened().serial
    assert str(EventRow.objects.get(pk=serial)) == f"{serial} file-published"

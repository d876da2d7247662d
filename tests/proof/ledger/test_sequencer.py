"""Positions: one for each committed event, in the order of serials, without a gap, never two."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from strongroom.core.events import Event, Kind
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.sequencer import Last, append, is_behind, lag, last, sequence
from strongroom.proof.models import Entry, EventRow
from tests.fakes.clocks import StoppedClock


def happened(count: int = 1) -> None:
    for _ in range(count):
        with transaction.atomic():
            record(Event(Kind.SIGNED_IN, "alice", "session"), StoppedClock())


def failed() -> None:
    """Use a serial up and leave a gap."""
    with transaction.atomic():
        record(Event(Kind.SIGNED_IN, "alice", "session"), StoppedClock())
        transaction.set_rollback(True)


def entries() -> list[tuple[int, int]]:
    return list(Entry.objects.order_by("position").values_list("position", "event_id"))


def wanted() -> list[tuple[int, int]]:
    return list(enumerate(EventRow.objects.order_by("serial").values_list("serial", flat=True)))


class Positions(TestCase):
    """Whatever happens and however it is cut up, each event gets the next position."""

    @given(st.lists(st.sampled_from(["event", "gap", "sequence"]), max_size=25), st.integers(1, 4))
    def test_positions_have_no_gaps_where_serials_have(self, acts: list[str], size: int) -> None:
        for act in acts:
            if act == "sequence":
                assert sequence(size) <= size
            else:
                {"event": happened, "gap": failed}[act]()
            done = entries()
            assert done == wanted()[: len(done)]
        while sequence(size):
            pass
        assert entries() == wanted()


@pytest.mark.django_db
def test_what_has_no_position_is_counted() -> None:
    assert (lag(), is_behind(), last()) == (0, False, Last())
    happened(3)
    assert (lag(), is_behind()) == (3, True)
    assert sequence(2) == 2
    assert (lag(), is_behind()) == (1, True)
    assert (sequence(), sequence()) == (1, 0)
    assert (lag(), is_behind()) == (0, False)


@pytest.mark.django_db(transaction=True)
def test_a_second_sequencer_cannot_fork_it_and_goes_on() -> None:
    happened(2)
    stale = last()
    assert sequence(1) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        append(stale, 2)
    assert sequence() == 1
    assert entries() == wanted()


@pytest.mark.django_db(transaction=True)
def test_an_event_never_gets_two_positions() -> None:
    happened(1)
    sequence()
    (serial,) = EventRow.objects.values_list("serial", flat=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(position=1, event_id=serial)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_while_events_happen_give_each_event_one_position() -> None:
    over, together = threading.Event(), threading.Barrier(5)

    def tell() -> None:
        try:
            together.wait()
            happened(15)
        finally:
            connection.close()

    def give() -> None:
        try:
            together.wait()
            while not over.is_set():
                sequence(3)
        finally:
            connection.close()

    telling = [threading.Thread(target=tell) for _ in range(3)]
    giving = [threading.Thread(target=give) for _ in range(2)]
    for one in (*telling, *giving):
        one.start()
    for one in telling:
        one.join()
    over.set()
    for one in giving:
        one.join()
    while sequence():
        pass
    assert len(entries()) == 45
    assert entries() == wanted()

"""The sequencer: gives each committed event the next position, in the order of serials.

Serials have gaps, where a transaction failed; positions have none, so that a log can be built of
them and anybody can see that nothing is missing.

1. A committed event gets exactly one position, and none is ever given to another. The order of
   positions is that of serials, which is that of commits (`events.record`): when an event can be
   seen, every one with a lower serial can.
2. It goes on from the last position that stands, in short transactions, wherever it was cut off.
3. One at a time: each transaction takes the turn, so that a sequencer which was killed or hangs
   holds nothing for longer than one transaction may last. Were two to run at once all the same,
   both columns are unique: the second fails and writes nothing, and goes on when it is next asked.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from strongroom.proof.ledger.turns import take_turn
from strongroom.proof.models import Entry, EventRow

AT_ONCE = 500  # positions in one transaction: milliseconds


@dataclass(frozen=True, slots=True)
class Last:
    """The last position that stands, with its event's serial; (-1, 0) before the first."""

    position: int = -1
    serial: int = 0


def sequence(at_once: int = AT_ONCE) -> int:
    """Give the next events their positions; returns how many, 0 if every event has its own."""
    with transaction.atomic():
        take_turn("positions")
        return append(last(), at_once)


def last() -> Last:
    """Return the last position that stands."""
    row = Entry.objects.order_by("-position").first()
    return Last() if row is None else Last(row.position, row.event_id)


def append(last: Last, at_once: int) -> int:
    """Give the events after the last position theirs; IntegrityError if that is not the last."""
    serials = _after(last).order_by("serial").values_list("serial", flat=True)[:at_once]
    rows = [
        Entry(position=position, event_id=serial)
        for position, serial in enumerate(serials, start=last.position + 1)
    ]
    return len(Entry.objects.bulk_create(rows))


def lag() -> int:
    """Count the committed events that have no position yet."""
    return _after(last()).count()


def is_behind() -> bool:
    """Say whether a committed event has no position yet."""
    return _after(last()).exists()


def _after(last: Last) -> QuerySet[EventRow]:
    return EventRow.objects.filter(serial__gt=last.serial)

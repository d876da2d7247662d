"""Values that all processes remember for a while: guesses that were made, codes that were used.

Each act is one statement or one short transaction, so that of several at once exactly one adds.
Moments are seconds since the epoch; values are what JSON can hold.
"""

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction

from strongroom.people.models import Counter


def get(key: str, now: float) -> tuple[object] | None:
    """Return the value of a key, in a tuple of one, or None where it is not known any more."""
    value: tuple[object] | None = (
        Counter.objects.filter(key=key, ends_at__gt=now).values_list("value").first()
    )
    return value


def put(key: str, value: object, ends_at: float) -> None:
    """Remember a value until a moment."""
    Counter.objects.update_or_create(key=key, defaults={"value": value, "ends_at": ends_at})


def add(key: str, value: object, ends_at: float, now: float) -> bool:
    """Remember a value unless the key is known; says whether it was not."""
    # One that has ended is taken over by whoever is the first to move its end.
    ended = Counter.objects.filter(key=key, ends_at__lte=now)
    if ended.update(value=value, ends_at=ends_at):
        return True
    try:
        with transaction.atomic():
            Counter.objects.create(key=key, value=value, ends_at=ends_at)
    except IntegrityError:
        return False
    return True


def prolong(key: str, ends_at: float, now: float) -> bool:
    """Remember a known value for longer; says whether it was known."""
    return bool(Counter.objects.filter(key=key, ends_at__gt=now).update(ends_at=ends_at))


def drop(keys: Iterable[str]) -> bool:
    """Forget keys; says whether any was there."""
    return bool(Counter.objects.filter(key__in=list(keys)).delete()[0])


def hold(keys: Iterable[str], now: float) -> Mapping[str, object]:
    """Return the values of keys, and let nobody change one before the transaction ends.

    A key that is not known, or not any more, has the value None. Whoever holds several at once
    holds them in the order of their names, so that no two wait for each other.
    """
    held: dict[str, object] = {}
    for key in sorted(set(keys)):
        row = _held(key)
        held[key] = row.value if row.ends_at > now else None
    return held


def _held(key: str) -> Counter:
    while True:
        made = Counter(key=key, value=[], ends_at=0.0)
        Counter.objects.bulk_create([made], ignore_conflicts=True)
        row = Counter.objects.select_for_update().filter(key=key).first()
        if row is not None:  # else it had ended long ago, and was forgotten in between
            return row


def forget(now: float) -> int:
    """Forget what has ended; returns how many."""
    return Counter.objects.filter(ends_at__lte=now).delete()[0]

"""Values that all processes remember for a while, against a plain model of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.people.accounts import counters
from strongroom.people.models import Counter

KEYS = st.sampled_from("abc")
TIMES = st.integers(0, 20)


class Model:
    """What the rows should say: of each key its value and end."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[object, float]] = {}

    def value(self, key: str, now: float) -> object:
        value, ends_at = self.kept.get(key, (None, 0.0))
        return value if ends_at > now else None


def get(model: Model, key: str, now: float, _: float) -> None:
    known = model.value(key, now)
    assert counters.get(key, now) == (None if known is None else (known,))


def put(model: Model, key: str, now: float, end: float) -> None:
    counters.put(key, [now], end)
    model.kept[key] = ([now], end)


def add(model: Model, key: str, now: float, end: float) -> None:
    known = model.value(key, now)
    assert counters.add(key, [now], end, now) == (known is None)
    if known is None:
        model.kept[key] = ([now], end)


def prolong(model: Model, key: str, now: float, end: float) -> None:
    known = model.value(key, now)
    assert counters.prolong(key, end, now) == (known is not None)
    if known is not None:
        model.kept[key] = (known, end)


def drop(model: Model, key: str, _now: float, _end: float) -> None:
    counters.drop([key])
    model.kept.pop(key, None)


def hold(model: Model, key: str, now: float, _: float) -> None:
    with transaction.atomic():
        assert counters.hold([key], now) == {key: model.value(key, now)}


def forget(_model: Model, _key: str, now: float, _end: float) -> None:
    counters.forget(now)


DO = {act.__name__: act for act in (get, put, add, prolong, drop, hold, forget)}


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(DO)), KEYS, TIMES), max_size=25))
def test_rows_say_what_a_plain_dictionary_says(acts: list[tuple[str, str, int]]) -> None:
    Counter.objects.all().delete()
    model = Model()
    for now, (act, key, span) in enumerate(acts):
        DO[act](model, key, float(now), float(now + span))
    for key in "abc":
        last = model.value(key, len(acts))
        assert counters.get(key, len(acts)) == (None if last is None else (last,))


@pytest.mark.django_db
def test_what_has_ended_is_swept() -> None:
    counters.put("a", 1, 10.0)
    counters.put("b", 1, 20.0)
    assert counters.forget(10.0) == 1
    assert list(Counter.objects.values_list("key", flat=True)) == ["b"]


def at_once(act: Callable[[int], bool], times: int) -> list[bool]:
    """Do something in so many threads, each with a connection of its own."""

    def in_thread(number: int) -> bool:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(in_thread, range(times)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ended", [False, True])
def test_of_many_that_add_at_once_exactly_one_does(ended: bool) -> None:
    if ended:
        counters.put("code", "old", 50.0)
    assert at_once(lambda number: counters.add("code", number, 200.0, 100.0), 8).count(True) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_of_many_that_hold_at_once_none_loses_what_another_wrote(known: bool) -> None:
    if known:
        counters.put("sum", 0, 200.0)

    def increment(_: int) -> bool:
        with transaction.atomic():
            value = counters.hold(["sum", "other"], 100.0)["sum"]
            counters.put("sum", int(str(value or 0)) + 1, 200.0)
        return True

    at_once(increment, 8)
    assert counters.get("sum", 100.0) == (8,)


@pytest.mark.django_db(transaction=True)
def test_what_is_swept_meanwhile_is_held_all_the_same() -> None:
    def act(number: int) -> bool:
        if number % 2:
            counters.forget(100.0)
            return True
        with transaction.atomic():
            return "ended" in counters.hold(["ended"], 100.0)

    counters.put("ended", 1, 50.0)
    assert all(at_once(act, 8))

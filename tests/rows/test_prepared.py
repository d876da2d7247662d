"""Statements that are written once: they answer as Django's own do, whatever they are asked."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from strongroom.packages.models import Quota
from strongroom.proof.models import EventRow
from strongroom.rows.prepared import Insert, Read, Update

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 0, 0, 250, tzinfo=UTC)

_of_kind = Read(lambda at: EventRow.objects.filter(kind=at("kind")).order_by("serial"))
_facts = Read(
    lambda at: (
        EventRow.objects.filter(kind=at("kind"), at__gte=at("since"))
        .order_by("serial")
        .values_list("at", "facts")
    )
)
_named = Read(lambda at: EventRow.objects.filter(kind="a", actor=at("actor")).values_list("serial"))
_new, _quotas = Insert(EventRow), Insert(Quota)
_moved = Update(
    lambda at: EventRow.objects.filter(kind=at("kind")),
    at=lambda at: at("moment"),
    actor=lambda at: at("actor"),
)


def event(kind: str, at: datetime = NOON, **facts: object) -> EventRow:
    return EventRow.objects.create(kind=kind, at=at, actor="alice", credential="", facts=facts)


def test_rows_come_as_the_models_that_django_makes_of_them() -> None:
    made = [event("a", size=1), event("a", size=2)]
    event("b")
    read = _of_kind.all(kind="a")
    assert read == made
    assert [(one.at, one.facts) for one in read] == [(NOON, {"size": 1}), (NOON, {"size": 2})]


def test_a_model_that_was_read_can_be_saved() -> None:
    event("a")
    row = _of_kind.first(kind="a")
    assert row is not None
    row.actor = "bob"
    row.save(update_fields=["actor"])
    assert EventRow.objects.get(pk=row.pk).actor == "bob"


def test_columns_come_as_django_converts_them_and_moments_are_compared() -> None:
    event("a", NOON - timedelta(microseconds=1))
    event("a", NOON, size=1)
    assert _facts.all(kind="a", since=NOON) == [(NOON, {"size": 1})]


def test_the_first_row_is_none_where_there_is_none() -> None:
    assert _of_kind.first(kind="nothing") is None


@pytest.mark.parametrize("value", ["it's", '"; DROP TABLE x --', "%s", "50% %(kind)s", "\\", ""])
def test_a_value_is_never_part_of_the_statement(value: str) -> None:
    row = event("a")
    EventRow.objects.filter(pk=row.pk).update(actor=value)
    assert _named.all(actor=value) == [(row.pk,)]
    assert _named.all(actor=value + "x") == []


def test_a_value_that_was_not_given_is_not_guessed() -> None:
    with pytest.raises(KeyError, match="since"):
        _facts.all(kind="a")


def test_rows_are_changed_where_they_stand_and_counted() -> None:
    for kind in ("a", "a", "b"):
        event(kind)
    later = NOON + timedelta(days=1)
    assert _moved(kind="a", moment=later, actor="bob") == 2
    changed = list(EventRow.objects.order_by("serial").values_list("kind", "actor", "at"))
    assert changed == [("a", "bob", later), ("a", "bob", later), ("b", "alice", NOON)]


def test_a_change_may_build_on_what_stands_there() -> None:
    row = event("a")
    shift = Update(
        lambda at: EventRow.objects.filter(pk=at("pk")),
        serial=lambda at: F("serial") + at("more"),
    )
    shift(pk=row.pk, more=100)
    assert EventRow.objects.get().pk == row.pk + 100


def test_a_new_row_gets_its_key_its_defaults_and_what_it_was_given() -> None:
    first = _new(kind="a", at=NOON, actor="alice", credential="", facts={"size": [1, None, "é"]})
    second = _new(kind="b", at=NOON, actor="it's %s", credential="")
    assert second.pk > first.pk
    assert list(EventRow.objects.order_by("serial")) == [first, second]
    told = EventRow.objects.order_by("serial").values_list(
        "kind", "at", "actor", "facts", "project"
    )
    assert list(told) == [
        ("a", NOON, "alice", {"size": [1, None, "é"]}, ""),
        ("b", NOON, "it's %s", {}, ""),
    ]


def test_a_new_row_can_be_saved_again() -> None:
    row = _new(kind="a", at=NOON, actor="alice", credential="")
    row.actor = "bob"
    row.save()
    assert EventRow.objects.get().actor == "bob"


def test_a_row_that_may_not_be_is_refused_as_django_refuses_it() -> None:
    _quotas(kind="user", subject="alice")
    with pytest.raises(IntegrityError), transaction.atomic():
        _quotas(kind="user", subject="alice")


def test_the_same_statement_is_run_each_time() -> None:
    with CaptureQueriesContext(connection) as queries:
        _of_kind.all(kind="a")
        _of_kind.all(kind="b")
    first, second = (one["sql"] for one in queries)
    assert first.replace("'a'", "'b'") == second


def test_a_locked_row_is_read_inside_a_transaction() -> None:
    made = event("a")
    locked = Read(lambda at: EventRow.objects.select_for_update().filter(kind=at("kind")))
    with transaction.atomic():
        assert locked.first(kind="a") == made


@pytest.mark.django_db(transaction=True)
def test_threads_ask_over_connections_of_their_own() -> None:
    made = event("a")
    answers = [_of_kind.all(kind="a")]

    def ask() -> None:
        answers.append(_of_kind.all(kind="a"))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert answers == [[made], [made]]

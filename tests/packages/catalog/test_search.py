"""Search: by beginnings of words, the name itself first, and never more than it costs."""

from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.catalog.search import KEYWORD, NAME, SUMMARY, search, words_of
from strongroom.packages.models import Word
from tests.fakes.bench import Bench

by_bytes, people_by_bytes = (
    import_module(f"strongroom.{app}.migrations.0002_compare_by_bytes")
    for app in ("packages", "people")
)


@pytest.fixture
def shop(bench: Bench, alice: Actor) -> Bench:
    """Return a bench with some projects."""
    bench.publish(alice, "Parcel", "1.0", summary="Wraps things", keywords=["twine", "post"])
    bench.publish(alice, "parcel-tracker", "2.0", summary="Follows things")
    bench.publish(alice, "twine-maker", "0.1", summary="Makes a parcel pretty")
    return bench


def keys(query: str, offset: int = 0, limit: int = 20) -> list[str]:
    return [hit.key for hit in search(query, offset, limit)[0]]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("parcel", ["parcel", "parcel-tracker", "twine-maker"]),
        ("PARCEL", ["parcel", "parcel-tracker", "twine-maker"]),
        ("parcel tracker", ["parcel-tracker"]),
        ("parceltracker", ["parcel-tracker"]),
        ("parcel_tracker", ["parcel-tracker"]),
        ("track", ["parcel-tracker"]),
        ("rack", []),
        ("twine", ["twine-maker", "parcel"]),
        ("things post", ["parcel"]),
        ("parcel nothing", []),
        ("x", []),
        ("", []),
    ],
)
def test_projects_are_found_by_the_beginnings_of_their_words(query: str, found: list[str]) -> None:
    assert keys(query) == found


def test_the_very_name_comes_first_whatever_else_weighs_more(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "post-postal-poster", "1.0", keywords=["postman"], summary="postage")
    bench.publish(alice, "post", "1.0")
    assert keys("Post") == ["post", "post-postal-poster"]


def test_a_hit_tells_what_a_list_shows(shop: Bench) -> None:
    shop.refresh("parcel")
    hit = search("parcel", 0, 1)[0][0]
    assert (hit.ecosystem, hit.key, hit.display, hit.status) == (
        "box",
        "parcel",
        "Parcel",
        "active",
    )
    assert (hit.summary, hit.latest, hit.updated_at) == ("Wraps things", "1.0", shop.clock.now())


@pytest.mark.usefixtures("shop")
def test_pages_of_hits_follow_one_another() -> None:
    assert [search("parcel", offset, 1)[1] for offset in range(3)] == [3, 3, 3]
    assert [keys("parcel", offset, 1) for offset in range(4)] == [
        ["parcel"],
        ["parcel-tracker"],
        ["twine-maker"],
        [],
    ]


def test_what_is_quarantined_is_not_found(shop: Bench) -> None:
    set_status(shop.desk, OPERATOR, ProjectId("box", "parcel"), "quarantined", "bad")
    assert keys("parcel") == ["parcel-tracker", "twine-maker"]
    assert search("parcel", 0, 20)[1] == 2


def test_a_newer_file_replaces_the_words(shop: Bench, alice: Actor) -> None:
    shop.publish(alice, "parcel", "2.0", summary="Something else")
    assert keys("something") == ["parcel"]
    assert keys("wraps") == []


def test_words_that_stay_the_same_are_not_written_again(shop: Bench, alice: Actor) -> None:
    shop.publish(alice, "parcel", "2.0", summary="Wraps it", note="first")
    rows = list(Word.objects.order_by("pk").values())
    shop.publish(alice, "parcel", "3.0", summary="Wraps it", note="second")
    assert list(Word.objects.order_by("pk").values()) == rows


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "query",
    [
        "%",
        "_",
        "%%%",
        "'",
        '"',
        "\\",
        "\x00",
        "parcel\x00",
        "\ud800",
        "parcel \ud800",
        "' OR 1=1 --",
        "a" * 100000,
        "par%",
        "p_rcel",
        "\u00fc\u00df",
        "()[]{}*?",
        " ".join(["parcel"] * 500),
    ],
)
def test_a_hostile_query_is_a_query(query: str) -> None:
    hits, count = search(query, 0, 20)
    assert len(hits) == count <= 3


@given(st.text(max_size=60))
@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_a_query(shop: Bench, query: str) -> None:
    hits, count = search(query, 0, 20)
    assert len(hits) == count <= len(shop.told)


@pytest.mark.usefixtures("shop")
def test_a_search_uses_the_index_of_words() -> None:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        search("parcel twine", 0, 20)
    assert len(captured) == 2
    for query in captured.captured_queries:
        assert reads_of_words(query["sql"])
        assert not [step for step in reads_of_words(query["sql"]) if "SCAN" in step]


def reads_of_words(statement: str) -> list[str]:
    """Return how a statement reads the table of words; SCAN stands for the whole of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read whole, unless it is told that this is dear.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + statement)
            plan = [str(row[0]).replace("Seq Scan", "SCAN") for row in cursor.fetchall()]
            return [step for step in plan if "packages_word" in step or "one_word_once" in step]
        cursor.execute("EXPLAIN QUERY PLAN " + statement)
        plan = [str(row[3]) for row in cursor.fetchall()]
        return [step for step in plan if "packages_word" in step or "U0" in step]


@pytest.mark.django_db
@pytest.mark.postgresql
def test_names_are_compared_by_their_bytes() -> None:
    asked = "SELECT table_name, column_name, character_maximum_length FROM"
    asked += " information_schema.columns WHERE collation_name = 'C' AND table_schema = 'public'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = set(cursor.fetchall())
    assert set(by_bytes.COLUMNS) | set(people_by_bytes.COLUMNS) <= found


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("query", "found"), [("pa", 3), ("parce", 3), ("twin", 2), ("zz", 0)])
def test_a_beginning_finds_all_that_begin_so_under_any_collation(query: str, found: int) -> None:
    assert search(query, 0, 20)[1] == found


def test_a_word_weighs_most_where_it_weighs_most() -> None:
    weights = words_of("Parcel-Post", ["post", "twine"], "A parcel of twine things")
    assert weights["parcel"] == weights["post"] == weights["parcelpost"] == NAME
    assert weights["twine"] == KEYWORD
    assert weights["things"] == SUMMARY
    assert "a" not in weights


def test_a_flood_of_words_is_cut(bench: Bench, alice: Actor) -> None:
    bench.publish(
        alice, "parcel", "1.0", summary=" ".join(f"word{number}" for number in range(999))
    )
    assert Word.objects.count() == 60
    assert str(Word.objects.get(word="parcel")) == "parcel"

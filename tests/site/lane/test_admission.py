"""Places and lines."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.site.lane.admission import APART, Admission, Begun, Kind


def admission(threads: int = 4) -> Admission[int]:
    return Admission(threads, 5.0)


def begun(places: Admission[int], now: float = 0.0) -> list[Begun[int]]:
    """Begin what may begin, at moments far enough from each other."""
    found: list[Begun[int]] = []
    while (work := places.begin(now + len(found) * APART)) is not None:
        found.append(work)
    return found


def told(works: list[Begun[int]]) -> list[tuple[Kind, int]]:
    return [(one.kind, one.work) for one in works]


def test_bodies_never_have_all_threads_and_reads_go_before_them() -> None:
    places = admission()
    for number in range(6):
        assert places.put(Kind.BODY, number, 0.0)
    assert places.put(Kind.READ, 9, 0.0)
    works = begun(places)
    assert told(works) == [(Kind.READ, 9), (Kind.BODY, 0), (Kind.BODY, 1), (Kind.BODY, 2)]
    places.done(works[-1])
    assert told(begun(places, 1.0)) == [(Kind.BODY, 3)]


def test_one_thread_serves_both() -> None:
    places = admission(1)
    places.put(Kind.BODY, 1, 0.0)
    works = begun(places)
    assert told(works) == [(Kind.BODY, 1)]
    places.put(Kind.READ, 2, 0.0)
    assert begun(places) == []
    places.done(works[0])
    assert told(begun(places)) == [(Kind.READ, 2)]


@pytest.mark.parametrize("kind", Kind)
def test_of_a_kind_the_next_begins_when_one_has_ended_or_seems_to_wait(kind: Kind) -> None:
    places = admission(8)
    for number in range(3):
        places.put(kind, number, 0.0)
    assert places.pause(0.0) == 0.0
    first = places.begin(0.0)
    assert first is not None
    assert places.begin(APART / 2) is None
    assert places.pause(APART / 2) == pytest.approx(APART / 2)
    places.done(first)
    assert told([one for one in [places.begin(APART / 2)] if one]) == [(kind, 1)]
    assert told([one for one in [places.begin(2 * APART)] if one]) == [(kind, 2)]


def test_reads_and_bodies_do_not_wait_for_each_other() -> None:
    places = admission()
    places.put(Kind.BODY, 1, 0.0)
    places.put(Kind.READ, 2, 0.0)
    assert [one.kind for one in (places.begin(0.0), places.begin(0.0)) if one] == list(Kind)


def test_nothing_is_waited_for_if_nothing_may_begin_by_itself() -> None:
    places = admission(1)
    assert places.pause(0.0) == math.inf
    places.put(Kind.READ, 1, 0.0)
    places.begin(0.0)
    places.put(Kind.READ, 2, 0.0)
    assert places.pause(9.0) == math.inf


def test_a_line_has_an_end() -> None:
    places = admission(2)
    assert [places.put(Kind.READ, number, 0.0) for number in range(9)] == [True] * 8 + [False]
    assert [places.put(Kind.BODY, number, 0.0) for number in range(5)] == [True] * 4 + [False]


def test_who_has_waited_too_long_leaves_the_line() -> None:
    places = admission()
    places.put(Kind.READ, 1, 0.0)
    places.put(Kind.READ, 2, 4.0)
    places.put(Kind.BODY, 3, 0.0)
    assert places.overdue(5.0) == []
    assert places.overdue(5.1) == [1, 3]
    assert told(begun(places)) == [(Kind.READ, 2)]


@given(
    threads=st.integers(1, 40),
    moves=st.lists(st.sampled_from(["read", "body", "done"]), max_size=200),
)
def test_whatever_comes_a_read_finds_a_thread_when_no_read_runs(
    threads: int, moves: list[str]
) -> None:
    places, running = admission(threads), list[Begun[int]]()
    for number, move in enumerate(moves):
        if move == "done" and running:
            places.done(running.pop())
        elif move != "done":
            places.put(Kind(move), 0, 0.0)
        running += begun(places, float(number))
        assert len(running) <= threads
        assert [one.kind for one in running].count(Kind.BODY) <= places.places(Kind.BODY)
    if threads > 1 and Kind.READ not in {one.kind for one in running}:
        places.put(Kind.READ, 7, 0.0)
        assert told(begun(places, 0.0))[0] == (Kind.READ, 7)


@pytest.mark.parametrize(("threads", "bodies", "reads"), [(1, 1, 1), (2, 1, 1), (32, 24, 8)])
def test_places_are_shared_out(threads: int, bodies: int, reads: int) -> None:
    places = admission(threads)
    assert (places.places(Kind.BODY), places.places(Kind.READ)) == (bodies, reads)

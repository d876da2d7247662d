"""Places and lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.site.lane.admission import Admission, Kind


def admission(threads: int = 4) -> Admission[int]:
    return Admission(threads, 5.0)


def begun(places: Admission[int]) -> list[tuple[Kind, int]]:
    found = []
    while (work := places.begin()) is not None:
        found.append(work)
    return found


def test_bodies_never_have_all_threads_and_reads_go_before_them() -> None:
    places = admission()
    for number in range(6):
        assert places.put(Kind.BODY, number, 0.0)
    assert places.put(Kind.READ, 9, 0.0)
    assert begun(places) == [(Kind.READ, 9), (Kind.BODY, 0), (Kind.BODY, 1), (Kind.BODY, 2)]
    places.done(Kind.BODY)
    assert begun(places) == [(Kind.BODY, 3)]


def test_one_thread_serves_both() -> None:
    places = admission(1)
    places.put(Kind.BODY, 1, 0.0)
    assert begun(places) == [(Kind.BODY, 1)]
    places.put(Kind.READ, 2, 0.0)
    assert begun(places) == []
    places.done(Kind.BODY)
    assert begun(places) == [(Kind.READ, 2)]


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
    assert begun(places) == [(Kind.READ, 2)]


@given(
    threads=st.integers(1, 40),
    moves=st.lists(st.sampled_from(["read", "body", "done"]), max_size=200),
)
def test_whatever_comes_a_read_finds_a_thread_when_no_read_runs(
    threads: int, moves: list[str]
) -> None:
    places, running = admission(threads), list[Kind]()
    for move in moves:
        if move == "done" and running:
            places.done(running.pop())
        elif move != "done":
            places.put(Kind(move), 0, 0.0)
        running += [kind for kind, _ in begun(places)]
        assert len(running) <= threads
        assert running.count(Kind.BODY) <= places.places(Kind.BODY)
    if threads > 1 and Kind.READ not in running:
        places.put(Kind.READ, 7, 0.0)
        assert begun(places)[0] == (Kind.READ, 7)


@pytest.mark.parametrize(("threads", "bodies", "reads"), [(1, 1, 1), (2, 1, 1), (32, 24, 8)])
def test_places_are_shared_out(threads: int, bodies: int, reads: int) -> None:
    places = admission(threads)
    assert (places.places(Kind.BODY), places.places(Kind.READ)) == (bodies, reads)

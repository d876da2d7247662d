"""Who stands in which line, and who gives way."""

import socket
from collections.abc import Iterator

import pytest

from strongroom.site.lane.connection import Connection, Phase
from strongroom.site.lane.pace import Patience
from strongroom.site.lane.places import Places
from strongroom.site.lane.turns import BURST, RATE


@pytest.fixture
def places() -> Iterator[Places]:
    places = Places(3, Patience())
    yield places
    for connection in places.all():
        places.remove(connection)
    places.close()


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    made: list[socket.socket] = []
    yield made
    for one in made:
        one.close()


def come(places: Places, sockets: list[socket.socket], now: float = 0.0) -> Connection:
    """Have somebody come who has something to say."""
    ours, theirs = socket.socketpair()
    sockets.append(theirs)
    theirs.sendall(b"x")
    return places.add(ours, ("", 0), ("", 0), now)


def hammer(places: Places, connection: Connection, now: float = 0.0) -> None:
    for _ in range(BURST + 1):
        places.attend(connection, now)


def early(places: Places) -> list[Connection]:
    return [key.data for key, _ in places.early.select(0)]


def all_ready(places: Places) -> list[Connection]:
    return [key.data for key, _ in places.selector.select(0)]


def test_who_hammers_is_not_looked_for_early_until_he_asks_for_less(
    places: Places, sockets: list[socket.socket]
) -> None:
    one, other = come(places, sockets), come(places, sockets)
    hammer(places, one)
    assert early(places) == [other]
    assert set(all_ready(places)) == {one, other}
    places.attend(one, BURST / RATE)
    assert set(early(places)) == {one, other}


@pytest.mark.parametrize("hammering", [False, True])
def test_what_a_connection_does_is_followed_in_either_line(
    places: Places, sockets: list[socket.socket], *, hammering: bool
) -> None:
    one = come(places, sockets)
    if hammering:
        hammer(places, one)
    places.become(one, Phase.BEHIND, 0.0)
    assert all_ready(places) == early(places) == []
    places.become(one, Phase.SENDING, 0.0)
    assert all_ready(places) == [one]
    assert early(places) == ([] if hammering else [one])
    places.become(one, Phase.READING, 0.0)
    places.remove(one)
    assert all_ready(places) == early(places) == []


def test_who_waits_for_us_gives_way_after_those_who_say_nothing(
    places: Places, sockets: list[socket.socket]
) -> None:
    said, silent = come(places, sockets), come(places, sockets)
    said.queued = True
    assert places.victim() is silent
    silent.queued = True
    assert places.victim() is said


def test_who_was_told_to_come_again_is_not_heard_until_he_has_rested_and_then_behind_others(
    places: Places, sockets: list[socket.socket]
) -> None:
    one = come(places, sockets)
    places.rest(one, 0.0)
    assert all_ready(places) == early(places) == []
    assert places.overdue(1000.0, stopping=False) == []
    assert places.victim() is one
    assert places.rested() == [one]
    places.become(one, Phase.READING, 1.0)
    places.attend(one, 1.0)
    assert (all_ready(places), early(places), places.rested()) == ([one], [], [])

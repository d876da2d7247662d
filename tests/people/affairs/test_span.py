"""What a disavowal reaches, by the lines of a log."""

from datetime import timedelta

import pytest

from strongroom.core.actors import UNSEEN
from strongroom.core.events import Kind
from strongroom.people.accounts.notices import Noted
from strongroom.people.affairs.span import FOR, SINCE, Span, span
from tests.fakes.clocks import NOON

ADDRESS = {"address": "thief@example.org"}


def line(number: int, kind: Kind, **facts: object) -> Noted:
    """Return a line; each is a second after the one before."""
    return Noted(number, kind, NOON + timedelta(seconds=number), "alice", UNSEEN, facts)


def reached(*lines: Noted) -> Span:
    """Return what a disavowal of the first line reaches."""
    found = span(lines, NOON)
    assert found is not None
    return found


def test_it_names_what_was_added() -> None:
    found = reached(
        line(3, Kind.SIGNED_IN),
        line(4, Kind.FACTOR_ADDED, id=7, factor="totp"),
        line(5, Kind.FACTOR_RESET, id=8, factor="recovery_codes"),
        line(6, Kind.FACTOR_REMOVED, id=None, factor="webauthn"),
        line(7, Kind.TOKEN_CREATED, token=41, label="x"),
        line(8, Kind.ADDRESS_ADDED, **ADDRESS),
        line(9, Kind.ADDRESS_REMOVED, address="alice@example.org"),
        line(10, Kind.ADDRESS_REMOVED, **ADDRESS),
        line(11, Kind.ACCOUNT_CLOSING),
    )
    assert found.begins == NOON + timedelta(seconds=3)
    assert (set(found.factors), set(found.tokens)) == ({7, 8}, {41})
    assert (set(found.added), set(found.lost)) == ({"thief@example.org"}, {"alice@example.org"})
    assert found.closing
    assert (found.until, found.password) == (None, False)


@pytest.mark.parametrize("kind", [Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET])
def test_a_password_that_was_set_in_it_is_taken(kind: Kind) -> None:
    assert reached(line(1, Kind.SIGNED_IN), line(2, kind)).password
    assert not reached(line(1, Kind.SIGNED_IN), line(2, Kind.TOKEN_CREATED)).closing


def test_what_is_too_long_ago_is_out_of_reach() -> None:
    lines = [line(0, Kind.SIGNED_IN)]
    assert span(lines, NOON + FOR) is not None
    assert span(lines, NOON + FOR + timedelta(seconds=1)) is None


@pytest.mark.parametrize("kind", [Kind.ACCOUNT_DISAVOWED, Kind.ACCOUNT_CLOSED])
def test_there_is_nothing_to_take_back_of_the_last_words(kind: Kind) -> None:
    assert span([line(1, kind, **{SINCE: 1})], NOON) is None


def test_a_line_that_is_not_there_reaches_nothing() -> None:
    assert span([], NOON) is None


def test_what_one_disavowal_has_reached_no_second_one_does() -> None:
    later = line(3, Kind.ACCOUNT_DISAVOWED, **{SINCE: 1})
    for number in (1, 2):
        assert span([line(number, Kind.SIGNED_IN), later], NOON) is None


def test_an_earlier_line_reaches_to_the_next_disavowal_and_no_further() -> None:
    found = reached(
        line(1, Kind.SIGNED_IN),
        line(2, Kind.PASSWORD_CHANGED),
        line(3, Kind.TOKEN_CREATED, token=1),
        line(4, Kind.ACCOUNT_DISAVOWED, **{SINCE: 3}),
        line(5, Kind.TOKEN_CREATED, token=2),
    )
    assert (set(found.tokens), found.until) == ({1}, NOON + timedelta(seconds=4))
    assert found.password


def test_a_password_that_the_owner_has_set_since_is_left_alone() -> None:
    found = reached(
        line(1, Kind.PASSWORD_CHANGED),
        line(2, Kind.ACCOUNT_DISAVOWED, **{SINCE: 2}),
        line(3, Kind.PASSWORD_RESET),
    )
    assert not found.password

"""Letters: written with their cause, delivered once, tried for a day."""

from datetime import timedelta

import pytest

from strongroom.people.accounts import letters
from strongroom.people.accounts.letters import (
    FIRST_PAUSE,
    KEPT,
    LONGEST_PAUSE,
    TRIED_FOR,
    Postman,
    Written,
    deliver,
    write,
)
from strongroom.people.accounts.notices import Noted
from strongroom.people.models import Letter
from strongroom.stores.seals import Seal
from tests.fakes.clocks import NOON
from tests.fakes.streams import logged

pytestmark = pytest.mark.django_db

SEAL = Seal(b"k" * 32)
CODE = Written("alice@example.org", "Your code", "It is 4711.\n")
SECOND = timedelta(seconds=1)


class AwayError(Exception):
    """The mail server takes nothing."""


class Box:
    """Takes letters; not while it is closed."""

    def __init__(self) -> None:
        self.closed = False
        self.taken: list[tuple[str, str, str]] = []

    def send(self, to: str, subject: str, text: str) -> None:
        if self.closed:
            raise AwayError("away")
        self.taken.append((to, subject, text))


def said(_noted: Noted, name: str) -> tuple[str, str]:
    """Word a notice."""
    return "Something happened", name


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def postman(box: Box) -> Postman:
    return Postman(box.send, (AwayError,), SEAL, said)


def test_a_letter_is_delivered_once(box: Box, postman: Postman) -> None:
    write(CODE, SEAL, NOON)
    assert letters.are_due(NOON)
    assert deliver(postman, NOON)
    assert not deliver(postman, NOON + LONGEST_PAUSE)
    assert box.taken == [(CODE.to, CODE.subject, CODE.text)]
    assert not Letter.objects.exists()


def test_what_waits_cannot_be_read_in_the_database() -> None:
    write(CODE, SEAL, NOON)
    assert "4711" not in str(list(Letter.objects.values()))


def test_a_letter_that_is_being_sent_is_due_for_nobody_else(postman: Postman, box: Box) -> None:
    write(CODE, SEAL, NOON)

    def look(*_: str) -> None:
        assert not letters.are_due(NOON)
        assert not deliver(postman, NOON)

    assert deliver(Postman(look, (AwayError,), SEAL, said), NOON)
    assert box.taken == []


def test_a_crash_while_it_is_sent_sends_it_once_more(box: Box, postman: Postman) -> None:
    write(CODE, SEAL, NOON)

    def crash(*_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(Postman(crash, (AwayError,), SEAL, said), NOON)
    assert not deliver(postman, NOON)
    assert deliver(postman, NOON + FIRST_PAUSE)
    assert len(box.taken) == 1


def test_a_letter_that_is_refused_is_tried_ever_more_rarely(box: Box, postman: Postman) -> None:
    box.closed = True
    write(CODE, SEAL, NOON)
    now, pauses = NOON, []
    with logged("text") as lines:
        for _ in range(9):
            assert deliver(postman, now)
            due = Letter.objects.get().next_try_at
            assert not letters.are_due(due - SECOND)
            pauses.append(due - now)
            now = due
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    assert "an address at example.org was not delivered: away" in lines.getvalue()
    assert "alice" not in lines.getvalue()


def test_after_a_day_it_is_given_up_and_said_so(box: Box, postman: Postman) -> None:
    write(CODE, SEAL, NOON)
    with logged("text") as lines:
        assert deliver(postman, NOON + TRIED_FOR)
    assert "example.org was not delivered in a day" in lines.getvalue()
    assert box.taken == []
    assert not deliver(postman, NOON + 2 * TRIED_FOR)
    stands = letters.counts(NOON + 2 * TRIED_FOR)
    assert (stands.waiting, stands.oldest_wait, stands.given_up) == (0, timedelta(0), 1)
    assert Letter.objects.get().sealed == ""


def test_that_it_was_given_up_is_remembered_for_a_week(postman: Postman) -> None:
    write(CODE, SEAL, NOON)
    deliver(postman, NOON + TRIED_FOR)
    assert letters.forget(NOON + TRIED_FOR + KEPT) == 0
    assert letters.forget(NOON + TRIED_FOR + KEPT + SECOND) == 1


def test_one_that_is_refused_does_not_keep_the_others_waiting(box: Box, postman: Postman) -> None:
    box.closed = True
    write(CODE, SEAL, NOON)
    deliver(postman, NOON)
    box.closed = False
    write(Written("bob@example.org", "Hello", "text"), SEAL, NOON)
    assert deliver(postman, NOON + SECOND)
    assert box.taken == [("bob@example.org", "Hello", "text")]
    assert letters.counts(NOON + SECOND).oldest_wait == SECOND

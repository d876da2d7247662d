"""Ladders: the more was guessed, the longer is the pause, and nothing shortens it but time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.people.accounts.limits import (
    ACCOUNT,
    MAILED_CODE,
    SOURCE,
    History,
    Ladder,
    Step,
    given_back,
    judge,
)

LADDER = Ladder((Step(2, 10.0), Step(4, 100.0)), kept=1000.0, told=3)
LADDERS = st.sampled_from([LADDER, ACCOUNT, SOURCE, MAILED_CODE])


def guessed(times: int, now: float = 0.0, ladder: Ladder = LADDER) -> History:
    """Return the history after so many guesses, each as early as it may be."""
    history = History()
    for _ in range(times):
        now += judge(history, ladder, now).wait
        history = judge(history, ladder, now).history
    return history


def test_the_first_guesses_are_free() -> None:
    assert judge(guessed(1), LADDER, 0.0).allowed


def test_then_there_is_a_pause() -> None:
    verdict = judge(guessed(2), LADDER, 4.0)
    assert (verdict.allowed, verdict.wait) == (False, 6.0)


def test_after_the_pause_one_more_is_allowed() -> None:
    verdict = judge(guessed(2), LADDER, 10.0)
    assert verdict.allowed
    assert not judge(verdict.history, LADDER, 10.0).allowed


def test_pauses_grow() -> None:
    history = guessed(4)
    assert judge(history, LADDER, history.last).wait == 100.0


def test_what_is_refused_does_not_prolong_the_pause() -> None:
    assert judge(guessed(2), LADDER, 9.0).history == guessed(2)


def test_the_owner_is_told_once_on_the_way_up() -> None:
    told = [judge(guessed(times), LADDER, 1e4).tell for times in range(6)]
    assert told == [False] * 6  # by then all is forgotten
    history, tells, now = History(), list[bool](), 0.0
    for _ in range(6):
        now += judge(history, LADDER, now).wait
        verdict = judge(history, LADDER, now)
        history, tells = verdict.history, [*tells, verdict.tell]
    assert tells == [False, False, True, False, False, False]


def test_all_is_forgotten_after_a_while_without_guesses() -> None:
    history = guessed(5)
    assert judge(history, LADDER, history.last + 1000.0).history.count == 1


def test_a_right_guess_is_given_back() -> None:
    assert given_back(guessed(2)).count == 1
    assert given_back(History()).count == 0


def test_a_clock_that_is_behind_waits_no_longer_than_the_pause() -> None:
    assert judge(History(2, last=1e6), LADDER, 0.0).wait == 10.0


@given(LADDERS, st.lists(st.floats(0, 200), max_size=60))
def test_a_ladder_allows_what_a_plain_model_allows(ladder: Ladder, gaps: list[float]) -> None:
    history, now, model = History(), 1e9, list[float]()
    for gap in gaps:
        now += gap
        if model and now - model[-1] >= ladder.kept:
            model = []
        pause = max((one.pause for one in ladder.steps if len(model) >= one.after), default=0.0)
        verdict = judge(history, ladder, now)
        history = verdict.history
        assert verdict.allowed == (not model or now >= model[-1] + pause)
        if verdict.allowed:
            model.append(now)
        assert history.count == len(model)


@given(LADDERS)
def test_the_steps_of_a_ladder_ascend(ladder: Ladder) -> None:
    assert [one.after for one in ladder.steps] == sorted({one.after for one in ladder.steps})
    assert [one.pause for one in ladder.steps] == sorted({one.pause for one in ladder.steps})
    assert ladder.steps[-1].pause < ladder.kept


def guesses_within(ladder: Ladder, seconds: float) -> int:
    """Return how many guesses somebody can make who makes each as early as it may be."""
    history, now, count = History(), 0.0, 0
    while True:
        now += judge(history, ladder, now).wait
        if now > seconds:
            return count
        history, count = judge(history, ladder, now).history, count + 1


@pytest.mark.parametrize(("hours", "at_most"), [(1 / 20, 10), (24, 25), (24 * 7, 62)])
def test_the_secrets_of_an_account_are_guessed_seldom(hours: float, at_most: int) -> None:
    assert guesses_within(ACCOUNT, hours * 3600) <= at_most

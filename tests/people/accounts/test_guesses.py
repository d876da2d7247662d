"""Counting guesses: of many at once exactly as many are checked as the limit says."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from strongroom.core.errors import TooOftenError
from strongroom.people.accounts import guesses
from strongroom.people.accounts.guesses import Watched, forgive, give_back, take
from strongroom.people.accounts.limits import Ladder, Step
from strongroom.people.models import Counter
from tests.people.accounts.test_counters import at_once

LADDER = Ladder((Step(5, 30.0),), kept=1000.0, told=4)
ADA, HERE = Watched("ada", LADDER), Watched("here", LADDER)


def is_taken(watched: Watched, now: float = 100.0) -> bool:
    try:
        take([watched], now)
    except TooOftenError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_exactly_the_limit_is_checked() -> None:
    assert at_once(lambda _: is_taken(ADA), 16).count(True) == 5


@pytest.mark.django_db(transaction=True)
def test_of_guesses_by_processes_of_their_own_exactly_the_limit_is_checked() -> None:
    made = {name: str(connection.settings_dict[name]) for name in ("NAME", "HOST", "PORT")}
    own = {**os.environ, "TESTS_CONNECTION": json.dumps(made)}
    command = [sys.executable, "-m", "tests.fakes.guessing", "ada", "4"]
    running = [subprocess.Popen(command, env=own, stdout=subprocess.PIPE) for _ in range(3)]
    assert sum(int(one.communicate()[0]) for one in running) == 5


@pytest.mark.django_db(transaction=True)
def test_guesses_at_several_things_at_once_wait_for_each_other_but_not_for_ever() -> None:
    orders = ([ADA, HERE], [HERE, ADA])

    def act(number: int) -> bool:
        try:
            take(orders[number % 2], 100.0)
        except TooOftenError:
            return False
        return True

    assert at_once(act, 12).count(True) == 5


@pytest.mark.django_db
def test_what_one_thing_refuses_is_counted_for_none() -> None:
    for _ in range(5):
        take([ADA], 100.0)
    with pytest.raises(TooOftenError):
        take([ADA, HERE], 100.0)
    assert not Counter.objects.filter(key=HERE.key).exclude(value=[]).exists()


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_again() -> None:
    for _ in range(5):
        take([ADA], 100.0)
    with pytest.raises(TooOftenError) as refused:
        take([ADA], 110.5)
    assert refused.value.retry_after == 20
    assert "20 seconds" in refused.value.remedy


@pytest.mark.django_db
def test_a_long_wait_is_told_in_minutes() -> None:
    slow = Watched("slow", Ladder((Step(1, 900.0),), kept=1000.0))
    take([slow], 0.0)
    with pytest.raises(TooOftenError, match="15 minutes"):
        take([slow], 0.0)


@pytest.mark.django_db
def test_a_right_guess_is_uncounted() -> None:
    for _ in range(20):
        take([ADA, HERE], 100.0)
        give_back([ADA, HERE], 100.0)
    assert is_taken(ADA)


@pytest.mark.django_db
def test_the_owner_is_told_with_the_guess_of_the_ladder() -> None:
    told = [take([ADA, Watched("quiet", Ladder((), 10.0))], 100.0) for _ in range(5)]
    assert told == [(), (), (), (ADA,), ()]


@pytest.mark.django_db
def test_what_is_forgiven_begins_anew() -> None:
    for _ in range(5):
        take([ADA], 100.0)
    forgive([ADA])
    assert is_taken(ADA)


@pytest.mark.django_db
def test_a_counter_that_holds_something_else_counts_from_nothing() -> None:
    Counter.objects.create(key=ADA.key, value="?", ends_at=1e9)
    assert is_taken(ADA)


def test_what_people_typed_stands_in_no_name_of_a_counter() -> None:
    assert "hunter2" not in guesses.hidden("hunter2")

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.site.jobs.rules import (
    FIRST_WAIT,
    LONGEST_ERROR,
    LONGEST_WAIT,
    error_of,
    wait_after,
    work_of,
)


def same(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 2.5), (1, 0.5, 3.75), (2, 0.0, 5.0), (3, 0.0, 10.0), (40, 0.0, 1800.0)],
)
def test_each_wait_is_twice_as_long_and_half_of_it_is_chance(
    attempt: int, chance: float, seconds: float
) -> None:
    assert wait_after(attempt, chance) == timedelta(seconds=seconds)


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_no_wait_is_nothing_and_none_is_endless(attempt: int, chance: float) -> None:
    assert FIRST_WAIT / 2 <= wait_after(attempt, chance).total_seconds() <= LONGEST_WAIT


def test_the_same_work_has_the_same_digest_and_other_work_another() -> None:
    told = {
        work_of("a.b", [], {}),
        work_of("a.b", ["x"], {}),
        work_of("a.b", [], {"x": 1}),
        work_of("a.c", [], {}),
    }
    assert len(told) == 4
    assert work_of("a.b", [1], {"y": 2, "x": 1}) == work_of("a.b", (1,), {"x": 1, "y": 2})


def test_an_error_is_kept_as_one_line() -> None:
    assert error_of(ValueError("one\n  two"), same) == "ValueError: one two"
    assert error_of(ValueError(), same) == "ValueError"
    told = error_of(InvalidError("code", "It is wrong.", "Mend it."), same)
    assert told == "InvalidError: It is wrong. Mend it."


def test_a_long_error_is_cut_off_after_its_secrets_are_taken_out() -> None:
    secret = "s" * 20
    told = error_of(
        ValueError("x" * (LONGEST_ERROR - 20) + secret), lambda t: t.replace(secret, "-")
    )
    assert len(told) <= LONGEST_ERROR
    assert "s" not in told.removeprefix("ValueError: ")
    assert len(error_of(ValueError("x" * 10_000), same)) == LONGEST_ERROR

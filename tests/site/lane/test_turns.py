"""The order in which connections are seen to."""

from hypothesis import given
from hypothesis import strategies as st

from strongroom.site.lane.turns import BURST, MOMENT, RATE, Lines, attended, presses


class Clock:
    """A clock that goes on by the same step whenever it is asked."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def lined_up(first: int, other: int) -> Lines[str]:
    lines: Lines[str] = Lines()
    for number in range(first):
        lines.put(f"first {number}", presses=False)
    for number in range(other):
        lines.put(f"other {number}", presses=True)
    return lines


def had(times: int, every: float) -> float:
    """Return what one has had who is seen to so many times."""
    so_far = 0.0
    for _ in range(times):
        so_far = attended(so_far, every)
    return so_far


def test_a_turn_takes_a_moment_of_each_line_in_its_order() -> None:
    lines, slow = lined_up(5, 5), Clock(MOMENT / 2)
    assert list(lines.turn(slow)) == ["first 0", "first 1", "other 0", "other 1"]
    assert list(lines.turn(slow)) == ["first 2", "first 3", "other 2", "other 3"]
    assert list(lines.turn(slow)) == ["first 4", "other 4"]


def test_however_long_one_takes_each_line_goes_on() -> None:
    lines = lined_up(2, 2)
    assert list(lines.turn(Clock(9.0))) == ["first 0", "other 0"]


def test_a_newcomer_waits_for_few_of_many_who_hammer() -> None:
    lines, brisk = lined_up(0, 300), Clock(MOMENT / 20)
    assert len(list(lines.turn(brisk))) <= 21
    lines.put("newcomer", presses=False)
    assert next(lines.turn(brisk)) == "newcomer"


def test_who_is_connected_goes_on_however_many_newcomers_there_are() -> None:
    lines, brisk = lined_up(10_000, 3), Clock(MOMENT / 20)
    assert list(lines.turn(brisk))[-3:] == ["other 0", "other 1", "other 2"]


def test_who_comes_back_in_a_turn_waits_for_the_next() -> None:
    lines = lined_up(1, 1)
    for one in lines.turn(Clock(0.0)):
        lines.put(one, presses=False)
    assert list(lines.first) == ["first 0", "other 0"]


def test_who_asks_now_and_then_never_presses() -> None:
    assert not presses(had(10_000, every=1 / RATE), before=False)
    assert not presses(had(BURST, every=0.0), before=False)


def test_who_asks_without_end_presses_until_he_asks_for_clearly_less() -> None:
    hammered = had(BURST + 1, every=0.0)
    assert presses(hammered, before=False)
    assert presses(attended(hammered, 1 / RATE), before=True)
    assert not presses(attended(hammered, BURST / RATE), before=True)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.0, 2 * MOMENT))
def test_everybody_has_his_turn_once_and_in_order(first: int, other: int, step: float) -> None:
    lines, clock, seen = lined_up(first, other), Clock(step), list[str]()
    while lines.first or lines.other:
        seen += lines.turn(clock)
    assert [one for one in seen if "first" in one] == [f"first {n}" for n in range(first)]
    assert [one for one in seen if "other" in one] == [f"other {n}" for n in range(other)]

from difflib import ndiff

from hypothesis import given
from hypothesis import strategies as st

from strongroom.packages.comparison.texts import (
    CONTEXT,
    LONGEST_LINE,
    MOST_LINES,
    Line,
    Sort,
    all_added,
    compare,
)

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "d"]), max_size=40).map("\n".join)


def _shown(lines: tuple[Line, ...] | None) -> list[str]:
    marks = {Sort.REMOVED: "-", Sort.ADDED: "+", Sort.KEPT: " ", Sort.GAP: "~"}
    return [marks[line.sort] + line.text for line in lines or ()]


def test_a_line_that_changed_is_one_gone_and_one_new() -> None:
    assert _shown(compare("a\nb\nc", "a\nx\nc")) == [" a", "-b", "+x", " c"]


def test_lines_know_their_numbers_on_both_sides() -> None:
    lines = compare("a\nb", "x\na\nb")
    assert lines is not None
    assert [(line.before, line.after) for line in lines] == [(0, 1), (1, 2), (2, 3)]


def test_what_is_far_from_a_change_is_left_out_and_said_to_be() -> None:
    same = "\n".join(f"line {number}" for number in range(30))
    shown = _shown(compare(f"{same}\nold\n{same}", f"{same}\nnew\n{same}"))
    assert shown[0] == shown[-1] == "~"
    assert len(shown) == 2 + 2 * CONTEXT + 2


def test_the_same_text_differs_in_nothing() -> None:
    assert _shown(compare("a\nb", "a\nb")) == ["~"]
    assert compare("", "") == ()


@given(TEXTS, TEXTS)
def test_what_is_gone_and_what_is_new_make_the_one_from_the_other(before: str, after: str) -> None:
    lines = compare(before, after)
    assert lines is not None
    old, new = before.splitlines(), after.splitlines()
    gone = {line.before for line in lines if line.sort is Sort.REMOVED}
    fresh = {line.after for line in lines if line.sort is Sort.ADDED}
    kept_old = [text for at, text in enumerate(old, 1) if at not in gone]
    kept_new = [text for at, text in enumerate(new, 1) if at not in fresh]
    assert kept_old == kept_new
    for line in lines:
        if line.before:
            assert old[line.before - 1] == line.text
        if line.after:
            assert new[line.after - 1] == line.text


@given(TEXTS, TEXTS)
def test_no_more_is_told_than_another_tool_tells(before: str, after: str) -> None:
    lines = compare(before, after)
    assert lines is not None
    told = sum(line.sort in {Sort.ADDED, Sort.REMOVED} for line in lines)
    assert bool(told) == any(
        line[0] in "+-" for line in ndiff(before.splitlines(), after.splitlines())
    )


def test_a_text_that_is_too_long_is_not_compared() -> None:
    assert compare("a\n" * (MOST_LINES + 1), "b") is None
    assert all_added("a\n" * (MOST_LINES + 1)) is None


def test_lines_that_would_take_too_long_are_not_compared() -> None:
    before = "\n".join(f"a{number}" for number in range(2000))
    assert compare(before, before.replace("a", "b")) is None


def test_a_long_text_with_one_change_is_compared() -> None:
    before = "\n".join(f"a{number}" for number in range(2900))
    assert _shown(compare(before, before + "\nx"))[-1] == "+x"


def test_an_endless_line_is_cut() -> None:
    lines = all_added("x" * 1000)
    assert lines == (Line(Sort.ADDED, 0, 1, "x" * LONGEST_LINE + "…"),)

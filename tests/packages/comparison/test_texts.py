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
    matches,
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


def test_a_text_of_which_nothing_is_left_is_compared() -> None:
    before = "\n".join(f"a{number}" for number in range(2000))
    lines = compare(before, before.replace("a", "b"))
    assert [line.sort for line in lines or ()] == [Sort.REMOVED] * 2000 + [Sort.ADDED] * 2000


def test_what_moved_among_lines_that_repeat_is_told_shortly() -> None:
    before = "{\na\n}\n{\nb\n}\n{\nc\n}"
    assert _shown(compare(before, "{\nb\n}\n" + before.replace("{\nb\n}\n", ""))) == [
        *(" {", "-a", "+b", " }", " {", "-b", "+a", " }", " {", " c", "~"),
    ]


def test_no_text_makes_comparing_slow() -> None:
    # Lines that `difflib` would have to try against each other, two seconds for these alone.
    before = "\n".join("x" if number % 2 else f"a{number}" for number in range(2900))
    after = "\n".join("x" if number % 2 else f"b{number}" for number in range(199))
    looked = [0]

    class Counted(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            looked[0] += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    old, new = list(map(Counted, before.split("\n"))), list(map(Counted, after.split("\n")))
    assert list(matches(old, new)) == []
    assert looked[0] < 50_000


def test_code_that_leaves_a_comment_is_another_line() -> None:
    # Python ends a line at none of these, whatever `str.splitlines` does.
    for break_ in "\x0b\x0c\x1c\x85\u2028":
        hidden, run = f"a = 1  # say{break_}evil()", "a = 1  # say\nevil()"
        assert _shown(compare(hidden, run)) == [f"-{hidden}", "+a = 1  # say", "+evil()"]
    assert _shown(compare("a\r\nb\rc\n", "a\nb\nc")) == ["~"]


def test_a_long_text_with_one_change_is_compared() -> None:
    before = "\n".join(f"a{number}" for number in range(2900))
    assert _shown(compare(before, before + "\nx"))[-1] == "+x"


def test_an_endless_line_is_cut() -> None:
    lines = all_added("x" * 1000)
    assert lines == (Line(Sort.ADDED, 0, 1, "x" * LONGEST_LINE + "…"),)

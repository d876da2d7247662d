import hashlib

import pytest

from strongroom.core.ecosystem import Content
from strongroom.packages.comparison.differences import (
    FieldChange,
    How,
    of_contents,
    of_metadata,
    with_lines,
)


def _content(path: str, text: str) -> Content:
    raw = text.encode()
    return Content(path, len(raw), hashlib.sha256(raw).hexdigest())


def _contents(**files: str) -> dict[str, Content]:
    return {path: _content(path, text) for path, text in files.items()}


def test_fields_tell_what_is_gone_and_what_is_new() -> None:
    before = {"requires_dist": ["a", "b"], "summary": "x", "home_page": "", "keywords": None}
    after = {"requires_dist": ["b", "c"], "summary": "y", "project_urls": {"Code": "z"}}
    assert of_metadata(before, [after]) == (
        FieldChange("project_urls", (), ("Code: z",)),
        FieldChange("requires_dist", ("a",), ("c",)),
        FieldChange("summary", ("x",), ("y",)),
    )


def test_what_any_file_says_is_new() -> None:
    # An installer takes the dependencies of the file that it installs, whichever is the first.
    files = [{"requires_dist": ["a"]}, {"requires_dist": ["a", "evil"]}]
    assert of_metadata({"requires_dist": ["a", "b"]}, files) == (
        FieldChange("requires_dist", ("b",), ("evil",)),
    )


def test_files_that_are_the_same_are_not_told() -> None:
    assert of_contents(_contents(a="x"), _contents(a="x")) == ()


def test_each_file_tells_what_became_of_it() -> None:
    before = _contents(a="1", b="2", c="3", e="")
    after = _contents(a="1!", d="2", f="new", g="")
    told = [(each.how, each.path, each.moved_from) for each in of_contents(before, after)]
    assert told == [
        (How.CHANGED, "a", ""),
        (How.REMOVED, "c", ""),
        (How.MOVED, "d", "b"),
        (How.REMOVED, "e", ""),
        (How.ADDED, "f", ""),
        (How.ADDED, "g", ""),
    ]


def test_what_is_no_text_on_either_side_has_no_lines() -> None:
    changes = of_contents(_contents(a="1", b="1", c="1"), _contents(a="2", b="2", d="3"))
    told = with_lines(changes, {"a": "1", "b": None}, {"a": None, "b": "2"}, 10)
    assert [each.lines for each in told] == [None] * 4


@pytest.mark.parametrize("text", ["1\n" * 20, "1" * 400])
def test_lines_are_shown_until_they_are_too_many_or_too_long(text: str) -> None:
    # 12,000 lines of 500 unseen characters took a minute to be shown.
    texts = {name: text + name for name in "abc"}
    told = with_lines(of_contents({}, _contents(**texts)), {}, texts, 1200 if "\n" in text else 910)
    assert [each.lines is None for each in told] == [False, "\n" in text, True]

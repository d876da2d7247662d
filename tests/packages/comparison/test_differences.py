import hashlib

from strongroom.core.ecosystem import Content
from strongroom.packages.comparison.differences import (
    FieldChange,
    How,
    of_contents,
    of_metadata,
)


def _content(path: str, text: str, *, shown: bool = True) -> Content:
    raw = text.encode()
    return Content(path, len(raw), hashlib.sha256(raw).hexdigest(), text if shown else None)


def test_fields_tell_what_is_gone_and_what_is_new() -> None:
    before = {"requires_dist": ["a", "b"], "summary": "x", "home_page": "", "keywords": None}
    after = {"requires_dist": ["b", "c"], "summary": "y", "project_urls": {"Code": "z"}}
    assert of_metadata(before, after) == (
        FieldChange("project_urls", (), ("Code: z",)),
        FieldChange("requires_dist", ("a",), ("c",)),
        FieldChange("summary", ("x",), ("y",)),
    )


def test_files_that_are_the_same_are_not_told() -> None:
    same = _content("a.py", "x")
    assert of_contents([same], [same], 10) == ()


def test_each_file_tells_what_became_of_it() -> None:
    before = [_content("a", "1"), _content("b", "2"), _content("c", "3"), _content("e", "")]
    after = [_content("a", "1!"), _content("d", "2"), _content("f", "new"), _content("g", "")]
    told = [(each.how, each.path, each.moved_from) for each in of_contents(before, after, 10)]
    assert told == [
        (How.CHANGED, "a", ""),
        (How.REMOVED, "c", ""),
        (How.MOVED, "d", "b"),
        (How.REMOVED, "e", ""),
        (How.ADDED, "f", ""),
        (How.ADDED, "g", ""),
    ]


def test_what_is_no_text_has_no_lines() -> None:
    before, after = _content("a", "1", shown=False), _content("a", "2", shown=False)
    changed, added = of_contents([before], [after, _content("b", "3", shown=False)], 10)
    assert (changed.lines, added.lines) == (None, None)


def test_lines_are_shown_until_there_are_too_many() -> None:
    new = [_content(name, f"1\n2\n{name}") for name in "abc"]
    assert [each.lines is None for each in of_contents([], new, 6)] == [False, False, True]

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest

from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.comparison.differences import Change, FieldChange, How
from strongroom.packages.comparison.releases import (
    Difference,
    FileDifference,
    Release,
    Side,
    compare_releases,
)
from strongroom.packages.comparison.texts import Sort, all_added
from strongroom.web.difference import shown
from strongroom.web.press import Press
from tests.fakes.distributions import sdist, wheel
from tests.web.specimens import Reader

OLD: Mapping[str, bytes] = {"box.py": b"a = 1\nb = 2\n", "old.py": b"gone"}
NEW: Mapping[str, bytes] = {
    "box.py": b"a = 1\nb = 3 # \xe2\x80\xae<b>\n",
    "box.so": b"\0\1",
    "new.pth": b"import box",
}


def _sides(version: str, files: Mapping[str, bytes]) -> tuple[list[Side], dict[str, bytes]]:
    source = {**files, "setup.py": files["box.py"]}
    names = {
        f"box-{version}-py3-none-any.whl": wheel("box", version, files=files),
        f"box-{version}.tar.gz": sdist("box", version, files=source),
    }
    sides = []
    for name, body in names.items():
        kind = "sdist" if name.endswith(".gz") else "bdist_wheel"
        sides.append(Side(name, kind, len(body), sha256(body).hexdigest()))
    return sides, {sha256(body).hexdigest(): body for body in names.values()}


def _difference(*, first: bool = False) -> Difference:
    old, old_bytes = _sides("1.0", OLD)
    new, new_bytes = _sides("2.0", NEW)
    kept = old_bytes | new_bytes
    before = {"requires_dist": ["click"], "description": "x", "summary": "a"}
    after = {"requires_dist": ["click", "evil<1"], "description": "y", "summary": "b"}
    older = None if first else Release("1.0", [before], old)
    return compare_releases(
        older, Release("2.0", [after], new), PyPI("https://x.test"), lambda one: BytesIO(kept[one])
    )


def _page(difference: Difference) -> Reader:
    return Reader(Press().print("parts/difference.html", difference=shown(difference)))


def test_what_runs_by_itself_comes_first() -> None:
    assert shown(_difference()).notable == (
        "New or changed dependency: evil<1",
        "new.pth was added; Python runs it at every start",
        "Machine code was added: box.so",
        "pyproject.toml was changed; it says what runs when the sdist is built",
        "setup.py was changed; it runs when the sdist is built",
    )


def test_of_a_first_release_nothing_is_notable_by_being_new() -> None:
    page = shown(_difference(first=True))
    assert (page.against, page.notable) == ("", ())


def test_a_file_that_grew_much_is_told() -> None:
    grown = Difference("1", (), (FileDifference("box.whl", "box-1.whl", 300, 100, (), ""),))
    assert shown(grown).notable == ("box.whl is 3.0 times as large as before",)


def _one(change: Change, against: str = "box-1.whl") -> tuple[str, ...]:
    size = 1 if against else None
    return shown(
        Difference("1", (), (FileDifference("box.whl", against, 1, size, (change,)),))
    ).notable


@pytest.mark.parametrize("path", ["sitecustomize.py", "*.data/purelib/usercustomize.py", "x.start"])
def test_whatever_python_runs_at_its_start_is_told(path: str) -> None:
    assert f"{path} was added; Python runs it at every start" in _one(
        Change(How.ADDED, path, None, 1)
    )


def test_code_that_the_page_does_not_show_is_told() -> None:
    # Non-UTF-8, too long, or the last of very many: there somebody would hide what they do.
    assert _one(Change(How.CHANGED, "box.py", 1, 1)) == ("box.py was changed, and is not shown",)
    assert _one(Change(How.CHANGED, "box.png", 1, 1)) == ()
    assert _one(Change(How.MOVED, "box.py", 1, 1, "tub.py")) == ()


def test_a_line_that_is_cut_is_told() -> None:
    (hidden,) = all_added(" " * 600 + "evil()") or ()
    told = "box.py has new lines of more than 500 characters, which are cut"
    assert _one(Change(How.CHANGED, "box.py", 1, 1, lines=(hidden,))) == (told,)
    kept = replace(hidden, sort=Sort.KEPT)
    assert _one(Change(How.CHANGED, "box.py", 1, 1, lines=(kept,))) == ()


def test_a_file_that_takes_the_place_of_none_is_told() -> None:
    assert _one(Change(How.ADDED, "setup.py", None, 1), against="") == (
        "box.whl is of a kind that 1 had no file of",
    )


def test_files_that_nothing_takes_the_place_of_are_told() -> None:
    gone = Difference("1", (), (), ("box-1.tar.gz",))
    assert shown(gone).notable == ("Nothing takes the place of box-1.tar.gz",)


def test_a_file_that_was_not_compared_is_told() -> None:
    unread = Difference("1", (), (FileDifference("a", "b", 1, 1, None, "Too large."),))
    assert shown(unread).notable == ("a was not compared: Too large.",)


def test_endless_lists_are_cut_and_said_to_be() -> None:
    many = tuple(f"a{number}" for number in range(1000))
    page = shown(Difference("1", (FieldChange("requires_dist", many, many),), ()))
    assert page.fields[0].added[-1] == "and 900 more"
    assert (len(page.fields[0].removed), len(page.notable)) == (101, 101)


def test_much_of_one_sort_hides_nothing_of_another() -> None:
    unread = [Change(How.CHANGED, f"a{number}.py", 1, 1) for number in range(1000)]
    found = FileDifference("b", "a", 1, 1, (*unread, Change(How.ADDED, "z.so", None, 1)))
    notes = shown(Difference("1", (), (found,))).notable
    assert (notes[0], notes[-1], len(notes)) == (
        "Machine code was added: z.so",
        "and 900 more",
        102,
    )


def test_contents_are_counted() -> None:
    wheel_page = shown(_difference()).files[0]
    assert wheel_page.counts == "2 added, 1 removed, 3 changed"
    assert shown(Difference("1", (), (FileDifference("a", "a", 1, 1, ()),))).files[0].counts == (
        "nothing changed"
    )


def test_long_texts_that_the_project_page_shows_are_left_out() -> None:
    assert [field.field for field in shown(_difference()).fields] == ["requires_dist", "summary"]


def test_the_page_shows_lines_with_signs_and_without_tricks() -> None:
    page = _page(_difference())
    assert "b = 3 # [U+202E]<b>" in page.text
    assert page.count("b") == 0
    assert "+ added" in page.text
    assert "\N{MINUS SIGN} removed" in page.text


@pytest.mark.parametrize("first", [False, True])
def test_the_page_says_what_it_compares_with(first: bool) -> None:
    words = "There is no release before it" if first else "Compared with 1.0"
    assert words in _page(_difference(first=first)).text


def test_the_page_says_why_a_file_is_not_compared() -> None:
    reason = "Files of more than 64 MiB are not opened for this."
    page = _page(Difference("1", (), (FileDifference("a", "b", 1, 1, None, reason),)))
    assert page.text.count(reason) == 2  # beside the file, and among what to look at first

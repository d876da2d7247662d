"""Drafts: nothing appears before it is published, and nothing is left of what was not."""

import stat
from pathlib import Path

import pytest

from strongroom.stores.pages.drafts import Drafts, mark_after

SECOND = 1_000_000_000  # nanoseconds


def test_a_draft_is_seen_by_nobody_until_it_is_published(tmp_path: Path) -> None:
    place = tmp_path / "index.html"
    place.write_bytes(b"old")
    with Drafts() as drafts:
        drafts.add(place, b"new", 7 * SECOND)
        assert place.read_bytes() == b"old"
        drafts.publish()
    assert (place.read_bytes(), place.stat().st_mtime_ns) == (b"new", 7 * SECOND)
    assert stat.S_IMODE(place.stat().st_mode) == 0o644


def test_what_is_to_be_nothing_goes_with_the_others(tmp_path: Path) -> None:
    page, form = tmp_path / "index.html", tmp_path / "index.html.gz"
    form.write_bytes(b"old")
    with Drafts() as drafts:
        drafts.add(form, None, SECOND)
        drafts.add(page, b"", SECOND)
        drafts.publish()
    assert list(tmp_path.iterdir()) == [page]


def test_nothing_is_left_of_drafts_that_were_not_published(tmp_path: Path) -> None:
    with Drafts() as drafts:
        drafts.add(tmp_path / "index.html", b"new", SECOND)
        with pytest.raises(FileNotFoundError):
            drafts.add(tmp_path / "missing" / "index.html", b"new", SECOND)
    assert list(tmp_path.iterdir()) == []


def test_drafts_that_fail_half_way_leave_whole_pages(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    second.mkdir()  # nothing can be renamed over a folder
    with Drafts() as drafts:
        drafts.add(first, b"new", SECOND)
        drafts.add(second, b"new", SECOND)
        with pytest.raises(IsADirectoryError):
            drafts.publish()
    assert sorted(tmp_path.iterdir()) == [first, second]
    assert first.read_bytes() == b"new"


def test_a_page_is_dated_a_second_after_the_one_before_it(tmp_path: Path) -> None:
    place = tmp_path / "index.html"
    place.write_bytes(b"")
    assert mark_after(place) >= place.stat().st_mtime_ns + SECOND

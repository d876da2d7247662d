import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.ecosystem import Listing
from strongroom.ecosystems.pypi.pages.simple import address, moment, project, root
from tests.ecosystems.pypi.listings import file, listing, release

TWO = listing(release("1.10"), release("1.9", yanked="broken"))


class Reader(HTMLParser):
    """Collects links and metas of a page, as an installer would."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.metas: dict[str, str] = {}
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        attributes = dict(attrs)
        if tag == "a":
            self.links.append(attributes)
        if tag == "meta" and "name" in attributes:
            self.metas[str(attributes["name"])] = str(attributes["content"])


def html(of: Listing) -> Reader:
    reader = Reader()
    reader.feed(project(of)[0].body.decode())
    return reader


def as_json(of: Listing) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(project(of)[1].body)
    return document


def test_the_two_pages_stand_side_by_side() -> None:
    assert [(page.path, page.media_type) for page in project(TWO)] == [
        ("simple/example-app/index.html", "application/vnd.pypi.simple.v1+html"),
        ("simple/example-app/index.json", "application/vnd.pypi.simple.v1+json"),
    ]


def test_the_json_page_is_what_the_specification_says() -> None:
    page = as_json(listing(release("1.9", yanked="")))
    assert page["meta"] == {"_last-serial": 41, "api-version": "1.4"}
    assert page["name"] == "example-app"
    assert page["project-status"] == {"status": "active"}
    assert page["versions"] == ["1.9"]
    assert page["files"][0] == {
        "filename": "example_app-1.9-py3-none-any.whl",
        "url": "../../files/ab/example_app-1.9-py3-none-any.whl",
        "hashes": {"sha256": file("example_app-1.9-py3-none-any.whl").digests.sha256},
        "size": 1234,
        "upload-time": "2026-11-21T07:08:09.000120Z",
        "yanked": True,
        "core-metadata": {"sha256": "cd" * 32},
        "dist-info-metadata": {"sha256": "cd" * 32},
        "requires-python": ">=3.11",
    }


def test_files_are_ordered_by_release_then_name() -> None:
    assert [entry["filename"] for entry in as_json(TWO)["files"]] == [
        "example_app-1.9-py3-none-any.whl",
        "example_app-1.9.tar.gz",
        "example_app-1.10-py3-none-any.whl",
        "example_app-1.10.tar.gz",
    ]
    assert as_json(TWO)["versions"] == ["1.9", "1.10"]


def test_an_sdist_has_no_metadata_beside_it() -> None:
    sdist = as_json(TWO)["files"][1]
    assert sdist["core-metadata"] is False
    assert sdist["dist-info-metadata"] is False


def test_a_yank_is_told_with_its_reason_and_nothing_else_is_yanked() -> None:
    assert [entry["yanked"] for entry in as_json(TWO)["files"]] == ["broken"] * 2 + [False] * 2
    assert [link.get("data-yanked") for link in html(TWO).links] == ["broken"] * 2 + [None] * 2


def test_a_yank_that_is_taken_back_or_told_otherwise_is_told_as_it_is_now() -> None:
    one = release("1.0")
    for yanked in (None, "", "broken", "Broken.", None):
        shown = listing(replace(one, yanked=yanked))
        told = False if yanked is None else yanked or True
        assert [entry["yanked"] for entry in as_json(shown)["files"]] == [told] * 2
        assert [link.get("data-yanked") for link in html(shown).links] == [yanked] * 2


def test_a_page_gives_each_file_a_line_so_that_one_more_leaves_all_others_as_they_are() -> None:
    one, more = release("1.0"), release("1.1")
    for before, after in zip(project(listing(one)), project(listing(more, one)), strict=True):
        old, new = before.body.splitlines(), after.body.splitlines()
        assert len(new) == len(old) + len(more.files)
        kept = [line for line in old if b"example_app-1.0" in line]
        assert [line.rstrip(b",") for line in new if b"example_app-1.0" in line] == [
            line.rstrip(b",") for line in kept
        ]


def test_the_html_page_says_the_same_as_the_json_page() -> None:
    assert html(TWO).links[0] == {
        "href": "../../files/ab/example_app-1.9-py3-none-any.whl#sha256="
        + file("example_app-1.9-py3-none-any.whl").digests.sha256,
        "data-requires-python": ">=3.11",
        "data-core-metadata": f"sha256={'cd' * 32}",
        "data-dist-info-metadata": f"sha256={'cd' * 32}",
        "data-yanked": "broken",
    }
    assert html(TWO).metas["pypi:repository-version"] == "1.4"
    assert html(TWO).metas["pypi:project-status"] == "active"


def test_a_file_that_asks_for_no_python_says_nothing_of_it() -> None:
    bare = replace(release("1.0"), files=(file("example_app-1.0.tar.gz", None),))
    assert "requires-python" not in as_json(listing(bare))["files"][0]
    assert "data-requires-python" not in html(listing(bare)).links[0]


def test_a_status_is_told_with_its_reason() -> None:
    archived = listing(release("1.0"), status="archived", reason="Use <other>")
    assert as_json(archived)["project-status"] == {"status": "archived", "reason": "Use <other>"}
    assert html(archived).metas["pypi:project-status-reason"] == "Use <other>"
    assert as_json(archived)["files"]


def test_a_project_in_quarantine_shows_no_files() -> None:
    held = listing(release("1.0"), status="quarantined", reason="case 42")
    assert as_json(held)["files"] == []
    assert as_json(held)["versions"] == []
    assert html(held).links == []
    assert b".whl" not in project(held)[0].body + project(held)[1].body


@given(st.text(), st.text(), st.text())
def test_hostile_text_stays_text(reason: str, status_reason: str, filename: str) -> None:
    hostile = replace(file("a.whl", reason), filename=filename, path=f"files/{filename}")
    one = replace(release("1.0", yanked=reason), files=(hostile,))
    page = html(listing(one, reason=f'"><script>{status_reason}'))
    assert page.tags == {"html", "head", "meta", "title", "body", "h1", "a", "br"}
    assert len(page.links) == 1
    assert set(page.links[0]) <= {
        "href",
        "data-requires-python",
        "data-yanked",
        "data-core-metadata",
        "data-dist-info-metadata",
    }


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_a_reason_comes_through_both_pages_unchanged(reason: str) -> None:
    yanked = listing(release("1.0", yanked=reason))
    assert html(yanked).links[0]["data-yanked"] == reason
    assert as_json(yanked)["files"][0]["yanked"] == (reason or True)


def test_text_that_is_not_unicode_does_not_stop_a_page() -> None:
    assert all(page.body for page in project(listing(release("1.0", yanked="\ud800"))))


@given(st.text() | st.text("aB3-._~/+% "))
def test_an_address_is_the_same_whether_it_needs_escaping_or_not(path: str) -> None:
    assert address(path) == quote(path)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "2026-11-20T12:00:00.000000Z"),
        (datetime(1, 2, 3, 4, 5, 6, 7, tzinfo=UTC), "0001-02-03T04:05:06.000007Z"),
        (
            datetime(2026, 11, 20, 1, 0, tzinfo=timezone(timedelta(hours=2))),
            "2026-11-19T23:00:00.000000Z",
        ),
    ],
)
def test_a_moment_is_told_in_utc_to_the_microsecond(at: datetime, told: str) -> None:
    assert moment(at) == told


def test_the_root_lists_every_project_once_by_key() -> None:
    pages = {page.path: page.body for page in root([("b", "B"), ("a-b", "A.b")], 7)}
    assert json.loads(pages["simple/index.json"]) == {
        "meta": {"_last-serial": 7, "api-version": "1.4"},
        "projects": [{"name": "A.b"}, {"name": "B"}],
    }
    reader = Reader()
    reader.feed(pages["simple/index.html"].decode())
    assert [link["href"] for link in reader.links] == ["a-b/", "b/"]

from pathlib import Path

import pytest

from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.shelf.serve import Answer
from strongroom.stores.pages.disk import DiskPages
from strongroom.web.headers import SECURITY
from strongroom.web.reads import read
from tests.fakes.folders import disk_pages
from tests.web.specimens import URL

PAGES = {
    "web/index.html": b"home",
    "web/pypi/parcel/index.html": b"project",
    "web/pypi/parcel/1.2/index.html": b"release",
    "web/pypi/parcel/history.html": b"history",
}


@pytest.fixture
def shelf(tmp_path: Path) -> DiskPages:
    pages = disk_pages(tmp_path)
    for path, body in PAGES.items():
        pages.put(path, body)
    return pages


def _read(shelf: DiskPages, path: str, **asked: str) -> Answer | None:
    headers = {name.replace("_", "-"): value for name, value in asked.items()}
    return read(shelf, path, headers, PyPI(public_url=URL))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", b"home"),
        ("/project/parcel/", b"project"),
        ("/project/parcel/1.2/", b"release"),
        ("/project/parcel/1.2.0/", b"release"),
        ("/project/parcel/history/", b"history"),
    ],
)
def test_pages_are_answered_from_the_shelf(shelf: DiskPages, path: str, body: bytes) -> None:
    answer = _read(shelf, path)
    assert answer is not None
    assert (answer.status, answer.body) == (200, body)
    assert ("Content-Type", "text/html; charset=utf-8") in answer.headers


@pytest.mark.parametrize("path", ["/", "/project/parcel/", "/project/Parcel/"])
def test_every_answer_carries_the_security_headers(shelf: DiskPages, path: str) -> None:
    answer = _read(shelf, path)
    assert answer is not None
    assert set(SECURITY) <= set(answer.headers)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/project/parcel", "/project/parcel/"),
        ("/project/Parcel/", "/project/parcel/"),
        ("/project/PARCEL/history", "/project/parcel/history/"),
        ("/project/parcel/v1.2/", "/project/parcel/1.2/"),
        ("/project/parcel/1.2", "/project/parcel/1.2/"),
    ],
)
def test_another_spelling_is_redirected(shelf: DiskPages, path: str, address: str) -> None:
    answer = _read(shelf, path)
    assert answer is not None
    assert answer.status == 301
    assert ("Location", address) in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/project/",
        "/project/other/",
        "/project/Other",
        "/project/parcel/9.9/",
        "/project/parcel/1.2/x/",
        "/project/../index.html",
        "/project/par\x00cel/",
        "/project/parcel/nonsense!/",
        "/simple/parcel/",
        "//project/../parcel/",
    ],
)
def test_what_the_shelf_does_not_have_is_none(shelf: DiskPages, path: str) -> None:
    assert _read(shelf, path) is None


def test_a_page_that_is_held_is_not_sent_again(shelf: DiskPages) -> None:
    first = _read(shelf, "/project/parcel/")
    assert first is not None
    again = _read(shelf, "/project/parcel/", if_none_match=dict(first.headers)["ETag"])
    assert again is not None
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (b"Leaked a key.", "This release was removed: Leaked a key."),
        (b"", "This release was removed."),
        (b"<script>", "This release was removed: &lt;script&gt;"),
    ],
)
def test_the_page_of_a_removed_release_is_410_with_the_reason(
    shelf: DiskPages, reason: bytes, sentence: str
) -> None:
    shelf.remove("web/pypi/parcel/1.2/index.html")
    shelf.put("removed/web/pypi/parcel/1.2/index.html", reason)
    for path in ("/project/parcel/1.2/", "/project/parcel/1.2.0/"):
        answer = _read(shelf, path)
        assert answer is not None
        assert isinstance(answer.body, bytes)
        assert (answer.status, sentence in answer.body.decode()) == (410, True)
        headers = dict(answer.headers)
        assert headers["Content-Length"] == str(len(answer.body))
        assert headers["Cache-Control"] == "no-store"
        assert set(dict(SECURITY)) <= set(headers)

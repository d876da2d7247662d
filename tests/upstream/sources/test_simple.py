"""Pages of a simple index."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.upstream.sources.simple import JSON, Entry, files, names

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["filename", "url", "hashes", "sha256", "size", "yanked", "name"]),
            inner,
        )
    ),
)


def test_a_json_page_is_read_with_all_that_it_says() -> None:
    page = {
        "files": [
            {
                "filename": "parcel-1.0.tar.gz",
                "url": "../../f/parcel-1.0.tar.gz",
                "hashes": {"sha256": "ab"},
                "size": 7,
                "upload-time": "2019-03-01T12:30:15.000001Z",
                "yanked": "torn",
            }
        ]
    }
    at = datetime(2019, 3, 1, 12, 30, 15, 1, tzinfo=UTC)
    assert files(f"{JSON}; charset=utf-8", json.dumps(page).encode()) == (
        Entry("parcel-1.0.tar.gz", "../../f/parcel-1.0.tar.gz", "ab", 7, at, "torn"),
    )


@pytest.mark.parametrize(
    ("told", "yanked"), [(True, ""), (False, None), ("", ""), ("torn", "torn"), (None, None)]
)
def test_a_yank_has_a_reason_or_none(told: object, yanked: str | None) -> None:
    page = {"files": [{"filename": "a", "url": "b", "yanked": told}]}
    assert files(JSON, json.dumps(page).encode())[0].yanked == yanked


@pytest.mark.parametrize("told", [7, "soon", "2019-13-01", None, "9" * 50])
def test_a_moment_that_is_none_is_left_out(told: object) -> None:
    page = {"files": [{"filename": "a", "url": "b", "upload-time": told}]}
    assert files(JSON, json.dumps(page).encode())[0].uploaded_at is None


def test_an_html_page_is_read_as_pypiserver_and_devpi_write_it() -> None:
    page = b"""<!DOCTYPE html><html><body><h1>Links for parcel</h1>
    alice/dev <a href="../../+f/x/parcel_kit-1.0%2Blocal.tar.gz#sha256=ab"
      data-requires-python="">other text</a><br>
    <a href="/packages/parcel-1.1.tar.gz#md5=cd" data-yanked="torn &amp; worn">x</a>
    <a href="/packages/parcel-1.2.tar.gz" data-yanked>x</a><a name="none">x</a>"""
    assert files("text/html; charset=UTF-8", page) == (
        Entry(
            "parcel_kit-1.0+local.tar.gz", "../../+f/x/parcel_kit-1.0%2Blocal.tar.gz", sha256="ab"
        ),
        Entry("parcel-1.1.tar.gz", "/packages/parcel-1.1.tar.gz", yanked="torn & worn"),
        Entry("parcel-1.2.tar.gz", "/packages/parcel-1.2.tar.gz", yanked=""),
    )


def test_the_names_of_all_projects_are_read_once_and_normalised() -> None:
    listed = {"projects": [{"name": "Parcel_Kit"}, {"name": "parcel.kit"}, {"name": 7}, "x"]}
    assert names(JSON, json.dumps(listed).encode()) == ("parcel-kit",)
    page = b'<a href="b/">B<b>_</b>c</a> loose <a href="a/">a</a>'
    assert names("application/vnd.pypi.simple.v1+html", page) == ("a", "b-c")


@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", "image/png", "x" * 200])
def test_another_media_type_is_no_index(kind: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        files(kind, b"{}")
    assert refusal.value.code == "upstream-not-an-index"


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[]", b"7", b"[" * 100_000])
def test_json_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidError) as refusal:
        files(JSON, body)
    assert refusal.value.code == "upstream-unreadable"


@given(JUNK)
def test_junk_of_any_shape_is_read_as_nothing_or_as_entries(junk: object) -> None:
    body = json.dumps({"files": junk, "projects": junk}).encode()
    assert all(isinstance(one.filename, str) for one in files(JSON, body))
    assert all(isinstance(one, str) for one in names(JSON, body))


@given(st.binary(max_size=300))
def test_any_bytes_are_an_html_page(body: bytes) -> None:
    assert all(one.url or one.filename == "" for one in files("text/html", b"<a href=" + body))

"""Answers from the shelf, held against RFC 9110."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from strongroom.packages.shelf.serve import (
    Answer,
    Stream,
    Stretch,
    accepts_gzip,
    file,
    matches,
    page,
)
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.pages.disk import DiskPages
from strongroom.stores.pages.protocol import RemoteFile
from tests.fakes.folders import disk_pages

LONG = b"the same line again\n" * 100
BYTES = bytes(range(100))
TAG = '"abc"'


@pytest.fixture
def pages(tmp_path: Path) -> DiskPages:
    """Return a shelf with a short page, a long one and a file."""
    blobs = DiskBlobs(tmp_path / "blobs")
    pages = DiskPages(tmp_path / "public", blobs)
    pages.put("short", b"short")
    pages.put("long", LONG)
    with blobs.receive() as incoming:
        incoming.write(BYTES)
        incoming.keep()
        pages.link({"file": incoming.digests().sha256})
    return pages


def paged(pages: DiskPages, path: str, **asked: str) -> Answer:
    answer = page(pages, path, _headers(asked), "text/html", (("X-More", "1"),))
    assert answer is not None
    return answer


def filed(pages: DiskPages, **asked: str) -> Answer:
    answer = file(pages, "file", _headers(asked), TAG)
    assert answer is not None
    return answer


def _headers(asked: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in asked.items()}


def content(answer: Answer) -> bytes:
    if isinstance(answer.body, bytes):
        return answer.body
    assert isinstance(answer.body, Stretch)
    with answer.body.path.open("rb") as stream:
        stream.seek(answer.body.offset)
        return stream.read(answer.body.length)


def test_a_page_is_answered_with_what_caches_and_browsers_need(pages: DiskPages) -> None:
    answer = paged(pages, "short")
    headers = dict(answer.headers)
    assert (answer.status, answer.reason, answer.body) == (200, "OK", b"short")
    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Length"] == "5"
    assert headers["Vary"] == "Accept, Accept-Encoding"
    assert headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-More"] == "1"
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["ETag"])


def test_what_is_not_there_is_not_answered(pages: DiskPages) -> None:
    assert page(pages, "nothing", {}, "text/html") is None
    assert file(pages, "nothing", {}, TAG) is None
    assert file(pages, "file/deeper", {}, TAG) is None


def test_a_page_is_compressed_for_who_takes_it(pages: DiskPages) -> None:
    answer = paged(pages, "long", accept_encoding="gzip, deflate")
    headers = dict(answer.headers)
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == str(len(content(answer))) != str(len(LONG))
    assert headers["ETag"].endswith('-gz"')


@pytest.mark.parametrize(("path", "encoding"), [("short", "gzip"), ("long", "identity")])
def test_a_page_is_plain_where_compression_is_not_taken_or_does_not_pay(
    pages: DiskPages, path: str, encoding: str
) -> None:
    answer = paged(pages, path, accept_encoding=encoding)
    assert "Content-Encoding" not in dict(answer.headers)


@pytest.mark.parametrize(
    "header",
    [
        "gzip",
        "GZIP",
        "x-gzip",
        "*",
        "deflate, gzip",
        "gzip;q=0.001",
        "gzip; q=1.000",
        "br,gzip;Q=0.5",
        "*;q=0, gzip",
        "gzip ;q=1",
        " gzip ",
        "br;q=1.0,\tgzip;q=0.8, *;q=0.1",
        ",,gzip",
    ],
)
def test_gzip_is_taken(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "identity",
        "br",
        "gzip;q=0",
        "gzip;q=0.0",
        "gzip; q=0.000",
        "*;q=0",
        "gzip;q=0, *",
        "*, gzip;q=0",
        "gzipped",
        "xgzip",
        "br;gzip",
        "gzip;level=1",
        "gzip;q=2",
        "gzip;q=-1",
    ],
)
def test_gzip_is_not_taken(header: str) -> None:
    assert not accepts_gzip(header)


@given(st.text(max_size=80))
@settings(deadline=None)
def test_no_accept_encoding_is_an_accident(header: str) -> None:
    assert accepts_gzip(header) in {True, False}


@pytest.mark.parametrize(
    "header",
    ['"abc"', "*", " * ", 'W/"abc"', '"x", "abc"', '"x","abc","y"', 'W/"x", W/"abc"', ' "abc" '],
)
def test_a_tag_is_matched(header: str) -> None:
    assert matches(header, TAG)


@pytest.mark.parametrize(
    "header", ["", '"x"', "abc", '"ABC"', '"abc', 'w/"abc"', '"ab", "c"', "**"]
)
def test_another_tag_is_not_matched(header: str) -> None:
    assert not matches(header, TAG)


def test_a_page_that_the_client_has_is_not_sent_again(pages: DiskPages) -> None:
    first = dict(paged(pages, "long").headers)
    answer = paged(pages, "long", if_none_match=first["ETag"])
    headers = dict(answer.headers)
    assert (answer.status, answer.body) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):  # RFC 9110, 15.4.5
        assert headers[name] == first[name]
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(headers)


def test_the_compressed_page_has_a_tag_of_its_own(pages: DiskPages) -> None:
    plain = dict(paged(pages, "long").headers)["ETag"]
    packed = dict(paged(pages, "long", accept_encoding="gzip").headers)["ETag"]
    assert paged(pages, "long", accept_encoding="gzip", if_none_match=plain).status == 200
    assert paged(pages, "long", accept_encoding="gzip", if_none_match=packed).status == 304
    assert paged(pages, "long", if_none_match=packed).status == 200


def test_a_page_that_changed_has_another_tag(pages: DiskPages) -> None:
    before = dict(paged(pages, "short").headers)["ETag"]
    pages.put("short", b"other")
    assert paged(pages, "short", if_none_match=before).status == 200


def test_a_file_is_answered_so_that_it_cannot_act_as_a_page(pages: DiskPages) -> None:
    answer = filed(pages)
    headers = dict(answer.headers)
    assert (answer.status, content(answer)) == (200, BYTES)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Length"] == "100"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in headers["Cache-Control"]
    assert headers["ETag"] == TAG


def test_a_file_that_the_client_has_is_not_sent_again(pages: DiskPages) -> None:
    answer = filed(pages, if_none_match=TAG, range="bytes=0-1")
    assert (answer.status, answer.body) == (304, b"")
    assert dict(answer.headers)["ETag"] == TAG


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=0-", 0, 99),
        ("bytes=99-99", 99, 99),
        ("bytes=90-1000", 90, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-100", 0, 99),
        ("bytes=-1000", 0, 99),
        (" bytes=5-6 ", 5, 6),
        ("Bytes=5-6", 5, 6),
        ("bytes=000-001", 0, 1),
    ],
)
def test_a_part_is_sent(pages: DiskPages, asked: str, first: int, last: int) -> None:
    answer = filed(pages, range=asked)
    headers = dict(answer.headers)
    assert (answer.status, answer.reason) == (206, "Partial Content")
    assert headers["Content-Range"] == f"bytes {first}-{last}/100"
    assert headers["Content-Length"] == str(last - first + 1)
    assert content(answer) == BYTES[first : last + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=100-", "bytes=100-200", "bytes=999999999999-", "bytes=-0"]
)
def test_a_part_that_is_not_there_cannot_be_sent(pages: DiskPages, asked: str) -> None:
    answer = filed(pages, range=asked)
    headers = dict(answer.headers)
    assert (answer.status, answer.reason) == (416, "Range Not Satisfiable")
    assert (headers["Content-Range"], headers["Content-Length"]) == ("bytes */100", "0")
    assert answer.body == b""


def test_no_cache_keeps_the_answer_to_a_range_that_is_not_there(pages: DiskPages) -> None:
    answer = filed(pages, range="bytes=100-")
    told = [value for name, value in answer.headers if name == "Cache-Control"]
    assert told == ["no-store"]


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2,5-6",
        "items=0-1",
        "bytes=+1-2",
        "bytes=1--2",
        "bytes=0x1-2",
        "bytes=\u0661-\u0662",
        "bytes=0-" + "9" * 5000,
        "bytes 0-1",
        "bytes=1 -2",
        "bytes=-5-",
    ],
)
def test_a_range_that_is_none_is_ignored(pages: DiskPages, asked: str) -> None:
    answer = filed(pages, range=asked)
    assert (answer.status, content(answer)) == (200, BYTES)
    assert dict(answer.headers)["Content-Length"] == "100"


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (TAG, 206),
        ('"other"', 200),
        (f"W/{TAG}", 200),
        ("Fri, 20 Nov 2026 12:00:00 GMT", 200),
        ("", 200),
    ],
)
def test_a_part_is_sent_only_of_the_file_that_the_client_has(
    pages: DiskPages, if_range: str, status: int
) -> None:
    assert filed(pages, range="bytes=1-2", if_range=if_range).status == status


number = st.integers(0, 130).map(str) | st.text("0123456789", max_size=30)
header = st.builds("bytes={}-{}".format, number, number) | st.text(max_size=40)


@given(header)
@example("bytes=0-99")
@example("bytes=-" + "0" * 18)
@settings(
    deadline=None, max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_range_is_answered_with_the_bytes_that_it_says(pages: DiskPages, asked: str) -> None:
    answer = filed(pages, range=asked)
    headers = dict(answer.headers)
    body = content(answer)
    assert headers["Content-Length"] == str(len(body))
    if answer.status == 206:
        told = re.fullmatch(r"bytes ([0-9]+)-([0-9]+)/100", headers["Content-Range"])
        assert told is not None
        assert body == BYTES[int(told[1]) : int(told[2]) + 1] != b""
    else:
        assert (answer.status, body) in {(200, BYTES), (416, b"")}


def test_a_file_taken_off_between_look_and_answer_is_not_answered(tmp_path: Path) -> None:
    # Its name is there when it is looked up, and gone when it is measured.
    class Vanishing(type(tmp_path)):  # type: ignore[misc] # a path whose file goes away
        def is_file(self) -> bool:
            return True

    assert file(disk_pages(Vanishing(tmp_path)), "gone", {}, TAG) is None


def test_a_stretch_is_of_the_file_itself(pages: DiskPages) -> None:
    body = filed(pages, range="bytes=10-19").body
    assert isinstance(body, Stretch)
    assert (body.path, body.offset, body.length) == (pages.place("file"), 10, 10)


class Remote:
    """Pages of which only published files are asked for, and all are on another machine."""

    def find(self, _path: str) -> RemoteFile:
        return RemoteFile(len(BYTES), lambda at, length: iter([BYTES[at : at + length]]), None)


def test_a_file_of_another_machine_is_answered_in_the_same_way(pages: DiskPages) -> None:
    for asked in ({}, {"range": "bytes=10-19"}, {"range": "bytes=200-"}, {"if-none-match": TAG}):
        here = file(pages, "file", asked, TAG)
        there = file(Remote(), "file", asked, TAG)  # type: ignore[arg-type] # all it is asked
        assert here is not None
        assert there is not None
        assert (there.status, there.headers) == (here.status, here.headers)
        if isinstance(there.body, Stream):
            assert b"".join(there.body.opened()) == content(here)
            assert there.body.length == len(content(here))

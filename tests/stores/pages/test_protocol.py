"""What every place of pages and published files promises, held over each of them."""

import gzip
import hashlib
import os
import threading

import pytest

from strongroom.core.errors import InvalidError
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.pages.protocol import LocalFile, Pages

LONG = b"the same line again\n" * 200
BYTES = b"bytes of a parcel"
DIGEST = hashlib.sha256(BYTES).hexdigest()
FILE = "files/parcel.box"


def body(pages: Pages, path: str) -> bytes:
    stored = pages.get(path)
    assert stored is not None
    return stored.body


def content(pages: Pages, path: str) -> bytes | None:
    found = pages.find(path)
    if found is None:
        return None
    if isinstance(found, LocalFile):
        return found.path.read_bytes()
    return b"".join(found.read(0, found.size))


def names(pages: Pages, under: str = "") -> set[str]:
    return {one.name for one in pages.walk(under)}


@pytest.fixture
def digest(blobs: Blobs) -> str:
    with blobs.receive() as incoming:
        incoming.write(BYTES)
        incoming.keep()
    return DIGEST


def test_a_page_is_read_as_it_was_put(pages: Pages) -> None:
    for page in (b"<html>", b"", LONG, os.urandom(5000)):
        pages.put("simple/parcel/index.html", page)
        assert body(pages, "simple/parcel/index.html") == page


def test_a_page_that_is_not_there_is_none(pages: Pages) -> None:
    pages.put("a/index.html", b"x")
    too_long_together = "\u8a9e/" * 1020 + "b"
    for path in ("b/index.html", "a", "a/index.html/more", too_long_together):
        assert pages.get(path) is None
        assert pages.find(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "a\x00b",
        "a/..",
        ".",
        "x" * 300,
        "a/" * 3000 + "b",
        "\ud800",
    ],
)
def test_a_path_that_would_lead_elsewhere_is_refused(pages: Pages, path: str) -> None:
    acts = (pages.get, pages.find, pages.remove, pages.unlink, pages.is_whole)
    for act in (*acts, lambda path: pages.put(path, b""), lambda path: pages.link({path: DIGEST})):
        with pytest.raises(InvalidError) as caught:
            act(path)
        assert caught.value.code == "path-invalid"


@pytest.mark.parametrize(
    "path", ["a b", "a%2Fb", "a+b", "\u8a9e", "a?b#c", "~a", "a\\b", "*", "a\nb"]
)
def test_any_other_path_is_its_own(pages: Pages, path: str) -> None:
    pages.put(path, b"x")
    assert body(pages, path) == b"x"
    assert path in names(pages)
    pages.remove(path)
    assert pages.get(path) is None


def test_the_etag_is_that_of_the_bytes(pages: Pages) -> None:
    pages.put("a", b"one")
    pages.put("b", b"one")
    pages.put("c", b"two")
    tags = [stored.etag for path in "abc" if (stored := pages.get(path))]
    assert tags[0] == tags[1] != tags[2]


def test_a_page_that_pays_is_compressed(pages: Pages) -> None:
    pages.put("a", LONG)
    stored = pages.get("a")
    assert stored is not None
    assert stored.compressed is not None
    assert len(stored.compressed) < len(LONG)
    assert gzip.decompress(stored.compressed) == LONG


@pytest.mark.parametrize("data", [b"short", os.urandom(2000)])
def test_a_page_that_does_not_pay_is_not_compressed(pages: Pages, data: bytes) -> None:
    pages.put("a", data)
    stored = pages.get("a")
    assert stored is not None
    assert stored.compressed is None


def test_a_page_in_use_is_not_read_again(pages: Pages) -> None:
    pages.put("a", LONG)
    assert pages.get("a") is pages.get("a")


def test_a_page_too_large_for_the_cache_is_read_each_time(pages: Pages) -> None:
    pages.put("a", bytes(9 * 1024 * 1024))
    assert body(pages, "a") == body(pages, "a")


def test_removing_what_is_not_there_is_no_error(pages: Pages) -> None:
    pages.put("a", b"x")
    pages.remove("b", "x/y/z")
    pages.remove()
    pages.unlink("b")
    assert body(pages, "a") == b"x"


def test_many_pages_are_removed_at_once(pages: Pages) -> None:
    for name in "abcd":
        pages.put(name, LONG)
    pages.remove("a", "b", "c")
    assert [name for name in "abcd" if pages.get(name)] == ["d"]


def test_a_reader_never_sees_half_a_page(pages: Pages) -> None:
    # Each version is one letter many times, so that a mixture would show.
    versions = [bytes([letter]) * size for letter, size in zip(b"abc", (9, 700, 9000), strict=True)]
    pages.put("a", versions[0])
    done = threading.Event()

    def write() -> None:
        for number in range(60):
            pages.put("a", versions[number % len(versions)])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        stored = pages.get("a")
        assert stored is not None
        assert stored.body in versions
        assert stored.compressed is None or gzip.decompress(stored.compressed) == stored.body
    thread.join()


def test_a_file_on_the_shelf_is_its_blob(pages: Pages, digest: str) -> None:
    for _ in range(2):  # a second time changes nothing
        assert pages.link({FILE: digest}) == frozenset()
    assert content(pages, FILE) == BYTES
    assert pages.serves(FILE, digest, abs)
    assert FILE in names(pages)


def test_a_file_without_its_blob_is_told_and_not_put_up(pages: Pages, digest: str) -> None:
    missing = {"files/other.box": "0" * 64, "files/third.box": "1" * 64}
    assert pages.link({FILE: digest, **missing}) == frozenset(missing)
    assert content(pages, FILE) == BYTES
    assert content(pages, "files/other.box") is None
    assert not pages.serves("files/other.box", "0" * 64, abs)


def test_a_file_that_is_taken_down_is_gone_and_its_blob_is_not(
    pages: Pages, blobs: Blobs, digest: str
) -> None:
    pages.link({FILE: digest, "files/other.box": digest})
    pages.unlink(FILE)
    assert (content(pages, FILE), content(pages, "files/other.box")) == (None, BYTES)
    assert pages.get(FILE) is None
    assert not pages.serves(FILE, digest, abs)
    assert blobs.holds(digest)


def test_a_file_that_was_taken_down_can_be_put_up_again(pages: Pages, digest: str) -> None:
    pages.link({FILE: digest})
    pages.unlink(FILE)
    pages.link({FILE: digest})
    assert content(pages, FILE) == BYTES


def test_a_page_that_is_whole_is_said_to_be(pages: Pages) -> None:
    assert not pages.is_whole("a")
    for page in (b"short", LONG):
        pages.put("a", page)
        assert pages.is_whole("a")


def test_a_page_shows_its_own_bytes_and_no_others(pages: Pages) -> None:
    assert not pages.shows("a", b"")
    pages.put("a", LONG)
    assert pages.shows("a", LONG)
    assert not pages.shows("a", LONG + b"x")


def test_all_that_stands_here_is_named(pages: Pages, digest: str) -> None:
    pages.put("a/b", b"xyz")
    pages.put("a.b", b"z")
    pages.link({FILE: digest})
    assert names(pages) == {"a/b", "a.b", FILE}
    assert names(pages, "a") == {"a/b"}
    assert names(pages, "nowhere") == set()
    assert all(one.size > 0 and one.written > 1.7e9 for one in pages.walk())


def test_what_is_named_can_be_discarded(pages: Pages, digest: str) -> None:
    pages.put("a/b", LONG)
    pages.link({FILE: digest})
    for one in list(pages.walk()):
        pages.discard(one.name)
        pages.discard(one.name)  # gone already
    assert list(pages.walk()) == []
    assert (pages.get("a/b"), content(pages, FILE)) == (None, None)

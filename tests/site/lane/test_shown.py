"""Answers in memory: as long as what they were made of is the same, and no longer."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from strongroom.packages.shelf.serve import Answer, Readable, Stretch
from strongroom.site.lane import shown as module
from strongroom.site.lane.heads import Plain, plain
from strongroom.site.lane.shown import AtHand, NotAtHandError, Shelf, Shown
from strongroom.stores.pages.disk import DiskPages
from tests.fakes.folders import disk_pages
from tests.fakes.lanes import doors


def request(path: str = "/simple/demo/", *fields: str, method: str = "GET") -> Plain:
    lines = "".join(f"\r\n{one}" for one in ("Host: a", *fields))
    read = plain(f"{method} {path} HTTP/1.1{lines}".encode())
    assert read is not None
    return read


class Counting:
    """A door that counts how often it is asked."""

    def __init__(self, pages: Readable) -> None:
        self._door = doors(pages)["simple"]
        self.asked = 0

    def __call__(self, path: str, query: str, headers: Mapping[str, str]) -> Answer | None:
        self.asked += 1
        return self._door(path, query, headers)


@pytest.fixture
def pages(tmp_path: Path) -> DiskPages:
    pages = disk_pages(tmp_path / "public")
    pages.put("simple/demo/index.html", b"<a>demo</a>")
    return pages


def counting(pages: DiskPages) -> tuple[Shelf, Counting]:
    at_hand = AtHand(pages)
    door = Counting(at_hand)
    return Shelf(at_hand.taken, {"simple": door, "files": doors(at_hand)["files"]}), door


def answered(shelf: Shelf, asked: Plain) -> Shown:
    answer = shelf.answer(asked)
    assert answer is not None
    return answer


def test_a_large_page_that_is_not_in_memory_is_not_read(pages: DiskPages) -> None:
    shelf, _ = counting(pages)
    pages.put("simple/demo/index.html", b"x" * (module.SMALL + 1))
    with pytest.raises(NotAtHandError):
        shelf.answer(request())
    pages.get("simple/demo/index.html")
    assert len(answered(shelf, request()).body) > module.SMALL  # type: ignore[arg-type] # no stretch


def test_a_small_page_is_read_by_whoever_asks(pages: DiskPages) -> None:
    shelf, _ = counting(pages)
    assert answered(shelf, request()).body == b"<a>demo</a>"


def test_a_door_is_asked_once_until_the_page_changes(pages: DiskPages) -> None:
    shelf, door = counting(pages)
    pages.get("simple/demo/index.html")
    assert [answered(shelf, request()).body for _ in range(3)] == [b"<a>demo</a>"] * 3
    assert door.asked == 1
    pages.put("simple/demo/index.html", b"<a>more</a>")
    pages.get("simple/demo/index.html")
    assert answered(shelf, request()).body == b"<a>more</a>"
    assert door.asked == 2


def test_a_page_put_by_another_process_is_seen(pages: DiskPages, tmp_path: Path) -> None:
    shelf, _ = counting(pages)
    pages.get("simple/demo/index.html")
    answered(shelf, request())
    disk_pages(tmp_path / "public").put("simple/demo/index.html", b"<a>other</a>")
    assert answered(shelf, request()).body == b"<a>other</a>"


def test_answers_are_told_apart_by_all_that_they_depend_on(pages: DiskPages) -> None:
    shelf, door = counting(pages)
    pages.put("simple/demo/index.html", b"x" * 5000)
    stored = pages.get("simple/demo/index.html")
    assert stored is not None
    whole = answered(shelf, request())
    packed = answered(shelf, request("/simple/demo/", "Accept-Encoding: gzip"))
    held = answered(shelf, request("/simple/demo/", f"If-None-Match: {stored.etag}"))
    head = answered(shelf, request(method="HEAD"))
    assert (whole.status, packed.status, held.status, head.status) == (200, 200, 304, 200)
    assert (whole.body, packed.body) == (stored.body, stored.compressed)
    assert (held.body, head.body) == (b"", b"")
    assert door.asked == 4


def test_what_is_not_there_is_not_kept(pages: DiskPages) -> None:
    shelf, door = counting(pages)
    for _ in range(2):
        assert shelf.answer(request("/simple/nothing/")) is None
    assert door.asked == 2
    assert shelf.answer(request("/other/")) is None
    assert door.asked == 2


def test_a_file_is_a_stretch_and_a_range_is_not_kept(pages: DiskPages) -> None:
    place = pages.place("files/demo")
    place.parent.mkdir()
    place.write_bytes(b"0123456789")
    shelf, _ = counting(pages)
    for _ in range(2):
        assert answered(shelf, request("/files/demo")).body == Stretch(place, 0, 10)
    part = answered(shelf, request("/files/demo", "Range: bytes=2-4"))
    assert part.body == Stretch(place, 2, 3)
    assert len(shelf._held) == 1
    place.unlink()
    assert shelf.answer(request("/files/demo")) is None


def test_memory_has_a_bound(pages: DiskPages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_BYTES", 10_000)
    monkeypatch.setattr(module, "_ENTRY_BYTES", 5_000)
    shelf, _ = counting(pages)
    for number in range(30):
        pages.put(f"simple/p{number}/index.html", b"x" * number * 300)
        pages.get(f"simple/p{number}/index.html")
        answered(shelf, request(f"/simple/p{number}/"))
    assert shelf._bytes <= 10_000
    assert shelf._bytes == sum(module._size(*one) for one in shelf._held.items())
    assert all(len(one.body) < 5_000 for one in shelf._held.values() if isinstance(one.body, bytes))


def test_what_a_client_asks_at_length_counts_against_the_bound(
    pages: DiskPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_BYTES", 40_000)
    shelf, _ = counting(pages)
    for number in range(20):
        answered(shelf, request(f"/simple/demo/?{number}{'q' * 5000}"))
        answered(shelf, request("/simple/demo/", f'If-None-Match: "{number}{"x" * 5000}"'))
    held = sum(len(target) + sum(map(len, filter(None, asked))) for target, asked in shelf._held)
    assert 20_000 < held < 40_000


def test_a_page_that_changes_between_two_looks_is_left_to_a_thread(
    pages: DiskPages, tmp_path: Path
) -> None:
    at_hand = AtHand(pages)
    pages.get("simple/demo/index.html")

    def restless(path: str, _query: str, _headers: Mapping[str, str]) -> Answer | None:
        at_hand.get("simple/demo/index.html")
        pages.put("simple/demo/index.html", path.encode())
        at_hand.get("simple/demo/index.html")
        return Answer(200, "OK", ())

    with pytest.raises(NotAtHandError):
        Shelf(at_hand.taken, {"simple": restless}).answer(request())


def test_a_secret_in_a_path_is_not_told(pages: DiskPages) -> None:
    shelf, _ = counting(pages)
    asked = request("/simple/strongroom_u_0123456789abcdef/")
    assert shelf.answer(asked) is None
    told = module.shown((asked.method, asked.path), Answer(404, "No", ()))
    assert told.path == "/simple/strongroom_[redacted]/"

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO

import pytest

from strongroom.core.errors import NotFoundError
from strongroom.ecosystems.pypi.knowledge import PyPI
from strongroom.packages.comparison import releases
from strongroom.packages.comparison.differences import How
from strongroom.packages.comparison.releases import (
    Release,
    Side,
    compare_files,
    compare_releases,
    predecessor,
)
from tests.fakes.distributions import sdist, wheel

PYPI = PyPI("https://registry.test")


class Store:
    """Bytes by their digest."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def side(self, filename: str, body: bytes) -> Side:
        """Keep a file."""
        digest = sha256(body).hexdigest()
        self._kept[digest] = body
        kind = "sdist" if filename.endswith(".tar.gz") else "bdist_wheel"
        return Side(filename, kind, len(body), digest)

    def opened(self, digest: str) -> BinaryIO:
        """Return a stream over kept bytes."""
        try:
            return BytesIO(self._kept[digest])
        except KeyError:
            raise NotFoundError("no-such-blob", "There are no such bytes here.") from None


@pytest.fixture
def store() -> Store:
    return Store()


def _wheel(store: Store, version: str, files: Mapping[str, bytes] | None = None) -> Side:
    return store.side(f"box-{version}-py3-none-any.whl", wheel("box", version, files=files))


def test_a_wheel_is_held_against_that_of_the_release_before(store: Store) -> None:
    old, new = _wheel(store, "1.0", {"box.py": b"a\n"}), _wheel(store, "2.0", {"box.py": b"b\n"})
    (told,) = compare_files([old], [new], PYPI, store.opened)
    assert (told.against, told.size_before) == (old.filename, old.size)
    assert told.changes is not None
    assert {each.path for each in told.changes} == {
        "box.py",
        "*.dist-info/METADATA",
        "*.dist-info/RECORD",
    }


def test_an_sdist_is_compared_below_its_top_folder(store: Store) -> None:
    old = store.side("box-1.0.tar.gz", sdist("box", "1.0", files={"setup.py": b"a"}))
    new = store.side("box-2.0.tar.gz", sdist("box", "2.0", files={"setup.py": b"b"}))
    (told,) = compare_files([old], [new], PYPI, store.opened)
    assert told.changes is not None
    assert "setup.py" in {each.path for each in told.changes}


def test_without_a_release_before_everything_is_new(store: Store) -> None:
    (told,) = compare_files([], [_wheel(store, "1.0")], PYPI, store.opened)
    assert (told.against, told.size_before) == ("", None)
    assert told.changes is not None
    assert {each.how for each in told.changes} == {How.ADDED}


def test_a_wheel_is_held_against_the_one_for_its_platform() -> None:
    tags = ("cp312-cp312-win_amd64", "cp313-cp313-win_amd64")
    old = [Side(f"box-1.0-{tag}.whl", "bdist_wheel", 1, "") for tag in tags]
    old.append(Side("box-1.0.tar.gz", "sdist", 1, ""))
    new = Side(f"box-2.0-{tags[0]}.whl", "bdist_wheel", 1, "")
    assert predecessor(old, new) == old[0]
    assert predecessor(old[1:], new) == old[1]
    assert predecessor(old[2:], new) is None


def test_a_large_file_is_not_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "LARGEST_READ", 10)
    (told,) = compare_files([], [_wheel(store, "1.0")], PYPI, store.opened)
    assert told.changes is None
    assert "not opened" in told.reason


def test_many_files_are_opened_until_they_are_too_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = [_wheel(store, version) for version in ("1.0", "2.0", "3.0")]
    monkeypatch.setattr(releases, "MOST_READ", sides[0].size + sides[1].size)
    told = compare_files([], sides, PYPI, store.opened)
    assert [one.changes is None for one in told] == [False, False, True]
    assert told[2].reason.startswith("The files before it")


def test_what_unpacks_to_too_much_is_not_compared(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "LARGEST_UNPACKED", 1000)
    bomb = _wheel(store, "1.0", {"box.py": bytes(100_000)})
    (told,) = compare_files([], [bomb], PYPI, store.opened)
    assert told.changes is None
    assert told.reason.startswith("A member unpacks")


def test_a_release_of_bombs_costs_no_more_than_one_page_may(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each unpacks to a thousand times what it takes, and a stage has room for 500 of them.
    monkeypatch.setattr(releases, "MOST_UNPACKED", 1_000_000)
    bomb = _wheel(store, "1.0", {"box.py": bytes(100_000)})
    told = compare_files([], [bomb] * 20, PYPI, store.opened)
    assert [one.changes is None for one in told] == [False] * 4 + [True] * 16
    assert told[-1].reason == "The files before it were too many to open this one too."


def test_a_release_of_many_members_costs_no_more_than_one_page_may(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "MOST_MEMBERS", 11)
    told = compare_files([], [_wheel(store, "1.0")] * 3, PYPI, store.opened)
    assert [one.changes is None for one in told] == [False, True, True]


def test_more_changes_than_a_page_shows_are_not_told_in_part(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "MOST_CHANGES", 7)
    (first, second) = compare_files([], [_wheel(store, "1.0")] * 2, PYPI, store.opened)
    assert first.changes is not None
    assert (second.changes, second.reason) == (None, "It differs in more files than a page shows.")


def test_no_more_text_is_kept_than_there_is_room_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 90 KB of wheel would otherwise be hundreds of MB of text, four bytes a character.
    monkeypatch.setattr(releases, "MOST_TEXT", 100)
    old = _wheel(store, "1.0", {"a.py": b"1" * 40, "b.py": b"2" * 40})
    new = _wheel(store, "2.0", {"a.py": b"3" * 40, "b.py": b"4" * 40})
    (told,) = compare_files([old], [new], PYPI, store.opened)
    lines = {each.path: each.lines is not None for each in told.changes or ()}
    assert (lines["a.py"], lines["b.py"]) == (True, False)


def test_a_file_in_whose_place_there_is_none_is_missing(store: Store) -> None:
    sdist_before = store.side("box-1.0.tar.gz", sdist("box", "1.0"))
    old = Release("1.0", [{}], [_wheel(store, "1.0"), sdist_before])
    new = Release("2.0", [{}], [_wheel(store, "2.0")])
    told = compare_releases(old, new, PYPI, store.opened)
    assert told.missing == ("box-1.0.tar.gz",)


def test_bytes_that_are_gone_are_said_to_be(store: Store) -> None:
    lost = Side("box-1.0-py3-none-any.whl", "bdist_wheel", 1, "0" * 64)
    (told,) = compare_files([], [lost], PYPI, store.opened)
    assert told.reason == "There are no such bytes here."

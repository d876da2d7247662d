"""What a process sees of downloads, and that a database which is away loses none."""

from collections.abc import Mapping

from django.db import DatabaseError

from strongroom.site import downloads
from strongroom.site.downloads import Seen

FILE = "/files/pypi/aa/bb/cc/demo-1.0.tar.gz"


def test_only_whole_files_that_are_sent_count() -> None:
    written: list[Mapping[tuple[str, str], int]] = []
    seen = Seen(written.append)
    for method, status in (("GET", 200), ("GET", 302), ("GET", 206), ("HEAD", 200), ("GET", 404)):
        seen.count(method, FILE, status)
    seen.count("GET", "/files/odd", 200)
    seen.flush()
    assert written == [{("pypi", "demo-1.0.tar.gz"): 2}]


def test_nothing_is_written_where_nothing_was_seen() -> None:
    written: list[Mapping[tuple[str, str], int]] = []
    Seen(written.append).flush()
    assert written == []


def test_what_cannot_be_written_now_is_written_the_next_time() -> None:
    written: list[Mapping[tuple[str, str], int]] = []
    away = True

    def write(files: Mapping[tuple[str, str], int]) -> None:
        if away:
            raise DatabaseError
        written.append(files)

    seen = Seen(write)
    seen.count("GET", FILE, 200)
    seen.flush()
    away = False
    seen.count("GET", FILE, 200)
    seen.flush()
    assert written == [{("pypi", "demo-1.0.tar.gz"): 2}]


def test_a_process_that_ends_writes_what_it_has_seen() -> None:
    written: list[Mapping[tuple[str, str], int]] = []
    seen = Seen(written.append)
    assert downloads.WRITE_EVERY >= 1
    with seen.kept():
        seen.count("GET", FILE, 200)
    assert written == [{("pypi", "demo-1.0.tar.gz"): 1}]

"""Who can read what the program makes: its own account, and of the shelf whoever is let in."""

import os
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.native.server import Server
from tests.native.uploads import publish

pytestmark = pytest.mark.native

OTHERS = 0o077


def test_only_the_shelf_can_be_read_by_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        server = Server(data)
        server.make()
        server.start()
    finally:
        os.umask(before)
    digest = publish(server, wheel_filename("parcel", "1.0"), wheel("parcel", "1.0"))
    assert server.stop() == 0
    own = [path for path in data.iterdir() if path.name != "public"]
    assert {path.name for path in own} >= {"strongroom.sqlite3", "keys", "blobs", "run"}
    assert [path.name for path in own if path.stat().st_mode & OTHERS] == []
    shelf = data / "public"
    file = shelf / "files/pypi" / digest[:2] / digest[2:4] / digest[4:]
    page = next(path for path in (shelf / "pypi").rglob("*") if path.is_file())
    for path in (*file.iterdir(), *file.parents[:5], page, *page.parents[:2]):
        if path.is_relative_to(shelf):
            assert path.stat().st_mode & 0o004, path

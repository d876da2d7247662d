"""A running registry for the length of a fault, and no process of it afterwards."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.native.server import Server


def made(data: Path, settings: Mapping[str, str]) -> Server:
    """Make a registry with an account, or take a copy of one where its rows are in the folder."""
    server = Server(data, settings=dict(settings))
    if "STRONGROOM_DATABASE" in settings:
        server.make()
    else:
        folder, server.token = _empty()
        shutil.copytree(folder, data, dirs_exist_ok=True)
    return server


@cache
def _empty() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="strongroom-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder / "data")
    server.make()
    return server.data, server.token


@contextmanager
def registry(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Make a registry and serve it."""
    server = made(data, settings or {})
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()

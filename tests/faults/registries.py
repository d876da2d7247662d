"""A running registry for the length of a fault, and no process of it afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.native.server import Server


def made(data: Path, settings: Mapping[str, str]) -> Server:
    """Make a registry with an account, which is not served yet."""
    server = Server(data, settings=dict(settings))
    server.make()
    return server


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

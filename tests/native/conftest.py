"""One real server for all tests of this folder that leave it running, and fresh clients for each.

Tests share the registry, so each has project names of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.native.clients import Clients
from tests.native.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running registry."""
    running = Server(tmp_path_factory.mktemp("registry") / "data")
    running.make()
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """Return a running registry of this test's own, which it may end or kill."""
    running = Server(tmp_path / "data")
    running.make()
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.kill()


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    """Return clients that have never seen anything."""
    home = tmp_path / "home"
    home.mkdir()
    return Clients(home)

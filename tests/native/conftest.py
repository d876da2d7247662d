"""One real server for all tests of this folder that leave it running, and fresh clients for each.

Tests share the registry, so each has project names of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.clients import Clients
from tests.native.nginx import Nginx, running, settings
from tests.native.server import Server, free_port, program
from tests.native.uploads import publish


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


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Return nginx over a registry with a project of each kind."""
    folder = tmp_path_factory.mktemp("nginx")
    # Two threads, so that whoever held one for long would be noticed.
    few = settings(free_port()) | {
        "STRONGROOM_THREADS": "2",
        "STRONGROOM_MAX_FILE_BYTES": "9999999",
    }
    behind = Server(folder / "data", settings=few)
    behind.make()
    behind.start()
    files = {}
    for version in ("1.0", "1.1", "2.0"):
        body = wheel("parcel", version, metadata=Metadata(description="words " * 200))
        publish(behind, wheel_filename("parcel", version), body)
        files[version] = address(wheel_filename("parcel", version), body)
    bad = wheel("bad-parcel", "1.0")
    publish(behind, wheel_filename("bad-parcel", "1.0"), bad)
    files["bad"] = address(wheel_filename("bad-parcel", "1.0"), bad)
    status = ("project", "status", "--data", behind.data, "bad-parcel", "quarantined")
    program(*status, "--reason", "case 42", settings=behind.settings)
    with running(folder / "nginx", behind) as through:
        through.files.update(files)
        yield through
    assert behind.stop() == 0

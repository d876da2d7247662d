"""What holds for every test: settings over a throw-away folder, no network, no skip in CI.

1. Django's settings are those of `tests.settings`.
2. A test reaches loopback and nothing else: an audit hook refuses other addresses and names.
3. Where CI is set to `true`, a skipped test fails the run, because nobody would see it there.
4. Over SQLite every test runs but those of PostgreSQL; over PostgreSQL (TESTS_DATABASE), those that
   use the database, or whose server does (`either`).
"""

import ipaddress
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django
import hypothesis
import pytest

from strongroom.stores.keys import create_keys
from tests.fakes import objects
from tests.fakes.postgresql import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Collection

NETWORK_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


def _is_local(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "")
    if text in {"", "localhost"} or text.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _stay_home(event: str, arguments: tuple[object, ...]) -> None:
    if event not in NETWORK_EVENTS:
        return
    where = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    if isinstance(where, tuple):
        where = where[0]
    elif event != "socket.getaddrinfo":
        return  # a Unix socket's address is its path
    if not _is_local(where):
        message = f"a test reached for {where!r}; tests reach loopback only"
        raise PermissionError(message)


os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# Playwright runs an event loop beside the tests; nothing of ours is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()
sys.addaudithook(_stay_home)


class SkipsInCI:
    """Collects skipped tests and fails the run for them where CI is `true`."""

    def __init__(self) -> None:
        self._skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._skipped:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._skipped:
            terminalreporter.section("skipped in CI, which fails the run")
            for nodeid in self._skipped:
                terminalreporter.write_line(nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, metavar="N", help="how much the fuzz tests try")
    parser.addoption(
        "--minutes", type=float, default=0.0, metavar="M", help="how long tests of endurance go on"
    )
    parser.addoption("--full", action="store_true", help="the long forms of the tests of faults")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # The processes that run tests beside each other share one object store.
        objects.prepare_home()
        config.add_cleanup(objects.remove_home)
    # A busy machine is slow, and slowness is no failure of a property.
    hypothesis.settings.register_profile("house", deadline=None)
    hypothesis.settings.load_profile("house")
    hypothesis.settings.register_profile(
        "fuzz-of-the-api",
        max_examples=config.getoption("--fuzz") or 8,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(SkipsInCI())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    over_postgresql = ADDRESS in os.environ
    kept = [item for item in items if _belongs(item, over_postgresql=over_postgresql)]
    if len(kept) < len(items):
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = kept


def _belongs(item: pytest.Item, *, over_postgresql: bool) -> bool:
    if item.get_closest_marker("postgresql") is not None:
        return over_postgresql
    if not over_postgresql:
        return True
    if item.get_closest_marker("either") is not None:
        return True
    return _uses_database(item) and item.get_closest_marker("sqlite") is None


def _uses_database(item: pytest.Item) -> bool:
    fixtures: Collection[str] = getattr(item, "fixturenames", ())
    return (
        item.get_closest_marker("django_db") is not None
        or "db" in fixtures
        or "transactional_db" in fixtures
    )


@pytest.fixture(scope="session")
def object_store() -> str:
    """Return the endpoint of a real object store; skips where there is none to start."""
    if lacking := objects.missing():
        pytest.skip(f"not installed: {lacking}")
    return objects.endpoint()


@pytest.fixture
def bucket(object_store: str) -> str:
    """Return the setting that names an empty part of a bucket."""
    return objects.address(object_store, secrets.token_hex(8))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with keys and nothing else, for one test."""
    folder = tmp_path / "data"
    create_keys(folder / "keys", None, secrets.token_bytes)
    return folder


@pytest.fixture
def minutes(request: pytest.FixtureRequest) -> float:
    """Return how long a test of endurance is to go on at least; 0 for its quick form."""
    return float(request.config.getoption("--minutes"))

"""Public reads touch no database: not on this thread, and not on any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.test.utils import CaptureQueriesContext

from tests.fakes.registry import Registry

READS = (
    *("/", "/simple/", "/simple/example/", "/simple/Example/", "/simple/unknown/"),
    *("/pypi/example/json", "/pypi/example/1.0/json", "/pypi/unknown/json"),
    *("/project/example/", "/project/example/1.0/", "/project/example/history/"),
    *("/rss/updates.xml", "/rss/packages.xml", "/rss/project/example/releases.xml"),
    "/project/unknown/",
    "/integrity/example/1.0/example-1.0-py3-none-any.whl/provenance",
)


@pytest.fixture
def addresses(registry: Registry) -> tuple[str, ...]:
    """Return all kinds of public addresses, of a registry with something in it."""
    path = registry.publish("Example", "1.0")
    taken = registry.publish("taken", "1.0")
    registry.yank("example", "1.0", "broken")
    registry.set_status("taken", "quarantined", "malware")
    return (*READS, path, f"{path}.metadata", taken)


def test_public_reads_run_no_query(registry: Registry, addresses: tuple[str, ...]) -> None:
    with CaptureQueriesContext(connection) as queries:
        for path in addresses:
            assert registry.get(path).status_code in {200, 301, 403, 404}
            registry.client.head(path, buffered=True)
    assert [query["sql"] for query in queries] == []


@contextmanager
def no_database() -> Iterator[list[str]]:
    """Refuse every connection that a thread opens, and note who tried."""
    tried: list[str] = []

    def refuse(connection: object, **_: object) -> None:
        tried.append(str(connection))
        raise AssertionError

    connection_created.connect(refuse)
    try:
        yield tried
    finally:
        connection_created.disconnect(refuse)


def test_public_reads_open_no_connection_in_a_thread_that_has_none(
    registry: Registry, addresses: tuple[str, ...]
) -> None:
    statuses: list[int] = []

    def read() -> None:
        statuses.extend(registry.get(path).status_code for path in addresses)
        # Nothing of Django's was even woken: this thread has no connection to be closed.
        statuses.append(len(connections.all(initialized_only=True)))

    with no_database() as tried:
        reader = Thread(target=read)
        reader.start()
        reader.join()
    assert tried == []
    assert len(statuses) == len(addresses) + 1
    assert statuses[-1] == 0

"""A bench, an owner and a published project for the tests of packages."""

from pathlib import Path

import pytest

from strongroom.core.actors import Actor
from tests.fakes.bench import Bench, open_bench


@pytest.fixture
def bench(db: None, tmp_path: Path) -> Bench:
    """Return a bench where nothing has happened."""
    return open_bench(tmp_path)


@pytest.fixture
def alice(bench: Bench) -> Actor:
    """Return a person."""
    return bench.person("alice")


@pytest.fixture
def bob(bench: Bench) -> Actor:
    """Return another person."""
    return bench.person("bob")


@pytest.fixture
def parcel(bench: Bench, alice: Actor) -> str:
    """Return the key of a project of alice's with one release, 1.0."""
    bench.publish(alice, "Parcel", "1.0", summary="Things in a box", keywords=["wrapping"])
    return "parcel"

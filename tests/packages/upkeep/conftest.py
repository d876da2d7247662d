"""A whole registry whose rows are really committed, and what damages it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from strongroom.packages.upkeep.backup import Source
from tests.fakes.registry import Registry, open_registry


@pytest.fixture
def registry(transactional_db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    """Return an empty registry with one account."""
    with open_registry(data, settings) as opened:
        yield opened


@pytest.fixture
def source(registry: Registry) -> Source:
    """Return the registry as a backup sees it."""
    house = registry.house
    alone = house.premises.alone
    return Source(house.configuration.data, house.blobs, alone, "this registry", "0.1.0")


@pytest.fixture
def flip() -> Callable[[Path], None]:
    """Return a function that flips one bit of a file, as a failing disk does."""

    def flipped(place: Path) -> None:
        status, body = place.stat(), bytearray(place.read_bytes())
        body[len(body) // 2] ^= 1
        place.chmod(0o600)
        place.write_bytes(body)
        place.chmod(status.st_mode)

    return flipped


def digest_of(path: str) -> str:
    """Return the digest in the address of a file."""
    return "".join(path.split("/")[3:6])

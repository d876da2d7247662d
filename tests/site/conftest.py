"""A registry for the tests of the site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.fakes.registry import Registry, open_registry


@pytest.fixture
def registry(db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    """Return an empty registry with one account."""
    with open_registry(data, settings) as opened:
        yield opened

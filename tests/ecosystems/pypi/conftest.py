"""A registry for the tests of Python's doors."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.fakes.registry import Registry, open_registry


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--fuzz N` where this folder is named on the command line."""
    with suppress(ValueError):  # another folder's fuzz tests have it already
        parser.addoption("--fuzz", type=int, help="how much the fuzz tests try")


@pytest.fixture
def registry(db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    """Return an empty registry with one account."""
    with open_registry(data, settings) as opened:
        yield opened

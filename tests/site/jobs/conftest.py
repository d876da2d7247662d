"""Each test of the queue begins with nothing done."""

from collections.abc import Iterator

import pytest

from tests.fakes.jobs import BEGUN, DONE


@pytest.fixture(autouse=True)
def nothing_done() -> Iterator[None]:
    DONE.clear()
    BEGUN.clear()
    yield
    DONE.clear()

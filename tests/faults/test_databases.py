"""Databases that do not answer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.faults.databases import killed, locked
from tests.faults.figures import Figures

PROGRAMS = postgresql.programs()
pytestmark = pytest.mark.native


def test_writes_wait_for_a_database_that_another_holds(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    tally(locked(tmp_path, 30 if full else 1))


@pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")
def test_nothing_acknowledged_is_lost_to_kills_of_postgresql(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    assert PROGRAMS is not None
    tally(killed(tmp_path, PROGRAMS, 50 if full else 1))

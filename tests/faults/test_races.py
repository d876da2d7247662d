"""Races for one file name, over both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.faults.figures import Figures
from tests.faults.races import races

PROGRAMS = postgresql.programs()
pytestmark = pytest.mark.native

FULL, QUICK = {2: 1000, 8: 250}, {2: 8, 8: 4}  # how many races of how many writers


def test_of_writers_of_one_name_one_wins(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    tally(races(tmp_path, FULL if full else QUICK))


@pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")
def test_of_writers_of_one_name_one_wins_over_postgresql(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    assert PROGRAMS is not None
    with postgresql.running(PROGRAMS) as database:
        address = database.create("races")
        tally(races(tmp_path, FULL if full else QUICK, address))

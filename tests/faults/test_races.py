"""Races for one file name, over both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import postgresql
from tests.faults.figures import Figures
from tests.faults.races import races

PROGRAMS = postgresql.programs()
pytestmark = pytest.mark.native

# How many races of how many writers. In short, the races of `tests/packages/publishing` are harder:
# there all writers are held at the last step before the commit, over both databases.
FULL, QUICK = {2: 1000, 8: 250}, {2: 4, 8: 2}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = bool(metafunc.config.getoption("--full")) and PROGRAMS is not None
    metafunc.parametrize("database", ["SQLite", "PostgreSQL"] if full else ["SQLite"])


def test_of_writers_of_one_name_one_wins(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None], database: str
) -> None:
    rounds = FULL if full else QUICK
    if database == "SQLite":
        tally(races(tmp_path, rounds))
    else:
        assert PROGRAMS is not None
        with postgresql.running(PROGRAMS) as server:
            tally(races(tmp_path, rounds, server.create("races")))

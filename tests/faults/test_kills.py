"""SIGKILL at random moments under load."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.kills import kills

pytestmark = pytest.mark.native

FULL, QUICK = 500, 4


def test_nothing_acknowledged_is_lost_to_kills_under_load(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    rounds = FULL if full else QUICK
    figures = kills(tmp_path, rounds)
    assert figures.acknowledged >= rounds
    tally(figures)

"""Power cuts, on real file systems."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import disks, volatile
from tests.faults.cuts import VOLATILE, cuts
from tests.faults.figures import Figures

MISSING = next(filter(None, map(disks.why_not, ("ext4", "xfs"))), "")
pytestmark = [pytest.mark.native, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

CUTS = {("ext4", 1): 60, ("ext4", 2): 60, ("xfs", 1): 40, ("xfs", 2): 40}
FULL = CUTS | {(VOLATILE, 1): 100}
QUICK = {("ext4", 1): 1, ("xfs", 2): 1}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = FULL if metafunc.config.getoption("--full") else QUICK
    metafunc.parametrize(("kind", "count", "rounds"), [(*key, n) for key, n in wanted.items()])


def test_nothing_acknowledged_is_lost_to_power_cuts(
    tmp_path: Path, tally: Callable[[Figures], None], kind: str, count: int, rounds: int
) -> None:
    if kind == VOLATILE and volatile.why_not():
        pytest.skip(volatile.why_not())
    tally(cuts(tmp_path, kind, count, rounds))

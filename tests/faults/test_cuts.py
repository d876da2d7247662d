"""Power cuts, on real file systems."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cuts import cuts
from tests.faults.disks import why_not
from tests.faults.figures import Figures

pytestmark = [
    pytest.mark.native,
    *(pytest.mark.skipif(bool(why_not(kind)), reason=why_not(kind)) for kind in ("ext4", "xfs")),
]

FULL = {("ext4", 1): 60, ("ext4", 2): 60, ("xfs", 1): 40, ("xfs", 2): 40}
QUICK = {("ext4", 1): 1, ("xfs", 2): 1}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = FULL if metafunc.config.getoption("--full") else QUICK
    metafunc.parametrize(("kind", "disks", "rounds"), [(*key, n) for key, n in wanted.items()])


def test_nothing_acknowledged_is_lost_to_power_cuts(
    tmp_path: Path, tally: Callable[[Figures], None], kind: str, disks: int, rounds: int
) -> None:
    tally(cuts(tmp_path, kind, disks, rounds))

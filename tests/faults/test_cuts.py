"""Power cuts, on real file systems."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cuts import cuts
from tests.faults.disks import why_not
from tests.faults.figures import Figures

pytestmark = pytest.mark.native

FULL, QUICK = 50, {("ext4", 1): 2, ("ext4", 2): 1, ("xfs", 1): 1, ("xfs", 2): 1}


@pytest.mark.parametrize(
    ("kind", "disks"),
    [
        pytest.param(
            kind, disks, marks=pytest.mark.skipif(bool(why_not(kind)), reason=why_not(kind))
        )
        for kind, disks in QUICK
    ],
)
def test_nothing_acknowledged_is_lost_to_power_cuts(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None], kind: str, disks: int
) -> None:
    tally(cuts(tmp_path, kind, disks, FULL if full else QUICK[kind, disks]))

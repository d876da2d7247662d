"""Full disks and other shortages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.disks import memory_disk, why_not
from tests.faults.figures import Figures
from tests.faults.shortages import short_of

pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(bool(why_not("tmpfs")), reason=why_not("tmpfs")),
]


# The reserve is a setting, so it has a registry of its own; in short, `test_room` shows it.
QUICK = [("bytes", "inodes", "size", "descriptors")]
FULL = [*QUICK, ("reserve",)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("names", FULL if metafunc.config.getoption("--full") else QUICK)


def test_a_registry_that_runs_short_refuses_uploads_and_recovers_by_itself(
    tmp_path: Path, tally: Callable[[Figures], None], names: tuple[str, ...]
) -> None:
    with memory_disk(tmp_path / "disk", "size=64m,nr_inodes=4000") as root:
        tally(short_of(root, names))

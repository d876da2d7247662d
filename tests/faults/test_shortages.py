"""Full disks and other shortages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.disks import memory_disk, why_not
from tests.faults.figures import Figures
from tests.faults.shortages import SHORTAGES, short_of

pytestmark = pytest.mark.native

MOUNTED = {"reserve": "size=64m", "bytes": "size=64m", "inodes": "size=64m,nr_inodes=4000"}


@pytest.mark.skipif(bool(why_not("tmpfs")), reason=why_not("tmpfs"))
@pytest.mark.parametrize("name", MOUNTED)
def test_a_file_system_without_room_refuses_uploads_and_no_more(
    tmp_path: Path, tally: Callable[[Figures], None], name: str
) -> None:
    with memory_disk(tmp_path / "disk", MOUNTED[name]) as root:
        tally(short_of(root, SHORTAGES[name]))


@pytest.mark.parametrize("name", sorted(SHORTAGES.keys() - MOUNTED.keys()))
def test_a_process_at_its_limits_refuses_uploads_and_no_more(
    tmp_path: Path, tally: Callable[[Figures], None], name: str
) -> None:
    tally(short_of(tmp_path, SHORTAGES[name]))

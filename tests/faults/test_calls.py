"""Faults at the system calls of an upload."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from tests.faults.calls import EVERY, KILL, sweep
from tests.faults.figures import Figures
from tests.faults.tracing import why_not

pytestmark = [pytest.mark.native, pytest.mark.skipif(bool(why_not()), reason=why_not())]

EIO, ENOSPC = "error=EIO", "error=ENOSPC"
FULL = {"kill": {KILL: EVERY}, "EIO": {EIO: EVERY}, "ENOSPC": {ENOSPC: EVERY}}
# Before the blob is kept, within the transaction, between it and the pages, and before the answer.
KILLS = {"fsync": (2,), "pwrite64": (4,), "link": (2,), "sendmsg": (1,)}
QUICK = {"few": {KILL: KILLS, EIO: {"fsync": (3,), "pwrite64": (2,)}, ENOSPC: {"link": (1,)}}}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = FULL if metafunc.config.getoption("--full") else QUICK
    metafunc.parametrize("strikes", wanted.values(), ids=wanted.keys())


def test_a_fault_at_any_system_call_of_an_upload_is_told_and_loses_nothing(
    tmp_path: Path,
    tally: Callable[[Figures], None],
    strikes: Mapping[str, Mapping[str, Collection[int]]],
) -> None:
    figures = sweep(tmp_path, strikes)
    wanted = [numbers for calls in strikes.values() for numbers in calls.values()]
    assert figures.rounds >= sum(len(numbers) or 1 for numbers in wanted)
    tally(figures)

"""Faults at the system calls of an upload."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.calls import KILL, sweep
from tests.faults.figures import Figures
from tests.faults.tracing import why_not

pytestmark = [pytest.mark.native, pytest.mark.skipif(bool(why_not()), reason=why_not())]

FEW = (1, 5, 20)


def test_a_kill_at_any_system_call_of_an_upload_loses_nothing(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    tally(sweep(tmp_path, [KILL], () if full else FEW))


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_an_error_of_any_system_call_is_told_and_loses_nothing(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None], error: str
) -> None:
    tally(sweep(tmp_path, [f"error={error}"], () if full else FEW))

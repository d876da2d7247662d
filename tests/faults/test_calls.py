"""Faults at the system calls of an upload."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.calls import KILL, sweep
from tests.faults.figures import Figures
from tests.faults.tracing import why_not

pytestmark = [pytest.mark.native, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def test_a_kill_at_any_system_call_of_an_upload_loses_nothing(
    tmp_path: Path, full: bool, tally: Callable[[Figures], None]
) -> None:
    tally(sweep(tmp_path, [KILL], () if full else (2, 15)))


@pytest.mark.parametrize(("error", "quick"), [("EIO", (3, 20)), ("ENOSPC", (1,))])
def test_an_error_of_any_system_call_is_told_and_loses_nothing(
    tmp_path: Path,
    full: bool,
    tally: Callable[[Figures], None],
    error: str,
    quick: tuple[int, ...],
) -> None:
    tally(sweep(tmp_path, [f"error={error}"], () if full else quick))

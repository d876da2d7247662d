"""One table of what was measured: `./run faults` runs the full forms, `./run test` the quick ones.

Each test hands its figures to `tally`, which says whether they are sound.
"""

from collections.abc import Callable

import pytest

from tests.faults.figures import Figures, table

KEY = "figures"


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Say whether the long forms are asked for."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[Figures], None]:
    """Return what puts figures into the table and refuses those that are not sound."""

    def put(figures: Figures) -> None:
        # By way of the report, which comes home from the processes of a parallel run too.
        request.node.user_properties.append((KEY, figures.packed()))
        assert figures.is_sound, table([figures])

    return put


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.getreports(kind)]
    found = [
        Figures.unpacked(value)
        for report in reports
        if report.when == "call"
        for key, value in report.user_properties
        if key == KEY
    ]
    if found:
        terminalreporter.section("faults")
        terminalreporter.write_line(table(found))

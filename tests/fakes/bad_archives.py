"""The corpus of archives that must be refused: `WHEEL_CASES`, `SDIST_CASES`, and all as `CASES`.

    @pytest.mark.parametrize("case", CASES, ids=case_id)
    def test_a_bad_archive_is_refused(case: Case) -> None:
        bad = case.archive()

All claim to be `bad-case` 1.0 and are valid distributions but for the one thing that is wrong.
A case is built when it is first asked for, and then kept.
"""

from tests.fakes import bad_metadata, bad_names, bad_sdists, bad_wheels
from tests.fakes.bad_cases import Case

WHEEL_CASES = (*bad_wheels.WHEELS.cases, *bad_names.WHEELS.cases, *bad_metadata.WHEELS.cases)
SDIST_CASES = (*bad_sdists.SDISTS.cases, *bad_metadata.SDISTS.cases)
CASES = (*WHEEL_CASES, *SDIST_CASES)


def case_id(case: Case) -> str:
    """Return how a test report names a case."""
    return case.name

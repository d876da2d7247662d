"""The life of a stage, against a table written by hand."""

import pytest

from strongroom.core.errors import ConflictError
from strongroom.packages.staging.states import ENDED, Act, State, after

# Rows: the acts. Columns: open, error, processing. "-" is a conflict.
TABLE = """
change   open       error      -
extend   open       error      processing
approve  open       error      processing
reject   error      error      error
ask      processing processing processing
publish  published  published  published
fail     -          -          error
cancel   cancelled  cancelled  -
expire   expired    expired    expired
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
COLUMNS = (State.OPEN, State.ERROR, State.PROCESSING)


def test_the_table_is_whole() -> None:
    assert {row[0] for row in ROWS} == set(Act)
    assert set(COLUMNS) | ENDED == set(State)


@pytest.mark.parametrize(
    ("state", "act", "expected"),
    [
        (state, Act(act), expected)
        for act, *row in ROWS
        for state, expected in zip(COLUMNS, row, strict=True)
    ],
)
def test_an_act_leads_where_the_table_says(state: State, act: Act, expected: str) -> None:
    if expected == "-":
        with pytest.raises(ConflictError) as caught:
            after(state, act)
        assert caught.value.code == "stage-waiting"
    else:
        assert after(state, act) == expected


@pytest.mark.parametrize("state", sorted(ENDED))
@pytest.mark.parametrize("act", list(Act))
def test_nothing_happens_to_what_has_ended(state: State, act: Act) -> None:
    with pytest.raises(ConflictError) as caught:
        after(state, act)
    assert caught.value.code == "stage-ended"

"""The states of a project, and the reasons that people give."""

import pytest

from strongroom.core.actors import Action
from strongroom.core.errors import InvalidError
from strongroom.packages.catalog import states
from strongroom.packages.catalog.states import Status

QUARANTINE = {(old, new) for old in Status for new in Status if "quarantined" in (old, new)}


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_whatever_touches_quarantine_is_for_administrators(old: Status, new: Status) -> None:
    expected = Action.QUARANTINE if (old, new) in QUARANTINE else Action.CONFIGURE
    assert states.action_for(old, new) is expected


def test_the_states_are_those_of_pep_792() -> None:
    assert [states.status(each) for each in Status] == list(Status)
    assert set(Status) == {"active", "archived", "deprecated", "quarantined"}
    assert {"archived", "quarantined"} == states.CLOSED


@pytest.mark.parametrize("raw", ["", "Active", "deleted", "\u00e9" * 99, "a\nb"])
def test_another_state_is_refused(raw: str) -> None:
    with pytest.raises(InvalidError) as caught:
        states.status(raw)
    assert caught.value.code == "status-unknown"
    assert caught.value.sentence.isascii()
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("", ""),
        ("  broken \n wheel\t", "broken wheel"),
        ("\u7834\u640d", "\u7834\u640d"),
        ("x" * 500, "x" * 500),
    ],
)
def test_a_reason_is_one_line(raw: str, told: str) -> None:
    assert states.reason(raw) == told


@pytest.mark.parametrize("raw", ["a\0b", "a\x1b[31m", "a\x7f", "a\u202eb", "a\ud800", "x" * 501])
def test_a_reason_that_could_deceive_or_flood_is_refused(raw: str) -> None:
    with pytest.raises(InvalidError) as caught:
        states.reason(raw)
    assert caught.value.code == "reason-invalid"

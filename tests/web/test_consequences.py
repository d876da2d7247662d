import pytest

from strongroom.packages.catalog.states import Status
from strongroom.web.consequences import becoming, deed, unyanking, yanking


def test_a_yank_names_what_is_yanked_and_who_still_gets_it() -> None:
    told = " ".join(yanking("parcel", "1.0"))
    assert "parcel==1.0" in told
    assert "take it back" in told


def test_taking_a_yank_back_leaves_the_history() -> None:
    assert "history" in unyanking("parcel", "1.0")[-1]


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_consequences_and_ends_in_the_history(status: Status) -> None:
    told = becoming("Parcel", status)
    assert "Parcel" in told[0]
    assert "history" in told[-1]


@pytest.mark.parametrize("status", Status)
def test_every_change_of_status_has_a_name(status: Status) -> None:
    old = Status.ACTIVE if status is not Status.ACTIVE else Status.ARCHIVED
    assert "Parcel" in deed("Parcel", old, status)


def test_a_status_that_stays_changes_its_reason() -> None:
    assert deed("Parcel", Status.ARCHIVED, Status.ARCHIVED).startswith("Change the reason")

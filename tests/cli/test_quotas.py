"""`quota show` and `quota set`."""

import pytest

from strongroom.people.accounts.users import find_user
from tests.cli.conftest import Strongroom
from tests.cli.test_projects import _publish
from tests.fakes.people import sure


@pytest.fixture
def parcel(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with one published project."""
    _publish(sure(find_user("alice"), "test"), "Parcel", "1.0", "boxes")
    return alice


def test_all_that_use_room_are_shown(parcel: Strongroom) -> None:
    told = parcel("quota", "show", "--json").json()
    assert [(one["kind"], one["name"], one["limit"], one["own"]) for one in told] == [
        ("project", "pypi:parcel", 0, False),
        ("user", "alice", 0, False),
    ]
    assert told[0]["used"] == told[1]["used"] > 0
    assert "pypi:parcel" in parcel("quota", "show").out


@pytest.mark.parametrize(
    ("written", "limit"),
    [("0", 0), ("512", 512), ("2K", 2048), ("3M", 3 * 1024**2), ("20G", 20 * 1024**3)],
)
def test_a_quota_is_set_in_any_unit(parcel: Strongroom, written: str, limit: int) -> None:
    told = parcel("quota", "set", "--project", "PARCEL", "--json", written).json()
    assert (told["changed"], told["limit"], told["own"]) == (True, limit, True)
    (now,) = parcel("quota", "show", "--project", "parcel", "--json").json()
    assert now["limit"] == limit


def test_setting_a_quota_is_told_in_words(parcel: Strongroom) -> None:
    said = parcel("quota", "set", "--user", "Alice", "2K").out
    assert said.startswith("The user alice has 2.0 KiB (event ")
    again = parcel("quota", "set", "--user", "alice", "2K").out
    assert again == "The user alice has 2.0 KiB (it was so before)\n"
    back = parcel("quota", "set", "--user", "alice", "registry").out
    assert back.startswith("The user alice has no limit (event ")


@pytest.mark.parametrize("written", ["", "x", "-1", "5X", "K", "9999999T"])
def test_what_is_no_number_of_bytes_is_refused(parcel: Strongroom, written: str) -> None:
    assert parcel("quota", "set", "--user", "alice", written).code == 2


def test_a_quota_is_of_somebody(parcel: Strongroom) -> None:
    assert parcel("quota", "set", "5").code == 2
    assert parcel("quota", "set", "--user", "nobody-here", "5").code == 4
    assert parcel("quota", "set", "--project", "nothing", "5").code == 4

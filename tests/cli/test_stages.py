"""The commands of stages."""

from dataclasses import replace

import pytest

from strongroom.core.actors import Action, Reach
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging.putting import Staged, take
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import sure


@pytest.fixture
def handle(alice: Strongroom) -> str:
    """Return a stage of alice's."""
    reach = Reach(actions=frozenset({Action.STAGE}))
    actor = replace(sure(find_user("alice"), "token 7"), reach=reach)
    yard = house().yard
    with yard.desk.blobs.receive() as incoming:
        incoming.write(wheel("parcel", "2.0"))
        put = take(Upload(actor, "pypi", wheel_filename("parcel", "2.0"), {}, incoming), yard)
    assert isinstance(put, Staged)
    return put.stage.handle


def test_stages_are_listed(alice: Strongroom, handle: str) -> None:
    _head, row = alice("stage", "list").out.splitlines()
    assert row.split()[:6] == [handle, "pypi", "parcel", "2.0", "open", "1"]
    (told,) = alice("stage", "list", "--json").json()
    assert (told["handle"], told["opener"]) == (handle, "alice")


def test_a_stage_is_shown_with_its_files(alice: Strongroom, handle: str) -> None:
    told = alice("stage", "show", handle, "--json").json()
    assert (told["project"], told["approvals_wanted"]) == ("pypi:parcel", 0)
    assert [file["name"] for file in told["files"]] == [wheel_filename("parcel", "2.0")]
    assert wheel_filename("parcel", "2.0") in alice("stage", "show", handle).out


def test_a_stage_is_cancelled(alice: Strongroom, handle: str) -> None:
    ended = alice("stage", "cancel", handle)
    assert (ended.code, ended.out) == (0, "The stage of parcel 2.0 is cancelled.\n")
    assert alice("stage", "show", handle, "--json").json()["state"] == "cancelled"
    assert alice("stage", "list", "--json").json() == []


def test_a_cancelled_stage_is_told_as_json(alice: Strongroom, handle: str) -> None:
    told = alice("stage", "cancel", handle, "--json").json()
    assert told == {"handle": handle, "state": "cancelled"}


def test_a_stage_that_is_not_there_ends_with_4(alice: Strongroom) -> None:
    ended = alice("stage", "show", "0" * 32)
    assert (ended.code, "no-such-stage" in ended.err) == (4, True)


def test_nothing_is_approved_here(alice: Strongroom, handle: str) -> None:
    assert alice("stage", "approve", handle).code == 2

"""The commands of trusted publishers."""

import pytest

from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import sure

TYPED = ("owner=octo", "repository=parcel", "workflow=release.yml")


@pytest.fixture
def parcel(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with one published project."""
    desk, actor = house().desk, sure(find_user("alice"), "test")
    with desk.blobs.receive() as incoming:
        incoming.write(wheel("parcel", "1.0"))
        publish(Upload(actor, "pypi", wheel_filename("parcel", "1.0"), {}, incoming), desk)
    return alice


def test_a_publisher_is_added_listed_and_removed(parcel: Strongroom) -> None:
    ended = parcel("publisher", "add", "Parcel", "github", *TYPED)
    assert (ended.code, "github:octo/parcel is number " in ended.out) == (0, True)
    assert "No environment is pinned" in ended.err
    (listed,) = parcel("publisher", "list", "parcel", "--json").json()
    assert (listed["provider"], listed["stages_only"]) == ("github", False)
    assert "github:octo/parcel" in parcel("publisher", "list", "parcel").out
    number = str(listed["number"])
    assert parcel("publisher", "remove", "parcel", number, "--json").json() == listed
    assert parcel("publisher", "remove", "parcel", number).code == 4
    assert parcel("publisher", "list", "parcel", "--json").json() == []


def test_trusted_publishers_alone_publish_where_there_is_one(parcel: Strongroom) -> None:
    assert parcel("publisher", "only", "parcel", "on").code == 1
    parcel("publisher", "add", "parcel", "github", *TYPED, "--stages-only")
    assert "publish parcel: on" in parcel("publisher", "only", "parcel", "on").out
    told = parcel("publisher", "only", "parcel", "off", "--json").json()
    assert told == {"trusted_only": False, "changed": True}


def test_what_a_provider_does_not_ask_for_is_told(parcel: Strongroom) -> None:
    ended = parcel("publisher", "add", "parcel", "github", *TYPED, "branch=main")
    assert "publisher-field-unknown" in ended.err
    assert "publisher-provider-unknown" in parcel("publisher", "add", "parcel", "x", "a=b").err

import pytest

from strongroom.packages.models import Project
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.people import sure


@pytest.fixture
def parcel(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with one published project."""
    owner, desk = sure(find_user("alice")), house().desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel("parcel", "1.0"))
        publish(Upload(owner, "pypi", wheel_filename("parcel", "1.0"), {}, incoming), desk)
    return alice


def test_the_operator_says_how_critical_a_project_is(parcel: Strongroom) -> None:
    ended = parcel("project", "critical", "parcel", "on")
    assert (ended.code, "parcel is critical: on (event" in ended.out) == (0, True)
    assert Project.objects.get().critical == "on"
    told = parcel("project", "critical", "parcel", "on", "--json").json()
    assert (told["critical"], told["changed"]) == ("on", False)


def test_the_operator_has_a_person_confirm(parcel: Strongroom) -> None:
    assert parcel("project", "confirm", "parcel", "on").code == 0
    assert Project.objects.get().confirmed
    told = parcel("project", "confirm", "parcel", "off", "--json").json()
    assert (told["confirmed"], told["changed"]) == (False, True)


def test_a_role_that_is_of_no_use_yet_is_said_to_be(parcel: Strongroom) -> None:
    parcel("user", "create", "bob", "--email", "bob@example.org")
    assert "Bob can do nothing by it" in parcel("project", "appoint", "parcel", "Bob").err
    parcel("user", "enrol", "bob")
    ended = parcel("project", "appoint", "parcel", "bob", "--role", "owner")
    assert (ended.code, ended.err) == (0, "")

"""The legacy upload where people approve: accepted, told to wait, and where."""

import pytest

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.models import File, Stage
from strongroom.packages.staging.approving import set_approvals
from strongroom.people.access.roles import Role
from strongroom.people.tokens.caveats import Actions
from tests.fakes.distributions import Metadata, sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.registry import URL, Registry, form

NAME, BODY = wheel_filename("parcel", "2.0"), wheel("parcel", "2.0")


@pytest.fixture
def approved(registry: Registry) -> Registry:
    """Return a registry whose project `parcel` asks for an approval."""
    registry.publish("parcel", "1.0")
    registry.user("bob")
    appoint(registry.house.desk, OPERATOR, ProjectId("pypi", "parcel"), "bob", Role.MAINTAINER)
    set_approvals(registry.house.desk, OPERATOR, ProjectId("pypi", "parcel"), 1)
    return registry


def test_an_upload_is_accepted_and_says_that_it_waits_and_where(approved: Registry) -> None:
    answer = approved.post(form(NAME, BODY))
    handle = Stage.objects.get().handle
    assert answer.status == "202 Accepted"
    assert answer.text == (
        f"{NAME} waits in a stage, and is NOT published yet.\n"
        "parcel 2.0 is published once people have approved it (1 missing):"
        f" {URL}/stages/{handle}/\n"
    )
    assert NAME not in approved.get("/simple/parcel/").text


def test_the_same_upload_again_says_so(approved: Registry) -> None:
    approved.post(form(NAME, BODY))
    answer = approved.post(form(NAME, BODY, attestations="[]"))
    assert answer.text.startswith(f"{NAME} is in its stage already, and is NOT published yet.\n")
    assert "does not take attestations" in answer.text


def test_remarks_are_told_as_always(approved: Registry) -> None:
    body = sdist("parcel", "2.0", files={"README": b""}, metadata=Metadata())
    answer = approved.post(form(sdist_filename("parcel", "2.0"), body))
    assert answer.status_code == 202


def test_a_token_that_may_only_stage_is_told_that_somebody_publishes(registry: Registry) -> None:
    token = registry.mint(registry.owner, Actions(frozenset({Action.STAGE})))
    answer = registry.post(form(NAME, BODY), token)
    assert answer.status_code == 202
    assert "is published once somebody says so:" in answer.text
    assert not File.objects.exists()

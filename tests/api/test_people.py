"""A project's people by the API: only by a token made for it, and nobody without their own word."""

import pytest

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.coordinates import ProjectId
from strongroom.people.access.grants import grant, people_of
from strongroom.people.access.roles import Role
from strongroom.people.models import Holding, Invitation, User
from strongroom.people.organisations import founding
from strongroom.people.organisations.founding import Manner, Plan
from strongroom.people.tokens.caveats import actions
from tests.api.conftest import Answer, Registry, bearer
from tests.fakes.organisations import TERMS

PARCEL = ProjectId("pypi", "parcel")
HERE = "/api/v1/projects/pypi/parcel"
JSON = "application/json"


@pytest.fixture
def bob(registry: Registry) -> User:
    return registry.user("bob")


def invite(registry: Registry, token: str, role: str = "publisher") -> Answer:
    body = {"whom": "bob", "role": role}
    return registry.client.post(f"{HERE}/invitations", body, JSON, headers=bearer(token))


def test_a_token_that_was_made_for_it_invites(registry: Registry, owner: User, bob: User) -> None:
    answer = invite(registry, registry.token(owner, actions([Action.APPOINT])))
    row = Invitation.objects.get()
    assert (row.user, answer.json()["number"]) == (bob, row.pk)
    assert people_of(PARCEL) == (("alice", "owner"),)


def test_no_other_token_does(registry: Registry, owner: User, bob: User) -> None:
    """A thief of a build server's token would appoint an account of their own."""
    answer = invite(registry, registry.token(owner))
    assert (answer.status_code, answer.json()["code"]) == (403, "token-not-for-this")
    assert not Invitation.objects.exists()


def test_roles_are_changed_and_taken(registry: Registry, owner: User, bob: User) -> None:
    headers = bearer(registry.token(owner, actions([Action.APPOINT])))
    body = {"role": "triager"}
    first = registry.client.put(f"{HERE}/people/bob", body, JSON, headers=headers)
    assert (first.status_code, first.json()["code"]) == (409, "consent-needed")
    grant(bob.pk, PARCEL, Role.READER, registry.clock)
    assert registry.client.put(f"{HERE}/people/bob", body, JSON, headers=headers).json()["changed"]
    assert people_of(PARCEL) == (("alice", "owner"), ("bob", "triager"))
    for changed in (True, False):
        answer = registry.client.delete(f"{HERE}/people/bob", headers=headers)
        assert answer.json()["changed"] is changed
    assert people_of(PARCEL) == (("alice", "owner"),)


def test_an_organisation_is_read_by_everybody_without_its_people(
    registry: Registry, owner: User
) -> None:
    plan = Plan("acme", Manner("Acme Limited"), "alice")
    row = founding.create(TERMS, OPERATOR, plan, registry.clock)
    Holding.objects.create(
        organisation=row, ecosystem="pypi", project="parcel", since=registry.clock.now()
    )
    assert registry.client.get("/api/v1/organisations/ACME").json() == {
        "name": "acme",
        "title": "Acme Limited",
        "projects": [{"ecosystem": "pypi", "name": "Parcel"}],
    }
    assert registry.client.get("/api/v1/organisations/nothing").status_code == 404

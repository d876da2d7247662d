"""Trusted publishers by the API: a token does it that was made for it."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from strongroom.api.urls import urls
from strongroom.core.actors import Action, Actor
from strongroom.people.models import Publisher, User
from strongroom.people.publishers.configured import providers
from strongroom.people.tokens import caveats
from strongroom.people.tokens.authenticate import authenticate
from tests.api.conftest import MASTER, Answer, Registry, bearer
from tests.fakes.offices import Bureau
from tests.fakes.receivers import herald

HERE = "/api/v1/projects/pypi/parcel"
TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}


@pytest.fixture
def trusting(registry: Registry, settings: Settings) -> Registry:
    """Return a registry that trusts GitHub."""
    desk = replace(registry.desk, providers=providers(["github"]))
    yard = replace(registry.yard, desk=desk)

    def known(text: str, source: str) -> Actor:
        return authenticate(text, master=MASTER, clock=registry.clock, source=source)

    office = Bureau(registry.clock).office
    settings.ROOT_URLCONF = tuple(urls(yard, known, herald(registry.clock), office))
    return replace(registry, desk=desk, yard=yard)


@pytest.fixture
def named(trusting: Registry, owner: User) -> dict[str, str]:
    """Return the header of a token that was made for trust."""
    return bearer(trusting.token(owner, caveats.actions([Action.TRUST, Action.CANCEL])))


def sent(registry: Registry, path: str, token: dict[str, str], method: str, body: Any) -> Answer:  # noqa: ANN401 - JSON
    ask = getattr(registry.client, method)
    answer: Answer = ask(HERE + path, body, content_type="application/json", headers=token)
    return answer


def test_one_is_added_listed_and_removed(trusting: Registry, named: dict[str, str]) -> None:
    body = {"provider": "github", "typed": {**TYPED, "environment": "release"}}
    answer = sent(trusting, "/publishers", named, "post", body)
    made = answer.json()
    assert (answer.status_code, made["typed"]) == (200, body["typed"])
    assert len(made["warnings"]) == 2
    assert trusting.client.get(f"{HERE}/publishers", headers=named).json() == [made]
    gone = sent(trusting, f"/publishers/{made['number']}", named, "delete", None)
    assert gone.json() == made
    assert trusting.client.get(f"{HERE}/publishers", headers=named).json() == []


def test_a_token_for_everything_sets_up_nothing_that_outlives_it(
    trusting: Registry, owner: User
) -> None:
    everything = bearer(trusting.token(owner))
    body = {"provider": "github", "typed": TYPED}
    answer = sent(trusting, "/publishers", everything, "post", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "token-not-for-this")
    assert trusting.client.get(f"{HERE}/publishers", headers=everything).status_code == 200
    assert not Publisher.objects.exists()


def test_a_stranger_learns_of_no_publisher(trusting: Registry, owner: User) -> None:
    assert owner.is_active
    stranger = bearer(trusting.token(trusting.user("mallory")))
    answer = trusting.client.get(f"{HERE}/publishers", headers=stranger)
    assert answer.json()["code"] == "role-missing"
    assert trusting.client.get(f"{HERE}/publishers").status_code == 401


def test_they_alone_publish_when_that_is_said(trusting: Registry, named: dict[str, str]) -> None:
    only = {"trusted_only": True}
    assert sent(trusting, "/trusted-only", named, "put", only).json()["code"] == "publisher-missing"
    sent(trusting, "/publishers", named, "post", {"provider": "github", "typed": TYPED})
    assert sent(trusting, "/trusted-only", named, "put", only).json()["changed"]
    assert not sent(trusting, "/trusted-only", named, "put", only).json()["changed"]

from datetime import UTC, datetime

import pytest

from strongroom.api.public import FACTS, facts, is_public
from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind, Recorded
from strongroom.people.models import Token, User
from strongroom.people.tokens.minting import revoke
from tests.api.conftest import Registry

PARCEL = ProjectId("pypi", "parcel")
PERSONAL = frozenset(
    {
        Kind.USER_CREATED,
        Kind.ADMINISTRATOR_CLAIMED,
        Kind.SIGN_IN_LINK_CREATED,
        Kind.SIGNED_IN,
        Kind.TOKEN_CREATED,
        Kind.TOKEN_REVOKED,
        Kind.QUOTA_CHANGED,
    }
)


def recorded(kind: Kind, project: ProjectId | None = PARCEL, **told: object) -> Recorded:
    event = Event(kind, "alice", "token 41", project, facts=told)
    return Recorded(1, datetime(2026, 1, 1, tzinfo=UTC), event)


def test_every_kind_was_judged_public_or_personal() -> None:
    assert set(FACTS) | PERSONAL == set(Kind)
    assert not set(FACTS) & PERSONAL


@pytest.mark.parametrize("kind", sorted(PERSONAL))
def test_a_personal_event_is_not_public_even_beside_a_project(kind: Kind) -> None:
    assert not is_public(recorded(kind))


def test_an_event_without_a_project_is_not_public() -> None:
    assert not is_public(recorded(Kind.ROLE_GRANTED, None))


def test_a_fact_that_nobody_judged_is_not_told() -> None:
    event = recorded(Kind.RELEASE_YANKED, reason="broken", email="alice@example.org")
    assert facts(event) == {"reason": "broken"}


def test_personal_events_and_credentials_never_leak(registry: Registry, owner: User) -> None:
    registry.token(owner)
    revoke(Token.objects.get(), by=OPERATOR, clock=registry.clock)
    for address in ("events", "projects/pypi/parcel/events"):
        answer = registry.client.get(f"/api/v1/{address}", {"limit": 200})
        kinds = {Kind(event["kind"]) for event in answer.json()["events"]}
        assert kinds == {Kind.PROJECT_CREATED, Kind.FILE_PUBLISHED}
        for word in (b"credential", b"session", b"token", b"example.org"):
            assert word not in answer.content

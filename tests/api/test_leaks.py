"""What the record of events holds, and the API tells nobody."""

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.people.models import Token, User
from strongroom.people.tokens.minting import revoke
from tests.api.conftest import Registry


def test_personal_events_and_credentials_never_leak(registry: Registry, owner: User) -> None:
    registry.token(owner)
    revoke(Token.objects.get(), by=OPERATOR, clock=registry.clock)
    for address in ("events", "projects/pypi/parcel/events"):
        answer = registry.client.get(f"/api/v1/{address}", {"limit": 200})
        kinds = {Kind(event["kind"]) for event in answer.json()["events"]}
        assert kinds == {Kind.PROJECT_CREATED, Kind.FILE_PUBLISHED}
        for word in (b"credential", b"session", b"token", b"example.org"):
            assert word not in answer.content

"""What programs read of stages, and do with them, by a token."""

from dataclasses import replace

import pytest

from strongroom.core.actors import OPERATOR, Action, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.models import File
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging import preview
from strongroom.packages.staging.approving import set_approvals
from strongroom.packages.staging.putting import Staged, take
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from strongroom.people.tokens.caveats import Actions, Projects
from tests.api.conftest import Registry, bearer
from tests.fakes.distributions import sdist, sdist_filename
from tests.fakes.people import sure

PARCEL = ProjectId("pypi", "parcel")


def staged(registry: Registry, user: User, name: str = "parcel", version: str = "2.0") -> str:
    """Put an sdist into a stage; returns the stage's handle."""
    reach = Reach(actions=frozenset({Action.STAGE}))
    actor = replace(sure(user, "token 7"), reach=reach)
    with registry.desk.blobs.receive() as incoming:
        incoming.write(sdist(name, version))
        upload = Upload(actor, "pypi", sdist_filename(name, version), {}, incoming)
        put = take(upload, registry.yard)
    assert isinstance(put, Staged)
    return put.stage.handle


@pytest.fixture
def token(registry: Registry, owner: User) -> str:
    return registry.token(owner)


@pytest.fixture
def handle(registry: Registry, owner: User) -> str:
    """Return a stage of a project that asks for an approval."""
    registry.user("bob")
    appoint(registry.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    set_approvals(registry.desk, OPERATOR, PARCEL, 1)
    return staged(registry, owner)


def test_a_stage_is_told_whole(registry: Registry, token: str, handle: str) -> None:
    answer = registry.client.get(f"/api/v1/stages/{handle}", headers=bearer(token))
    told = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert (told["project"], told["version"], told["state"]) == ("Parcel", "2.0", "open")
    assert (told["wanted"], told["missing"], told["may_approve"]) == (1, 1, ["bob"])
    assert told["page"] == f"/stages/{handle}/"
    assert told["preview"] == f"/staged/{preview.token(handle, registry.yard)}/simple/"
    (file,) = told["files"]
    assert (file["filename"], file["state"]) == ("parcel-2.0.tar.gz", "completed")


def test_one_sees_the_stages_that_ones_token_reaches(
    registry: Registry, owner: User, token: str, handle: str
) -> None:
    staged(registry, owner, "quiet", "1.0")

    def seen(text: str) -> list[str]:
        rows = registry.client.get("/api/v1/stages", headers=bearer(text)).json()["stages"]
        return [row["project"] for row in rows]

    assert seen(token) == ["quiet", "parcel"]
    limited = registry.token(owner, Projects(frozenset({PARCEL})))
    assert seen(limited) == ["parcel"]
    assert seen(registry.token(owner, Actions(frozenset({Action.YANK})))) == []
    assert seen(registry.token(registry.user("mallory"))) == []


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/publish"), ("DELETE", "")])
def test_to_others_a_stage_is_not_there(
    registry: Registry, handle: str, method: str, path: str
) -> None:
    outsider = registry.token(registry.user("mallory"))
    for one in (handle, "0" * 32):
        answer = registry.client.generic(
            method, f"/api/v1/stages/{one}{path}", headers=bearer(outsider)
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "no-such-stage")


def test_publishing_asks_people_where_they_approve(
    registry: Registry, token: str, handle: str
) -> None:
    answer = registry.client.post(f"/api/v1/stages/{handle}/publish", headers=bearer(token))
    assert (answer.status_code, answer.json()["state"]) == (200, "processing")
    cancelled = registry.client.delete(f"/api/v1/stages/{handle}", headers=bearer(token))
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "stage-waiting")


def test_publishing_publishes_where_nobody_is_asked(
    registry: Registry, owner: User, token: str
) -> None:
    handle = staged(registry, owner)
    at = f"/api/v1/stages/{handle}"
    blind = registry.client.post(f"{at}/publish", headers=bearer(token))
    assert (blind.status_code, blind.json()["code"]) == (409, "content-not-named")
    content = registry.client.get(at, headers=bearer(token)).json()["content"]
    answer = registry.client.post(f"{at}/publish?content={content}", headers=bearer(token))
    assert answer.json()["state"] == "published"
    assert File.objects.filter(release__display="2.0").exists()


def test_nothing_else_is_published_than_what_was_read(
    registry: Registry, owner: User, token: str
) -> None:
    handle = staged(registry, owner)
    at = f"/api/v1/stages/{handle}/publish?content="
    stale = registry.client.post(at + "0" * 64, headers=bearer(token))
    assert (stale.status_code, stale.json()["code"]) == (409, "stage-changed")
    read = registry.client.get(f"/api/v1/stages/{handle}", headers=bearer(token)).json()
    answer = registry.client.post(at + read["content"], headers=bearer(token))
    assert answer.json()["state"] == "published"


def test_cancelling_ends_a_stage(registry: Registry, token: str, handle: str) -> None:
    answers = [
        registry.client.delete(f"/api/v1/stages/{handle}", headers=bearer(token)).json()["state"]
        for _ in range(2)
    ]
    assert answers == ["cancelled", "cancelled"]


def test_no_token_approves(registry: Registry, token: str, handle: str) -> None:
    for act in ("approve", "reject"):
        answer = registry.client.post(f"/api/v1/stages/{handle}/{act}", headers=bearer(token))
        assert answer.status_code == 404


def test_no_public_address_tells_of_a_stage(
    registry: Registry, owner: User, token: str, handle: str
) -> None:
    staged(registry, owner, "quiet", "1.0")
    registry.client.post(f"/api/v1/stages/{handle}/publish", headers=bearer(token))
    for path in ("events?limit=1000", "projects/pypi/parcel/events", "projects/pypi/parcel"):
        answer = registry.client.get(f"/api/v1/{path}")
        assert b"quiet" not in answer.content
        assert b"stage-" not in answer.content
        assert b"2.0" not in answer.content
    assert registry.client.get("/api/v1/projects/pypi/quiet/events").status_code == 404
    assert registry.client.get("/api/v1/users/alice").json()["projects"] == [
        {"ecosystem": "pypi", "project": "parcel", "role": "owner"}
    ]

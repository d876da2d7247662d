import pytest

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.models import Project, Release
from strongroom.people.models import User
from strongroom.people.tokens.caveats import Caveat, actions, ecosystems, projects
from strongroom.proof.ledger.events import newest_of
from tests.api.conftest import Answer, Registry, bearer

YANK = "/api/v1/projects/pypi/parcel/releases/1.0/yank"
STATUS = "/api/v1/projects/pypi/parcel/status"
PARCEL = ProjectId("pypi", "parcel")
JSON = "application/json"


def put_status(registry: Registry, token: str, status: str) -> Answer:
    body = {"status": status, "reason": "finished"}
    return registry.client.put(STATUS, body, JSON, headers=bearer(token))


def test_a_yank_withdraws_a_release_with_its_reason(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    answer = registry.client.post(YANK, {"reason": "broken"}, JSON, headers=headers)
    assert answer.json()["changed"] is True
    release = registry.client.get("/api/v1/projects/pypi/parcel/releases/1.0").json()
    assert (release["yanked"], release["yanked_reason"]) == (True, "broken")


def test_a_yank_records_one_event_by_the_token(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    answer = registry.client.post(YANK, {}, JSON, headers=headers)
    (event,) = newest_of([Kind.RELEASE_YANKED], 9)
    assert answer.json()["serial"] == event.serial
    assert event.event.actor == "alice"
    assert event.event.credential.startswith("token ")


def test_yanking_twice_changes_nothing_the_second_time(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    registry.client.post(YANK, {}, JSON, headers=headers)
    again = registry.client.post(YANK, {}, JSON, headers=headers)
    assert again.json() == {"changed": False, "serial": None}


def test_a_yank_is_taken_back(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    registry.client.post(YANK, {}, JSON, headers=headers)
    assert registry.client.delete(YANK, headers=headers).json()["changed"] is True
    assert not Release.objects.filter(yanked=True).exists()


def test_an_owner_archives_a_project(registry: Registry, owner: User) -> None:
    assert put_status(registry, registry.token(owner), "archived").status_code == 200
    project = registry.client.get("/api/v1/projects/pypi/parcel").json()
    assert (project["status"], project["status_reason"]) == ("archived", "finished")


def test_no_token_quarantines_not_even_an_administrators(registry: Registry, owner: User) -> None:
    chief = registry.user("chief", admin=True)
    for user in (owner, chief):
        answer = put_status(registry, registry.token(user), "quarantined")
        assert answer.status_code == 403
    assert Project.objects.get().status == "active"


def test_a_quarantined_projects_releases_stay_as_they_are(registry: Registry, owner: User) -> None:
    set_status(registry.desk, OPERATOR, PARCEL, "quarantined", "")
    answer = registry.client.post(YANK, {}, JSON, headers=bearer(registry.token(owner)))
    assert answer.status_code == 409
    assert answer.json()["code"] == "project-quarantined"


@pytest.mark.parametrize(
    "caveat",
    [
        actions([Action.UPLOAD]),
        projects(["pypi:other"]),
        ecosystems(["npm"]),
    ],
    ids=["action", "project", "ecosystem"],
)
def test_a_token_changes_nothing_out_of_its_reach(
    registry: Registry, owner: User, caveat: Caveat
) -> None:
    token = registry.token(owner, caveat)
    answers = (
        registry.client.post(YANK, {}, JSON, headers=bearer(token)),
        registry.client.delete(YANK, headers=bearer(token)),
        put_status(registry, token, "archived"),
    )
    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.usefixtures("owner")
def test_a_stranger_changes_nothing(registry: Registry) -> None:
    headers = bearer(registry.token(registry.user("mallory")))
    answer = registry.client.post(YANK, {}, JSON, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "role-missing"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("npm/parcel/releases/1.0", "no-such-ecosystem"),
        ("pypi/nothing/releases/1.0", "no-such-project"),
        ("pypi/parcel/releases/9", "no-such-release"),
    ],
)
def test_what_is_not_there_cannot_be_yanked(
    registry: Registry, owner: User, address: str, code: str
) -> None:
    answer = registry.client.post(
        f"/api/v1/projects/{address}/yank", {}, JSON, headers=bearer(registry.token(owner))
    )
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_status_that_is_none_is_refused(registry: Registry, owner: User) -> None:
    answer = put_status(registry, registry.token(owner), "asleep")
    assert (answer.status_code, answer.json()["code"]) == (400, "request-invalid")


def test_a_misspelt_field_is_refused(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    answer = registry.client.post(YANK, {"raeson": "broken"}, JSON, headers=headers)
    assert answer.status_code == 400
    assert "raeson" in answer.json()["detail"]


def test_a_reason_on_two_lines_is_told_on_one(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    registry.client.post(YANK, {"reason": "broken\r\nX-Evil: 1"}, JSON, headers=headers)
    assert Release.objects.get(yanked=True).yanked_reason == "broken X-Evil: 1"

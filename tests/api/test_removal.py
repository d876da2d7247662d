"""Removing releases and giving rules of retention by the API."""

from datetime import timedelta

import pytest

from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages.catalog.keeping import Own, own_rules
from strongroom.packages.models import Project, Release
from strongroom.people.models import User
from strongroom.people.tokens.caveats import Caveat, actions, projects
from strongroom.proof.ledger.events import newest_of
from tests.api.conftest import Registry, bearer

RELEASE = "/api/v1/projects/pypi/parcel/releases/1.0"
RETENTION = "/api/v1/projects/pypi/parcel/retention"
PARCEL = ProjectId("pypi", "parcel")
JSON = "application/json"


def test_an_owner_removes_a_young_release(registry: Registry, owner: User) -> None:
    answer = registry.client.delete(
        RELEASE, query_params={"reason": "wrong files"}, headers=bearer(registry.token(owner))
    )
    (event,) = newest_of([Kind.RELEASE_REMOVED], 9)
    assert answer.json() == {"changed": True, "serial": event.serial}
    assert (event.event.actor, event.event.facts["reason"]) == ("alice", "wrong files")
    assert list(Release.objects.values_list("key", flat=True)) == ["1.1"]


def test_what_was_removed_is_410_from_then_on(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    registry.client.delete(RELEASE, headers=headers)
    for answer in (
        registry.client.get(RELEASE),
        registry.client.delete(RELEASE, headers=headers),
        registry.client.post(f"{RELEASE}/yank", {}, JSON, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "release-removed")


def test_everybody_may_read_of_it_in_the_events(registry: Registry, owner: User) -> None:
    registry.client.delete(RELEASE, headers=bearer(registry.token(owner)))
    (event, *_) = registry.client.get("/api/v1/projects/pypi/parcel/events").json()["events"]
    assert event["kind"] == "release-removed"
    assert set(event["facts"]) == {"reason", "files"}
    assert event["facts"]["files"][0]["file"] == "parcel-1.0-py3-none-any.whl"
    assert event["facts"]["files"][0]["beside"] == [".metadata"]


@pytest.mark.parametrize(
    ("caveat", "status"),
    [
        (actions(frozenset({Action.REMOVE})), 200),
        (actions(frozenset({Action.UPLOAD, Action.YANK})), 403),
        (projects(frozenset({ProjectId("pypi", "other")})), 403),
    ],
)
def test_a_token_removes_as_far_as_it_reaches(
    registry: Registry, owner: User, caveat: Caveat, status: int
) -> None:
    answer = registry.client.delete(RELEASE, headers=bearer(registry.token(owner, caveat)))
    assert answer.status_code == status
    assert Release.objects.filter(key="1").exists() is (status != 200)


def test_an_owner_who_comes_too_late_is_refused(registry: Registry, owner: User) -> None:
    registry.clock.forward(timedelta(hours=72))
    answer = registry.client.delete(RELEASE, headers=bearer(registry.token(owner)))
    assert (answer.status_code, answer.json()["code"]) == (403, "removal-too-late")


def test_a_token_of_an_administrator_comes_too_late_as_well(
    registry: Registry, owner: User
) -> None:
    owner.admin = True
    owner.save()
    registry.clock.forward(timedelta(hours=72))
    answer = registry.client.delete(RELEASE, headers=bearer(registry.token(owner)))
    assert answer.status_code == 403


def test_nobody_removes_without_a_token(registry: Registry, owner: User) -> None:
    del owner
    assert registry.client.delete(RELEASE).status_code == 401
    assert Release.objects.count() == 2


def test_rules_are_given_and_read_with_what_they_let_go(registry: Registry, owner: User) -> None:
    for number in range(1, 4):
        registry.publish(owner, "Parcel", f"2.0b{number}")
    registry.clock.forward(timedelta(days=2))
    headers = bearer(registry.token(owner))
    answer = registry.client.put(RETENTION, {"keep_prereleases": 2}, JSON, headers=headers)
    assert answer.json()["changed"] is True
    assert own_rules(PARCEL) == Own(2, None)
    told = registry.client.get(RETENTION).json()
    assert told["own"] == {"keep_prereleases": 2, "prerelease_days": None}
    assert told["in_force"] == {"keep_prereleases": 2, "prerelease_days": 0}
    (due,) = told["due"]
    assert (due["version"], due["files"], due["rule"]) == ("2.0b1", 1, "keep_prereleases=2")
    assert due["size"] > 0


def test_the_same_rules_again_change_nothing(registry: Registry, owner: User) -> None:
    headers = bearer(registry.token(owner))
    answer = registry.client.put(RETENTION, {}, JSON, headers=headers)
    assert answer.json() == {"changed": False, "serial": None}


@pytest.mark.parametrize(
    "body",
    [
        {"keep_prereleases": -1},
        {"keep_prereleases": "x"},
        {"prerelease_days": 10**9},
        {"prerelease_days": False},
        {"keep": 1},
    ],
)
def test_impossible_rules_are_refused(
    registry: Registry, owner: User, body: dict[str, object]
) -> None:
    answer = registry.client.put(RETENTION, body, JSON, headers=bearer(registry.token(owner)))
    assert answer.status_code == 400
    assert own_rules(PARCEL) == Own()


def test_only_who_may_configure_gives_rules(registry: Registry, owner: User) -> None:
    token = registry.token(owner, actions(frozenset({Action.REMOVE})))
    answer = registry.client.put(RETENTION, {"keep_prereleases": 1}, JSON, headers=bearer(token))
    assert answer.status_code == 403
    assert Project.objects.get().keep_prereleases is None


def test_rules_of_no_project_are_not_found(registry: Registry) -> None:
    assert registry.client.get("/api/v1/projects/pypi/nothing/retention").status_code == 404

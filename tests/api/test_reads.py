import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import set_status
from strongroom.people.models import User
from tests.api.conftest import Registry

pytestmark = pytest.mark.usefixtures("owner")
PARCEL = ProjectId("pypi", "parcel")


def test_the_root_says_what_this_is_and_where_to_go_on(registry: Registry) -> None:
    about = registry.client.get("/api/v1/").json()
    assert about["ecosystems"] == ["pypi"]
    for address in about["links"].values():
        assert registry.client.get(address).status_code != 404


def test_a_search_finds_by_the_beginnings_of_words(registry: Registry) -> None:
    found = registry.client.get("/api/v1/search", {"q": "parc"}).json()
    assert found["total"] == 1
    assert found["results"][0]["name"] == "Parcel"
    assert found["results"][0]["status"] == "active"


def test_a_search_passes_over_as_many_as_it_is_told(registry: Registry) -> None:
    found = registry.client.get("/api/v1/search", {"q": "parc", "offset": "1"}).json()
    assert (found["total"], found["offset"], found["results"]) == (1, 1, [])


def test_a_project_is_found_by_any_spelling(registry: Registry) -> None:
    project = registry.client.get("/api/v1/projects/pypi/PARCEL").json()
    assert (project["name"], project["key"]) == ("Parcel", "parcel")
    assert [release["version"] for release in project["releases"]] == ["1.1", "1.0"]
    assert project["people"] == [{"user": "alice", "role": "owner"}]


def test_a_release_tells_its_files_to_the_last_member(registry: Registry) -> None:
    release = registry.client.get("/api/v1/projects/pypi/parcel/releases/1.0").json()
    (file,) = release["files"]
    assert file["filename"] == "parcel-1.0-py3-none-any.whl"
    assert len(file["digests"]["sha256"]) == 64
    assert file["url"].startswith("/files/pypi/")
    assert "parcel-1.0.dist-info/METADATA" in file["members"]


def test_a_version_is_found_by_any_spelling(registry: Registry) -> None:
    release = registry.client.get("/api/v1/projects/pypi/parcel/releases/v1.0.0").json()
    assert release["version"] == "1.0"


def test_a_quarantined_file_has_no_address(registry: Registry) -> None:
    set_status(registry.desk, OPERATOR, PARCEL, "quarantined", "it steals")
    release = registry.client.get("/api/v1/projects/pypi/parcel/releases/1.0").json()
    assert release["files"][0]["url"] is None
    assert release["files"][0]["digests"]["sha256"]


def test_a_history_is_told_newest_first(registry: Registry) -> None:
    history = registry.client.get("/api/v1/projects/pypi/parcel/events").json()
    kinds = [event["kind"] for event in history["events"]]
    assert kinds == ["file-published", "file-published", "project-created"]


def test_a_history_is_as_long_as_it_is_asked_for(registry: Registry) -> None:
    history = registry.client.get("/api/v1/projects/pypi/parcel/events", {"limit": 1}).json()
    assert [event["version"] for event in history["events"]] == ["1.1"]


def test_a_follower_of_the_feed_sees_each_event_once(registry: Registry) -> None:
    seen: list[int] = []
    since = "0"
    while True:
        feed = registry.client.get("/api/v1/events", {"since": since, "limit": "2"}).json()
        seen += [event["serial"] for event in feed["events"]]
        since = str(feed["next"])
        if feed["next"] == feed["last"]:
            break
    assert len(seen) == 3
    assert seen == sorted(set(seen))


def test_a_feed_without_news_stays_where_it_is(registry: Registry) -> None:
    last = registry.client.get("/api/v1/events").json()["last"]
    feed = registry.client.get("/api/v1/events", {"since": last}).json()
    assert feed == {"events": [], "next": last, "last": last}


def test_a_user_page_tells_projects_and_no_address(registry: Registry) -> None:
    answer = registry.client.get("/api/v1/users/ALICE")
    assert answer.json()["name"] == "alice"
    assert answer.json()["projects"] == [
        {"ecosystem": "pypi", "project": "parcel", "role": "owner"}
    ]
    assert "example.org" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("projects/npm/parcel", "no-such-ecosystem"),
        ("projects/pypi/nothing", "no-such-project"),
        ("projects/pypi/nothing/events", "no-such-project"),
        ("projects/pypi/parcel/releases/9", "no-such-release"),
        ("users/nobody-here", "no-such-user"),
        ("nothing", "no-such-address"),
    ],
)
def test_what_is_not_there_is_a_problem(registry: Registry, address: str, code: str) -> None:
    answer = registry.client.get(f"/api/v1/{address}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_a_read_costs_the_same_number_of_queries_whatever_a_project_holds(
    registry: Registry, owner: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            registry.client.get("/api/v1/projects/pypi/parcel/releases/1.0")
        return len(captured)

    before = queries()
    for minor in range(2, 6):
        registry.publish(owner, "Parcel", f"1.{minor}")
    assert queries() == before

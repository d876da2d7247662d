import json
import logging
import shutil

import pytest

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import UnavailableError
from strongroom.packages.models import Project
from strongroom.packages.shelf import shared
from strongroom.packages.shelf.plan import FRONT
from strongroom.packages.shelf.refresh import unshelved
from strongroom.site.preparation import render
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry, form

JSON = "application/vnd.pypi.simple.v1+json"
SHARED = ("/", "/simple/", "/rss/updates.xml", "/rss/packages.xml")


def names(registry: Registry) -> list[str]:
    """Return the projects that the index lists."""
    listed = json.loads(registry.get("/simple/", accept=JSON).data)["projects"]
    return [project["name"] for project in listed]


def upload(registry: Registry, name: str) -> None:
    """Publish a file, and leave to the worker what is the worker's."""
    answer = registry.post(form(wheel_filename(name, "1.0"), wheel(name, "1.0")))
    assert answer.status == "200 OK", answer.status


def spoilt(registry: Registry, folder: str) -> None:
    """Make it impossible to write pages into a folder of the shelf."""
    place = registry.house.configuration.data / "public" / folder
    shutil.rmtree(place, ignore_errors=True)
    place.write_bytes(b"a file where a folder should be")


def mended(registry: Registry, folder: str) -> None:
    """Take the hindrance away."""
    (registry.house.configuration.data / "public" / folder).unlink()


def test_a_published_file_is_on_all_pages(registry: Registry) -> None:
    registry.publish("Example", "1.0")
    for path in ("/simple/example/", "/pypi/example/json", "/project/example/", *SHARED):
        assert b"xample" in registry.get(path).data, path


def test_a_yank_changes_the_pages_of_its_release(registry: Registry) -> None:
    registry.publish("example", "1.0")
    before = registry.get("/pypi/example/1.0/json").headers["ETag"]
    registry.yank("example", "1.0", "broken")
    assert registry.get("/pypi/example/1.0/json").headers["ETag"] != before


def test_a_quarantined_project_leaves_the_front_and_the_index(registry: Registry) -> None:
    registry.publish("example", "1.0")
    registry.set_status("example", "quarantined", "malware")
    assert names(registry) == []
    assert b"example" not in registry.get("/rss/updates.xml").data.partition(b"<item>")[2]
    registry.set_status("example", "active", "")
    assert names(registry) == ["example"]


def test_a_page_that_cannot_be_written_does_not_fail_the_upload(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt(registry, "simple")
    upload(registry, "example")
    assert "they will be tried again" in caplog.text
    assert unshelved(10) == (ProjectId("pypi", "example"),)
    mended(registry, "simple")
    assert registry.house.reactions.catch_up() == 1
    assert registry.get("/simple/example/").status_code == 200
    assert names(registry) == ["example"]
    assert registry.house.reactions.catch_up() == 0


def test_a_file_that_comes_again_after_a_crash_is_on_its_page_before_the_answer(
    registry: Registry,
) -> None:
    upload(registry, "example")
    # As if the process had died between the commit and the pages.
    Project.objects.update(shelved_serial=0)
    shutil.rmtree(registry.house.configuration.data / "public" / "simple" / "example")
    upload(registry, "example")
    assert registry.get("/simple/example/").status_code == 200


def test_what_shows_the_whole_registry_is_rendered_in_the_background_once_for_many_changes(
    registry: Registry,
) -> None:
    before = {path: registry.get(path).headers["ETag"] for path in SHARED}
    for name in ("first", "second"):
        upload(registry, name)
        assert registry.get(f"/simple/{name}/").status_code == 200
    assert {path: registry.get(path).headers["ETag"] for path in SHARED} == before
    assert shared.is_behind()
    registry.house.reactions.put_behind()
    assert names(registry) == ["first", "second"]
    assert b"second" in registry.get("/").data
    assert not shared.is_behind()


def test_shared_pages_that_failed_are_made_again_and_hold_no_others_up(registry: Registry) -> None:
    page = registry.house.configuration.data / "public" / "rss" / "updates.xml"
    page.unlink()
    page.mkdir()
    upload(registry, "example")
    for _ in range(2):
        with pytest.raises(UnavailableError):
            registry.house.reactions.catch_up()
        assert names(registry) == ["example"]
    page.rmdir()
    assert registry.house.reactions.catch_up() == 0
    assert b"example" in registry.get("/rss/updates.xml").data
    assert not shared.is_behind()


def test_whoever_comes_next_makes_the_shared_pages_that_nobody_made(registry: Registry) -> None:
    upload(registry, "example")
    registry.restarted().catch_up()
    assert names(registry) == ["example"]


def test_a_change_while_shared_pages_are_rendered_is_rendered_once_more(registry: Registry) -> None:
    upload(registry, "example")
    count = shared.wanted(FRONT)
    upload(registry, "other")
    shared.put(FRONT, count)
    assert FRONT in shared.behind()
    shared.put(FRONT, count + 1)
    shared.put(FRONT, count)  # whoever was slower takes nothing back
    assert FRONT not in shared.behind()


def test_a_yank_leaves_what_shows_the_whole_registry_alone(registry: Registry) -> None:
    registry.publish("example", "1.0")
    registry.yank("example", "1.0", "broken")
    assert not shared.is_behind()


def test_a_project_that_cannot_be_rendered_does_not_keep_others_waiting(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("first", "second"):
        registry.publish(name, "1.0")
    Project.objects.update(shelved_serial=0)
    spoilt(registry, "simple/first")
    with caplog.at_level(logging.ERROR):
        assert registry.house.reactions.catch_up() == 1
    assert "pypi first" in caplog.text or "first" in caplog.text
    assert [project.key for project in unshelved(10)] == ["first"]
    mended(registry, "simple/first")
    assert registry.house.reactions.catch_up() == 1


def test_catching_up_is_as_good_as_having_been_there(registry: Registry) -> None:
    registry.publish("example", "1.0")
    registry.yank("example", "1.0", "broken")
    shown = {path: registry.get(path).data for path in ("/simple/example/", *SHARED)}
    shutil.rmtree(registry.house.configuration.data / "public")
    assert render(registry.house, lambda _done, _total: None) == 1
    assert {path: registry.get(path).data for path in shown} == shown


def test_events_that_no_page_shows_start_nothing(registry: Registry) -> None:
    shutil.rmtree(registry.house.configuration.data / "public")
    registry.mint(registry.user("bob"))
    assert not (registry.house.configuration.data / "public").exists()

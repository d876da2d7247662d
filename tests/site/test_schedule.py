"""The schedule: all that must be done now and then is on it, and the documents say how often."""

from datetime import timedelta

import pytest

from strongroom.core.clock import SystemClock
from strongroom.packages.models import Project
from strongroom.site import work
from strongroom.site.jobs.periodic import Periodic, Watch
from strongroom.site.schedule import SCHEDULE, LeftBehind
from tests.house.sources import ROOT

WORKERS = (ROOT / "docs" / "operate" / "workers.md").read_text(encoding="utf-8")
OFTEN = {
    timedelta(minutes=1): "every minute",
    timedelta(minutes=5): "every 5 minutes",
    timedelta(hours=1): "every hour",
    timedelta(days=1): "every day",
    timedelta(days=7): "every week",
}


@pytest.mark.django_db
def test_what_nobody_has_rendered_between_two_looks_is_left_behind() -> None:
    look, now = LeftBehind(), SystemClock().now()
    assert [look(), look()] == [False, False]
    slow = {"ecosystem": "pypi", "created_at": now, "updated_at": now}
    Project.objects.create(key="slow", display="slow", similar="slow", serial=7, **slow)
    assert [look(), look(), look()] == [False, True, True]
    Project.objects.update(shelved_serial=7)
    Project.objects.create(key="new", display="new", similar="new", serial=8, **slow)
    assert [look(), look()] == [False, True]


def name(one: Periodic | Watch) -> str:
    return one.name


def test_each_piece_of_periodic_work_has_a_name_of_its_own() -> None:
    names = [*map(name, SCHEDULE.periodic), *map(name, SCHEDULE.watches)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("one", SCHEDULE.periodic, ids=name)
def test_the_documents_say_how_often_each_is_done(one: Periodic) -> None:
    assert f"| {one.name} | {OFTEN[one.every]} |" in WORKERS


@pytest.mark.parametrize("one", SCHEDULE.watches, ids=name)
def test_the_documents_say_how_often_each_watch_is_asked(one: Watch) -> None:
    assert f"| {one.name} | asked every {one.every:g} s |" in WORKERS


def test_nothing_that_must_be_done_is_forgotten() -> None:
    done = {one.job for one in SCHEDULE.periodic}
    assert {work.expire_stages, work.keep_retention, work.sweep, work.scrub, work.forget} <= done

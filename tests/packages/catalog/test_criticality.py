"""What makes a project critical, who is told, and what makes it less so: an administrator alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, InvalidError
from strongroom.packages.catalog import downloads
from strongroom.packages.catalog.changes import yank
from strongroom.packages.catalog.criticality import DAYS, Bounds, Counted, count, found, judge, pin
from strongroom.packages.models import Downloads, Project
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import box_filename

PARCEL = ProjectId("box", "parcel")
GRACE = timedelta(days=14)
BOUNDS = Bounds(share=50, dependents=2, grace=GRACE)
COUNTS = st.dictionaries(st.integers(1, 300), st.integers(0, 50))


def state(key: str = "parcel") -> str:
    return Project.objects.get(key=key).critical


def kinds() -> list[object]:
    rows = EventRow.objects.filter(kind="criticality-changed").order_by("serial")
    return [(row.facts["from"], row.facts["to"]) for row in rows]


def run(bench: Bench, bounds: Bounds = BOUNDS) -> list[str]:
    told: list[str] = []
    judge(bench.desk, bounds, lambda row: told.append(row.key))
    return told


@pytest.fixture
def popular(bench: Bench, alice: Actor, parcel: str) -> str:
    """Return the key of that of two projects which is downloaded."""
    bench.publish(alice, "Crate", "1.0")
    downloads.add({("box", box_filename("Parcel", "1.0", "plain")): 3}, bench.clock.now().date())
    return parcel


def test_the_share_is_of_all_projects_and_rounded_down() -> None:
    counted = Counted(projects=299, downloads={1: 5, 2: 9, 3: 7}, dependents={})
    assert found(counted, Bounds(share=1)) == {2, 3}
    assert found(replace(counted, projects=99), Bounds(share=1)) == set()


def test_what_nobody_downloads_is_in_no_share() -> None:
    counted = Counted(projects=2, downloads={1: 0}, dependents={})
    assert found(counted, Bounds(share=100)) == set()


def test_dependents_alone_make_a_project_critical() -> None:
    counted = Counted(projects=2, downloads={}, dependents={1: 2, 2: 1})
    assert found(counted, Bounds(dependents=2)) == {1}
    assert found(counted, Bounds(dependents=0)) == set()


@given(COUNTS, COUNTS, st.integers(0, 100), st.integers(0, 60))
def test_more_downloads_or_dependents_never_take_a_project_out(
    loads: dict[int, int], dependents: dict[int, int], share: int, least: int
) -> None:
    counted, bounds = Counted(300, loads, dependents), Bounds(share, least)
    for row in found(counted, bounds):
        more = {**loads, row: loads.get(row, 0) + 1}
        assert row in found(replace(counted, downloads=more), bounds)


def test_downloads_of_ninety_days_count_and_older_ones_are_forgotten(
    bench: Bench, popular: str
) -> None:
    row = Project.objects.get(key=popular)
    today = bench.clock.now().date()
    for days in (DAYS - 1, DAYS):
        Downloads.objects.create(project=row, day=today - timedelta(days=days), count=10)
    assert count(bench.desk, today).downloads == {row.pk: 13}
    run(bench)
    assert Downloads.objects.count() == 2


def test_dependents_are_counted_by_the_newest_release_of_others(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    for name, needs in (("a", ["parcel"]), ("b", ["parcel", "nowhere"]), ("parcel", ["parcel"])):
        bench.publish(alice, name, "2.0", needs=needs)
        bench.publish(alice, name, "3.0", needs=[] if name == "b" else needs)
    Project.objects.exclude(key="b").update(latest="2.0")
    Project.objects.filter(key="b").update(latest="3.0")
    row = Project.objects.get(key="parcel")
    assert count(bench.desk, bench.clock.now().date()).dependents == {row.pk: 1}


def test_a_project_becomes_critical_some_days_after_its_people_were_told(
    bench: Bench, popular: str
) -> None:
    assert (run(bench), state()) == ([popular], "soon")
    bench.clock.forward(GRACE - timedelta(seconds=1))
    assert (run(bench), state()) == ([], "soon")
    bench.clock.forward(timedelta(seconds=1))
    assert (run(bench), state()) == ([], "counted")
    assert kinds() == [("none", "soon"), ("soon", "counted")]
    assert Project.objects.get(key=popular).critical_at is None


def test_a_second_run_changes_nothing(bench: Bench, popular: str) -> None:
    run(bench)
    before = bench.standing()
    assert run(bench) == []
    assert bench.standing() == before


def test_others_who_are_downloaded_more_make_no_project_less_critical(
    bench: Bench, popular: str
) -> None:
    run(bench)
    today = bench.clock.now().date()
    downloads.add({("box", box_filename("Crate", "1.0", "plain")): 1000}, today)
    bench.clock.forward(GRACE)
    run(bench)
    assert (state(popular), state("crate")) == ("counted", "soon")


@pytest.mark.parametrize("pinned", ["on", "off"])
def test_what_an_administrator_says_is_not_counted_over(
    bench: Bench, popular: str, pinned: str
) -> None:
    pin(bench.desk, OPERATOR, PARCEL, pinned)
    assert (run(bench), state(popular)) == ([], pinned)
    pin(bench.desk, OPERATOR, PARCEL, "auto")
    assert (run(bench), state(popular)) == ([popular], "soon")


def test_a_pin_holds_at_once_and_is_told_once(bench: Bench, alice: Actor, parcel: str) -> None:
    by_totp = replace(alice, assurance=Assurance.MULTI_FACTOR)
    assert pin(bench.desk, OPERATOR, PARCEL, "on")
    assert pin(bench.desk, OPERATOR, PARCEL, "on") is None
    with pytest.raises(AssuranceError) as caught:
        yank(bench.desk, by_totp, bench.target("parcel", "1.0"), "")
    assert caught.value.code == "webauthn-needed"
    assert yank(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert kinds() == [("none", "on")]


def test_auto_leaves_what_was_counted(bench: Bench, popular: str) -> None:
    run(bench)
    assert pin(bench.desk, OPERATOR, PARCEL, "auto") is None
    assert state(popular) == "soon"


def test_only_administrators_pin(bench: Bench, alice: Actor, parcel: str) -> None:
    with pytest.raises(ForbiddenError):
        pin(bench.desk, alice, PARCEL, "on")
    root = bench.person("root", admin=True)
    pin(bench.desk, root, PARCEL, "on")
    with pytest.raises(AssuranceError):
        pin(bench.desk, replace(root, assurance=Assurance.MULTI_FACTOR), PARCEL, "off")


def test_a_word_that_is_none_is_refused(bench: Bench, parcel: str) -> None:
    with pytest.raises(InvalidError) as caught:
        pin(bench.desk, OPERATOR, PARCEL, "soon")
    assert caught.value.code == "criticality-unknown"

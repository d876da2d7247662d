"""Keeping the rules of retention: whose they are, and carrying them out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.packages.catalog import keeping
from strongroom.packages.catalog.changes import set_status, yank
from strongroom.packages.catalog.keeping import (
    Own,
    carry_out,
    own_rules,
    preview,
    preview_all,
    set_rules,
)
from strongroom.packages.catalog.retention import Rules
from strongroom.packages.models import Release
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.bench import Bench

PARCEL, TWINE = ProjectId("box", "parcel"), ProjectId("box", "twine")
AT_MOST = 1000


def with_rules(bench: Bench, rules: Rules) -> Bench:
    limits = replace(bench.desk.limits, retention=rules)
    return replace(bench, desk=replace(bench.desk, limits=limits))


@pytest.fixture
def nightly(bench: Bench, alice: Actor) -> Bench:
    """Return a bench with five pre-releases of parcel and two of twine, all a week old."""
    for number in range(1, 6):
        bench.publish(alice, "parcel", f"{number}.0rc", label="fragile")
    for number in range(1, 3):
        bench.publish(alice, "twine", f"{number}.0rc")
    bench.clock.forward(timedelta(days=7))
    return bench


def versions(key: str) -> list[str]:
    rows = Release.objects.filter(project__key=key).order_by("key")
    return list(rows.values_list("key", flat=True))


def test_rules_of_its_own_go_before_those_of_the_registry() -> None:
    registry = Rules(5, 30)
    assert Own().over(registry) == registry
    assert Own(0, None).over(registry) == Rules(0, 30)
    assert Own(7, 0).over(registry) == Rules(7, 0)


def test_giving_a_project_rules_is_an_event_told_once(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    assert own_rules(PARCEL) == Own()
    recorded = set_rules(bench.desk, alice, PARCEL, Own(3, None))
    assert recorded is not None
    assert (recorded.event.kind, recorded.event.project) == (Kind.RETENTION_CHANGED, PARCEL)
    assert recorded.event.facts == {"keep_prereleases": 3, "prerelease_days": None}
    assert own_rules(PARCEL) == Own(3, None)
    assert set_rules(bench.desk, alice, PARCEL, Own(3, None)) is None
    assert last_serial() == recorded.serial


def test_only_owners_and_administrators_give_rules(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, Role.MAINTAINER, bench.clock)
    before = bench.standing()
    with pytest.raises(ForbiddenError):
        set_rules(bench.desk, bob, PARCEL, Own(1))
    assert bench.standing() == before
    assert set_rules(bench.desk, OPERATOR, PARCEL, Own(1)) is not None


def test_impossible_rules_change_nothing(bench: Bench, alice: Actor, parcel: str) -> None:
    with pytest.raises(InvalidError):
        set_rules(bench.desk, alice, PARCEL, Own(-1))
    assert own_rules(PARCEL) == Own()


def test_rules_of_a_project_that_is_not_there_are_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        own_rules(PARCEL)


def test_a_preview_says_what_would_go_and_changes_nothing(nightly: Bench) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=3))
    before = bench.standing()
    found = list(preview_all(bench.desk))
    assert [(one.project, one.version, one.files) for one in found] == [
        (PARCEL, "1.0rc", 1),
        (PARCEL, "2.0rc", 1),
    ]
    assert found[0].size > 0
    assert preview(bench.desk, PARCEL) == tuple(found)
    assert list(preview_all(bench.desk, [TWINE])) == []
    assert bench.standing() == before


def test_what_goes_is_what_the_preview_said_each_with_its_event(nightly: Bench) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=3))
    said, before = tuple(preview_all(bench.desk)), last_serial()
    nightly.told.clear()
    assert carry_out(bench.desk, AT_MOST) == said
    assert versions("parcel") == ["3.0rc", "4.0rc", "5.0rc"]
    told = since(before, 10)
    assert tuple(nightly.told) == told
    assert [(one.event.kind, one.event.actor, one.event.version) for one in told] == [
        (Kind.RELEASE_REMOVED, "registry", "1.0rc"),
        (Kind.RELEASE_REMOVED, "registry", "2.0rc"),
    ]
    assert told[0].event.facts["rule"] == "keep_prereleases=3"
    assert told[0].event.facts["reason"] == "By a rule of retention: 3 newer pre-releases stay."


def test_carried_out_again_nothing_goes(nightly: Bench) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=1))
    assert len(carry_out(bench.desk, AT_MOST)) == 5
    before = bench.standing()
    assert carry_out(bench.desk, AT_MOST) == ()
    assert bench.standing() == before


def test_no_more_go_than_are_allowed_and_the_next_run_goes_on(
    nightly: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    monkeypatch.setattr(keeping, "_PROJECTS_AT_ONCE", 1)
    bench = with_rules(nightly, Rules(keep_prereleases=1))
    assert [one.version for one in carry_out(bench.desk, 3)] == ["1.0rc", "2.0rc", "3.0rc"]
    assert carry_out(bench.desk, 0) == ()
    assert [str(one.project) for one in carry_out(bench.desk, 3)] == ["box:parcel", "box:twine"]


def test_only_the_projects_that_are_named_lose_anything(nightly: Bench) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=1))
    assert [one.project for one in carry_out(bench.desk, AT_MOST, [TWINE])] == [TWINE]
    assert len(versions("parcel")) == 5


def test_a_project_of_its_own_rules_is_found_where_the_registry_has_none(
    nightly: Bench, alice: Actor
) -> None:
    assert list(preview_all(nightly.desk)) == []
    set_rules(nightly.desk, alice, TWINE, Own(keep_prereleases=1))
    assert [one.project for one in carry_out(nightly.desk, AT_MOST)] == [TWINE]


def test_a_project_may_exempt_itself(nightly: Bench, alice: Actor) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=1))
    set_rules(bench.desk, alice, PARCEL, Own(keep_prereleases=0))
    carry_out(bench.desk, AT_MOST)
    assert (len(versions("parcel")), len(versions("twine"))) == (5, 1)


Late = Callable[[Bench, Actor], object]
LATE: dict[str, Late] = {
    "yanked": lambda bench, alice: yank(bench.desk, alice, bench.target("twine", "1.0rc"), ""),
    "quarantined": lambda bench, _: set_status(bench.desk, OPERATOR, TWINE, "quarantined", ""),
    "exempted": lambda bench, alice: set_rules(bench.desk, alice, TWINE, Own(0)),
}


@pytest.mark.parametrize("late", LATE)
def test_what_changes_after_the_look_is_judged_again(
    nightly: Bench, alice: Actor, late: str
) -> None:
    bench = with_rules(nightly, Rules(keep_prereleases=1))

    def interrupt(_: object) -> None:
        # Told of the removals of parcel, somebody hurries to save twine.
        if Release.objects.filter(project__key="twine").count() == 2:
            LATE[late](nightly, alice)

    desk = replace(bench.desk, react=interrupt)
    assert {one.project for one in carry_out(desk, AT_MOST)} == {PARCEL}
    assert len(versions("twine")) == 2

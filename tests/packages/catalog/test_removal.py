"""Removal: who may and until when, what it takes along, and what stays known of it for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import NOBODY, OPERATOR, REGISTRY, Action, Actor, Assurance, Reach
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    StrongroomError,
    UnauthenticatedError,
)
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import set_status, unyank, yank
from strongroom.packages.catalog.listing import file_path, listing
from strongroom.packages.catalog.quotas import of_project, of_user, standings
from strongroom.packages.catalog.removal import Known, consequences, judge, may_go, remove
from strongroom.packages.catalog.removed import removed
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.bench import Bench
from tests.fakes.clocks import NOON
from tests.fakes.ecosystems import Boxes, box, box_filename

PARCEL = ProjectId("box", "parcel")
Act = Callable[[], object]
HOURS = timedelta(hours=72)
OWNER = Actor("person", "alice", "session", user_id=1, assurance=Assurance.PHISHING_RESISTANT)
ADMIN = replace(OWNER, admin=True)
FINAL, EARLY = Version("1.0", "1.0"), Version("1.0rc", "1.0rc", prerelease=True)

JUDGED = [
    (OWNER, "active", FINAL, timedelta(0), None),
    (OWNER, "active", FINAL, HOURS - timedelta(seconds=1), None),
    (OWNER, "active", FINAL, HOURS, "removal-too-late"),
    (OWNER, "archived", FINAL, HOURS, "removal-too-late"),
    (OWNER, "active", EARLY, HOURS * 1000, None),
    (OWNER, "quarantined", FINAL, timedelta(0), "project-quarantined"),
    (OWNER, "quarantined", EARLY, timedelta(0), "project-quarantined"),
    (ADMIN, "active", FINAL, HOURS * 1000, None),
    (ADMIN, "quarantined", FINAL, HOURS * 1000, None),
    (OPERATOR, "quarantined", FINAL, HOURS, None),
    (REGISTRY, "active", FINAL, HOURS, None),
]


@pytest.mark.parametrize(("actor", "status", "version", "age", "code"), JUDGED)
def test_the_age_of_a_final_release_decides_for_owners_alone(
    actor: Actor, status: str, version: Version, age: timedelta, code: str | None
) -> None:
    known = Known(status, version, NOON)
    assert may_go(actor, known, NOON + age, HOURS) is (code is None)
    if code is not None:
        with pytest.raises(StrongroomError) as caught:
            judge(actor, known, NOON + age, HOURS)
        assert caught.value.code == code


def test_where_owners_have_no_hours_they_may_remove_no_final_release() -> None:
    assert not may_go(OWNER, Known("active", FINAL, NOON), NOON, timedelta(0))


WHO = [
    ("nobody", UnauthenticatedError),
    ("stranger", ForbiddenError),
    ("maintainer", ForbiddenError),
    ("owner", None),
    ("remove-token", None),
    ("yank-token", ForbiddenError),
    ("other-token", ForbiddenError),
    ("admin", None),
    ("operator", None),
]


def actor_named(who: str, bench: Bench, alice: Actor) -> Actor:
    token = replace(alice, credential="token 41")
    known = {
        "nobody": NOBODY,
        "operator": OPERATOR,
        "owner": alice,
        "remove-token": replace(token, reach=Reach(actions=frozenset({Action.REMOVE}))),
        "yank-token": replace(token, reach=Reach(actions=frozenset({Action.YANK}))),
        "other-token": replace(token, reach=Reach(projects=frozenset({ProjectId("box", "x")}))),
    }
    if who in known:
        return known[who]
    actor = bench.person(who, admin=who == "admin")
    if who == "maintainer" and actor.user_id is not None:
        grant(actor.user_id, PARCEL, Role.MAINTAINER, bench.clock)
    return actor


@pytest.mark.parametrize(("who", "refusal"), WHO)
def test_who_may_remove(
    bench: Bench, alice: Actor, parcel: str, who: str, refusal: type[StrongroomError] | None
) -> None:
    actor, target = actor_named(who, bench, alice), bench.target(parcel, "1.0")
    before = bench.standing()
    if refusal is None:
        remove(bench.desk, actor, target, "")
        assert not Release.objects.exists()
    else:
        with pytest.raises(refusal):
            remove(bench.desk, actor, target, "")
        assert bench.standing() == before


def test_the_rows_go_and_one_event_tells_of_every_file(bench: Bench, alice: Actor) -> None:
    first = bench.publish(alice, "parcel", "1.0", label="fragile")
    second = bench.publish(alice, "parcel", "1.0", kind="large")
    bench.told.clear()
    before = last_serial()
    recorded = remove(bench.desk, alice, bench.target("parcel", "1.0"), "  Wrong \n files. ")
    assert (Release.objects.count(), File.objects.count()) == (0, 0)
    assert since(before, 10) == (recorded,) == tuple(bench.told)
    event = recorded.event
    assert (event.kind, event.actor, event.credential) == (
        Kind.RELEASE_REMOVED,
        "alice",
        "session",
    )
    assert (event.project, event.version) == (PARCEL, "1.0")
    assert event.facts == {
        "reason": "Wrong files.",
        "files": [
            {"file": second.filename, "size": second.size, "sha256": second.sha256, "beside": []},
            {
                "file": first.filename,
                "size": first.size,
                "sha256": first.sha256,
                "beside": [".label"],
            },
        ],
    }
    assert Project.objects.get().serial == recorded.serial


def test_what_was_removed_is_read_from_the_events(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", label="fragile")
    remove(bench.desk, alice, bench.target("parcel", "1.0"), "Wrong.")
    (gone,) = removed(PARCEL, Boxes())
    path = file_path("box", receipt.sha256, receipt.filename)
    assert (gone.version.key, gone.reason, gone.paths) == (
        "1.0",
        "Wrong.",
        (path, f"{path}.label"),
    )
    assert removed(ProjectId("box", "other"), Boxes()) == ()


ATTEMPTS = [
    ("file-name-used", "1.0", {}),
    ("file-name-used", "1.0", {"summary": "other bytes"}),
    ("version-used", "1.0", {"kind": "large"}),
]


@pytest.mark.parametrize(("code", "version", "fields"), ATTEMPTS)
def test_neither_name_nor_bytes_nor_version_are_used_again(
    bench: Bench, alice: Actor, code: str, version: str, fields: dict[str, object]
) -> None:
    bench.publish(alice, "parcel", "1.0")
    remove(bench.desk, alice, bench.target("parcel", "1.0"), "")
    with pytest.raises(ConflictError) as caught:
        bench.publish(alice, "parcel", version, **fields)
    assert caught.value.code == code
    assert UsedPath.objects.count() == 1


def test_removed_bytes_do_not_come_back_under_another_name(bench: Bench, alice: Actor) -> None:
    data = box("parcel", "1.0")
    bench.send(alice, box_filename("parcel", "1.0"), data)
    remove(bench.desk, alice, bench.target("parcel", "1.0"), "")
    with pytest.raises(ConflictError) as caught:
        bench.send(alice, box_filename("PARCEL", "1.0"), data)
    assert caught.value.code == "bytes-used"


def test_the_name_of_an_emptied_project_stays_with_its_people(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    remove(bench.desk, alice, bench.target(parcel, "1.0"), "")
    with pytest.raises(ForbiddenError):
        bench.publish(bob, parcel, "2.0")
    bench.publish(alice, parcel, "2.0")
    assert Release.objects.get().key == "2.0"


def test_a_removed_release_is_said_to_be_gone_by_whoever_looks_for_it(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    target = bench.target(parcel, "1.0")
    remove(bench.desk, alice, target, "")
    acts: tuple[Act, ...] = (
        lambda: remove(bench.desk, alice, target, ""),
        lambda: yank(bench.desk, alice, target, ""),
        lambda: unyank(bench.desk, alice, target),
    )
    for act in acts:
        with pytest.raises(GoneError) as caught:
            act()
        assert caught.value.code == "release-removed"
    with pytest.raises(NotFoundError):
        remove(bench.desk, alice, bench.target(parcel, "9.0"), "")


def test_an_owner_is_refused_while_the_project_is_quarantined(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    set_status(bench.desk, OPERATOR, PARCEL, "quarantined", "bad")
    before = bench.standing()
    with pytest.raises(ConflictError):
        remove(bench.desk, alice, bench.target(parcel, "1.0"), "")
    assert bench.standing() == before
    remove(bench.desk, OPERATOR, bench.target(parcel, "1.0"), "malware")
    assert not Release.objects.exists()


def test_files_that_come_later_do_not_give_an_owner_more_time(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.clock.forward(timedelta(hours=71))
    bench.publish(alice, "parcel", "1.0", kind="large")
    bench.clock.forward(timedelta(hours=1))
    with pytest.raises(ForbiddenError) as caught:
        remove(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert caught.value.code == "removal-too-late"


def test_a_reason_is_one_line_as_everywhere(bench: Bench, alice: Actor, parcel: str) -> None:
    with pytest.raises(InvalidError):
        remove(bench.desk, alice, bench.target(parcel, "1.0"), "x" * 501)
    assert Release.objects.exists()


def test_the_room_is_given_back_to_whoever_took_it(bench: Bench, alice: Actor, bob: Actor) -> None:
    assert bob.user_id is not None
    first = bench.publish(alice, "parcel", "1.0")
    grant(bob.user_id, PARCEL, Role.OWNER, bench.clock)
    bench.publish(bob, "parcel", "1.0", kind="large")
    second = bench.publish(bob, "parcel", "2.0")

    def used() -> list[int]:
        subjects = (of_project(PARCEL), of_user("alice"), of_user("bob"))
        return [one.used for one in standings(bench.desk.limits, subjects)]

    assert used()[1] == first.size
    remove(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert used() == [second.size, 0, second.size]


def test_consequences_tell_what_goes_and_what_stands_after_it(bench: Bench, alice: Actor) -> None:
    small = bench.publish(alice, "parcel", "1.0")
    large = bench.publish(alice, "parcel", "2.0", kind="large")
    shown = listing(PARCEL, Boxes())
    newest = consequences(shown, Boxes().version("2.0"))
    assert (newest.version, newest.files, newest.size) == ("2.0", (large.filename,), large.size)
    assert (newest.latest, newest.changes) == ("1.0", True)
    older = consequences(shown, Boxes().version("1.0"))
    assert (older.files, older.latest, older.changes) == ((small.filename,), "2.0", False)
    remove(bench.desk, alice, bench.target("parcel", "2.0"), "")
    only = consequences(listing(PARCEL, Boxes()), Boxes().version("1.0"))
    assert (only.latest, only.changes) == ("", True)

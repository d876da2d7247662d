"""Two at once, each in a thread and connection of its own: what must never happen does not."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.errors import StrongroomError
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.models import File, Project, Stage, UsedPath
from strongroom.packages.staging.approving import approve, set_approvals
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.rows import find
from strongroom.people.access.roles import Role
from strongroom.people.models import Grant
from strongroom.proof.models import EventRow
from tests.fakes.bench import SETTLED, Bench, open_bench
from tests.fakes.digests import digests_of
from tests.fakes.ecosystems import box
from tests.fakes.stages import completed, content, kinds, opened, put, taken
from tests.packages.staging.conftest import PARCEL

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 24


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return open_bench(tmp_path)


@pytest.fixture
def people(bench: Bench) -> tuple[Actor, Actor, Actor]:
    """Return alice, who owns `parcel`, and two maintainers of long standing."""
    alice, bob, carol = (bench.person(name) for name in ("alice", "bob", "carol"))
    bench.publish(alice, "parcel", "1.0")
    for name in ("bob", "carol"):
        appoint(bench.desk, OPERATOR, PARCEL, name, Role.MAINTAINER)
    bench.clock.forward(SETTLED)
    return alice, bob, carol


def race(*acts: Callable[[], object]) -> Sequence[object]:
    """Do all acts at the same moment; returns what each returned, or its refusal."""
    ready = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            ready.wait(10)
            results[place] = act()
        except StrongroomError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def code(result: object) -> str:
    """Return the code of a refusal, or nothing."""
    return result.code if isinstance(result, StrongroomError) else ""


def test_no_file_is_published_that_its_approver_did_not_see(
    bench: Bench, people: tuple[Actor, Actor, Actor]
) -> None:
    alice, bob, _ = people
    set_approvals(bench.desk, alice, PARCEL, 1)
    outcomes = set()
    for number in range(ROUNDS):
        version = f"2.{number}"
        told = put(bench, alice, version=version, summary="seen")
        stage, seen = told.stage, content(told.stage)
        approval, swap = race(
            partial(approve, bench.yard, bob, stage.handle, seen),
            partial(put, bench, alice, version=version, summary="swapped"),
        )
        outcomes.add((code(approval), code(swap)))
        published = File.objects.filter(release__key=version)
        assert {file.sha256 for file in published} <= {told.file.sha256}
        assert published.exists() == (code(approval) == "")
    assert outcomes <= {("", "file-name-used"), ("", "stage-ended"), ("stage-changed", "")}


def test_of_two_publications_one_happens(bench: Bench, people: tuple[Actor, Actor, Actor]) -> None:
    alice, bob, _ = people
    for number in range(ROUNDS // 2):
        stage = opened(bench, alice, version=f"2.{number}")
        data = box("parcel", f"2.{number}")
        completed(bench, alice, stage, data, f"parcel-2.{number}.plain.box")
        results = race(
            partial(publish, bench.yard, alice, stage.handle),
            partial(publish, bench.yard, bob, stage.handle),
        )
        assert sorted(map(code, results)) == ["", "stage-ended"]
        assert File.objects.filter(release__key=f"2.{number}").count() == 1
    assert kinds().count("stage-published") == ROUNDS // 2


def test_of_an_upload_and_a_stage_that_want_one_file_name_one_gets_it(
    bench: Bench, people: tuple[Actor, Actor, Actor]
) -> None:
    alice, bob, _ = people
    winners = set()
    for number in range(ROUNDS):
        version = f"2.{number}"
        stage = opened(bench, alice, version=version)
        data = box("parcel", version, summary="staged")
        completed(bench, alice, stage, data, f"parcel-{version}.plain.box")
        staged, direct = race(
            partial(publish, bench.yard, alice, stage.handle),
            partial(taken, bench, bob, version=version, summary="direct"),
        )
        assert sorted([code(staged), code(direct)]) == ["", "file-name-used"]
        (file,) = File.objects.filter(release__key=version)
        assert (file.sha256 == digests_of(data).sha256) == (code(staged) == "")
        assert UsedPath.objects.get(path=file.filename).sha256 == file.sha256
        winners.add(code(staged))
        if code(staged):
            assert find(stage.handle).state == "open"
            cancel(bench.yard, alice, stage.handle)
    assert winners <= {"", "file-name-used"}


def test_two_last_approvals_at_once_publish_once(
    bench: Bench, people: tuple[Actor, Actor, Actor]
) -> None:
    alice, bob, carol = people
    set_approvals(bench.desk, alice, PARCEL, 2)
    for number in range(ROUNDS // 2):
        stage = put(bench, alice, version=f"2.{number}").stage
        seen = content(stage)
        results = race(
            partial(approve, bench.yard, bob, stage.handle, seen),
            partial(approve, bench.yard, carol, stage.handle, seen),
        )
        assert list(map(code, results)) == ["", ""]
        assert find(stage.handle).state == "published"
    assert kinds().count("stage-published") == ROUNDS // 2


def test_of_two_sessions_of_one_person_one_approval_comes(
    bench: Bench, people: tuple[Actor, Actor, Actor]
) -> None:
    alice, bob, _ = people
    set_approvals(bench.desk, alice, PARCEL, 2)
    stage = put(bench, alice).stage
    seen = content(stage)
    race(*[partial(approve, bench.yard, bob, stage.handle, seen)] * 4)
    assert stage.approvals.count() == 1
    assert kinds().count("stage-approved") == 1
    assert find(stage.handle).state == "open"


def test_of_two_people_who_want_a_new_name_one_reserves_it(bench: Bench) -> None:
    alice, bob = bench.person("alice"), bench.person("bob")
    for number in range(ROUNDS // 4):
        name = f"name{'x' * number}"
        results = race(
            partial(opened, bench, alice, name, "1.0"),
            partial(opened, bench, bob, name, "1.0"),
        )
        assert sorted(map(code, results)) == ["", "role-missing"]
        assert Stage.objects.filter(project=name).count() == 1


def test_of_a_stage_and_an_upload_that_want_a_new_name_one_gets_it(bench: Bench) -> None:
    alice, bob = bench.person("alice"), bench.person("bob")
    for number in range(ROUNDS // 4):
        name = f"name{'x' * number}"
        results = race(
            partial(opened, bench, alice, name, "1.0"),
            partial(taken, bench, bob, name, "1.0"),
        )
        assert sorted(map(code, results)) == ["", "role-missing"]
        held = Stage.objects.filter(project=name).exists()
        assert held != Project.objects.filter(key=name).exists()


def test_two_uploads_of_a_new_version_share_one_stage(
    bench: Bench, people: tuple[Actor, Actor, Actor]
) -> None:
    alice, bob, _ = people
    set_approvals(bench.desk, alice, PARCEL, 1)
    for number in range(ROUNDS // 4):
        version = f"2.{number}"
        results = race(
            partial(put, bench, alice, version=version, kind="large"),
            partial(put, bench, bob, version=version, kind="small"),
        )
        assert list(map(code, results)) == ["", ""]
        assert Stage.objects.get(version=version).files.count() == 2
    serials = list(EventRow.objects.order_by("pk").values_list("serial", flat=True))
    assert serials == sorted(serials)
    assert Grant.objects.count() == 3

"""Quotas: what is counted, who is refused, and that two can never both take the last room."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import StrongroomError, TooLargeError
from strongroom.core.events import Kind
from strongroom.packages.catalog.quotas import (
    PROJECT,
    USER,
    Recount,
    Standing,
    Subject,
    add,
    all_standings,
    of_project,
    of_user,
    recount,
    set_limit,
    standings,
    subjects_of,
    within,
)
from strongroom.packages.models import File, Quota, StagedFile
from strongroom.packages.staging.files import Promise
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.promises import promise
from strongroom.packages.staging.publication import publish as publish_stage
from strongroom.packages.staging.putting import remove as remove_staged
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.proof.ledger.events import last_serial
from tests.fakes.bench import Bench, open_bench
from tests.fakes.ecosystems import box
from tests.fakes.stages import completed, opened, promised, sent

PARCEL = ProjectId("box", "parcel")
SIZE = len(box("parcel", "1.0"))
HASHES = {"sha256": "0" * 64}


def limited(bench: Bench, **quotas: int) -> Bench:
    limits = replace(bench.desk.limits, quotas=quotas)
    return replace(bench, desk=replace(bench.desk, limits=limits))


def used(bench: Bench, *subjects: Subject) -> list[int]:
    return [one.used for one in standings(bench.desk.limits, subjects)]


def test_a_subject_has_what_is_left_below_its_limit() -> None:
    alice = of_user("Alice")
    assert alice == Subject(USER, "alice")
    assert Standing(alice, 10, 0).left is None
    assert Standing(alice, 10, 15).left == 5
    assert Standing(alice, 20, 15).left == 0


def test_what_fits_exactly_fits() -> None:
    within([Standing(of_project(PARCEL), 5, 10), Standing(of_user("alice"), 99, 0)], 5)


def test_a_refusal_says_whose_room_is_used_up_and_whom_to_ask() -> None:
    with pytest.raises(TooLargeError) as caught:
        within([Standing(of_project(PARCEL), 5, 10)], 6)
    assert caught.value.code == "quota-exceeded"
    assert "project box:parcel uses 5 of 10 bytes, and this takes 6 more" in caught.value.sentence
    assert "ask the operator" in caught.value.remedy


def test_an_upload_takes_the_room_of_its_project_and_of_the_person() -> None:
    person = Actor("person", "Alice", "session", user_id=1, assurance=Assurance.PHISHING_RESISTANT)
    assert subjects_of(person, PARCEL) == (of_project(PARCEL), of_user("alice"))
    assert subjects_of(OPERATOR, PARCEL) == (of_project(PARCEL),)


def test_what_is_published_is_counted(bench: Bench, alice: Actor) -> None:
    first = bench.publish(alice, "parcel", "1.0")
    second = bench.publish(alice, "twine", "1.0")
    subjects = (of_project(PARCEL), of_project(second.project), of_user("alice"))
    assert used(bench, *subjects) == [first.size, second.size, first.size + second.size]


def test_the_same_file_again_is_not_counted_twice(bench: Bench, alice: Actor) -> None:
    for _ in range(2):
        receipt = bench.publish(alice, "parcel", "1.0")
    assert used(bench, of_project(PARCEL), of_user("alice")) == [receipt.size] * 2


@pytest.mark.parametrize("kind", [PROJECT, USER])
def test_the_file_that_does_not_fit_is_refused_and_changes_nothing(
    bench: Bench, alice: Actor, kind: str
) -> None:
    bench = limited(bench, **{kind: SIZE + 5})
    bench.publish(alice, "parcel", "1.0")
    before = bench.standing()
    with pytest.raises(TooLargeError) as caught:
        bench.publish(alice, "parcel", "2.0")
    assert caught.value.code == "quota-exceeded"
    assert bench.standing() == before
    assert Quota.objects.count() == 2


def test_the_same_file_again_succeeds_though_there_is_no_room(bench: Bench, alice: Actor) -> None:
    bench = limited(bench, project=SIZE, user=SIZE)
    bench.publish(alice, "parcel", "1.0")
    assert bench.publish(alice, "parcel", "1.0").events == ()


def test_one_persons_room_is_not_anothers(bench: Bench, alice: Actor, bob: Actor) -> None:
    bench = limited(bench, user=SIZE)
    bench.publish(alice, "parcel", "1.0")
    bench.publish(bob, "string", "1.0")
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, Role.OWNER, bench.clock)
    with pytest.raises(TooLargeError):
        bench.publish(bob, "parcel", "2.0")


def test_a_limit_of_its_own_goes_before_the_registrys(bench: Bench, alice: Actor) -> None:
    bench = limited(bench, user=1)
    for version, limit in (("1.0", 0), ("2.0", SIZE * 2)):
        set_limit(bench.desk, OPERATOR, of_user("alice"), limit)
        bench.publish(alice, "parcel", version)
    (now,) = standings(bench.desk.limits, [of_user("alice")])
    assert (now.limit, now.own) == (SIZE * 2, True)
    with pytest.raises(TooLargeError):
        bench.publish(alice, "parcel", "3.0")


def test_setting_a_limit_is_an_event_told_once_and_of_no_project(bench: Bench) -> None:
    recorded = set_limit(bench.desk, OPERATOR, of_project(PARCEL), 5)
    assert recorded is not None
    assert (recorded.event.kind, recorded.event.project) == (Kind.QUOTA_CHANGED, None)
    assert recorded.event.facts == {
        "kind": "project",
        "subject": "box:parcel",
        "from": None,
        "to": 5,
    }
    assert set_limit(bench.desk, OPERATOR, of_project(PARCEL), 5) is None
    back = set_limit(bench.desk, OPERATOR, of_project(PARCEL), None)
    assert back is not None
    assert back.serial == last_serial() == recorded.serial + 1
    assert str(Quota.objects.get()) == "project box:parcel"


def test_all_that_use_room_or_have_a_limit_are_shown_in_order(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    set_limit(bench.desk, OPERATOR, of_user("bob"), 7)
    assert all_standings(bench.desk.limits) == (
        Standing(of_project(PARCEL), receipt.size, 0),
        Standing(of_user("alice"), receipt.size, 0),
        Standing(of_user("bob"), 0, 7, own=True),
    )


def test_a_count_never_falls_below_nothing(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    add({of_user("alice"): -receipt.size - 1, of_user("nobody"): -1})
    assert used(bench, of_user("alice"), of_user("nobody")) == [0, 0]


def test_judging_costs_the_same_whatever_is_published_already(bench: Bench, alice: Actor) -> None:
    bench = limited(bench, project=10**9, user=10**9)
    costs = []
    for number in range(1, 12):
        with CaptureQueriesContext(connection) as captured:
            bench.publish(alice, "parcel", f"{number}.0")
        costs.append(len(captured))
    assert len(set(costs[1:])) == 1
    added_up = [one["sql"] for one in captured.captured_queries if "SUM(" in one["sql"]]
    assert not [sql for sql in added_up if '"packages_file"' in sql]


def test_right_counts_are_left_alone(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    assert list(recount(mend=True)) == []


def test_wrong_counts_are_found_and_mended(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    Quota.objects.filter(kind=PROJECT).delete()
    Quota.objects.filter(kind=USER).update(used_bytes=1)
    Quota.objects.create(kind=USER, subject="ghost", used_bytes=3)
    wrong = [
        Recount(of_project(PARCEL), 0, receipt.size),
        Recount(of_user("alice"), 1, receipt.size),
        Recount(of_user("ghost"), 3, 0),
    ]
    assert list(recount(mend=False)) == wrong
    assert list(recount(mend=True)) == wrong
    assert list(recount(mend=False)) == []
    assert used(bench, of_project(PARCEL), of_user("alice"), of_user("ghost")) == [
        receipt.size,
        receipt.size,
        0,
    ]


def test_files_of_nobody_are_counted_for_their_project_alone(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0")
    File.objects.update(uploader="operator")
    assert list(recount(mend=True)) == [Recount(of_user("alice"), receipt.size, 0)]


def staged(bench: Bench, actor: Actor, version: str, size: int) -> StagedFile:
    stage = opened(bench, actor, version=version)
    return promise(bench.yard, actor, stage.handle, Promise(f"parcel-{version}", size, HASHES))


def test_what_waits_in_a_stage_takes_the_room_of_whoever_put_it_there(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    before = used(bench, of_user("alice"))[0]
    file = staged(bench, alice, "2.0", 1000)
    assert used(bench, of_user("alice"), of_user("bob"), of_project(PARCEL)) == [
        before + 1000,
        0,
        before,
    ]
    assert [one.used for one in all_standings(bench.desk.limits)] == [before, before + 1000]
    remove_staged(bench.yard, alice, file.handle)
    assert used(bench, of_user("alice")) == [before]


def test_what_is_promised_beyond_the_room_is_refused(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    limit = used(bench, of_user("alice"))[0] + 1500
    set_limit(bench.desk, OPERATOR, of_user("alice"), limit)
    staged(bench, alice, "2.0", 1000)
    with pytest.raises(TooLargeError) as caught:
        staged(bench, alice, "3.0", 501)
    assert caught.value.code == "quota-exceeded"
    staged(bench, alice, "3.0", 500)
    with pytest.raises(TooLargeError):
        bench.publish(alice, parcel, "4.0")


def test_a_cancelled_stage_gives_its_room_back(bench: Bench, alice: Actor, parcel: str) -> None:
    before = used(bench, of_user("alice"))
    cancel(bench.yard, alice, staged(bench, alice, "2.0", 1000).stage.handle)
    assert used(bench, of_user("alice")) == before


def test_a_stage_is_published_into_the_room_that_it_took(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    data = box("parcel", "2.0")
    set_limit(bench.desk, OPERATOR, of_user("alice"), used(bench, of_user("alice"))[0] + len(data))
    stage = opened(bench, alice, version="2.0")
    completed(bench, alice, stage, data)
    publish_stage(bench.yard, alice, stage.handle)
    (now,) = standings(bench.desk.limits, [of_user("alice")])
    assert now.left == 0
    assert list(recount(mend=False)) == []


def test_a_stage_that_does_not_fit_into_its_project_is_not_published(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    data = box("parcel", "2.0")
    stage = opened(bench, alice, version="2.0")
    completed(bench, alice, stage, data)
    set_limit(bench.desk, OPERATOR, of_project(PARCEL), SIZE)
    with pytest.raises(TooLargeError) as caught:
        publish_stage(bench.yard, alice, stage.handle)
    assert caught.value.code == "quota-exceeded"
    assert File.objects.count() == 1
    assert list(recount(mend=False)) == []


def test_whoever_sends_the_bytes_that_another_promised_needs_room_for_them(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, Role.MAINTAINER, bench.clock)
    data = box("parcel", "2.0")
    file = promised(bench, alice, opened(bench, alice, version="2.0"), data)
    set_limit(bench.desk, OPERATOR, of_user("bob"), 1)
    with pytest.raises(TooLargeError):
        sent(bench, bob, file, data)
    sent(bench, alice, file, data)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [PROJECT, USER])
def test_of_many_uploads_at_once_only_those_fit_that_there_is_room_for(
    tmp_path: Path, kind: str
) -> None:
    bench = limited(open_bench(tmp_path), **{kind: SIZE * 3})
    alice = bench.person("alice")
    bench.publish(alice, "parcel", "1.0")
    codes: list[str] = []
    ready = threading.Barrier(6)

    def upload(number: int) -> None:
        ready.wait()
        name = "parcel" if kind == PROJECT else f"parce{number}"
        try:
            bench.publish(alice, name, f"{number}.0")
            codes.append("published")
        except StrongroomError as error:
            codes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(2, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["published"] * 2 + ["quota-exceeded"] * 4
    assert list(recount(mend=False)) == []

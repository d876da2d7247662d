"""An upload in one request: published at once, or waiting where people approve."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

import pytest

from strongroom.core.actors import OPERATOR, Action, Actor, Reach
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Kind
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.changes import dismiss, set_status
from strongroom.packages.models import Approval, File, Project, Stage, StagedFile
from strongroom.packages.publishing.pipeline import rehearse
from strongroom.packages.publishing.steps import Receipt, Upload
from strongroom.packages.staging import files
from strongroom.packages.staging import yard as bounds
from strongroom.packages.staging.approving import approve, set_approvals
from strongroom.packages.staging.files import lost
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import Staged, remove
from strongroom.packages.staging.rows import find_file
from strongroom.packages.upkeep.named import staged
from strongroom.people.access.grants import user_of
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench
from tests.fakes.digests import digests_of
from tests.fakes.ecosystems import box, box_filename
from tests.fakes.stages import Sweeping, content, kinds, opened, promised, put, taken
from tests.packages.staging.conftest import PARCEL


def stager(actor: Actor) -> Actor:
    """Return a person by a token that may only stage."""
    return replace(actor, credential="token 7", reach=Reach(actions=frozenset({Action.STAGE})))


def test_without_approvals_an_upload_is_published_and_leaves_no_stage(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    assert isinstance(taken(bench, alice), Receipt)
    assert File.objects.filter(release__key="2.0").exists()
    assert not Stage.objects.exists()


def test_with_approvals_an_upload_waits_unseen(bench: Bench, alice: Actor, approved: str) -> None:
    serial = Project.objects.get().serial
    told = put(bench, alice, label="fragile")
    assert (told.stage.state, told.file.state, told.is_new) == ("open", "completed", True)
    assert not File.objects.filter(release__key="2.0").exists()
    assert (bench.told, Project.objects.get().serial) == ([], serial)
    assert kinds(since=serial) == ["stage-opened", "file-staged"]
    sha256 = digests_of(box("parcel", "2.0", label="fragile")).sha256
    assert EventRow.objects.latest("serial").facts == {
        "stage": told.stage.handle,
        "file": "parcel-2.0.plain.box",
        "size": told.file.size,
        "sha256": sha256,
        "voided": 0,
    }


def test_what_a_stage_keeps_is_named_to_the_sweep_until_it_ends(
    bench: Bench, alice: Actor, approved: str
) -> None:
    told = put(bench, alice, label="fragile")
    named = set(staged())
    assert named == {told.file.sha256, told.file.sidecars[".label"]}
    assert all(map(bench.desk.blobs.holds, named))
    remove(bench.yard, alice, told.file.handle)
    assert set(staged()) == set()


def test_files_of_a_version_wait_together(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stages = {
        put(bench, alice).stage.pk,
        put(bench, bob, kind="large").stage.pk,
        put(bench, stager(bob), kind="small").stage.pk,
    }
    assert len(stages) == 1
    assert put(bench, alice, version="3.0").stage.pk not in stages


def test_a_token_that_may_only_stage_publishes_nothing(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    told = put(bench, stager(alice))
    assert told.file.credential == "token 7"
    with pytest.raises(ForbiddenError) as caught:
        publish(bench.yard, stager(alice), told.stage.handle)
    assert caught.value.code == "token-out-of-scope"
    seen = content(told.stage)
    assert publish(bench.yard, alice, told.stage.handle, seen).state == "published"


def test_a_token_that_may_only_stage_makes_no_project(bench: Bench, alice: Actor) -> None:
    put(bench, stager(alice), "quiet", "1.0")
    assert not Project.objects.exists()


def test_a_token_for_neither_is_refused(bench: Bench, alice: Actor, approved: str) -> None:
    token = replace(alice, reach=Reach(actions=frozenset({Action.YANK})))
    with pytest.raises(ForbiddenError) as caught:
        taken(bench, token)
    assert caught.value.code == "token-out-of-scope"


def test_the_same_file_again_changes_nothing(bench: Bench, alice: Actor, approved: str) -> None:
    first = put(bench, alice)
    before = bench.standing()
    again = put(bench, alice)
    assert (again.file, again.is_new) == (first.file, False)
    assert bench.standing() == before


def test_what_is_published_already_is_answered_as_always(
    bench: Bench, alice: Actor, approved: str
) -> None:
    receipt = taken(bench, alice, "parcel", "1.0")
    assert isinstance(receipt, Receipt)
    assert receipt.events == ()


def test_another_file_of_the_name_takes_its_place_and_voids_approvals(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    set_approvals(bench.desk, alice, PARCEL, 1)
    carol = bench.person("carol")
    put(bench, alice)
    stage = Stage.objects.get()
    Approval.objects.create(
        stage=stage, person_id=user_of(carol), content="x", approved_at=bench.clock.now()
    )
    before = EventRow.objects.latest("serial").serial
    second = put(bench, bob, summary="other")
    assert not Approval.objects.exists()
    assert kinds(since=before) == ["file-unstaged", "file-staged"]
    assert EventRow.objects.get(kind="file-unstaged").facts["voided"] == 1
    rows = StagedFile.objects.order_by("pk")
    assert [row.state for row in rows] == ["cancelled", "completed"]
    assert (rows[0].sha256, rows[0].manifest, rows[1]) == ("", {}, second.file)


def test_one_more_file_voids_approvals(bench: Bench, alice: Actor, bob: Actor, parcel: str) -> None:
    carol = bench.person("carol")
    put(bench, stager(alice))
    stage = Stage.objects.get()
    Approval.objects.create(
        stage=stage,
        person_id=user_of(carol),
        content=content(stage),
        approved_at=bench.clock.now(),
    )
    put(bench, stager(alice), kind="large")
    assert not Approval.objects.exists()


def test_a_file_that_cannot_stand_beside_another_is_not_let_in(
    bench: Bench, alice: Actor, approved: str
) -> None:
    put(bench, alice, kind="plain")
    before = bench.standing()[:-1]
    with pytest.raises(ConflictError) as caught:
        put(bench, alice, "Parcel", "2.0", summary="second")
    assert caught.value.code == "kind-taken"
    assert bench.standing()[:-1] == before


def test_a_file_on_its_way_by_another_door_is_replaced(
    bench: Bench, alice: Actor, approved: str
) -> None:
    stage = opened(bench, alice)
    file = promised(bench, alice, stage, b"12345")
    assert put(bench, alice).file.pk != file.pk
    assert find_file(file.handle).state == "cancelled"


def test_an_outsider_puts_nothing_in_and_takes_nothing_out(
    bench: Bench, alice: Actor, mallory: Actor, approved: str
) -> None:
    file = put(bench, alice).file
    before = bench.standing()
    with pytest.raises(ForbiddenError):
        taken(bench, mallory, kind="large")
    with pytest.raises(ForbiddenError):
        remove(bench.yard, mallory, file.handle)
    assert bench.standing() == before


def test_an_upload_refused_by_a_check_leaves_no_stage(
    bench: Bench, alice: Actor, approved: str
) -> None:
    def refuses(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        yield Finding("customs", "contraband", Severity.REFUSAL, "This may not pass.")

    before = bench.standing()
    with pytest.raises(ForbiddenError) as caught:
        taken(bench.with_checks(refuses), alice)
    assert caught.value.code == "contraband"
    assert bench.standing() == before


@pytest.mark.parametrize("change", ["archive", "dismiss"])
def test_what_changed_while_checks_ran_is_judged_again(
    bench: Bench, alice: Actor, bob: Actor, approved: str, change: str
) -> None:
    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        if change == "archive":
            set_status(bench.desk, OPERATOR, PARCEL, "archived", "")
        else:
            dismiss(bench.desk, OPERATOR, PARCEL, "bob")
        return ()

    with pytest.raises((ConflictError, ForbiddenError)):
        taken(bench.with_checks(meanwhile), bob)
    assert not Stage.objects.exists()


def test_approvals_asked_for_while_checks_ran_are_asked_for(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        set_approvals(bench.desk, alice, PARCEL, 1)
        return ()

    with pytest.raises(ConflictError) as caught:
        taken(bench.with_checks(meanwhile), alice)
    assert caught.value.code == "approvals-wanted"
    assert not File.objects.filter(release__key="2.0").exists()


def test_what_was_published_while_checks_ran_is_not_staged(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        taken(bench, alice)
        return ()

    with pytest.raises(ConflictError) as caught:
        taken(bench.with_checks(meanwhile), stager(alice))
    assert caught.value.code == "file-published"


def test_an_import_has_no_stage(bench: Bench, alice: Actor, approved: str) -> None:
    before = bench.standing()[:-1]
    with pytest.raises(ConflictError) as caught:
        bench.publish(alice, "parcel", "2.0")
    assert caught.value.code == "approvals-wanted"
    assert bench.standing()[:-1] == before
    with bench.desk.blobs.receive() as incoming:
        incoming.write(box("parcel", "2.0"))
        upload = Upload(alice, "box", box_filename("parcel", "2.0"), {}, incoming)
        with pytest.raises(ConflictError):
            rehearse(upload, bench.desk)


def test_a_sweep_in_between_has_the_bytes_kept_again(
    bench: Bench, alice: Actor, approved: str
) -> None:
    sha256 = digests_of(box("parcel", "2.0")).sha256
    put(bench.at(replace(bench.desk, clock=Sweeping(bench, sha256))), alice)
    assert bench.desk.blobs.holds(sha256)


def test_a_stage_takes_so_many_files(bench: Bench, alice: Actor, approved: str) -> None:
    stage = put(bench, alice).stage
    rows = [
        StagedFile(
            stage=stage,
            handle=str(number),
            filename=f"{number}.box",
            state="cancelled",
            uploader_id=alice.user_id or 0,
            staged_at=bench.clock.now(),
            size=1,
        )
        for number in range(bounds.FILES_AT_MOST - 1)
    ]
    StagedFile.objects.bulk_create(rows)
    with pytest.raises(ConflictError) as caught:
        put(bench, alice, kind="large")
    assert caught.value.code == "stage-full"


def test_a_file_is_taken_out_once(bench: Bench, alice: Actor, bob: Actor, approved: str) -> None:
    file = put(bench, alice).file
    remove(bench.yard, bob, file.handle)
    event = EventRow.objects.latest("serial")
    assert (event.kind, event.actor) == (Kind.FILE_UNSTAGED, "bob")
    remove(bench.yard, bob, file.handle)
    assert EventRow.objects.latest("serial").serial == event.serial


def test_a_file_that_is_not_there_cannot_be_taken_out(bench: Bench, alice: Actor) -> None:
    with pytest.raises(NotFoundError) as caught:
        remove(bench.yard, alice, "0" * 32)
    assert caught.value.code == "no-such-staged-file"


def test_a_file_stays_in_while_people_are_asked(bench: Bench, alice: Actor, approved: str) -> None:
    told = put(bench, alice)
    publish(bench.yard, alice, told.stage.handle)
    for act in (
        lambda: remove(bench.yard, alice, told.file.handle),
        lambda: put(bench, alice, kind="large"),
    ):
        with pytest.raises(ConflictError) as caught:
            act()
        assert caught.value.code == "stage-waiting"


def test_what_is_lost_is_said_to_be_lost() -> None:
    assert lost().code == "staged-bytes-lost"


def test_the_last_approval_of_an_open_stage_publishes_it(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    told = put(bench, alice)
    assert isinstance(told, Staged)
    outcome = approve(bench.yard, bob, told.stage.handle, content(told.stage))
    assert outcome.state == "published"
    assert File.objects.get(release__key="2.0").uploader == "alice"


def test_a_crash_between_bytes_and_row_leaves_bytes_that_nothing_names(
    bench: Bench, alice: Actor, approved: str
) -> None:
    sha256 = digests_of(box("parcel", "2.0")).sha256

    class Dying:
        """A clock in whose hands the process dies once the bytes are kept."""

        def now(self) -> datetime:
            if bench.desk.blobs.holds(sha256):
                raise SystemExit
            return bench.clock.now()

    before = bench.standing()[:-1]
    with pytest.raises(SystemExit):
        put(bench.at(replace(bench.desk, clock=Dying())), alice)
    assert bench.standing()[:-1] == before
    assert bench.desk.blobs.holds(sha256)
    assert set(staged()) == set()
    put(bench, alice)
    assert set(staged()) == {sha256}


def test_a_stage_takes_so_much_metadata(
    bench: Bench, alice: Actor, approved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A wheel of some kilobytes says four megabytes; whoever has the preview's address, and no
    # account, would have a process read 500 of them at each request.
    monkeypatch.setattr(files, "SAID_AT_MOST", 10_000)
    put(bench, alice, kind="one", summary="x" * 2000)
    with pytest.raises(ConflictError) as caught:
        put(bench, alice, kind="two", summary="x" * 3000)
    assert caught.value.code == "stage-full"
    put(bench, alice, kind="one")
    put(bench, alice, kind="two", summary="x" * 3000)

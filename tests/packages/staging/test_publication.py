"""Publishing a stage: all its files at once, judged once more, or none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

import pytest

from strongroom.core.actors import OPERATOR, Action, Actor, Reach
from strongroom.core.ecosystem import Listing, Manifest, Page
from strongroom.core.errors import ConflictError, ForbiddenError, StrongroomError
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.changes import dismiss, set_status
from strongroom.packages.catalog.desk import Policy
from strongroom.packages.models import File, Project, Release, StagedFile
from strongroom.packages.shelf.refresh import unshelved
from strongroom.packages.staging.approving import approve, set_approvals
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import remove
from strongroom.packages.staging.rows import find
from strongroom.packages.upkeep.named import staged
from strongroom.people.models import User
from strongroom.proof.models import EventRow
from tests.fakes.bench import OPEN_FOR, Bench
from tests.fakes.ecosystems import box
from tests.fakes.folders import blob_place
from tests.fakes.stages import completed, content, kinds, opened, promised, put, taken
from tests.packages.staging.conftest import PARCEL

DATA = box("parcel", "2.0", label="fragile")
LARGE = box("parcel", "2.0", kind="large")


def filled(bench: Bench, actor: Actor) -> str:
    """Return the handle of an open stage with two files."""
    stage = opened(bench, actor)
    completed(bench, actor, stage, DATA)
    completed(bench, actor, stage, LARGE, "parcel-2.0.large.box")
    return stage.handle


def refused(bench: Bench, actor: Actor, handle: str) -> StrongroomError:
    """Return why a stage is not published; nothing may have changed."""
    before = bench.standing()
    with pytest.raises(StrongroomError) as caught:
        publish(bench.yard, actor, handle)
    assert bench.standing() == before
    return caught.value


def test_all_files_appear_in_one_transaction_with_their_events(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    handle = filled(bench, alice)
    before = EventRow.objects.latest("serial").serial
    outcome = publish(bench.yard, alice, handle)
    assert kinds(since=before) == ["file-published", "file-published", "stage-published"]
    files = File.objects.filter(release__key="2.0").order_by("filename")
    assert [file.kind for file in files] == ["large", "plain"]
    assert files[1].sidecars.keys() == {".label"}
    last = EventRow.objects.latest("serial")
    assert last.facts == {"stage": handle, "files": 2, "approved_by": []}
    assert Project.objects.get().serial == last.serial
    assert tuple(bench.told[-3:]) == outcome.events
    assert (find(handle).state, find(handle).ended_at) == ("published", bench.clock.now())


def test_what_was_published_is_no_longer_named_by_its_stage(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    publish(bench.yard, alice, filled(bench, alice))
    assert set(staged()) == set()
    assert all(row.manifest == {} for row in StagedFile.objects.all())


def test_a_new_project_is_made_by_its_stage(bench: Bench, alice: Actor) -> None:
    stage = put_new(bench, alice)
    before = EventRow.objects.latest("serial").serial
    publish(bench.yard, alice, stage, content(find(stage)))
    assert kinds(since=before) == ["project-created", "file-published", "stage-published"]
    assert Project.objects.get().display == "Quiet"


def put_new(bench: Bench, actor: Actor) -> str:
    """Return the handle of a stage for a project that does not exist."""
    stager = replace(actor, reach=Reach(actions=frozenset({Action.STAGE})))
    return put(bench, stager, "Quiet", "1.0").stage.handle


def test_who_publishes_is_told_beside_who_uploaded(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    completed(bench, bob, stage, DATA)
    publish(bench.yard, alice, stage.handle)
    event = EventRow.objects.get(kind="file-published", version="2.0")
    assert (event.actor, event.facts["uploader"]) == ("alice", "bob")
    assert File.objects.get(release__key="2.0").uploader == "bob"


def test_a_published_stage_frees_its_version_for_more_files(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    publish(bench.yard, alice, filled(bench, alice))
    more = opened(bench, alice)
    completed(bench, alice, more, box("parcel", "2.0", kind="small"), "parcel-2.0.small.box")
    publish(bench.yard, alice, more.handle)
    assert Release.objects.get(key="2.0").files.count() == 3


def test_an_empty_stage_is_not_published(bench: Bench, alice: Actor, parcel: str) -> None:
    assert refused(bench, alice, opened(bench, alice).handle).code == "stage-empty"


def test_a_file_that_is_not_complete_keeps_all_back_and_is_named(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    handle = filled(bench, alice)
    promised(bench, alice, find(handle), b"123", "parcel-2.0.small.box")
    error = refused(bench, alice, handle)
    assert error.code == "stage-incomplete"
    assert "parcel-2.0.small.box is pending" in str(error)


def test_of_two_files_of_which_one_cannot_be_published_neither_is(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    handle = filled(bench, alice)
    taken(bench, alice, kind="large", summary="faster")
    error = refused(bench, alice, handle)
    assert error.code == "file-name-used"
    assert "parcel-2.0.large.box" in str(error)
    assert find(handle).state == "open"
    remove(bench.yard, alice, StagedFile.objects.get(filename="parcel-2.0.large.box").handle)
    assert publish(bench.yard, alice, handle).state == "published"


def test_a_file_that_was_published_by_another_door_is_no_second_one(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    handle = filled(bench, alice)
    taken(bench, alice, kind="large")
    assert refused(bench, alice, handle).code == "file-published"


def test_two_files_of_the_same_bytes_are_not_published(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    handle = filled(bench, alice)
    one, two = StagedFile.objects.order_by("pk")
    StagedFile.objects.filter(pk=two.pk).update(sha256=one.sha256)
    assert refused(bench, alice, handle).code == "bytes-used"


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_project_that_closed_meanwhile_publishes_nothing(
    bench: Bench, alice: Actor, parcel: str, status: str
) -> None:
    handle = filled(bench, alice)
    set_status(bench.desk, OPERATOR, PARCEL, status, "")
    assert refused(bench, alice, handle).code == f"project-{status}"


def test_a_release_that_closed_meanwhile_takes_nothing(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice, version="1.0")
    data = box("parcel", "1.0", kind="large")
    completed(bench, alice, stage, data, "parcel-1.0.large.box")
    at = bench.at(replace(bench.desk, limits=replace(bench.desk.limits, release_open=timedelta(1))))
    assert timedelta(1) < OPEN_FOR
    assert refused(at, alice, stage.handle).code == "release-closed"


def test_an_uploader_who_lost_their_role_publishes_nothing_by_others(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    handle = filled(bench, bob)
    dismiss(bench.desk, alice, PARCEL, "bob")
    error = refused(bench, alice, handle)
    assert error.code == "role-missing"
    assert "bob" in str(error)


def test_an_uploader_whose_account_was_closed_publishes_nothing_by_others(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    handle = filled(bench, bob)
    User.objects.filter(username="bob").update(is_active=False)
    assert refused(bench, alice, handle).code == "uploader-inactive"


def test_a_policy_that_grew_stricter_meanwhile_holds(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    completed(bench, alice, stage, box("parcel", "2.0", note="It rattles."))
    strict = bench.at(replace(bench.desk, policy=Policy({"box-note": frozenset()})))
    assert refused(strict, alice, stage.handle).code == "box-note"
    publish(bench.yard, alice, stage.handle)
    assert File.objects.get(release__key="2.0").findings[0]["code"] == "box-note"


def test_a_file_that_an_older_version_judged_is_judged_again(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    def refuses(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        yield Finding("customs", "contraband", Severity.REFUSAL, "This may not pass.")

    handle = filled(bench, alice)
    newer = bench.with_checks(refuses)
    newer = replace(newer, yard=replace(newer.yard, program="0.2.0"))
    assert refused(newer, alice, handle).code == "contraband"
    publish(replace(bench.yard, program="0.2.0"), alice, handle)
    assert set(StagedFile.objects.values_list("judged_by", flat=True)) == {"0.2.0"}


def test_a_file_that_was_taken_out_while_it_was_judged_again_stays_out(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        if manifest.kind == "large":
            remove(bench.yard, alice, row.handle)
        return ()

    handle = filled(bench, alice)
    row = StagedFile.objects.get(filename="parcel-2.0.large.box")
    newer = bench.with_checks(meanwhile)
    publish(replace(newer.yard, program="0.2.0"), alice, handle)
    row.refresh_from_db()
    assert (row.state, row.manifest) == ("cancelled", {})
    assert Release.objects.get(key="2.0").files.get().kind == "plain"


@pytest.mark.parametrize("what", ["file", "sidecar"])
def test_bytes_that_are_lost_are_not_published(
    bench: Bench, alice: Actor, parcel: str, what: str
) -> None:
    handle = filled(bench, alice)
    row = StagedFile.objects.get(filename="parcel-2.0.plain.box")
    sha256 = row.sha256 if what == "file" else row.sidecars[".label"]
    blob_place(bench.folder, sha256).unlink()
    assert refused(bench, alice, handle).code == "staged-bytes-lost"


def test_publishing_twice_publishes_once(bench: Bench, alice: Actor, parcel: str) -> None:
    handle = filled(bench, alice)
    publish(bench.yard, alice, handle)
    assert refused(bench, alice, handle).code == "stage-ended"


def test_a_token_for_another_act_publishes_nothing(bench: Bench, alice: Actor, parcel: str) -> None:
    handle = filled(bench, alice)
    token = replace(alice, reach=Reach(actions=frozenset({Action.CANCEL})))
    assert refused(bench, token, handle).code == "token-out-of-scope"


def test_where_people_approve_publishing_asks_them_and_holds_the_names(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    before = EventRow.objects.latest("serial").serial
    assert publish(bench.yard, alice, stage.handle).state == "processing"
    assert publish(bench.yard, alice, stage.handle).state == "processing"
    assert kinds(since=before) == ["stage-submitted"]
    assert find(stage.handle).asked_at == bench.clock.now()
    set_approvals(bench.desk, OPERATOR, PARCEL, 0)
    with pytest.raises(ConflictError) as caught:
        taken(bench, bob, summary="other")
    assert caught.value.code == "file-name-held"


def test_an_open_stage_holds_no_file_names(bench: Bench, alice: Actor, parcel: str) -> None:
    filled(bench, alice)
    taken(bench, alice, kind="large", summary="faster")
    assert File.objects.filter(release__key="2.0").count() == 1


def test_a_token_that_may_only_stage_asks_people(bench: Bench, alice: Actor, approved: str) -> None:
    token = replace(alice, credential="token 7", reach=Reach(actions=frozenset({Action.STAGE})))
    stage = put(bench, token).stage
    assert publish(bench.yard, token, stage.handle).state == "processing"


def test_nothing_is_cancelled_while_people_are_asked(
    bench: Bench, alice: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    publish(bench.yard, alice, stage.handle)
    with pytest.raises(ConflictError) as caught:
        cancel(bench.yard, alice, stage.handle)
    assert caught.value.code == "stage-waiting"


def test_once_fewer_approvals_are_asked_for_whoever_may_publishes(
    bench: Bench, alice: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    publish(bench.yard, alice, stage.handle)
    set_approvals(bench.desk, OPERATOR, PARCEL, 0)
    token = replace(alice, reach=Reach(actions=frozenset({Action.STAGE})))
    with pytest.raises(ForbiddenError):
        publish(bench.yard, token, stage.handle)
    assert publish(bench.yard, alice, stage.handle).state == "published"


def test_a_publication_that_people_were_asked_for_and_that_fails_says_why(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    publish(bench.yard, alice, stage.handle)
    set_status(bench.desk, OPERATOR, PARCEL, "quarantined", "")
    before = EventRow.objects.latest("serial").serial
    with pytest.raises(ConflictError) as caught:
        approve(bench.yard, bob, stage.handle, content(stage))
    assert caught.value.code == "project-quarantined"
    row = find(stage.handle)
    assert (row.state, row.fault, row.asked_at) == ("error", str(caught.value), None)
    assert kinds(since=before) == ["stage-approved", "stage-failed"]
    set_status(bench.desk, OPERATOR, PARCEL, "active", "")
    assert publish(bench.yard, alice, stage.handle).state == "published"


def test_a_failure_of_the_disk_while_people_approve_changes_nothing(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    told = put(bench, alice)
    publish(bench.yard, alice, told.stage.handle)
    blob_place(bench.folder, told.file.sha256).unlink()
    before = bench.standing()
    with pytest.raises(StrongroomError) as caught:
        approve(bench.yard, bob, told.stage.handle, content(told.stage))
    assert caught.value.code == "staged-bytes-lost"
    assert bench.standing() == before


def test_a_crash_before_the_reaction_is_caught_up(bench: Bench, alice: Actor, parcel: str) -> None:
    class Renderer:
        """Renders nothing while it is told to fail, as a process that was killed."""

        fails = False

        def __call__(self, listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
            if self.fails:
                raise ValueError(str(touched))
            yield Page("rendered", "text/plain", listing.project.key.encode())

    renderer = Renderer()
    reacting, reactions = bench.reacting(renderer)
    handle = filled(reacting, alice)
    reactions.catch_up()
    renderer.fails = True
    publish(reacting.yard, alice, handle)
    assert unshelved(10) == (PARCEL,)
    renderer.fails = False
    assert reactions.catch_up() == 1
    paths = {file.release.key for file in File.objects.all()}
    assert paths == {"1.0", "2.0"}
    assert unshelved(10) == ()


def test_one_refresh_follows_however_many_files(bench: Bench, alice: Actor, parcel: str) -> None:
    rendered: list[int] = []

    def count(listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        rendered.append(listing.serial)
        return ()

    reacting, _ = bench.reacting(count)
    handle = filled(reacting, alice)
    rendered.clear()
    publish(reacting.yard, alice, handle)
    assert rendered == [Project.objects.get().serial]


def test_what_a_token_that_may_only_stage_slips_in_is_not_published_unseen(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    """Its thief waits for the session of a build that may publish."""
    stage = opened(bench, alice)
    completed(bench, alice, stage, box("parcel", "2.0"))
    thief = replace(alice, reach=Reach(actions=frozenset({Action.STAGE})))
    evil = box("parcel", "2.0", kind="evil")
    completed(bench, thief, stage, evil, "parcel-2.0.evil.box")
    with pytest.raises(ConflictError) as caught:
        publish(bench.yard, alice, stage.handle)
    assert caught.value.code == "content-not-named"
    assert publish(bench.yard, alice, stage.handle, content(stage)).state == "published"

"""People's word on a stage, and every way to get around it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError, StrongroomError
from strongroom.packages.catalog.changes import appoint, dismiss, set_status
from strongroom.packages.catalog.listing import listing
from strongroom.packages.models import Approval, File, Project
from strongroom.packages.staging.approving import (
    APPROVALS_AT_MOST,
    approve,
    reject,
    set_approvals,
)
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import remove
from strongroom.packages.staging.rows import find
from strongroom.people.access.roles import Role
from strongroom.people.models import User
from strongroom.proof.models import EventRow
from tests.fakes.bench import SETTLED, Bench
from tests.fakes.ecosystems import Boxes, box
from tests.fakes.stages import completed, content, kinds, opened, put, taken
from tests.packages.staging.conftest import PARCEL


@pytest.fixture
def carol(bench: Bench, alice: Actor, parcel: str) -> Actor:
    """Return a third person of long standing."""
    person = bench.person("carol")
    appoint(bench.desk, OPERATOR, PARCEL, "carol", Role.MAINTAINER)
    bench.clock.forward(SETTLED)
    return person


@pytest.fixture
def by_two(bench: Bench, alice: Actor, carol: Actor) -> str:
    """Return the key of the project, which now asks for two approvals."""
    set_approvals(bench.desk, alice, PARCEL, 2)
    return "parcel"


def refused(bench: Bench, actor: Actor, handle: str, seen: str) -> StrongroomError:
    """Return why an approval is refused; nothing may have changed."""
    before = bench.standing()
    with pytest.raises(StrongroomError) as caught:
        approve(bench.yard, actor, handle, seen)
    assert bench.standing() == before
    return caught.value


def published() -> bool:
    """Say whether any file of 2.0 can be seen."""
    return File.objects.filter(release__key="2.0").exists()


def test_the_last_of_the_approvals_publishes(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str
) -> None:
    stage = put(bench, alice).stage
    before = EventRow.objects.latest("serial").serial
    assert approve(bench.yard, bob, stage.handle, content(stage)).state == "open"
    assert not published()
    assert approve(bench.yard, carol, stage.handle, content(stage)).state == "published"
    assert published()
    assert kinds(since=before) == [
        "stage-approved",
        "stage-approved",
        "file-published",
        "stage-published",
    ]
    assert EventRow.objects.latest("serial").facts["approved_by"] == ["bob", "carol"]


def test_two_approvals_of_one_person_are_one(
    bench: Bench, alice: Actor, bob: Actor, by_two: str
) -> None:
    stage = put(bench, alice).stage
    approve(bench.yard, bob, stage.handle, content(stage))
    before = bench.standing()
    # Another browser of the same person is the same person.
    assert approve(bench.yard, replace(bob), stage.handle, content(stage)).state == "open"
    assert bench.standing() == before
    assert not published()


def test_nobody_approves_what_they_uploaded(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    put(bench, bob, kind="large")
    for actor in (alice, bob):
        error = refused(bench, actor, stage.handle, content(stage))
        assert error.code == "approver-uploaded"


def test_taking_ones_own_file_out_again_makes_nobody_an_approver(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    remove(bench.yard, bob, put(bench, bob, kind="large").file.handle)
    assert refused(bench, bob, stage.handle, content(stage)).code == "approver-uploaded"


@pytest.mark.parametrize("credential", ["token 41", "shell", "import", "sign-in link"])
def test_only_a_signed_in_person_approves_or_rejects(
    bench: Bench, alice: Actor, bob: Actor, approved: str, credential: str
) -> None:
    stage = put(bench, alice).stage
    token = replace(bob, credential=credential)
    assert refused(bench, token, stage.handle, content(stage)).code == "person-needed"
    with pytest.raises(ForbiddenError) as caught:
        reject(bench.yard, token, stage.handle, "no")
    assert caught.value.code == "person-needed"


def test_the_operator_is_no_second_person(bench: Bench, alice: Actor, approved: str) -> None:
    stage = put(bench, alice).stage
    assert refused(bench, OPERATOR, stage.handle, content(stage)).code == "person-needed"


def test_an_administrator_without_a_role_approves_nothing(
    bench: Bench, alice: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    root = bench.person("root", admin=True)
    assert refused(bench, root, stage.handle, content(stage)).code == "role-missing"


def test_an_outsider_approves_and_rejects_nothing(
    bench: Bench, alice: Actor, mallory: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    assert refused(bench, mallory, stage.handle, content(stage)).code == "role-missing"
    with pytest.raises(ForbiddenError):
        reject(bench.yard, mallory, stage.handle, "no")


def test_whoever_got_their_role_a_moment_ago_approves_nothing(
    bench: Bench, alice: Actor, mallory: Actor, approved: str
) -> None:
    """A thief of an owner's session appoints an account of their own."""
    stage = put(bench, alice).stage
    appoint(bench.desk, OPERATOR, PARCEL, "mallory", Role.MAINTAINER)
    bench.clock.forward(SETTLED - timedelta(microseconds=1))
    assert refused(bench, mallory, stage.handle, content(stage)).code == "approver-new"
    bench.clock.forward(timedelta(microseconds=1))
    assert approve(bench.yard, mallory, stage.handle, content(stage)).state == "published"


def test_what_a_newcomer_uploads_is_not_published_by_one_who_was_there_before(
    bench: Bench, alice: Actor, mallory: Actor, approved: str
) -> None:
    """A thief of an owner's session appoints an account of their own, and uploads by that."""
    appoint(bench.desk, OPERATOR, PARCEL, "mallory", Role.MAINTAINER)
    stage = put(bench, mallory).stage
    bench.clock.forward(SETTLED - timedelta(microseconds=1))
    with pytest.raises(ConflictError) as caught:
        approve(bench.yard, alice, stage.handle, content(stage))
    assert caught.value.code == "uploader-new"
    assert not published()
    bench.clock.forward(timedelta(microseconds=1))
    assert publish(bench.yard, alice, stage.handle).state == "published"


def test_a_file_swapped_after_the_look_is_not_approved(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    seen = content(stage)
    put(bench, alice, summary="swapped")
    assert refused(bench, bob, stage.handle, seen).code == "stage-changed"
    assert not published()


@pytest.mark.parametrize("change", ["add", "replace", "remove", "replace and back"])
def test_a_content_that_changes_voids_what_was_approved(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str, change: str
) -> None:
    put(bench, alice, kind="large")
    told = put(bench, alice)
    stage = told.stage
    approve(bench.yard, bob, stage.handle, content(stage))
    if change == "add":
        put(bench, alice, kind="small")
    elif change == "remove":
        remove(bench.yard, alice, told.file.handle)
    else:
        put(bench, alice, summary="swapped")
        if change == "replace and back":
            put(bench, alice)
    assert not Approval.objects.exists()
    assert approve(bench.yard, carol, stage.handle, content(stage)).state == "open"
    assert not published()


def test_an_approval_of_another_content_does_not_count(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str
) -> None:
    stage = put(bench, alice).stage
    approve(bench.yard, bob, stage.handle, content(stage))
    # What should have been voided and was not, by whatever mistake, still does not count.
    Approval.objects.update(content="0" * 64)
    assert approve(bench.yard, carol, stage.handle, content(stage)).state == "open"


@pytest.mark.parametrize("loss", ["role", "account"])
def test_an_approver_who_lost_their_role_or_account_does_not_count(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str, loss: str
) -> None:
    stage = put(bench, alice).stage
    approve(bench.yard, bob, stage.handle, content(stage))
    if loss == "role":
        dismiss(bench.desk, alice, PARCEL, "bob")
    else:
        User.objects.filter(username="bob").update(is_active=False)
    assert approve(bench.yard, carol, stage.handle, content(stage)).state == "open"
    assert not published()


def test_a_closed_account_approves_nothing_by_a_session_that_is_left(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    User.objects.filter(username="bob").update(is_active=False)
    assert refused(bench, bob, stage.handle, content(stage)).code == "account-inactive"


def test_an_approver_who_then_uploads_does_not_count(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str
) -> None:
    stage = put(bench, alice).stage
    put(bench, bob, kind="large")
    dave = bench.person("dave")
    appoint(bench.desk, OPERATOR, PARCEL, "dave", Role.MAINTAINER)
    bench.clock.forward(SETTLED)
    approve(bench.yard, carol, stage.handle, content(stage))
    assert not published()
    assert approve(bench.yard, dave, stage.handle, content(stage)).state == "published"


def test_an_incomplete_or_empty_stage_is_not_approved(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = opened(bench, alice)
    assert refused(bench, bob, stage.handle, content(stage)).code == "stage-empty"


def test_where_nobody_asks_for_approval_there_is_nothing_to_approve(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    completed(bench, alice, stage, box("parcel", "2.0"))
    assert refused(bench, bob, stage.handle, content(stage)).code == "approvals-not-wanted"
    new = opened(bench, alice, "quiet", "1.0")
    completed(bench, alice, new, box("quiet", "1.0"), "quiet-1.0.plain.box")
    assert refused(bench, alice, new.handle, content(new)).code == "approvals-not-wanted"


def test_a_publication_that_fails_on_the_last_approval_keeps_the_approval(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    set_status(bench.desk, OPERATOR, PARCEL, "archived", "")
    with pytest.raises(ConflictError) as caught:
        approve(bench.yard, bob, stage.handle, content(stage))
    assert caught.value.code == "project-archived"
    assert (find(stage.handle).state, Approval.objects.count()) == ("open", 1)
    set_status(bench.desk, OPERATOR, PARCEL, "active", "")
    assert publish(bench.yard, alice, stage.handle).state == "published"


def test_a_rejected_stage_can_be_changed_again_and_says_why(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, by_two: str
) -> None:
    stage = put(bench, alice).stage
    publish(bench.yard, alice, stage.handle)
    approve(bench.yard, carol, stage.handle, content(stage))
    reject(bench.yard, bob, stage.handle, "  not in the  source ")
    row = find(stage.handle)
    assert (row.state, row.asked_at) == ("error", None)
    assert row.fault == "bob rejected it: not in the source"
    assert not Approval.objects.exists()
    event = EventRow.objects.latest("serial")
    assert event.facts == {"stage": stage.handle, "reason": "not in the source", "voided": 1}
    put(bench, alice, summary="better")
    cancel(bench.yard, alice, stage.handle)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_says_why(
    bench: Bench, alice: Actor, bob: Actor, approved: str, reason: str
) -> None:
    stage = put(bench, alice).stage
    with pytest.raises(InvalidError) as caught:
        reject(bench.yard, bob, stage.handle, reason)
    assert caught.value.code == "reason-missing"


def test_owners_ask_for_more_and_everybody_can_read_of_it(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    recorded = set_approvals(bench.desk, alice, PARCEL, 1)
    assert recorded is not None
    assert recorded.event.facts == {"from": 0, "to": 1}
    assert (Project.objects.get().approvals, Project.objects.get().serial) == (1, recorded.serial)
    assert bench.told[-1] == recorded
    assert listing(PARCEL, Boxes()).history[0].event.kind == "approvals-changed"
    assert set_approvals(bench.desk, alice, PARCEL, 1) is None


@pytest.mark.parametrize("who", ["bob", "mallory"])
def test_nobody_but_an_owner_asks_for_more(
    bench: Bench, bob: Actor, mallory: Actor, parcel: str, who: str
) -> None:
    with pytest.raises(ForbiddenError):
        set_approvals(bench.desk, {"bob": bob, "mallory": mallory}[who], PARCEL, 1)


def test_an_owner_does_not_ask_for_fewer(bench: Bench, alice: Actor, approved: str) -> None:
    """Else whoever stole one owner's session lowered the bar first."""
    with pytest.raises(ForbiddenError) as caught:
        set_approvals(bench.desk, alice, PARCEL, 0)
    assert (caught.value.code, caught.value.remedy) == ("role-missing", "Ask an administrator.")
    assert Project.objects.get().approvals == 1


def test_an_administrator_asks_for_fewer(bench: Bench, alice: Actor, approved: str) -> None:
    root = bench.person("root", admin=True)
    set_approvals(bench.desk, root, PARCEL, 0)
    assert Project.objects.get().approvals == 0


def test_more_approvals_than_people_could_give_are_refused_in_words(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    with pytest.raises(ConflictError) as caught:
        set_approvals(bench.desk, alice, PARCEL, 2)
    assert caught.value.code == "approvers-too-few"
    assert "1 people" in caught.value.sentence


@pytest.mark.parametrize("wanted", [-1, APPROVALS_AT_MOST + 1])
def test_a_number_of_approvals_has_bounds(
    bench: Bench, alice: Actor, parcel: str, wanted: int
) -> None:
    with pytest.raises(InvalidError) as caught:
        set_approvals(bench.desk, alice, PARCEL, wanted)
    assert caught.value.code == "approvals-invalid"


def test_raising_the_number_holds_for_what_is_staged_already(
    bench: Bench, alice: Actor, bob: Actor, carol: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    set_approvals(bench.desk, alice, PARCEL, 2)
    assert approve(bench.yard, bob, stage.handle, content(stage)).state == "open"
    assert not published()


def test_nothing_public_tells_of_a_stage(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    before = listing(PARCEL, Boxes())
    stage = put(bench, alice).stage
    publish(bench.yard, alice, stage.handle)
    reject(bench.yard, bob, stage.handle, "secret reason")
    assert listing(PARCEL, Boxes()) == before
    taken(bench, alice, "quiet", "1.0")
    assert listing(PARCEL, Boxes()) == before

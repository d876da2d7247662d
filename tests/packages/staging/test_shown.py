"""What is shown of a stage, to whom, and in which lists it stands."""

import pytest
from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.errors import NotFoundError
from strongroom.packages.models import Stage
from strongroom.packages.staging.approving import approve
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import remove
from strongroom.packages.staging.rows import held
from strongroom.packages.staging.shown import everywhere, of_person, of_project, shown
from strongroom.people.access.grants import user_of
from tests.fakes.bench import STAGE_LIFE, Bench
from tests.fakes.stages import content, opened, promised, put
from tests.packages.staging.conftest import PARCEL


def test_a_view_says_all_that_a_page_needs(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    told = put(bench, alice, note="It rattles.")
    view = shown(told.stage, bench.yard)
    assert (view.name, view.version, view.exists, view.state) == ("parcel", "2.0", True, "open")
    assert (view.wanted, view.missing, view.may_approve) == (1, 1, ("bob",))
    assert (view.content, view.uploaders) == (content(told.stage), ("alice",))
    (file,) = view.files
    assert (file.kind, file.uploader, file.credential) == ("plain", "alice", "session")
    assert [found.sentence for found in file.findings] == ["It rattles."]
    assert view.is_complete


def test_who_has_approved_is_told_after_publication_too(
    bench: Bench, alice: Actor, bob: Actor, approved: str
) -> None:
    stage = put(bench, alice).stage
    approve(bench.yard, bob, stage.handle, content(stage))
    view = shown(Stage.objects.get(), bench.yard)
    assert (view.state, [one.name for one in view.approvals]) == ("published", ["bob"])


def test_a_stage_is_complete_when_it_has_files_and_all_are(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    assert not shown(stage, bench.yard).is_complete
    file = promised(bench, alice, stage, b"123")
    assert not shown(stage, bench.yard).is_complete
    remove(bench.yard, alice, file.handle)
    assert shown(stage, bench.yard).files == ()


def test_lists_hold_live_stages_alone_newest_first(
    bench: Bench, alice: Actor, bob: Actor, mallory: Actor, parcel: str
) -> None:
    first, second = opened(bench, alice), opened(bench, bob, version="3.0")
    new = opened(bench, mallory, "quiet", "1.0")
    assert [one.handle for one in everywhere(bench.yard)] == [
        new.handle,
        second.handle,
        first.handle,
    ]
    assert [one.version for one in of_project(PARCEL, bench.yard)] == ["3.0", "2.0"]
    assert [one.version for one in of_person(user_of(alice), bench.yard)] == ["3.0", "2.0"]
    assert [one.name for one in of_person(user_of(mallory), bench.yard)] == ["quiet"]
    cancel(bench.yard, alice, first.handle)
    assert [one.version for one in of_project(PARCEL, bench.yard)] == ["3.0"]
    bench.clock.forward(STAGE_LIFE)
    assert everywhere(bench.yard) == ()


def test_files_that_were_taken_out_are_not_counted(
    bench: Bench, alice: Actor, approved: str
) -> None:
    remove(bench.yard, alice, put(bench, alice, kind="large").file.handle)
    put(bench, alice)
    (entry,) = everywhere(bench.yard)
    assert entry.files == 1


def test_a_stage_that_was_forgotten_after_it_was_found_is_not_there(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    Stage.objects.all().delete()
    with pytest.raises(NotFoundError):
        publish(bench.yard, alice, stage.handle)
    with transaction.atomic(), pytest.raises(NotFoundError):
        held(stage)

"""Opening stages, reserving names by them, giving them time, and ending them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import NOBODY, OPERATOR, Action, Actor, Reach
from strongroom.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StrongroomError,
    UnauthenticatedError,
)
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.models import Project, Stage, StagedFile
from strongroom.packages.staging.opening import _expired, cancel, expire, extend, open_stage
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.rows import find, find_file
from strongroom.packages.staging.yard import KEPT, OF_A_PERSON, OF_A_PROJECT
from strongroom.proof.models import EventRow
from tests.fakes.bench import OPEN_FOR, STAGE_LIFE, Bench
from tests.fakes.ecosystems import box
from tests.fakes.stages import asked, completed, kinds, opened, taken
from tests.packages.staging.conftest import PARCEL

MICROSECOND = timedelta(microseconds=1)


def refused(bench: Bench, actor: Actor, name: str, version: str = "2.0") -> StrongroomError:
    """Return why a stage cannot be opened; nothing may have changed."""
    before = bench.standing()
    with pytest.raises(StrongroomError) as caught:
        open_stage(asked(actor, name, version), bench.yard)
    assert bench.standing() == before
    return caught.value


def test_a_stage_is_opened_and_told_of_inside(bench: Bench, alice: Actor, parcel: str) -> None:
    before = EventRow.objects.latest("serial").serial
    stage = opened(bench, alice)
    assert (stage.state, stage.display, stage.version_display) == ("open", "parcel", "2.0")
    assert (stage.opener_id, stage.credential) == (alice.user_id, "session")
    assert stage.expires_at == bench.clock.now().replace(microsecond=0) + STAGE_LIFE
    event = EventRow.objects.latest("serial")
    assert kinds(since=before) == ["stage-opened"]
    assert event.facts == {"stage": stage.handle, "expires_at": stage.expires_at.isoformat()}
    assert Project.objects.get().serial == before


def test_nobody_is_told_to_react_to_a_stage(bench: Bench, alice: Actor, parcel: str) -> None:
    count = len(bench.told)
    cancel(bench.yard, alice, opened(bench, alice).handle)
    assert len(bench.told) == count


def test_a_version_has_one_live_stage(bench: Bench, alice: Actor, bob: Actor, parcel: str) -> None:
    first = opened(bench, alice)
    again = open_stage(asked(bob, "Parcel", "2.0"), bench.yard)
    assert (again.stage, again.is_new) == (first, False)
    assert opened(bench, alice, version="3.0") != first


def test_an_ended_stage_makes_room_for_another_handle(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    first = opened(bench, alice)
    cancel(bench.yard, alice, first.handle)
    second = opened(bench, alice)
    assert second.handle != first.handle
    assert Stage.objects.count() == 2


def test_a_stage_whose_time_is_over_makes_room_before_it_was_ended(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    first = opened(bench, alice)
    bench.clock.forward(STAGE_LIFE)
    before = EventRow.objects.latest("serial").serial
    second = opened(bench, alice)
    assert find(first.handle).state == "expired"
    assert kinds(since=before) == ["stage-expired", "stage-opened"]
    assert second.state == "open"


@pytest.mark.parametrize(
    ("actor", "kind"),
    [("nobody", UnauthenticatedError), ("operator", ForbiddenError), ("mallory", ForbiddenError)],
)
def test_who_may_not_stage_opens_nothing_and_hears_of_none(
    bench: Bench, alice: Actor, mallory: Actor, parcel: str, actor: str, kind: type[Exception]
) -> None:
    who = {"nobody": NOBODY, "operator": OPERATOR, "mallory": mallory}[actor]
    without = refused(bench, who, parcel)
    opened(bench, alice)
    with_one = refused(bench, who, parcel)
    assert isinstance(with_one, kind)
    assert (with_one.code, str(with_one)) == (without.code, str(without))


def test_a_token_stages_no_further_than_it_reaches(bench: Bench, alice: Actor, parcel: str) -> None:
    token = replace(alice, credential="token 41", reach=Reach(actions=frozenset({Action.YANK})))
    assert refused(bench, token, parcel).code == "token-out-of-scope"


def test_a_new_name_is_reserved_and_told_of_as_if_it_were_taken(
    bench: Bench, alice: Actor, mallory: Actor, parcel: str
) -> None:
    of_a_project = refused(bench, mallory, parcel)
    opened(bench, alice, "quiet", "1.0")
    of_a_stage = refused(bench, mallory, "quiet")
    assert of_a_stage.code == of_a_project.code == "role-missing"
    assert str(of_a_stage) == str(of_a_project).replace("parcel", "quiet")
    with pytest.raises(ForbiddenError) as caught:
        taken(bench, mallory, "quiet", "9.0")
    assert str(caught.value) == str(of_a_stage).replace("stage", "upload")
    assert not Project.objects.filter(key="quiet").exists()


def test_a_look_alike_of_a_reserved_name_is_refused_without_naming_it(
    bench: Bench, alice: Actor, mallory: Actor
) -> None:
    opened(bench, alice, "parcel-o", "1.0")
    error = refused(bench, mallory, "parcel0")
    assert error.code == "name-too-similar"
    assert "parcel-o" not in str(error)


def test_who_reserved_a_name_goes_on_with_it(bench: Bench, alice: Actor) -> None:
    opened(bench, alice, "quiet", "1.0")
    opened(bench, alice, "quiet", "2.0")
    taken(bench, alice, "quiet", "3.0")
    assert Project.objects.get().key == "quiet"


@pytest.mark.parametrize("end", ["cancel", "time"])
def test_a_name_is_free_again_once_its_stage_has_ended(
    bench: Bench, alice: Actor, mallory: Actor, end: str
) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    if end == "cancel":
        cancel(bench.yard, alice, stage.handle)
    else:
        bench.clock.forward(STAGE_LIFE)
    taken(bench, mallory, "quiet", "1.0")
    assert Project.objects.get().key == "quiet"


def test_a_name_that_no_project_may_have_is_reserved_for_nobody(bench: Bench, alice: Actor) -> None:
    assert isinstance(refused(bench, alice, "forbidden"), InvalidError)


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_closed_project_opens_no_stage(
    bench: Bench, alice: Actor, parcel: str, status: str
) -> None:
    set_status(bench.desk, OPERATOR, PARCEL, status, "")
    assert refused(bench, alice, parcel).code == f"project-{status}"


def test_a_closed_release_opens_no_stage(bench: Bench, alice: Actor, parcel: str) -> None:
    bench.clock.forward(OPEN_FOR)
    assert refused(bench, alice, parcel, "1.0").code == "release-closed"


def test_a_project_has_so_many_stages_at_a_time(bench: Bench, alice: Actor, parcel: str) -> None:
    stages = [opened(bench, alice, version=f"2.{number}") for number in range(OF_A_PROJECT)]
    assert refused(bench, alice, parcel, "3.0").code == "stages-too-many"
    cancel(bench.yard, alice, stages[0].handle)
    opened(bench, alice, version="3.0")


def test_a_person_reserves_so_many_names_at_a_time(bench: Bench, alice: Actor, bob: Actor) -> None:
    for number in range(OF_A_PERSON):
        opened(bench, alice, f"name{'x' * number}", "1.0")
    assert refused(bench, alice, "another").code == "stages-too-many"
    opened(bench, bob, "another", "1.0")


def test_a_stage_gets_more_time_within_its_bounds(bench: Bench, alice: Actor) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    hour, first = timedelta(hours=1), stage.expires_at
    assert extend(bench.yard, alice, stage.handle, hour).expires_at == first + hour
    longest = extend(bench.yard, alice, stage.handle, timedelta(days=3000)).expires_at
    assert longest == first + STAGE_LIFE
    before = EventRow.objects.count()
    assert extend(bench.yard, alice, stage.handle, hour).expires_at == longest
    assert extend(bench.yard, alice, stage.handle, -hour).expires_at == longest
    assert EventRow.objects.count() == before


def test_an_extended_stage_does_not_expire_before_its_new_time(bench: Bench, alice: Actor) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    extend(bench.yard, alice, stage.handle, timedelta(hours=1))
    bench.clock.forward(STAGE_LIFE)
    assert expire(bench.yard, bench.clock.now()) == 0
    assert find(stage.handle).state == "open"


def test_cancelling_forgets_the_files_and_again_changes_nothing(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    completed(bench, alice, stage, box("parcel", "2.0"))
    cancel(bench.yard, alice, stage.handle)
    row = find(stage.handle)
    assert (row.state, row.ended_at) == ("cancelled", bench.clock.now())
    assert StagedFile.objects.get().manifest == {}
    before = EventRow.objects.count()
    cancel(bench.yard, alice, stage.handle)
    assert EventRow.objects.count() == before


def test_an_administrator_cancels_any_stage(bench: Bench, alice: Actor) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    cancel(bench.yard, OPERATOR, stage.handle)
    assert EventRow.objects.latest("serial").actor == "operator"


def test_an_outsider_extends_and_cancels_nothing(
    bench: Bench, alice: Actor, mallory: Actor
) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    before = bench.standing()
    for act in (
        lambda: extend(bench.yard, mallory, stage.handle, timedelta(1)),
        lambda: cancel(bench.yard, mallory, stage.handle),
        lambda: publish(bench.yard, mallory, stage.handle),
    ):
        with pytest.raises(ForbiddenError):
            act()
    assert bench.standing() == before


def test_an_expired_stage_takes_no_act_though_nobody_has_ended_it(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    completed(bench, alice, stage, box("parcel", "2.0"))
    bench.clock.forward(STAGE_LIFE)
    before = bench.standing()
    for act in (
        lambda: extend(bench.yard, alice, stage.handle, timedelta(1)),
        lambda: cancel(bench.yard, alice, stage.handle),
        lambda: publish(bench.yard, alice, stage.handle),
    ):
        with pytest.raises(ConflictError) as caught:
            act()
        assert caught.value.code == "stage-ended"
    assert bench.standing() == before


def test_expiry_ends_what_is_over_and_tells_it_once(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    bench.clock.forward(STAGE_LIFE)
    later = opened(bench, alice, version="3.0")
    before = EventRow.objects.latest("serial").serial
    assert expire(bench.yard, bench.clock.now()) == 1
    assert expire(bench.yard, bench.clock.now()) == 0
    assert kinds(since=before) == ["stage-expired"]
    assert EventRow.objects.latest("serial").actor == "registry"
    assert (find(stage.handle).state, find(later.handle).state) == ("expired", "open")


def test_what_became_of_a_stage_is_told_for_a_while_and_then_forgotten(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    staged = completed(bench, alice, opened(bench, alice), box("parcel", "2.0"))
    cancel(bench.yard, alice, staged.stage.handle)
    bench.clock.forward(KEPT)
    expire(bench.yard, bench.clock.now())
    assert find(staged.stage.handle).state == "cancelled"
    bench.clock.forward(MICROSECOND)
    expire(bench.yard, bench.clock.now())
    for look in (lambda: find(staged.stage.handle), lambda: find_file(staged.handle)):
        with pytest.raises(NotFoundError):
            look()


def test_a_stage_that_was_extended_while_expiry_looked_lives(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stale = opened(bench, alice)
    bench.clock.forward(STAGE_LIFE - timedelta(seconds=1))
    extend(bench.yard, alice, stale.handle, timedelta(hours=1))
    bench.clock.forward(timedelta(seconds=1))
    assert not _expired(stale, bench.yard, bench.clock.now())
    assert find(stale.handle).state == "open"

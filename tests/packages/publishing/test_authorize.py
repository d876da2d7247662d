"""May this actor publish this file? Everything that is used, burnt, closed, or somebody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from strongroom.core.actors import NOBODY, OPERATOR, Action, Actor, Reach
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, UnauthenticatedError
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.models import File, Project, Release
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from tests.fakes.bench import OPEN_FOR, Bench
from tests.fakes.ecosystems import box, box_filename

PARCEL = ProjectId("box", "parcel")


def refused(
    bench: Bench, actor: Actor, name: str, version: str, code: str, **fields: object
) -> str:
    """Return the sentence of the refusal, after which all must be as before."""
    before = bench.standing()
    with pytest.raises((ConflictError, ForbiddenError, UnauthenticatedError)) as caught:
        bench.publish(actor, name, version, **fields)
    assert caught.value.code == code
    assert caught.value.remedy
    assert bench.standing() == before
    return caught.value.sentence


def removed(*, project: bool) -> None:
    """Delete the rows of the parcel as a removal would; what was used stays used."""
    File.objects.all().delete()
    Release.objects.all().delete()
    if project:
        Project.objects.all().delete()


def test_nobody_publishes(bench: Bench, parcel: str) -> None:
    refused(bench, NOBODY, parcel, "2.0", "credential-missing")
    refused(bench, NOBODY, "new", "1.0", "credential-missing")


def test_a_stranger_publishes_nothing_in_a_project(bench: Bench, bob: Actor, parcel: str) -> None:
    refused(bench, bob, parcel, "2.0", "role-missing")


def test_a_maintainer_publishes(bench: Bench, bob: Actor, parcel: str) -> None:
    assert bob.user_id is not None
    grant(bob.user_id, PARCEL, Role.MAINTAINER, bench.clock)
    assert bench.publish(bob, parcel, "2.0").events
    assert File.objects.get(release__key="2.0").uploader == "bob"


def test_an_administrator_publishes_in_no_project_of_others(bench: Bench, parcel: str) -> None:
    refused(bench, bench.person("root", admin=True), parcel, "2.0", "role-missing")
    refused(bench, OPERATOR, "new", "1.0", "role-missing")


@pytest.mark.parametrize(
    "reach",
    [
        Reach(projects=frozenset({ProjectId("box", "other")})),
        Reach(ecosystems=frozenset({"pypi"})),
        Reach(actions=frozenset({Action.YANK})),
    ],
)
def test_a_token_publishes_no_further_than_it_reaches(
    bench: Bench, alice: Actor, parcel: str, reach: Reach
) -> None:
    token = replace(alice, credential="token 41", reach=reach)
    refused(bench, token, parcel, "2.0", "token-out-of-scope")
    refused(bench, token, "new", "1.0", "token-out-of-scope")


def test_a_file_name_never_stands_for_other_bytes(bench: Bench, alice: Actor, parcel: str) -> None:
    sentence = refused(bench, alice, "Parcel", "1.0", "file-name-used", summary="changed")
    assert "already exists with other content" in sentence


def test_the_same_bytes_have_one_name(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    before = bench.standing()
    with pytest.raises(ConflictError) as caught:
        bench.send(alice, "PARCEL-1.0.plain.box", box("parcel", "1.0"))
    assert caught.value.code == "bytes-used"
    assert "parcel-1.0.plain.box" in caught.value.sentence
    assert bench.standing() == before


def test_a_removed_file_does_not_come_back(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    File.objects.all().delete()
    assert "was published before" in refused(bench, alice, "parcel", "1.0", "file-name-used")


def test_a_removed_version_does_not_come_back_in_other_files(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    removed(project=False)
    sentence = refused(bench, alice, parcel, "1.0", "version-used", kind="large")
    assert "1.0" in sentence
    assert bench.publish(alice, parcel, "2.0").events


def test_the_name_of_a_removed_project_is_nobodys(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    removed(project=True)
    for actor in (alice, bob):
        refused(bench, actor, parcel, "2.0", "name-used")


def test_a_release_takes_files_until_its_fourteenth_day(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    bench.clock.forward(OPEN_FOR - timedelta(microseconds=1))
    assert bench.publish(alice, parcel, "1.0", kind="large").events
    bench.clock.forward(timedelta(microseconds=1))
    assert "14 days" in refused(bench, alice, parcel, "1.0", "release-closed", kind="small")


def test_a_closed_release_still_answers_for_the_files_it_has(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.clock.forward(OPEN_FOR * 2)
    assert bench.publish(alice, "parcel", "1.0").events == ()


def test_a_closed_release_closes_no_other(bench: Bench, alice: Actor, parcel: str) -> None:
    bench.clock.forward(OPEN_FOR * 2)
    assert bench.publish(alice, parcel, "1.1").events


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_project_that_takes_no_uploads_refuses_them(
    bench: Bench, alice: Actor, parcel: str, status: str
) -> None:
    set_status(bench.desk, OPERATOR, PARCEL, status, "why")
    sentence = refused(bench, alice, parcel, "2.0", f"project-{status}")
    assert status in sentence


def test_a_deprecated_project_takes_uploads(bench: Bench, alice: Actor, parcel: str) -> None:
    set_status(bench.desk, alice, PARCEL, "deprecated", "")
    assert bench.publish(alice, parcel, "2.0").events


def test_a_name_that_an_eye_confuses_is_refused(bench: Bench, bob: Actor, parcel: str) -> None:
    assert "Parcel" in refused(bench, bob, "par-cel", "1.0", "name-too-similar")


def test_a_name_confused_with_itself_is_the_project(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    assert bench.publish(alice, "PARCEL", "2.0").project == PARCEL


def test_what_the_ecosystem_lets_no_release_take_is_refused(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    # Another spelling of the version's file, so that neither name nor bytes are used.
    before = bench.standing()
    with pytest.raises(ConflictError) as caught:
        bench.send(alice, box_filename("PARCEL", "1.0"), box("PARCEL", "1.0"))
    assert caught.value.code == "kind-taken"
    assert bench.standing() == before


def test_reading_the_facts_leaves_no_transaction_open(bench: Bench, alice: Actor) -> None:
    depth = len(transaction.get_connection().savepoint_ids)
    bench.publish(alice, "parcel", "1.0")
    assert len(transaction.get_connection().savepoint_ids) == depth

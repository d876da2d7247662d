"""The commit: judged again inside its own transaction, written whole or not at all."""

from collections.abc import Iterable
from typing import BinaryIO

import pytest
from django.db import transaction

from strongroom.core.actors import OPERATOR, REGISTRY, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.findings import Finding
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.catalog.desk import Check
from strongroom.packages.models import File, Project
from strongroom.packages.publishing.commit import MEMBERS_AT_MOST, _created
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.steps import Upload
from strongroom.people.models import Grant
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import Boxes, box

PARCEL = ProjectId("box", "parcel")


def meanwhile(act: object) -> Check:
    """Return a check during which something else happens in the registry."""

    def check(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        assert callable(act)
        act()
        return ()

    return check


def rows(bench: Bench) -> tuple[object, ...]:
    return bench.standing()[:-1]  # a blob that no row names may be left


def test_a_project_archived_while_checks_ran_takes_no_upload(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    after: list[object] = []

    def archive() -> None:
        set_status(bench.desk, alice, PARCEL, "archived", "")
        after.append(rows(bench))

    with pytest.raises(ConflictError) as caught:
        bench.with_checks(meanwhile(archive)).publish(alice, parcel, "2.0")
    assert caught.value.code == "project-archived"
    assert [rows(bench)] == after


def test_a_role_taken_away_while_checks_ran_is_gone(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    check = meanwhile(lambda: Grant.objects.all().delete())
    with pytest.raises(ForbiddenError) as caught:
        bench.with_checks(check).publish(alice, parcel, "2.0")
    assert caught.value.code == "role-missing"
    assert not File.objects.filter(release__key="2.0").exists()


def test_a_name_taken_while_checks_ran_is_taken(bench: Bench, alice: Actor, bob: Actor) -> None:
    check = meanwhile(lambda: bench.publish(bob, "new", "1.0"))
    with pytest.raises(ForbiddenError):
        bench.with_checks(check).publish(alice, "new", "1.0", summary="other")
    assert File.objects.get().uploader == "bob"


def test_a_file_published_while_its_checks_ran_is_answered_alike(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    check = meanwhile(lambda: bench.publish(alice, parcel, "2.0"))
    receipt = bench.with_checks(check).publish(alice, parcel, "2.0")
    assert receipt.events == ()
    assert File.objects.filter(release__key="2.0").count() == 1


def test_a_write_that_fails_after_the_events_takes_them_back(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    before = rows(bench)
    surrogate = "\ud800"  # the database refuses half a character, here in the words of search
    with pytest.raises(UnicodeEncodeError):
        bench.publish(alice, parcel, "2.0", summary=surrogate)
    assert rows(bench) == before
    assert bench.publish(alice, parcel, "2.0").events


def test_a_project_that_the_registry_itself_makes_is_nobodys(bench: Bench) -> None:
    with bench.desk.blobs.receive() as incoming:
        incoming.write(box("parcel", "1.0"))
        upload = Upload(REGISTRY, "box", "parcel-1.0.plain.box", {}, incoming)
        candidate = identify(receive(upload), Boxes())
    with transaction.atomic():
        assert _created(candidate, bench.desk).facts["owner"] == "registry"
    assert not Grant.objects.exists()


def test_only_so_many_members_are_remembered(bench: Bench, alice: Actor) -> None:
    many = {f"field-{number}": number for number in range(MEMBERS_AT_MOST + 5)}
    bench.publish(alice, "parcel", "1.0", **many)
    assert len(File.objects.get().members) == MEMBERS_AT_MOST


def test_what_is_written_outlives_a_change_by_somebody_else(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    check = meanwhile(lambda: set_status(bench.desk, OPERATOR, PARCEL, "deprecated", "old"))
    bench.with_checks(check).publish(alice, parcel, "2.0")
    project = Project.objects.get()
    assert (project.status, project.status_reason) == ("deprecated", "old")
    assert project.serial == EventRow.objects.latest("serial").serial

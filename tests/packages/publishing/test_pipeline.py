"""One upload from end to end: what it writes, what it tells, and that a refusal writes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

import pytest
from django.db.models import F

from strongroom.core.actors import Actor
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.core.findings import Finding, Severity
from strongroom.packages.models import File, Project, Release, UsedPath
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.access.grants import people_of
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.bench import Bench
from tests.fakes.clocks import NOON
from tests.fakes.digests import digests_of
from tests.fakes.ecosystems import box, box_filename


def test_a_first_upload_makes_the_project_and_its_uploader_the_owner(
    bench: Bench, alice: Actor
) -> None:
    receipt = bench.publish(alice, "Parcel", "1.0")
    project = Project.objects.get()
    assert (project.key, project.display) == ("parcel", "Parcel")
    assert people_of(receipt.project) == (("alice", "owner"),)
    assert project.created_at == project.updated_at == NOON


def test_a_first_upload_is_told_in_two_events_in_order(bench: Bench, alice: Actor) -> None:
    before = last_serial()
    receipt = bench.publish(alice, "Parcel", "1.0")
    created, published = since(before, 10)
    assert created.event.kind is Kind.PROJECT_CREATED
    assert created.event.facts == {"name": "Parcel", "owner": "alice"}
    assert published.event.kind is Kind.FILE_PUBLISHED
    assert published.event.version == "1.0"
    assert published.event.facts == {
        "file": "Parcel-1.0.plain.box",
        "kind": "plain",
        "size": len(box("Parcel", "1.0")),
        "sha256": receipt.sha256,
    }
    assert Project.objects.get().serial == published.serial == created.serial + 1


def test_who_reacts_is_told_what_was_recorded(bench: Bench, alice: Actor) -> None:
    before = last_serial()
    receipt = bench.publish(alice, "parcel", "1.0")
    assert tuple(bench.told) == receipt.events == since(before, 10)


def test_the_receipt_says_what_was_published(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "Parcel", "1.0")
    assert (str(receipt.project), receipt.version) == ("box:parcel", "1.0")
    assert receipt.filename == "Parcel-1.0.plain.box"
    assert receipt.sha256 == digests_of(box("Parcel", "1.0")).sha256
    assert receipt.at == NOON


def test_the_rows_say_what_the_archive_said(bench: Bench, alice: Actor) -> None:
    data = box("Parcel", "1.0rc", summary="Things")
    bench.send(alice, box_filename("Parcel", "1.0rc"), data)
    release, file, used = Release.objects.get(), File.objects.get(), UsedPath.objects.get()
    assert (release.key, release.prerelease, release.summary) == ("1.0rc", True, "Things")
    assert (release.description, release.manifest) == ("A box.", {"summary": "Things"})
    digests = digests_of(data)
    assert (file.sha256, file.blake2b_256) == (digests.sha256, digests.blake2b_256)
    assert (file.size, file.uploader, file.kind) == (len(data), "alice", "plain")
    assert file.members == ["name", "version", "summary"]
    assert (used.path, used.project, used.version) == (file.filename, "parcel", "1.0rc")


def test_the_bytes_are_kept_and_so_are_those_served_beside_them(bench: Bench, alice: Actor) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", label="fragile")
    with bench.desk.blobs.open(receipt.sha256) as blob:
        assert blob.read() == box("parcel", "1.0", label="fragile")
    with bench.desk.blobs.open(File.objects.get().sidecars[".label"]) as blob:
        assert blob.read() == b"fragile"


def test_a_second_file_joins_its_release_with_one_event(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    receipt = bench.publish(alice, parcel, "1.0", kind="large")
    assert [one.event.kind for one in receipt.events] == [Kind.FILE_PUBLISHED]
    assert Release.objects.get().files.count() == 2
    assert Project.objects.get().display == "Parcel"


def test_a_second_version_makes_a_second_release(bench: Bench, alice: Actor, parcel: str) -> None:
    bench.publish(alice, parcel, "2.0")
    assert Release.objects.count() == 2


def test_the_same_file_again_is_answered_alike_and_records_nothing(
    bench: Bench, alice: Actor
) -> None:
    first = bench.publish(alice, "parcel", "1.0")
    before = bench.standing()
    assert bench.publish(alice, "parcel", "1.0") == replace(first, events=())
    assert bench.standing() == before


def test_the_same_file_again_starts_nothing_where_pages_show_it(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    Project.objects.update(shelved_serial=F("serial"))
    count = len(bench.told)
    bench.publish(alice, "parcel", "1.0")
    assert len(bench.told) == count


def test_the_same_file_again_puts_up_the_pages_that_a_crash_left_behind(
    bench: Bench, alice: Actor
) -> None:
    events = bench.publish(alice, "parcel", "1.0").events
    assert bench.publish(alice, "parcel", "1.0").events == ()
    assert bench.told == [*events, *events]


def test_an_ecosystem_that_is_not_here_is_not_found(bench: Bench, alice: Actor) -> None:
    with bench.desk.blobs.receive() as incoming:
        incoming.write(box("parcel", "1.0"))
        with pytest.raises(NotFoundError) as caught:
            publish(Upload(alice, "crate", "parcel-1.0.plain.box", {}, incoming), bench.desk)
    assert caught.value.code == "no-such-ecosystem"
    assert "box" in caught.value.remedy


def test_what_the_archive_itself_showed_is_published_beside_the_file(
    bench: Bench, alice: Actor
) -> None:
    receipt = bench.publish(alice, "parcel", "1.0", note="It rattles.")
    assert [found.sentence for found in receipt.remarks] == ["It rattles."]
    assert File.objects.get().findings[0]["code"] == "box-note"


def weighs(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
    size = len(archive.read())
    yield Finding("scales", "weight", Severity.WARNING, f"{manifest.kind}: {size} bytes.")


def refuses(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
    yield Finding("customs", "contraband", Severity.REFUSAL, "This may not pass.", "the bottom")


def test_each_check_sees_the_whole_archive(bench: Bench, alice: Actor) -> None:
    receipt = bench.with_checks(weighs, weighs).publish(alice, "parcel", "1.0")
    expected = f"plain: {len(box('parcel', '1.0'))} bytes."
    assert [found.sentence for found in receipt.remarks] == [expected, expected]


def test_one_reason_to_refuse_is_enough_and_nothing_is_left(bench: Bench, alice: Actor) -> None:
    before = bench.standing()
    with pytest.raises(ForbiddenError) as caught:
        bench.with_checks(weighs, refuses).publish(alice, "parcel", "1.0", label="x")
    assert (caught.value.code, caught.value.remedy) == ("contraband", "Found in the bottom.")
    assert bench.standing() == before
    assert bench.told == []


@pytest.mark.parametrize(
    ("filename", "data", "claims", "code"),
    [
        ("parcel-1.0.plain.box", b"", {}, "file-empty"),
        ("parcel-1.0.plain.box", b"{", {}, "box-unreadable"),
        ("parcel-2.0.plain.box", box("parcel", "1.0"), {}, "file-name-differs"),
        ("parcel-1.0.plain.box", box("parcel", "1.0"), {"name": ["other"]}, "name-differs"),
        ("forbidden-1.0.plain.box", box("forbidden", "1.0"), {}, "name-forbidden"),
        (
            "parcel-1.0.plain.box",
            box("parcel", "1.0"),
            {"sha256_digest": ["0" * 64]},
            "digest-mismatch",
        ),
    ],
)
def test_a_refusal_leaves_no_blob_no_row_and_no_event(
    bench: Bench,
    alice: Actor,
    filename: str,
    data: bytes,
    claims: dict[str, list[str]],
    code: str,
) -> None:
    before = bench.standing()
    with pytest.raises(InvalidError) as caught:
        bench.send(alice, filename, data, claims)
    assert caught.value.code == code
    assert bench.standing() == before
    assert bench.told == []

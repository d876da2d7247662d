"""A file of a stage in the steps of PEP 694: promised, sent, completed, and taken out again."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

import pytest

from strongroom.core.actors import Actor
from strongroom.core.ecosystem import Manifest
from strongroom.core.errors import (
    ForbiddenError,
    InvalidError,
    StrongroomError,
    TooLargeError,
    UnavailableError,
)
from strongroom.core.findings import Finding, Severity
from strongroom.packages.catalog.changes import dismiss
from strongroom.packages.models import Approval, File, StagedFile
from strongroom.packages.staging.opening import cancel
from strongroom.packages.staging.promises import ALGORITHMS, Measured, complete, expected, receive
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.putting import remove
from strongroom.packages.staging.rows import find_file
from strongroom.people.access.grants import user_of
from strongroom.proof.models import EventRow
from tests.fakes.bench import MOST_BYTES, Bench
from tests.fakes.ecosystems import box, box_filename
from tests.fakes.stages import Sweeping, completed, content, kinds, opened, promised, sent, taken
from tests.packages.staging.conftest import PARCEL

DATA = box("parcel", "2.0", label="fragile")


def code_of(act: object) -> str:
    """Return the code of the refusal with which an act ends."""
    assert callable(act)
    with pytest.raises(StrongroomError) as caught:
        act()
    return caught.value.code


def test_a_file_comes_in_three_steps(bench: Bench, alice: Actor, parcel: str) -> None:
    stage = opened(bench, alice)
    before = EventRow.objects.latest("serial").serial
    file = promised(bench, alice, stage, DATA)
    assert (file.state, file.sha256) == ("pending", "")
    sent(bench, alice, file, DATA)
    assert find_file(file.handle).sha256 == hashlib.sha256(DATA).hexdigest()
    assert kinds(since=before) == []
    assert complete(bench.yard, alice, file.handle).state == "completed"
    row = find_file(file.handle)
    assert (row.state, row.manifest["kind"], row.judged_by) == ("completed", "plain", "0.1.0")
    assert bench.desk.blobs.holds(row.sidecars[".label"])
    assert kinds(since=before) == ["file-staged"]


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_digest_that_was_promised_is_checked(
    bench: Bench, alice: Actor, parcel: str, name: str
) -> None:
    stage = opened(bench, alice)
    good = hashlib.new(name, DATA, usedforsecurity=False).hexdigest()
    sha256 = hashlib.sha256(DATA).hexdigest()
    wrong = good.replace(good[0], "0" if good[0] != "0" else "1", 1)
    file = promised(bench, alice, stage, DATA, hashes={"sha256": sha256, name: wrong})
    assert code_of(lambda: sent(bench, alice, file, DATA)) == "digest-mismatch"
    assert find_file(file.handle).state == "pending"
    remove(bench.yard, alice, file.handle)
    other = promised(bench, alice, stage, DATA, hashes={"sha256": sha256, name: good})
    assert sent(bench, alice, other, DATA).sha256 == sha256


@pytest.mark.parametrize(
    "hashes", [{}, {"md5": "0"}, {"sha1": "0", "md5": "0"}, {"sha256": "0", "crc32": "0"}]
)
def test_a_promise_names_a_digest_that_is_known_and_strong(
    bench: Bench, alice: Actor, parcel: str, hashes: dict[str, str]
) -> None:
    stage = opened(bench, alice)
    with pytest.raises(InvalidError) as caught:
        promised(bench, alice, stage, DATA, hashes=hashes)
    assert caught.value.code == "digest-missing"


@pytest.mark.parametrize("digest", ["0", "0" * 63, "0" * 65])
def test_a_digest_that_no_bytes_have_is_refused_before_any_are_sent(
    bench: Bench, alice: Actor, parcel: str, digest: str
) -> None:
    stage = opened(bench, alice)
    with pytest.raises(InvalidError) as caught:
        promised(bench, alice, stage, DATA, hashes={"sha256": digest})
    assert caught.value.code == "digest-malformed"


def test_a_file_over_the_limit_is_not_even_promised(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    limits = replace(bench.desk.limits, max_file_bytes=len(DATA) - 1)
    assert len(DATA) < MOST_BYTES
    with pytest.raises(TooLargeError):
        promised(bench.at(replace(bench.desk, limits=limits)), alice, stage, DATA)


def test_a_file_name_that_was_used_is_not_promised(bench: Bench, alice: Actor, parcel: str) -> None:
    stage = opened(bench, alice, version="1.0")
    name = box_filename("parcel", "1.0")
    assert code_of(lambda: promised(bench, alice, stage, DATA, name)) == "file-name-used"


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b" "])
def test_bytes_of_another_size_are_refused_and_can_be_sent_again(
    bench: Bench, alice: Actor, parcel: str, data: bytes
) -> None:
    file = promised(bench, alice, opened(bench, alice), DATA)
    assert code_of(lambda: sent(bench, alice, file, data)) == "size-differs"
    sent(bench, alice, file, DATA)
    assert complete(bench.yard, alice, file.handle).state == "completed"


def test_a_file_on_its_way_is_not_promised_again(bench: Bench, alice: Actor, parcel: str) -> None:
    stage = opened(bench, alice)
    promised(bench, alice, stage, DATA)
    assert code_of(lambda: promised(bench, alice, stage, DATA)) == "file-on-its-way"


def test_a_complete_file_is_replaced_and_approvals_are_void(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    first = completed(bench, alice, stage, DATA)
    Approval.objects.create(
        stage=stage,
        person_id=user_of(bob),
        content=content(stage),
        approved_at=bench.clock.now(),
    )
    second = completed(bench, alice, stage, box("parcel", "2.0", summary="other"))
    assert find_file(first.handle).state == "cancelled"
    assert find_file(second.handle).state == "completed"
    assert not Approval.objects.exists()


def test_completing_again_changes_nothing(bench: Bench, alice: Actor, parcel: str) -> None:
    file = completed(bench, alice, opened(bench, alice), DATA)
    before = bench.standing()
    assert complete(bench.yard, alice, file.handle).state == "completed"
    assert bench.standing() == before


def test_completing_again_after_publication_brings_nothing_back(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    stage = opened(bench, alice)
    file = completed(bench, alice, stage, DATA)
    publish(bench.yard, alice, stage.handle)
    before = bench.standing()
    assert complete(bench.yard, alice, file.handle).state == "completed"
    assert code_of(lambda: sent(bench, alice, file, DATA)) == "stage-ended"
    assert code_of(lambda: remove(bench.yard, alice, file.handle)) == "stage-ended"
    assert bench.standing() == before


def test_a_complete_file_takes_no_other_bytes(bench: Bench, alice: Actor, parcel: str) -> None:
    file = completed(bench, alice, opened(bench, alice), DATA)
    assert code_of(lambda: sent(bench, alice, file, DATA)) == "file-not-pending"


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"{", "", "box-unreadable"),
        (box("other", "2.0"), "other-2.0.plain.box", "stage-differs"),
        (box("parcel", "3.0"), "parcel-3.0.plain.box", "stage-differs"),
        (box("parcel", "1.0"), "parcel-1.0.plain.box ", "file-name-differs"),
        (box("forbidden", "1.0"), "forbidden-1.0.plain.box", "name-forbidden"),
    ],
)
def test_a_file_that_fails_is_in_error_and_can_only_be_deleted(
    bench: Bench, alice: Actor, parcel: str, data: bytes, filename: str, code: str
) -> None:
    stage = opened(bench, alice)
    file = promised(bench, alice, stage, data, filename)
    sent(bench, alice, file, data)
    assert code_of(lambda: complete(bench.yard, alice, file.handle)) == code
    row = find_file(file.handle)
    assert row.state == "error"
    assert row.fault
    assert code_of(lambda: complete(bench.yard, alice, file.handle)) == "file-not-pending"
    assert code_of(lambda: sent(bench, alice, file, data)) == "file-not-pending"
    assert code_of(lambda: publish(bench.yard, alice, stage.handle)) == "stage-incomplete"
    remove(bench.yard, alice, file.handle)
    assert find_file(file.handle).state == "cancelled"


def test_a_file_without_bytes_fails(bench: Bench, alice: Actor, parcel: str) -> None:
    file = promised(bench, alice, opened(bench, alice), DATA)
    assert code_of(lambda: complete(bench.yard, alice, file.handle)) == "bytes-missing"
    assert find_file(file.handle).state == "error"


def test_a_file_that_was_published_meanwhile_fails(bench: Bench, alice: Actor, parcel: str) -> None:
    file = promised(bench, alice, opened(bench, alice), DATA)
    sent(bench, alice, file, DATA)
    taken(bench, alice, label="fragile")
    assert code_of(lambda: complete(bench.yard, alice, file.handle)) == "file-published"


def test_a_file_that_a_check_refuses_fails(bench: Bench, alice: Actor, parcel: str) -> None:
    def refuses(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        yield Finding("customs", "contraband", Severity.REFUSAL, "This may not pass.")

    strict = bench.with_checks(refuses)
    file = promised(strict, alice, opened(bench, alice), DATA)
    sent(strict, alice, file, DATA)
    assert code_of(lambda: complete(strict.yard, alice, file.handle)) == "contraband"
    assert find_file(file.handle).state == "error"


def test_a_failing_disk_is_no_fault_of_the_file(bench: Bench, alice: Actor, parcel: str) -> None:
    def fails(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        raise UnavailableError("storage-failed", "The disk did not answer.")

    file = promised(bench, alice, opened(bench, alice), DATA)
    sent(bench, alice, file, DATA)
    failing = bench.with_checks(fails)
    assert code_of(lambda: complete(failing.yard, alice, file.handle)) == "storage-failed"
    assert complete(bench.yard, alice, file.handle).state == "completed"


def test_other_bytes_that_came_while_checks_ran_are_not_those_that_were_judged(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    other = DATA.replace(b"fragile", b"FRAGILE")

    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        StagedFile.objects.update(hashes={})
        sent(bench, alice, file, other)
        return ()

    file = promised(bench, alice, opened(bench, alice), DATA)
    sent(bench, alice, file, DATA)
    swapping = bench.with_checks(meanwhile)
    assert code_of(lambda: complete(swapping.yard, alice, file.handle)) == "file-on-its-way"
    row = find_file(file.handle)
    assert (row.state, row.sha256) == ("pending", hashlib.sha256(other).hexdigest())


@pytest.mark.parametrize(("again", "state"), [("complete", "completed"), ("remove", "cancelled")])
def test_what_somebody_else_did_with_the_file_while_checks_ran_stands(
    bench: Bench, alice: Actor, parcel: str, again: str, state: str
) -> None:
    def meanwhile(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
        if again == "complete":
            complete(bench.yard, alice, file.handle)
        else:
            remove(bench.yard, alice, file.handle)
        return ()

    file = promised(bench, alice, opened(bench, alice), DATA)
    sent(bench, alice, file, DATA)
    racing = bench.with_checks(meanwhile)
    if again == "complete":
        assert complete(racing.yard, alice, file.handle).state == "completed"
    else:
        assert code_of(lambda: complete(racing.yard, alice, file.handle)) == "file-not-pending"
    assert find_file(file.handle).state == state
    assert kinds().count("file-staged") == (again == "complete")


def test_who_sends_the_bytes_is_the_uploader(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    file = promised(bench, alice, opened(bench, alice), DATA)
    sent(bench, replace(bob, credential="token 9"), file, DATA)
    row = find_file(file.handle)
    assert (row.uploader_id, row.credential) == (bob.user_id, "token 9")


def test_an_outsider_takes_no_step(bench: Bench, alice: Actor, mallory: Actor, parcel: str) -> None:
    stage = opened(bench, alice)
    file = promised(bench, alice, stage, DATA)
    before = bench.standing()
    acts = (
        lambda: promised(bench, mallory, stage, DATA, "parcel-2.0.large.box"),
        lambda: expected(bench.yard, mallory, file.handle),
        lambda: complete(bench.yard, mallory, file.handle),
        lambda: remove(bench.yard, mallory, file.handle),
    )
    for act in acts:
        with pytest.raises(ForbiddenError):
            act()
    assert bench.standing() == before


def test_a_role_that_was_taken_away_ends_between_any_two_steps(
    bench: Bench, alice: Actor, bob: Actor, parcel: str
) -> None:
    file = promised(bench, bob, opened(bench, bob), DATA)
    with bench.desk.blobs.receive() as incoming:
        measured = Measured(incoming, expected(bench.yard, bob, file.handle))
        measured.write(DATA)
        dismiss(bench.desk, alice, PARCEL, "bob")
        with pytest.raises(ForbiddenError):
            receive(bench.yard, bob, file.handle, measured)
    assert find_file(file.handle).sha256 == ""
    with pytest.raises(ForbiddenError):
        complete(bench.yard, bob, file.handle)


def test_bytes_that_a_sweep_took_in_between_are_kept_again(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    file = promised(bench, alice, opened(bench, alice), DATA)
    sha256 = hashlib.sha256(DATA).hexdigest()
    clock = Sweeping(bench, sha256)
    sent(bench.at(replace(bench.desk, clock=clock)), alice, file, DATA)
    assert clock.struck
    assert bench.desk.blobs.holds(sha256)


def test_a_stage_that_ended_takes_no_bytes(bench: Bench, alice: Actor, parcel: str) -> None:
    stage = opened(bench, alice)
    file = promised(bench, alice, stage, DATA)
    cancel(bench.yard, alice, stage.handle)
    assert code_of(lambda: sent(bench, alice, file, DATA)) == "stage-ended"
    assert code_of(lambda: complete(bench.yard, alice, file.handle)) == "stage-ended"
    assert not File.objects.filter(release__key="2.0").exists()

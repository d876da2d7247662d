"""Files of a stage as rows: coming in, being remembered as judged, being taken out.

Bytes are kept before the row that names them, as in every publication. Whatever changes the content
voids all approvals: they were given for another one.
"""

import json
from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import Sum

from strongroom.core.actors import Action, Actor
from strongroom.core.digests import Digests
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, InvalidError, UnavailableError
from strongroom.core.events import Event, Kind
from strongroom.packages.models import Stage, StagedFile
from strongroom.packages.publishing.authorize import facts, judge
from strongroom.packages.publishing.commit import MEMBERS_AT_MOST
from strongroom.packages.publishing.pipeline import consider
from strongroom.packages.publishing.steps import Accepted, Permit, Upload
from strongroom.packages.staging import manifests
from strongroom.packages.staging.rows import about, files_of, project_of, whose
from strongroom.packages.staging.states import FileState
from strongroom.packages.staging.yard import FILES_AT_MOST, HANDLE_BYTES, SAID_AT_MOST, Yard
from strongroom.people.accounts.factors import ability
from strongroom.people.accounts.users import person
from strongroom.people.tokens.programs import KIND as PROGRAM
from strongroom.stores.blobs.protocol import Blobs

NOTHING = Digests("", "", "")


@dataclass(frozen=True, slots=True)
class Promise:
    """The file that comes: its name, its size in bytes, digests in hexadecimal by algorithm."""

    filename: str
    size: int
    hashes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that a stage keeps, for whoever judges or publishes them."""

    blobs: Blobs
    size: int
    of: Digests

    def digests(self) -> Digests:
        """Return their digests."""
        return self.of

    def opened(self) -> BinaryIO:
        """Return a seekable stream over the bytes; the caller closes it."""
        return self.blobs.open(self.of.sha256)

    def keep(self) -> None:
        """See that they are still there; raises UnavailableError."""
        if not self.blobs.holds(self.of.sha256):
            raise lost()


def lost() -> UnavailableError:
    """Say that bytes which a stage kept are gone: a disk has failed, or a scrub found them bad."""
    return UnavailableError(
        "staged-bytes-lost",
        "The registry has lost bytes of a staged file.",
        "Take the file out of the stage and put it in again.",
    )


def named(stage: Stage, filename: str) -> StagedFile | None:
    """Return the file of a name that is in a stage, in whatever state."""
    return stage.files.exclude(state=FileState.CANCELLED).filter(filename=filename).first()


def add(stage: Stage, promised: Promise, actor: Actor, yard: Yard) -> StagedFile:
    """Write the row of a file that is on its way, within the bounds of a stage."""
    if stage.files.count() >= FILES_AT_MOST:
        raise ConflictError(
            "stage-full",
            f"A stage takes {FILES_AT_MOST} files, those that were taken out included.",
            "Publish or cancel it, and open another one.",
        )
    by = whose(actor, project_of(stage))
    return StagedFile.objects.create(
        stage=stage,
        handle=yard.entropy(HANDLE_BYTES).hex(),
        filename=promised.filename,
        uploader_id=by.person,
        publisher_id=by.publisher,
        program=by.program,
        credential=actor.credential,
        by_stager=by.only_stages,
        staged_at=yard.desk.clock.now(),
        size=promised.size,
        hashes=promised.hashes,
    )


def have(file: StagedFile, digests: Digests) -> None:
    """Say by which digests the bytes of a file are known; the caller saves the row."""
    file.sha256, file.blake2b_256, file.md5 = digests.sha256, digests.blake2b_256, digests.md5


def let_in(file: StagedFile, accepted: Accepted, sidecars: dict[str, str], yard: Yard) -> Event:
    """Write that a file is complete; returns what there is to tell of it."""
    file.state, file.sidecars = FileState.COMPLETED, sidecars
    for column, value in judgement(accepted, yard).items():
        setattr(file, column, value)
    _bearable(file)
    file.save()
    told = {"file": file.filename, "size": file.size, "sha256": file.sha256}
    return about(file.stage, Kind.FILE_STAGED, uploader(file), {**told, "voided": void(file.stage)})


def judgement(accepted: Accepted, yard: Yard) -> dict[str, object]:
    """Return the columns that say what judging a file has shown, and by which version of us."""
    said = {
        "manifest": manifests.stored(accepted.candidate.manifest, MEMBERS_AT_MOST),
        "findings": manifests.stored_findings(accepted.remarks),
    }
    return {**said, "judged_by": yard.program, "weight": len(json.dumps(said))}


def _bearable(file: StagedFile) -> None:
    """Refuse a file by which its stage would cost too much to look at."""
    others = file.stage.files.exclude(pk=file.pk).aggregate(sum=Sum("weight"))["sum"] or 0
    if others + file.weight > SAID_AT_MOST:
        raise ConflictError(
            "stage-full",
            f"The metadata of all files of a stage take {SAID_AT_MOST} bytes at most.",
            "Shorten them, or publish the files in several stages.",
        )


def take_out(file: StagedFile, actor: Actor) -> list[Event]:
    """Take a file out; returns what there is to tell, if people could have approved it.

    The row stays: who put something into a stage does not approve it, whatever became of that.
    """
    told = {"file": file.filename, "sha256": file.sha256}
    was_complete = file.state == FileState.COMPLETED
    file.state = FileState.CANCELLED
    have(file, NOTHING)
    file.manifest, file.findings, file.sidecars, file.hashes = {}, [], {}, {}
    file.weight = 0
    file.save()
    if not was_complete:
        return []
    told_of = {**told, "voided": void(file.stage)}
    return [about(file.stage, Kind.FILE_UNSTAGED, actor, told_of)]


def void(stage: Stage) -> int:
    """Forget all approvals, which were given for another content; returns how many."""
    return stage.approvals.all().delete()[0]


def reconsidered(file: StagedFile, yard: Yard) -> Accepted:
    """Judge a file of a stage by its bytes, as of now, for its uploader."""
    stage = file.stage
    upload = upload_of(file, yard)
    ecosystem = yard.desk.ecosystem(stage.ecosystem)
    accepted, permit = consider(upload, ecosystem, yard.desk, Action.STAGE)
    not_published(permit)
    asked = accepted.candidate.asked
    if (asked.project.key, asked.version.key) != (stage.project, stage.version):
        raise InvalidError(
            "stage-differs",
            f"The file is {asked.name.display} {asked.version.display};"
            f" the stage is for {stage.display} {stage.version_display}.",
            "Put it into a stage of its own version.",
        )
    return accepted


def upload_of(file: StagedFile, yard: Yard) -> Upload:
    """Return a file of a stage as if its uploader had sent it just now."""
    digests = Digests(file.sha256, file.blake2b_256, file.md5)
    return Upload(
        actor=uploader(file),
        ecosystem=file.stage.ecosystem,
        filename=file.filename,
        claims={},
        incoming=Kept(yard.desk.blobs, file.size, digests),
        stage=file.stage.pk,
    )


def uploader(file: StagedFile) -> Actor:
    """Return the uploader of a file, as they act by whatever roles they have now."""
    if file.uploader is not None:
        return person(file.uploader, file.credential, ability(file.uploader.pk))
    publishers = frozenset({file.publisher.pk} if file.publisher is not None else ())
    return Actor(PROGRAM, file.program, file.credential, publishers=publishers)


def put_by(file: StagedFile) -> str:
    """Return the name of whoever put a file into a stage."""
    return file.uploader.username if file.uploader is not None else file.program


def not_published(permit: Permit) -> None:
    """Refuse a file that is published already: it cannot be published once more."""
    if permit.same_as:
        raise ConflictError(
            "file-published",
            f"The file {permit.same_as} is published already.",
            "Take it out of the stage.",
        )


def judged_again(accepted: Accepted, ecosystem: Ecosystem, yard: Yard) -> None:
    """Judge for a stage what may have changed since; the caller holds the name and the room."""
    candidate, limits = accepted.candidate, yard.desk.limits
    known = facts(candidate, yard.desk.clock.now(), limits)
    not_published(judge(candidate, known, ecosystem, limits.release_open, Action.STAGE))


def joins(accepted: Accepted, stage: Stage, ecosystem: Ecosystem) -> None:
    """Hold a file against those that are to be published with it."""
    manifest = accepted.candidate.manifest
    kinds = [
        str(other.manifest["kind"])
        for other in files_of(stage)
        if other.state == FileState.COMPLETED and other.filename != manifest.filename
    ]
    if kinds:
        ecosystem.may_join(manifest, kinds)

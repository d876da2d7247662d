"""A file of a stage in the steps of PEP 694 ("File Upload Session").

1. `promise`: the client names a file, its size and its digests.
2. `receive`: the bytes have come, are exactly those, and are kept. They can be sent again.
3. `complete`: the file is judged like every upload, and is in the stage; or it is in error.
"""

import hashlib
import hmac
from typing import Final

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.errors import (
    ConflictError,
    InvalidError,
    StrongroomError,
    TooLargeError,
    UnavailableError,
)
from strongroom.packages.catalog.quotas import of_user, standings, within
from strongroom.packages.models import Stage, StagedFile, UsedPath
from strongroom.packages.publishing.commit import hold_room, keep_again, keep_sidecars, settled
from strongroom.packages.staging.files import (
    Promise,
    add,
    have,
    joins,
    judged_again,
    let_in,
    named,
    reconsidered,
    take_out,
)
from strongroom.packages.staging.opening import record_news
from strongroom.packages.staging.rows import (
    allow,
    find,
    find_file,
    held,
    project_of,
    state_of,
    whose,
)
from strongroom.packages.staging.states import Act, FileState, after
from strongroom.packages.staging.yard import Yard
from strongroom.people.oversight.switches import Name, refuse_off
from strongroom.stores.blobs.protocol import Incoming

WEAK: Final = frozenset({"md5", "sha1"})
# Those of `hashlib.algorithms_guaranteed` whose digests have one length.
ALGORITHMS: Final = frozenset(
    {
        "blake2b",
        "blake2s",
        "sha224",
        "sha256",
        "sha384",
        "sha3_224",
        "sha3_256",
        "sha3_384",
        "sha3_512",
        "sha512",
        *WEAK,
    }
)


class Measured:
    """The incoming side of a promised file: counted, and hashed by the algorithms it was given."""

    def __init__(self, incoming: Incoming, file: StagedFile) -> None:
        """Let the promised number of bytes pass to `incoming`."""
        self._incoming = incoming
        self._file = file
        self._hashers = {name: hashlib.new(name, usedforsecurity=False) for name in file.hashes}

    def write(self, block: bytes) -> None:
        """Take the next block; raises InvalidError at the first byte too many."""
        if self._incoming.size + len(block) > self._file.size:
            raise _size_differs(self._file, "More bytes arrived than")
        for hasher in self._hashers.values():
            hasher.update(block)
        self._incoming.write(block)

    def ended(self) -> Incoming:
        """Return the bytes, which are all here and those that were promised, or InvalidError."""
        if self._incoming.size != self._file.size:
            raise _size_differs(self._file, "Fewer bytes arrived than")
        for name, hasher in self._hashers.items():
            if not hmac.compare_digest(hasher.hexdigest(), self._file.hashes[name]):
                raise InvalidError(
                    "digest-mismatch",
                    f"The bytes that arrived do not have the {name} that was sent with them.",
                    "The file changed on its way; send its bytes again.",
                )
        return self._incoming


def promise(yard: Yard, actor: Actor, handle: str, promised: Promise) -> StagedFile:
    """Take a client's word for a file that it is about to send.

    A file of that name that is complete or in error is taken out; one on its way is a conflict.
    """
    found = find(handle)
    with transaction.atomic():
        stage = held(found)
        allow(actor, Action.STAGE, stage)
        after(state_of(stage, yard.desk.clock.now()), Act.CHANGE)
        _believable(promised, yard)
        _unpublished(stage, promised.filename)
        there = named(stage, promised.filename)
        if there is not None and there.state == FileState.PENDING:
            raise _on_its_way(there)
        news = take_out(there, actor) if there is not None else []
        _takes(promised.size, stage, actor, yard)
        file = add(stage, promised, actor, yard)
        record_news(news, yard)
        return file


def expected(yard: Yard, actor: Actor, handle: str) -> StagedFile:
    """Return the file whose bytes this actor may send now, or raise the reason why not."""
    file = find_file(handle)
    allow(actor, Action.STAGE, file.stage)
    refuse_off(Name.UPLOADS)
    _changes(file, file.stage, yard)
    return file


def receive(yard: Yard, actor: Actor, handle: str, measured: Measured) -> StagedFile:
    """Keep the bytes of a promised file; whoever sends them counts as its uploader."""
    incoming = measured.ended()
    incoming.keep()
    sha256 = incoming.digests().sha256
    found = find_file(handle)
    with transaction.atomic():
        stage = held(found.stage)
        allow(actor, Action.STAGE, stage)
        file = find_file(handle)
        _changes(file, stage, yard)
        if not yard.desk.blobs.holds(sha256):
            incoming.keep()  # a sweep came between
        by = whose(actor, project_of(stage))
        if file.uploader_id != by.person:
            # The room was taken of whoever promised the file.
            _takes(file.size, stage, actor, yard)
        file.uploader_id, file.credential = by.person, actor.credential
        file.publisher_id, file.program = by.publisher, by.program
        file.by_stager = by.only_stages
        have(file, incoming.digests())
        file.save()
    return file


def complete(yard: Yard, actor: Actor, handle: str) -> StagedFile:
    """Judge a file whose bytes are here, and let it into its stage; again changes nothing.

    A file that fails is in error, and can only be deleted.
    """
    file = find_file(handle)
    allow(actor, Action.STAGE, file.stage)
    if file.state == FileState.COMPLETED:
        return file
    _changes(file, file.stage, yard)
    try:
        return _complete(file, yard)
    except UnavailableError:
        raise  # nothing was judged, and the same call may succeed later
    except StrongroomError as error:
        rows = StagedFile.objects.filter(pk=file.pk, state=FileState.PENDING, sha256=file.sha256)
        rows.update(state=FileState.ERROR, fault=str(error))
        raise


def _complete(found: StagedFile, yard: Yard) -> StagedFile:
    if not found.sha256:
        raise InvalidError(
            "bytes-missing",
            f"No bytes of {found.filename} have arrived.",
            "Delete the file, begin it again, and send its bytes before you complete it.",
        )
    accepted = reconsidered(found, yard)
    sidecars = keep_sidecars(accepted.candidate, yard.desk)

    def attempt() -> StagedFile:
        with transaction.atomic():
            stage = held(found.stage)
            file = find_file(found.handle)
            if file.state == FileState.COMPLETED:
                return file
            _changes(file, stage, yard)
            if file.sha256 != found.sha256:
                raise _on_its_way(file)
            ecosystem = yard.desk.ecosystem(stage.ecosystem)
            judged_again(accepted, ecosystem, yard)
            joins(accepted, stage, ecosystem)
            keep_again(accepted.candidate, sidecars, yard.desk)
            record_news([let_in(file, accepted, sidecars, yard)], yard)
            return file

    return settled(attempt, found.filename)


def _changes(file: StagedFile, stage: Stage, yard: Yard) -> None:
    after(state_of(stage, yard.desk.clock.now()), Act.CHANGE)
    if file.state != FileState.PENDING:
        raise ConflictError(
            "file-not-pending",
            f"The file {file.filename} is {file.state}.",
            "Delete it and begin it again, if it is to be another one.",
        )


def _believable(promised: Promise, yard: Yard) -> None:
    at_most = yard.desk.limits.max_file_bytes
    if promised.size > at_most:
        raise TooLargeError(
            "file-too-large",
            f"The file is larger than this registry's limit of {at_most} bytes.",
            "Publish a smaller file, or ask the operator to raise max_file_bytes.",
        )
    # Now, and not after gigabytes were sent that no such digest can be that of.
    if not set(promised.hashes) <= ALGORITHMS or set(promised.hashes) <= WEAK:
        raise InvalidError(
            "digest-missing",
            "The file is promised without a digest, or by one that is not known or too weak.",
            "Send its sha256; others of Python's hashlib are checked besides.",
        )
    for name, digest in promised.hashes.items():
        if len(digest) != 2 * hashlib.new(name, usedforsecurity=False).digest_size:
            raise InvalidError(
                "digest-malformed",
                f"The {name} of the file is not as long as one is.",
                "Send it whole, in hexadecimal.",
            )


def _takes(size: int, stage: Stage, actor: Actor, yard: Yard) -> None:
    """Refuse a file for which its uploader has no room; no more is sent than was promised."""
    hold_room(project_of(stage), [actor])
    within(standings(yard.desk.limits, [of_user(actor.name)]), size)


def _unpublished(stage: Stage, filename: str) -> None:
    """Refuse a name that was used already. The publication asks again, and decides."""
    if UsedPath.objects.filter(ecosystem=stage.ecosystem, path=filename).exists():
        raise ConflictError(
            "file-name-used",
            f"The file {filename} was published before.",
            "File names are never used again; publish a new version.",
        )


def _on_its_way(file: StagedFile) -> ConflictError:
    return ConflictError(
        "file-on-its-way",
        f"The file {file.filename} is being sent.",
        "Complete or delete it first.",
    )


def _size_differs(file: StagedFile, told: str) -> InvalidError:
    return InvalidError(
        "size-differs",
        f"{told} the {file.size} that were announced of {file.filename}.",
        "Send the whole file and nothing else.",
    )

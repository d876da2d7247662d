"""Stages as doors work with them: boxes put in, one by one or in the steps of PEP 694."""

from collections.abc import Mapping
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.models import Stage, StagedFile
from strongroom.packages.publishing.receive import Bounded
from strongroom.packages.publishing.steps import Asked, Receipt, Upload
from strongroom.packages.staging.files import Promise
from strongroom.packages.staging.opening import open_stage
from strongroom.packages.staging.promises import Measured, complete, expected, promise, receive
from strongroom.packages.staging.putting import Staged, take
from strongroom.packages.staging.rows import content_of, files_of
from strongroom.proof.models import EventRow
from tests.fakes.bench import Bench
from tests.fakes.digests import digests_of
from tests.fakes.ecosystems import Boxes, box, box_filename
from tests.fakes.folders import blob_place


class Sweeping:
    """A clock that is read between the keeping of bytes and their row; then a sweep strikes."""

    def __init__(self, bench: Bench, sha256: str) -> None:
        self._clock = bench.clock
        self._blob = blob_place(bench.folder, sha256)
        self.struck = False

    def now(self) -> datetime:
        if self._blob.exists() and not self.struck:
            self._blob.unlink()
            self.struck = True
        return self._clock.now()


def asked(actor: Actor, name: str, version: str) -> Asked:
    """Return the wish to publish a version."""
    boxes = Boxes()
    return Asked(
        actor, ProjectId("box", boxes.name(name).key), boxes.name(name), boxes.version(version)
    )


def opened(bench: Bench, actor: Actor, name: str = "parcel", version: str = "2.0") -> Stage:
    """Open a stage."""
    return open_stage(asked(actor, name, version), bench.yard).stage


def taken(
    bench: Bench, actor: Actor, name: str = "parcel", version: str = "2.0", **fields: object
) -> Receipt | Staged:
    """Upload a box in one request."""
    with bench.desk.blobs.receive() as incoming:
        Bounded(incoming, bench.desk.limits.max_file_bytes).write(box(name, version, **fields))
        filename = box_filename(name, version, str(fields.get("kind", "plain")))
        return take(Upload(actor, "box", filename, {}, incoming), bench.yard)


def put(
    bench: Bench, actor: Actor, name: str = "parcel", version: str = "2.0", **fields: object
) -> Staged:
    """Upload a box of which it is known that it waits in a stage."""
    staged = taken(bench, actor, name, version, **fields)
    assert isinstance(staged, Staged)
    return staged


def promised(
    bench: Bench,
    actor: Actor,
    stage: Stage,
    data: bytes,
    filename: str = "",
    hashes: Mapping[str, str] | None = None,
) -> StagedFile:
    """Promise a file."""
    given = {"sha256": digests_of(data).sha256} if hashes is None else dict(hashes)
    name = filename or box_filename("parcel", "2.0")
    return promise(bench.yard, actor, stage.handle, Promise(name, len(data), given))


def sent(bench: Bench, actor: Actor, file: StagedFile, data: bytes) -> StagedFile:
    """Send the bytes of a promised file."""
    with bench.desk.blobs.receive() as incoming:
        measured = Measured(incoming, expected(bench.yard, actor, file.handle))
        measured.write(data)
        return receive(bench.yard, actor, file.handle, measured)


def completed(
    bench: Bench, actor: Actor, stage: Stage, data: bytes, filename: str = ""
) -> StagedFile:
    """Send a file in all the steps."""
    file = promised(bench, actor, stage, data, filename)
    sent(bench, actor, file, data)
    return complete(bench.yard, actor, file.handle)


def content(stage: Stage) -> str:
    """Return the digest of what a stage holds now."""
    return content_of(files_of(stage))


def kinds(*, since: int = 0) -> list[str]:
    """Return the kinds of all events, in their order."""
    rows = EventRow.objects.filter(serial__gt=since).order_by("serial")
    return list(rows.values_list("kind", flat=True))

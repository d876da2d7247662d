"""The values that pass from step to step of a publication, each richer than the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.digests import Digests
from strongroom.core.ecosystem import Manifest
from strongroom.core.events import Recorded
from strongroom.core.findings import Finding
from strongroom.stores.blobs.protocol import Incoming


@dataclass(frozen=True, slots=True)
class Upload:
    """What a client sent: an ecosystem, a file name, what it claims, and bytes on their way in.

    `moment` is set by an import alone: when the file was uploaded where it comes from. The file is
    judged and dated as of that moment; its event has the true time, and the moment as a fact.
    """

    actor: Actor
    ecosystem: str
    filename: str
    claims: Mapping[str, Sequence[str]]
    incoming: Incoming
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """An upload whose bytes are all here, counted and hashed."""

    upload: Upload
    size: int
    digests: Digests


@dataclass(frozen=True, slots=True)
class Candidate:
    """A received file whose identity and metadata were read out of its own bytes."""

    received: Received
    manifest: Manifest

    @property
    def project(self) -> ProjectId:
        """Return the project that the bytes name."""
        return ProjectId(self.received.upload.ecosystem, self.manifest.name.key)

    def moment(self, now: datetime) -> datetime:
        """Return when the file counts as uploaded, which is never later than now."""
        return min(self.received.upload.moment or now, now)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to publish, as the rows stood when it was given.

    `same_as` is set where this very file is published already: there is nothing left to do.
    """

    creates_project: bool
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy makes of the findings: accepted with remarks, or refused for reasons."""

    refusals: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an upload; `events` is empty where the same file was here already."""

    project: ProjectId
    version: str
    filename: str
    sha256: str
    size: int
    at: datetime
    events: tuple[Recorded, ...]
    remarks: tuple[Finding, ...] = ()

"""The values that pass from step to step of a publication, each richer than the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from strongroom.core.actors import Actor
from strongroom.core.coordinates import Name, ProjectId, Version
from strongroom.core.digests import Digests
from strongroom.core.ecosystem import Manifest
from strongroom.core.events import Recorded
from strongroom.core.findings import Finding


class Arrived(Protocol):
    """Bytes that can be read, and kept for good: on their way in, or kept by a stage already."""

    @property
    def size(self) -> int:
        """Return how many there are."""
        ...

    def digests(self) -> Digests:
        """Return their digests."""
        ...

    def opened(self) -> BinaryIO:
        """Return a seekable stream over the bytes; the caller closes it."""
        ...

    def keep(self) -> None:
        """Make the bytes durable under their digest; again, if they were kept before."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """What a client sent: an ecosystem, a file name, what it claims, and bytes on their way in.

    `moment` is set by an import alone: when the file was uploaded where it comes from. The file is
    judged and dated as of that moment; its event has the true time, and the moment as a fact.
    `stage` is the row of the stage that the file comes out of, if it comes out of one.
    """

    actor: Actor
    ecosystem: str
    filename: str
    claims: Mapping[str, Sequence[str]]
    incoming: Arrived
    moment: datetime | None = None
    stage: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to publish which version of which project."""

    actor: Actor
    project: ProjectId
    name: Name
    version: Version


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

    @property
    def asked(self) -> Asked:
        """Return what its uploader wants to publish it as."""
        actor, manifest = self.received.upload.actor, self.manifest
        return Asked(actor, self.project, manifest.name, manifest.version)

    def moment(self, now: datetime) -> datetime:
        """Return when the file counts as uploaded, which is never later than now."""
        return min(self.received.upload.moment or now, now)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to publish, as the rows stood when it was given.

    `same_as` is set where this very file is published already: there is nothing left to do.
    `approvals` says how many people must approve what is published of this project, `confirmed`
    whether a person must confirm it; `staged`, that this credential may only stage. `beside`: it is
    a person's, though the project has a trusted publisher.
    """

    creates_project: bool
    same_as: str | None = None
    approvals: int = 0
    confirmed: bool = False
    staged: bool = False
    beside: bool = False

    @property
    def waits(self) -> bool:
        """Return whether what is uploaded waits in a stage for people."""
        return self.approvals > 0 or self.confirmed or self.staged


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy makes of the findings: accepted with remarks, or refused for reasons."""

    refusals: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A candidate that passed, with what is told beside it."""

    candidate: Candidate
    remarks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an upload; `events` is empty where the same file was here already.

    `beside`: a person's token came with it, though the project has a trusted publisher.
    """

    project: ProjectId
    version: str
    filename: str
    sha256: str
    size: int
    at: datetime
    events: tuple[Recorded, ...]
    remarks: tuple[Finding, ...] = ()
    beside: bool = False

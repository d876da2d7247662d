"""The Protocol that an ecosystem answers, and the values that pass between it and the core.

An ecosystem is pure knowledge: it reads bytes and records that are handed to it and returns
values. It never touches a database, a network, a clock or a credential.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from strongroom.core.coordinates import Name, ProjectId, Version
from strongroom.core.digests import Digests
from strongroom.core.events import Recorded
from strongroom.core.findings import Finding


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: identity, metadata and the files served beside it.

    `kind` is the ecosystem's word for the sort of file (`sdist`, `bdist_wheel`). `metadata` holds
    JSON values under the ecosystem's own field names, `file_metadata` the few of them that index
    pages show for each file. `sidecars` maps a suffix (`.metadata`) to
    the exact bytes served under the file's name plus that suffix. `description` is raw text with
    its media type.
    """

    name: Name
    version: Version
    filename: str
    kind: str
    summary: str
    metadata: Mapping[str, object]
    file_metadata: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    description_type: str = ""
    keywords: tuple[str, ...] = ()
    sidecars: Mapping[str, bytes] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A file within an archive, for whoever compares two archives.

    `path` is without what a version changes of itself, so that the same file of two versions has
    the same path. `text` is the content where it was asked for and is text in UTF-8, else None; of
    a link it says where that leads.
    """

    path: str
    size: int
    sha256: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Most:
    """How much of an archive may be read: bytes of its files unpacked, and files."""

    unpacked: int
    members: int


@dataclass(frozen=True, slots=True, eq=False)
class FileListing:
    """One published file, as pages show it. `path` is its address on the shelf, without a slash.

    Each is equal to itself only, so that what was made of it can be remembered for as long as it
    is used: whoever reads it again out of a row that did not change gets the same one.
    """

    filename: str
    kind: str
    size: int
    digests: Digests
    uploaded_at: datetime
    uploader: str
    path: str
    metadata: Mapping[str, object]
    sidecars: Mapping[str, str]  # suffix -> sha256 of the bytes served there
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseListing:
    """One release with its files, by name. `yanked` is None, or the reason (may be empty)."""

    version: Version
    published_at: datetime
    summary: str
    description: str
    description_type: str
    metadata: Mapping[str, object]
    files: tuple[FileListing, ...]
    yanked: str | None = None
    serial: int = 0  # of the newest event that its own pages show


@dataclass(frozen=True, slots=True)
class Listing:
    """A project as its readers may see it: releases newest version first, events newest first.

    `serial` is the serial of the newest event that the listing reflects. A quarantined project
    lists its releases, but pages for clients must show none of its files. A `private` one is for
    those with a role in it; `moved` says that it once was otherwise than now.
    """

    project: ProjectId
    name: Name
    status: str
    status_reason: str
    serial: int
    created_at: datetime
    releases: tuple[ReleaseListing, ...]
    people: tuple[tuple[str, str], ...] = ()  # (user name, role)
    history: tuple[Recorded, ...] = ()
    private: bool = False
    moved: bool = False
    organisation: str = ""  # that holds it; nothing: nobody but its people


def chosen(releases: Sequence[ReleaseListing]) -> ReleaseListing | None:
    """Return the release that stands for its project: not yanked before final before newest.

    Of releases in the order of a listing; None if there are none.
    """
    best = (each for each in releases if each.yanked is None and not each.version.prerelease)
    return next(best, None) or min(
        releases, key=lambda each: (each.yanked is not None, each.version.prerelease), default=None
    )


@dataclass(frozen=True, slots=True)
class Newest:
    """A release, or a project with its newest release, among the newest of the whole registry."""

    ecosystem: str
    key: str
    display: str
    version: str
    summary: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered document: where it stands on the shelf, its media type, its bytes."""

    path: str
    media_type: str
    body: bytes


class Ecosystem(Protocol):
    """What the core asks of an ecosystem."""

    id: str

    def name(self, raw: str) -> Name:
        """Return the three forms of a name, or refuse it with InvalidError."""
        ...

    def version(self, raw: str) -> Version:
        """Return a version, or refuse it with InvalidError."""
        ...

    def newest_first(self, versions: Iterable[Version]) -> Sequence[Version]:
        """Order versions by the ecosystem's own rules, the newest first."""
        ...

    def keywords(self, metadata: Mapping[str, object]) -> Sequence[str]:
        """Return the keywords that a release's metadata gives, by which its project is found."""
        ...

    def dependencies(self, metadata: Mapping[str, object]) -> AbstractSet[str]:
        """Return the keys of the projects that a release's metadata says it depends on."""
        ...

    def may_name(self, name: Name) -> None:
        """Refuse (InvalidError) a name that no new project may take."""
        ...

    def may_join(self, manifest: Manifest, kinds: Sequence[str]) -> None:
        """Refuse (ConflictError) a file that a release with files of these kinds cannot take."""
        ...

    def inspect(
        self, filename: str, archive: BinaryIO, claims: Mapping[str, Sequence[str]]
    ) -> Manifest:
        """Read identity and metadata out of the archive and hold the client's claims against it.

        Raises InvalidError where the archive is unsafe or malformed, or where the claims differ.
        """
        ...

    def contents(
        self, filename: str, archive: BinaryIO, most: Most, texts: AbstractSet[str]
    ) -> Iterator[Content]:
        """Yield the files within a published archive, with the text of those at some paths.

        Raises InvalidError where there is more than may be read, or where this is no such archive.
        """
        ...

    def pages(self, listing: Listing, touched: frozenset[str] | None) -> Iterable[Page]:
        """Render what native clients read of a project.

        `touched` names the version keys whose own pages must be rendered; None means all of them.
        """
        ...

    def index(self, projects: Iterable[tuple[str, str]], serial: int) -> Iterable[Page]:
        """Render the index of all projects from (key, display), in order, as of an event."""
        ...

    def newest(self, releases: Iterable[Newest], projects: Iterable[Newest]) -> Iterable[Page]:
        """Render the feeds of the newest releases and the newest projects, newest first."""
        ...

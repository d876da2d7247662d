"""The shapes of what the API takes and gives; the OpenAPI document is made from them.

Fields are only ever added. What comes in is bounded, and unknown fields of a body are refused, so
that a misspelt one is never one that silently does nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from strongroom.core.events import Kind
from strongroom.packages.catalog.retention import MOST_DAYS, MOST_KEPT
from strongroom.packages.catalog.states import REASON_AT_MOST, Status
from strongroom.packages.staging.states import FileState, State


@dataclass(frozen=True, slots=True)
class Told:
    """Describes a parameter in the document; the framework drops what `Field` says of it."""

    words: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Add the words to the schema (pydantic's protocol)."""
        return {**handler(schema), "description": self.words}


EcosystemId = Annotated[
    str, Field(min_length=1, max_length=16), Told("An ecosystem's id, such as `pypi`.")
]
ProjectName = Annotated[
    str, Field(min_length=1, max_length=255), Told("A project's name, in any spelling.")
]
VersionText = Annotated[
    str, Field(min_length=1, max_length=255), Told("A version, in any spelling.")
]
StageHandle = Annotated[
    str,
    Field(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$"),
    Told("The handle of a stage: 32 hexadecimal digits."),
]
Content = Annotated[
    str,
    Field(max_length=64, pattern="^([0-9a-f]{64})?$"),
    Told("The content of a stage, as reading it tells; nothing else is then published."),
]
TokenNumber = Annotated[
    int, Field(ge=1, le=2**63 - 1), Told("A token's number, as the list of them tells it.")
]
UserName = Annotated[str, Field(min_length=1, max_length=64), Told("A user's name.")]
Query = Annotated[
    str, Field(max_length=200), Told("Beginnings of words in names, keywords and summaries.")
]
Offset = Annotated[int, Field(ge=0, le=10_000), Told("How many results to pass over.")]
Limit = Annotated[int, Field(ge=1, le=100), Told("How many results to return at most.")]
EventLimit = Annotated[int, Field(ge=1, le=200), Told("How many events to read at most.")]
FeedLimit = Annotated[int, Field(ge=1, le=1000), Told("How many events to read at most.")]
Serial = Annotated[
    int, Field(ge=0, le=2**63 - 1), Told("The serial after which to begin; 0 for the first.")
]
Reason = Annotated[str, Field(max_length=REASON_AT_MOST), Told("One line, told to everybody.")]


class Problem(Schema):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="A URN made of the code.")
    title: str = Field(description="What is wrong, in one sentence.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="The sentence and the remedy.")
    code: str = Field(description="A stable code for programs.")
    remedy: str = Field(description="What to do about it.")


class About(Schema):
    """What this is and where its parts are."""

    name: str
    version: str = Field(description="The version of the software.")
    ecosystems: list[str]
    links: dict[str, str]


class Hit(Schema):
    """A project as a search shows it."""

    ecosystem: str
    name: str
    summary: str
    latest: str = Field(description="The newest version.")
    status: Status
    updated_at: datetime


class Found(Schema):
    """One page of search results, best first."""

    total: int
    offset: int
    results: list[Hit]


class Member(Schema):
    """A person of a project."""

    user: str
    role: str


class ReleaseRow(Schema):
    """A release as its project lists it; `yanked_reason` is null unless it is yanked."""

    version: str
    published_at: datetime
    summary: str
    yanked: bool
    yanked_reason: str | None
    files: int = Field(description="How many files it has.")


Visibility = Literal["public", "private"]


class Project(Schema):
    """A project: releases newest version first."""

    ecosystem: str
    name: str
    key: str = Field(description="The name by which the registry keys the project.")
    status: Status
    status_reason: str
    visibility: Visibility
    serial: int = Field(description="The serial of the newest event.")
    created_at: datetime
    releases: list[ReleaseRow]
    people: list[Member]


class Digests(Schema):
    """What a file is known by, in lower-case hexadecimal."""

    sha256: str
    blake2b_256: str
    md5: str


class Finding(Schema):
    """What a check saw in a file."""

    check: str
    code: str
    severity: Literal["note", "warning", "refusal"]
    sentence: str
    place: str


class File(Schema):
    """A published file. `url` is null while the project is quarantined."""

    filename: str
    kind: str
    size: int = Field(description="Bytes.")
    digests: Digests
    uploaded_at: datetime
    uploader: str
    url: str | None
    metadata: dict[str, Any]
    sidecars: dict[str, str] = Field(description="By suffix, the SHA-256 of what stands there.")
    findings: list[Finding]
    members: list[str] = Field(description="The names in the archive, up to the first 2000.")


class Release(Schema):
    """A release with its files."""

    ecosystem: str
    project: str
    version: str
    published_at: datetime
    yanked: bool
    yanked_reason: str | None
    summary: str
    description: str
    description_type: str
    metadata: dict[str, Any]
    files: list[File]


class Event(Schema):
    """One thing that happened to a project."""

    serial: int
    at: datetime
    kind: Kind
    actor: str
    ecosystem: str
    project: str
    version: str
    facts: dict[str, Any]


class History(Schema):
    """The events of a project, newest first."""

    events: list[Event]


class Feed(Schema):
    """Events of all projects, oldest first.

    Ask again with `since` set to `next`; where `next` is `last`, there is no more for now. Serials
    may be missing: not every event is about a project.
    """

    events: list[Event]
    next: int
    last: int


class Change(Schema):
    """What became of a change; `serial` is that of its event, null where nothing had to change."""

    changed: bool
    serial: int | None


class Yank(Schema):
    """Why a release is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = ""


class NewStatus(Schema):
    """The status that a project is to have."""

    model_config = ConfigDict(extra="forbid")

    status: Status
    reason: Reason = ""


# Strict: JSON has true and false, and neither is a number of anything.
_Kept = Annotated[int, Field(strict=True, ge=0, le=MOST_KEPT)]
_Days = Annotated[int, Field(strict=True, ge=0, le=MOST_DAYS)]


class Retention(Schema):
    """Rules of retention; null in a field: as the registry says, 0: no such rule."""

    model_config = ConfigDict(extra="forbid")

    keep_prereleases: _Kept | None = Field(
        default=None, description="How many of the newest pre-releases stay."
    )
    prerelease_days: _Days | None = Field(
        default=None, description="For how many days one stays that a final release has followed."
    )


class Due(Schema):
    """A release that a rule lets go."""

    version: str
    files: int = Field(description="How many files it has.")
    size: int = Field(description="Bytes of its files.")
    rule: str = Field(description="The rule, as it is set.")
    why: str


class Retained(Schema):
    """What a project says of its rules itself, which are in force, and what they let go now."""

    own: Retention
    in_force: Retention
    due: list[Due]


class Reach(Schema):
    """How far a token goes; null in a field means that it is not limited there."""

    ecosystems: list[str] | None
    projects: list[str] | None
    actions: list[str] | None
    networks: list[str] | None
    expires_at: datetime | None
    once: bool


class Me(Schema):
    """Whom a token stands for, and how far it goes."""

    user: str
    token: str = Field(description="How events and logs name the token.")
    reach: Reach


class TokenRow(Schema):
    """A token as its owner sees it: never its text."""

    id: int
    label: str
    reach: Reach
    created_at: datetime
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None


class Tokens(Schema):
    """Tokens in the order of their making."""

    tokens: list[TokenRow]


class Ended(Schema):
    """How many tokens ended; one that had ended before is not counted."""

    ended: int


class Grant(Schema):
    """A role of a person in a project."""

    ecosystem: str
    project: str
    role: str


class User(Schema):
    """What everybody may know of a person."""

    name: str
    joined_at: datetime
    projects: list[Grant]


class StagedFile(Schema):
    """A file in a stage; `sha256` is empty until its bytes have come."""

    filename: str
    state: FileState
    fault: str = Field(description="Why it failed, if it did.")
    size: int = Field(description="Bytes.")
    sha256: str
    uploader: str
    staged_at: datetime
    findings: list[Finding]


class StageRow(Schema):
    """A stage in a list."""

    handle: str
    ecosystem: str
    project: str
    version: str
    state: State
    opened_at: datetime
    expires_at: datetime
    opener: str
    files: int = Field(description="How many files are in it.")


class Stages(Schema):
    """The live stages, newest first."""

    stages: list[StageRow]


class Stage(Schema):
    """Files that wait to be published as one release."""

    handle: str
    ecosystem: str
    project: str
    version: str
    state: State
    fault: str = Field(description="Why its last publication failed, or it was rejected.")
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    opener: str
    content: str = Field(description="The digest of what people approve: names and digests.")
    wanted: int = Field(description="How many approvals the project asks for.")
    missing: int = Field(description="How many of them are missing.")
    approved_by: list[str]
    may_approve: list[str]
    page: str = Field(description="Where people approve it.")
    preview: str = Field(description="An index for installers. A secret: it asks no credential.")
    files: list[StagedFile]

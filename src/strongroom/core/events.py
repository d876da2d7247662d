"""Everything that can have happened, in the past tense.

An event is the truth told outside: each state change that anyone may rely on appends exactly one,
in the same transaction. Facts are JSON values and carry no personal data beyond public user names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from strongroom.core.coordinates import ProjectId


class Kind(StrEnum):
    """The closed list of event kinds; their facts are in the reference documentation."""

    USER_CREATED = "user-created"
    ADMINISTRATOR_CLAIMED = "administrator-claimed"
    SIGN_IN_LINK_CREATED = "sign-in-link-created"
    SIGNED_IN = "signed-in"
    TOKEN_CREATED = "token-created"  # noqa: S105 - a kind of event
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - likewise
    PROJECT_CREATED = "project-created"
    ROLE_GRANTED = "role-granted"
    ROLE_TAKEN = "role-taken"
    FILE_PUBLISHED = "file-published"
    RELEASE_YANKED = "release-yanked"
    RELEASE_UNYANKED = "release-unyanked"
    PROJECT_STATUS_CHANGED = "project-status-changed"
    FILE_DAMAGED = "file-damaged"
    FILE_REPAIRED = "file-repaired"
    RELEASE_REMOVED = "release-removed"
    RETENTION_CHANGED = "retention-changed"
    QUOTA_CHANGED = "quota-changed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, before it is recorded."""

    kind: Kind
    actor: str
    credential: str
    project: ProjectId | None = None
    version: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with the serial and moment under which it was recorded."""

    serial: int
    at: datetime
    event: Event

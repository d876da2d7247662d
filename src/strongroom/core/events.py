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

    COMPANY_LINKED = "company-linked"
    USER_CREATED = "user-created"
    ADMINISTRATOR_CLAIMED = "administrator-claimed"
    SIGN_IN_LINK_CREATED = "sign-in-link-created"
    SIGNED_IN = "signed-in"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a kind of event
    PASSWORD_RESET = "password-reset"  # noqa: S105 - likewise
    ADDRESS_ADDED = "address-added"
    ADDRESS_REMOVED = "address-removed"
    ADDRESS_VERIFIED = "address-verified"
    ADDRESS_LAPSED = "address-lapsed"
    PRIMARY_ADDRESS_CHANGED = "primary-address-changed"
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    FACTOR_RESET = "factor-reset"
    FACTOR_RENAMED = "factor-renamed"
    RECOVERY_CODE_USED = "recovery-code-used"
    SESSION_ENDED = "session-ended"
    RECOVERY_ASKED = "recovery-asked"
    RECOVERY_APPROVED = "recovery-approved"
    RECOVERY_CANCELLED = "recovery-cancelled"
    RECOVERY_DONE = "recovery-done"
    ACT_PROPOSED = "act-proposed"
    ACT_CONFIRMED = "act-confirmed"
    ACT_WITHDRAWN = "act-withdrawn"
    ACT_CARRIED_OUT = "act-carried-out"
    ACT_FAILED = "act-failed"
    ADMINISTRATOR_MADE = "administrator-made"
    ADMINISTRATOR_UNMADE = "administrator-unmade"
    USER_CLOSED = "user-closed"
    USER_REOPENED = "user-reopened"
    SWITCHED_OFF = "switched-off"
    SWITCHED_ON = "switched-on"
    NAME_PROHIBITED = "name-prohibited"
    NAME_ALLOWED = "name-allowed"
    ACCOUNT_DISAVOWED = "account-disavowed"
    ACCOUNT_EXPORTED = "account-exported"
    ACCOUNT_CLOSING = "account-closing"
    ACCOUNT_KEPT = "account-kept"
    ACCOUNT_CLOSED = "account-closed"
    CASE_CLOSED = "case-closed"
    DEVICE_FORGOTTEN = "device-forgotten"
    TOKEN_CREATED = "token-created"  # noqa: S105 - a kind of event
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - likewise
    TOKEN_BESIDE_PUBLISHER = "token-beside-publisher"  # noqa: S105 - likewise
    PUBLISHER_ADDED = "publisher-added"
    PUBLISHER_PINNED = "publisher-pinned"
    PUBLISHER_REMOVED = "publisher-removed"
    PUBLISHER_TOKEN_MINTED = "publisher-token-minted"  # noqa: S105 - likewise
    PUBLISHER_TOKEN_MOVED = "publisher-token-moved"  # noqa: S105 - likewise
    PUBLISHER_TOKEN_BURNT = "publisher-token-burnt"  # noqa: S105 - likewise
    TRUSTED_ONLY_CHANGED = "trusted-only-changed"
    TOKEN_ENDING = "token-ending"  # noqa: S105 - likewise
    TOKEN_LEAKED = "token-leaked"  # noqa: S105 - likewise
    PROJECT_CREATED = "project-created"
    ROLE_GRANTED = "role-granted"
    ROLE_TAKEN = "role-taken"
    ORGANISATION_CREATED = "organisation-created"
    ORGANISATION_CHANGED = "organisation-changed"
    ORGANISATION_REMOVED = "organisation-removed"
    MEMBER_ADDED = "member-added"
    MEMBER_RANKED = "member-ranked"
    MEMBER_REMOVED = "member-removed"
    TEAM_CREATED = "team-created"
    TEAM_RENAMED = "team-renamed"
    TEAM_REMOVED = "team-removed"
    TEAM_JOINED = "team-joined"
    TEAM_LEFT = "team-left"
    TEAM_ROLE_GRANTED = "team-role-granted"
    TEAM_ROLE_TAKEN = "team-role-taken"
    INVITATION_SENT = "invitation-sent"
    INVITATION_DECLINED = "invitation-declined"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    TRANSFER_OFFERED = "transfer-offered"
    TRANSFER_WITHDRAWN = "transfer-withdrawn"
    PROJECT_TRANSFERRED = "project-transferred"
    FILE_PUBLISHED = "file-published"
    RELEASE_YANKED = "release-yanked"
    RELEASE_UNYANKED = "release-unyanked"
    PROJECT_STATUS_CHANGED = "project-status-changed"
    FILE_DAMAGED = "file-damaged"
    FILE_REPAIRED = "file-repaired"
    JOB_RETRIED = "job-retried"
    JOB_DROPPED = "job-dropped"
    APPROVALS_CHANGED = "approvals-changed"
    STAGE_OPENED = "stage-opened"
    STAGE_EXTENDED = "stage-extended"
    FILE_STAGED = "file-staged"
    FILE_UNSTAGED = "file-unstaged"
    STAGE_APPROVED = "stage-approved"
    STAGE_REJECTED = "stage-rejected"
    STAGE_SUBMITTED = "stage-submitted"
    STAGE_FAILED = "stage-failed"
    STAGE_PUBLISHED = "stage-published"
    STAGE_CANCELLED = "stage-cancelled"
    STAGE_EXPIRED = "stage-expired"
    RELEASE_REMOVED = "release-removed"
    RETENTION_CHANGED = "retention-changed"
    QUOTA_CHANGED = "quota-changed"
    CRITICALITY_CHANGED = "criticality-changed"
    CONFIRMATION_CHANGED = "confirmation-changed"
    VISIBILITY_CHANGED = "visibility-changed"
    HOOK_CREATED = "hook-created"
    HOOK_RENEWED = "hook-renewed"
    HOOK_REMOVED = "hook-removed"
    HOOK_SWITCHED_ON = "hook-switched-on"
    HOOK_SWITCHED_OFF = "hook-switched-off"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, before it is recorded."""

    kind: Kind
    actor: str
    credential: str
    project: ProjectId | None = None
    version: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


PUBLIC: Mapping[Kind, frozenset[str]] = {
    Kind.PROJECT_CREATED: frozenset({"name", "owner"}),
    Kind.ROLE_GRANTED: frozenset({"user", "role"}),
    Kind.ROLE_TAKEN: frozenset({"user", "role"}),
    Kind.PROJECT_TRANSFERRED: frozenset({"to"}),
    Kind.FILE_PUBLISHED: frozenset({"file", "kind", "size", "sha256", "uploader"}),
    Kind.RELEASE_YANKED: frozenset({"reason"}),
    Kind.RELEASE_UNYANKED: frozenset(),
    Kind.PROJECT_STATUS_CHANGED: frozenset({"from", "to", "reason"}),
    Kind.FILE_DAMAGED: frozenset({"file", "sha256", "fault"}),
    Kind.FILE_REPAIRED: frozenset({"file", "sha256"}),
    Kind.APPROVALS_CHANGED: frozenset({"from", "to"}),
    Kind.STAGE_PUBLISHED: frozenset({"files", "approved_by"}),
    Kind.RELEASE_REMOVED: frozenset({"reason", "rule", "files"}),
    Kind.RETENTION_CHANGED: frozenset({"keep_prereleases", "prerelease_days"}),
    Kind.CRITICALITY_CHANGED: frozenset({"from", "to", "at"}),
    Kind.CONFIRMATION_CHANGED: frozenset({"to"}),
    Kind.TRUSTED_ONLY_CHANGED: frozenset({"to"}),
    Kind.VISIBILITY_CHANGED: frozenset({"to"}),
}
"""Which events anybody may read, and which of their facts: an allow-list, the only one.

A new kind stays inside until it is named here. What happens to a stage stays inside until it is
published: before that even the name of its project is nobody's to know. Of a private project these
are for its readers alone (`packages/catalog/sight.py`). How an actor proved who
they are (`credential`) is never told: it would link acts to tokens.
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with the serial and moment under which it was recorded."""

    serial: int
    at: datetime
    event: Event


def is_public(recorded: Recorded) -> bool:
    """Say whether anybody may read of an event."""
    return recorded.event.project is not None and recorded.event.kind in PUBLIC


def public_facts(recorded: Recorded) -> dict[str, object]:
    """Return the facts of a public event that anybody may read."""
    told = PUBLIC[recorded.event.kind]
    return {name: value for name, value in recorded.event.facts.items() if name in told}

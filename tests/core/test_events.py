from datetime import UTC, datetime

import pytest

from strongroom.core.coordinates import ProjectId
from strongroom.core.events import PUBLIC, Event, Kind, Recorded, is_public, public_facts

PARCEL = ProjectId("pypi", "parcel")
INSIDE = frozenset(
    {
        Kind.STAGE_OPENED,
        Kind.STAGE_EXTENDED,
        Kind.FILE_STAGED,
        Kind.FILE_UNSTAGED,
        Kind.STAGE_APPROVED,
        Kind.STAGE_REJECTED,
        Kind.STAGE_SUBMITTED,
        Kind.STAGE_FAILED,
        Kind.STAGE_CANCELLED,
        Kind.STAGE_EXPIRED,
        Kind.TOKEN_BESIDE_PUBLISHER,
        Kind.PUBLISHER_ADDED,
        Kind.PUBLISHER_PINNED,
        Kind.PUBLISHER_REMOVED,
        Kind.PUBLISHER_TOKEN_MINTED,
        Kind.PUBLISHER_TOKEN_MOVED,
        Kind.PUBLISHER_TOKEN_BURNT,
        Kind.HOOK_CREATED,
        Kind.HOOK_RENEWED,
        Kind.HOOK_REMOVED,
        Kind.HOOK_SWITCHED_ON,
        Kind.HOOK_SWITCHED_OFF,
    }
)
PERSONAL = frozenset(
    {
        Kind.USER_CREATED,
        Kind.ADMINISTRATOR_CLAIMED,
        Kind.SIGN_IN_LINK_CREATED,
        Kind.SIGNED_IN,
        Kind.PASSWORD_CHANGED,
        Kind.PASSWORD_RESET,
        Kind.ADDRESS_ADDED,
        Kind.ADDRESS_REMOVED,
        Kind.ADDRESS_VERIFIED,
        Kind.PRIMARY_ADDRESS_CHANGED,
        Kind.FACTOR_ADDED,
        Kind.FACTOR_REMOVED,
        Kind.FACTOR_RESET,
        Kind.SESSION_ENDED,
        Kind.DEVICE_FORGOTTEN,
        Kind.COMPANY_LINKED,
        Kind.ADDRESS_LAPSED,
        Kind.FACTOR_RENAMED,
        Kind.RECOVERY_CODE_USED,
        Kind.RECOVERY_ASKED,
        Kind.RECOVERY_APPROVED,
        Kind.RECOVERY_CANCELLED,
        Kind.RECOVERY_DONE,
        Kind.ACT_PROPOSED,
        Kind.ACT_CONFIRMED,
        Kind.ACT_WITHDRAWN,
        Kind.ACT_CARRIED_OUT,
        Kind.ACT_FAILED,
        Kind.ADMINISTRATOR_MADE,
        Kind.ADMINISTRATOR_UNMADE,
        Kind.USER_CLOSED,
        Kind.USER_REOPENED,
        Kind.SWITCHED_OFF,
        Kind.SWITCHED_ON,
        Kind.NAME_PROHIBITED,
        Kind.NAME_ALLOWED,
        Kind.ACCOUNT_DISAVOWED,
        Kind.ACCOUNT_EXPORTED,
        Kind.ACCOUNT_CLOSING,
        Kind.ACCOUNT_KEPT,
        Kind.ACCOUNT_CLOSED,
        Kind.CASE_CLOSED,
        Kind.TOKEN_CREATED,
        Kind.TOKEN_REVOKED,
        Kind.TOKEN_ENDING,
        Kind.TOKEN_LEAKED,
        Kind.QUOTA_CHANGED,
        Kind.JOB_RETRIED,
        Kind.JOB_DROPPED,
        Kind.ORGANISATION_CREATED,
        Kind.ORGANISATION_CHANGED,
        Kind.ORGANISATION_REMOVED,
        Kind.MEMBER_ADDED,
        Kind.MEMBER_RANKED,
        Kind.MEMBER_REMOVED,
        Kind.TEAM_CREATED,
        Kind.TEAM_RENAMED,
        Kind.TEAM_REMOVED,
        Kind.TEAM_JOINED,
        Kind.TEAM_LEFT,
        Kind.TEAM_ROLE_GRANTED,
        Kind.TEAM_ROLE_TAKEN,
        Kind.INVITATION_SENT,
        Kind.INVITATION_DECLINED,
        Kind.INVITATION_WITHDRAWN,
        Kind.TRANSFER_OFFERED,
        Kind.TRANSFER_WITHDRAWN,
    }
)


def recorded(kind: Kind, project: ProjectId | None = PARCEL, **told: object) -> Recorded:
    event = Event(kind, "alice", "token 41", project, facts=told)
    return Recorded(1, datetime(2026, 1, 1, tzinfo=UTC), event)


def test_every_kind_was_judged_public_or_not() -> None:
    assert set(PUBLIC) | PERSONAL | INSIDE == set(Kind)
    assert not set(PUBLIC) & (PERSONAL | INSIDE)


@pytest.mark.parametrize("kind", sorted(PERSONAL | INSIDE))
def test_an_event_about_a_person_stage_or_hook_is_not_public_even_beside_a_project(
    kind: Kind,
) -> None:
    assert not is_public(recorded(kind))


def test_an_event_without_a_project_is_not_public() -> None:
    assert not is_public(recorded(Kind.ROLE_GRANTED, None))


def test_a_fact_that_nobody_judged_is_not_told() -> None:
    event = recorded(Kind.RELEASE_YANKED, reason="broken", email="alice@example.org")
    assert public_facts(event) == {"reason": "broken"}

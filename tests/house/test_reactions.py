"""Every kind of event has been thought of: it starts something, or it is known to start nothing."""

from strongroom.core.events import Kind
from strongroom.packages.shelf.plan import PAGED

# No page on the shelf shows users, tokens, links, jobs, quotas, webhooks, a stage in preparation.
QUIET = {
    Kind.USER_CREATED,
    Kind.ADMINISTRATOR_CLAIMED,
    Kind.SIGN_IN_LINK_CREATED,
    Kind.SIGNED_IN,
    Kind.PASSWORD_CHANGED,
    Kind.PASSWORD_RESET,
    Kind.ADDRESS_ADDED,
    Kind.ADDRESS_REMOVED,
    Kind.ADDRESS_VERIFIED,
    Kind.ADDRESS_LAPSED,
    Kind.COMPANY_LINKED,
    Kind.PRIMARY_ADDRESS_CHANGED,
    Kind.FACTOR_ADDED,
    Kind.FACTOR_REMOVED,
    Kind.FACTOR_RESET,
    Kind.FACTOR_RENAMED,
    Kind.RECOVERY_CODE_USED,
    Kind.ACCOUNT_DISAVOWED,
    Kind.ACCOUNT_EXPORTED,
    Kind.ACCOUNT_CLOSING,
    Kind.ACCOUNT_KEPT,
    Kind.ACCOUNT_CLOSED,
    Kind.CASE_CLOSED,
    Kind.SESSION_ENDED,
    Kind.DEVICE_FORGOTTEN,
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
    Kind.TOKEN_CREATED,
    Kind.TOKEN_REVOKED,
    Kind.TOKEN_ENDING,
    Kind.TOKEN_LEAKED,
    Kind.QUOTA_CHANGED,
    Kind.JOB_RETRIED,
    Kind.JOB_DROPPED,
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
    Kind.HOOK_CREATED,
    Kind.HOOK_RENEWED,
    Kind.HOOK_REMOVED,
    Kind.HOOK_SWITCHED_ON,
    Kind.HOOK_SWITCHED_OFF,
}


def test_every_kind_of_event_starts_something_or_is_known_to_start_nothing() -> None:
    assert set(Kind) == PAGED | QUIET


def test_no_kind_of_event_is_both() -> None:
    assert set() == PAGED & QUIET

"""Every kind of page of the demo registry: where it is, who sees it, and the heading it has."""

from typing import NamedTuple


class Sight(NamedTuple):
    """A page; `who` must be signed in to see it, or nobody."""

    path: str
    heading: str
    who: str = ""


_MANAGE = "/manage/project/parcel-post/"

_STAGE = f"/stages/{1:032x}/"

SIGHTS = {
    "home": Sight("/", "Strongroom"),
    "search": Sight("/search/?q=post", "Search"),
    "search without hits": Sight("/search/?q=zeppelin", "Search"),
    "search for nothing": Sight("/search/", "Search"),
    "project": Sight("/project/parcel-post/", "parcel-post 2.1.0"),
    "project in reStructuredText": Sight("/project/weighbridge/", "weighbridge 1.4.1"),
    "release": Sight("/project/parcel-post/2.0.0/", "parcel-post 2.0.0"),
    "yanked release": Sight("/project/parcel-post/1.1.0/", "parcel-post 1.1.0"),
    "deprecated project": Sight("/project/oldmill/", "oldmill 2.9"),
    "archived project": Sight("/project/paper-moon/", "paper-moon 1.0.1"),
    "quarantined project": Sight("/project/quick-colours/", "quick-colours 0.4"),
    "history": Sight("/project/parcel-post/history/", "History"),
    "user": Sight("/user/ada/", "ada"),
    "user without projects": Sight("/user/demo/", "demo"),
    "sign-in": Sight("/sign-in/", "Sign in"),
    "nothing": Sight("/project/no-such-project/", "Not here"),
    "account": Sight("/account/", "ada", "ada"),
    "make an account": Sight("/account/signup/", "Make an account"),
    "make an account by passkey": Sight(
        "/account/signup/passkey/", "Make an account with a passkey"
    ),
    "forgotten password": Sight("/account/password/reset/", "Forgotten password"),
    "password letter sent": Sight("/account/password/reset/sent/", "Look into your mail"),
    "bad password link": Sight("/account/password/reset/key/1-none/", "This link is no good"),
    "closed account": Sight("/account/inactive/", "This account is closed"),
    "security": Sight("/account/security/", "Security", "ada"),
    "addresses": Sight("/account/addresses/", "E-mail addresses", "ada"),
    "tokens": Sight("/account/tokens/", "Tokens", "ada"),
    "sessions": Sight("/account/sessions/", "Sessions", "ada"),
    "log": Sight("/account/log/", "What happened to your account", "ada"),
    "data": Sight("/account/data/", "Your data", "ada"),
    "closing an account": Sight("/account/close/", "Close your account", "ada"),
    "cases": Sight("/manage/cases/", "Cases", "demo"),
    "somebody's cases": Sight("/manage/cases/", "Not allowed", "ada"),
    "sign out": Sight("/account/logout/", "Sign out", "ada"),
    "account of the administrator": Sight("/account/", "demo", "demo"),
    "work in the background": Sight("/manage/jobs/", "Work in the background", "demo"),
    "somebody's work in the background": Sight("/manage/jobs/", "Not allowed", "ada"),
    "recovery policy": Sight("/account/recovery/policy/", "Recovery policy"),
    "asking for a recovery": Sight("/account/recovery/", "Recover an account"),
    "administration": Sight("/manage/", "Administration", "demo"),
    "accounts": Sight("/manage/users/", "Accounts", "demo"),
    "an account": Sight("/manage/users/ada/", "ada", "demo"),
    "dangerous acts": Sight("/manage/proposals/", "Dangerous acts", "demo"),
    "switches": Sight("/manage/switches/", "Switches", "demo"),
    "prohibited names": Sight("/manage/names/", "Prohibited names", "demo"),
    "manage": Sight(_MANAGE, "Manage parcel-post", "ada"),
    "manage another's": Sight("/manage/project/lamplight/", "Not allowed", "ada"),
    "yank": Sight(f"{_MANAGE}yank/2.1.0/", "Yank parcel-post 2.1.0", "ada"),
    "unyank": Sight(f"{_MANAGE}unyank/1.1.0/", "Take the yank of parcel-post 1.1.0 back", "ada"),
    "archive": Sight(f"{_MANAGE}status/archived/", "Archive parcel-post", "ada"),
    "deprecate": Sight(f"{_MANAGE}status/deprecated/", "Deprecate parcel-post", "ada"),
    "approvals": Sight(
        "/manage/project/stampbook/approvals/0/", "Publish uploads at once: stampbook", "demo"
    ),
    "stages": Sight("/stages/", "Stages", "ada"),
    "no stages": Sight("/stages/", "Stages", "demo"),
    "stage": Sight(_STAGE, "stampbook 2.2", "ada"),
    "stage of its uploader": Sight(_STAGE, "stampbook 2.2", "bruno"),
    "changes of a stage": Sight(f"{_STAGE}changes/", "What changes", "ada"),
    "approve": Sight(f"{_STAGE}approve/", "Approve and publish: stampbook 2.2", "ada"),
    "reject": Sight(f"{_STAGE}reject/", "Reject: stampbook 2.2", "ada"),
    "ask for approval": Sight(f"{_STAGE}publish/", "Ask for approval: stampbook 2.2", "bruno"),
    "cancel": Sight(f"{_STAGE}cancel/", "Cancel the stage: stampbook 2.2", "ada"),
    "quarantine": Sight(f"{_MANAGE}status/quarantined/", "Quarantine parcel-post", "demo"),
    "activate": Sight(
        "/manage/project/quick-colours/status/active/", "Make quick-colours active again", "demo"
    ),
}

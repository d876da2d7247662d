"""What the letters of a recovery say."""

from datetime import datetime

from django.utils.translation import gettext as _

POLICY = "/account/recovery/policy/"
ASK = "/account/recovery/ask/"
STOP = "/account/recovery/stop/"


def asking(name: str, address: str) -> tuple[str, str]:
    """Return subject and text of the letter by which one asks."""
    return _("recover your account"), _(
        "Somebody wants to recover the account %(name)s, whose second factors are lost. If that is"
        " you, go on here within an hour:\n\n%(address)s\n\nIf it is not, do nothing.\n"
    ) % {"name": name, "address": address}


def waiting(name: str, ripe_at: datetime, stop: str, policy: str) -> tuple[str, str]:
    """Return subject and text of what the owner is told at once, and each day."""
    return _("the second factors of %(name)s are to be removed") % {"name": name}, _(
        "Somebody has asked to remove all second factors of the account %(name)s, because they are"
        " lost. From %(at)s UTC on this can be done; the account then gets a link to enrol new"
        " ones.\n\nIf this is not you, stop it now:\n%(stop)s\n\nTo sign in with a factor stops it"
        " too. What happens when:\n%(policy)s\n"
    ) % {"name": name, "at": f"{ripe_at:%Y-%m-%d %H:%M}", "stop": stop, "policy": policy}


def shared(name: str, ripe_at: datetime, projects: str, policy: str) -> tuple[str, str]:
    """Return subject and text of what those are told who have a role in the same projects."""
    return _("%(name)s, who can change %(projects)s, has lost all factors") % {
        "name": name,
        "projects": projects,
    }, _(
        "Somebody has asked to remove all second factors of the account %(name)s, which can change"
        " %(projects)s as you can. From %(at)s UTC on this can be done. If you know that it is not"
        " %(name)s who asks, tell the administrators before.\n\n%(policy)s\n"
    ) % {
        "name": name,
        "projects": projects,
        "at": f"{ripe_at:%Y-%m-%d %H:%M}",
        "policy": policy,
    }


def stopped(name: str) -> tuple[str, str]:
    """Return subject and text of what the owner is told when nothing is removed after all."""
    return _("the recovery of %(name)s was stopped") % {"name": name}, _(
        "Nothing of the account %(name)s was removed. If you did not ask for it, somebody"
        " knows your password or reads your mail: change your password.\n"
    ) % {"name": name}


def removed(name: str) -> tuple[str, str]:
    """Return subject and text of what all addresses are told at the end."""
    return _("the second factors of %(name)s were removed") % {"name": name}, _(
        "All second factors of the account %(name)s were removed, its sessions and tokens have"
        " ended, and its password works no more. A link to enrol new factors went to its primary"
        " address.\n\nIf this is not what you wanted, tell the administrators at once.\n"
    ) % {"name": name}


def enrolling(name: str, address: str) -> tuple[str, str]:
    """Return subject and text of the letter with the link by which one enrols anew."""
    return _("enrol new second factors for %(name)s") % {"name": name}, _(
        "This link signs you in as %(name)s once, within a day. Add a passkey or a security key"
        " then, and set a new password, under Account, Security.\n\n%(address)s\n"
    ) % {"name": name, "address": address}


def broken(name: str, reason: str, ripe_at: datetime) -> tuple[str, str]:
    """Return subject and text of what all administrators are told of what the operator does."""
    return _("the operator recovers %(name)s") % {"name": name}, _(
        "At the registry's own machine somebody has begun to remove all second factors of the"
        " account %(name)s, for this reason: %(reason)s\n\nIt is done at %(at)s UTC. If nobody of"
        " you knows of it, look at the machine.\n"
    ) % {"name": name, "reason": reason, "at": f"{ripe_at:%Y-%m-%d %H:%M}"}

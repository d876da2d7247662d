"""Telling the people of a project by mail that it will be critical, in the transaction of that."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from strongroom.packages.catalog.acts import id_of
from strongroom.packages.catalog.criticality import Told
from strongroom.packages.models import Project
from strongroom.people.access.grants import held
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.letters import Written
from strongroom.web.visitors import SECURITY

Post = Callable[[Written], None]


def announce(write: Post, url: str, site: str) -> Told:
    """Return what tells a project's people, by letters that `write` puts on their way."""

    def told(row: Project) -> None:
        if row.critical_at is None:
            return
        subject = _("%(project)s will be critical on %(site)s") % {
            "project": row.display,
            "site": site,
        }
        text = _text(row.display, row.critical_at, f"{url}{SECURITY}")
        for one in held(id_of(row)):
            for address in verified(one.user_id):
                write(Written(address, subject, text))

    return told


def _text(project: str, at: datetime, address: str) -> str:
    return _(
        "So many others depend on %(project)s, or download it, that it counts as critical from"
        " %(at)s UTC on. Whoever changes it then, also by a token, needs a security key or a"
        " passkey; codes of an authenticator app are not enough any more.\n\n"
        "Add one before, and better two:\n%(address)s\n"
    ) % {"project": project, "at": f"{at:%Y-%m-%d %H:%M}", "address": address}

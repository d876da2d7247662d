"""What the form of a new token says: limits that a person chooses, none of them by leaving it out.

Pure. Whoever checks no action and no project gets no token, rather than one that may do everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from strongroom.core.actors import Action
from strongroom.core.errors import InvalidError
from strongroom.people.tokens import caveats
from strongroom.people.tokens.minting import Order
from strongroom.people.tokens.register import Entry

if TYPE_CHECKING:
    from django.utils.functional import Promise

Canonical = Callable[[str], str]
"""Returns a project as tokens name it, `pypi:parcel`, given its name in any spelling."""

ALL, SOME = "all", "some"
MOST_DAYS = 5  # digits
OFFERED: "Mapping[str, Promise]" = {
    Action.UPLOAD: _("Publish files, and put them into stages"),
    Action.STAGE: _("Put files into stages, and publish nothing"),
    Action.YANK: _("Yank and un-yank releases"),
    Action.REMOVE: _("Remove releases for good"),
    Action.CONFIGURE: _("Change the status and the rules of retention"),
    Action.READ: _("Read what is private"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form as it was filled in. `others` are projects that were typed; `like` a token's number.

    `days` is empty for as long as is usual, and 0 for no end.
    """

    label: str = ""
    scope: str = SOME
    projects: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    actions: frozenset[str] = field(default_factory=lambda: frozenset({str(Action.UPLOAD)}))
    networks: str = ""
    days: str = ""
    like: str = ""


def asked(form: QueryDict) -> Wanted:
    """Read a form that was sent."""
    return Wanted(
        label=form.get("label", "").strip(),
        scope=form.get("scope", ""),
        projects=frozenset(form.getlist("project")),
        others=tuple(form.get("others", "").replace(",", " ").split()),
        actions=frozenset(form.getlist("action")),
        networks=form.get("networks", "").strip(),
        days=form.get("days", "").strip(),
        like=form.get("like", ""),
    )


def like(former: Entry) -> Wanted:
    """Return the form that would make a token like another one."""
    limits = {name: _words(value) for name, value in former.limits.items()}
    return Wanted(
        label=former.label,
        scope=SOME if limits["projects"] else ALL,
        projects=limits["projects"],
        actions=limits["actions"] & OFFERED.keys() if limits["actions"] else frozenset(OFFERED),
        networks=" ".join(sorted(limits["networks"])),
        like=str(former.id),
    )


def order(wanted: Wanted, canonical: Canonical, now: datetime) -> Order:
    """Return the order of a token; raises InvalidError where the form does not say what it is."""
    limits: list[caveats.Caveat] = [caveats.actions(_chosen(wanted.actions, "action"))]
    if wanted.scope != ALL:
        others = {one if ":" in one else canonical(one) for one in wanted.others}
        limits.append(caveats.projects(_chosen(wanted.projects | others, "project")))
    if wanted.networks:
        limits.append(caveats.networks(wanted.networks.replace(",", " ").split()))
    days = _days(wanted.days)
    if days:
        limits.append(caveats.until(now + timedelta(days=days)))
    return Order(wanted.label, tuple(limits), endless=days == 0)


def _chosen(values: frozenset[str] | set[str], what: str) -> frozenset[str]:
    if not values:
        raise InvalidError(
            "token-empty-limit",
            f"No {what} is chosen.",
            "Choose at least one: a token that may do everything is made on purpose alone.",
        )
    return frozenset(values)


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DAYS):
        raise InvalidError(
            "token-bad-expiry", f"{text[:40]!a} is not a number of days.", "Type digits."
        )
    return int(text)


def _words(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()

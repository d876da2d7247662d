"""Switches: sign-up, new projects, uploads; each can be turned off alone, with a reason.

The reason is shown to whoever is refused. What has a row is off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError, UnavailableError
from strongroom.core.events import Kind as Happened
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import oversee
from strongroom.people.models import Grant, Switch
from strongroom.people.oversight.acting import done, leave, reason, tell_all
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.turns import take_turn
from strongroom.rows.prepared import Read

RETRY_AFTER = 3600  # seconds; people turn it on again, not programs


class Name(StrEnum):
    """What can be turned off."""

    SIGN_UP = "sign-up"
    NEW_PROJECTS = "new-projects"
    UPLOADS = "uploads"


_WORDS = {
    Name.SIGN_UP: "Nobody can sign up here now",
    Name.NEW_PROJECTS: "No new projects are taken now",
    Name.UPLOADS: "No uploads are taken now",
}


_ROLE = "role"  # no switch is called so
_role_and_off = Read(
    lambda at: (
        Grant.objects.filter(user_id=at("user"), ecosystem=at("ecosystem"), project=at("project"))
        .values_list(Value(_ROLE), "role")
        .union(Switch.objects.values_list("name", "reason"), all=True)
    )
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A switch: on, or since when off, by whom and why."""

    name: Name
    on: bool
    reason: str = ""
    by: str = ""
    at: datetime | None = None


def name(raw: str) -> Name:
    """Read the name of a switch; raises InvalidError."""
    try:
        return Name(raw)
    except ValueError:
        raise InvalidError(
            "switch-unknown", f"{raw[:40]!a} is no switch.", f"Use one of: {', '.join(Name)}."
        ) from None


def listed(actor: Actor) -> tuple[Shown, ...]:
    """Return all switches."""
    oversee(actor)
    off = {row.name: row for row in Switch.objects.all()}
    return tuple(
        Shown(one, on=False, reason=off[one].reason, by=off[one].by, at=off[one].at)
        if one in off
        else Shown(one, on=True)
        for one in Name
    )


def turn(office: Office, actor: Actor, switch: Name, why: str, *, on: bool) -> bool:
    """Turn a switch; returns whether that changed anything. Refusals show the reason."""
    leave(office, actor)
    told = reason(why)
    with transaction.atomic():
        take_turn("switches")
        if on:
            changed = bool(Switch.objects.filter(name=switch).delete()[0])
        else:
            now = office.clock.now()
            row = {"reason": told, "by": actor.name, "at": now}
            changed = Switch.objects.get_or_create(name=switch, defaults=row)[1]
        if changed:
            what = _("%s is on") % switch if on else _("%s is off") % switch
            tell_all(office, actor, what, told)
            kind = Happened.SWITCHED_ON if on else Happened.SWITCHED_OFF
            done(office, kind, actor, {"switch": switch, "reason": told})
    return changed


def why_off(switch: Name) -> str:
    """Return why something is off; empty where it is on."""
    return Switch.objects.filter(name=switch).values_list("reason", flat=True).first() or ""


def role_and_off(user_id: int | None, project: ProjectId) -> tuple[Role | None, Mapping[str, str]]:
    """Return a user's role in a project, and what is off with its reasons, by one read."""
    here = {"user": user_id or 0, "ecosystem": project.ecosystem, "project": project.key}
    rows = dict(_role_and_off.all(**here))
    held = rows.pop(_ROLE, None)
    return Role(held) if held else None, rows


def refusal(switch: Name, why: str) -> UnavailableError:
    """Return what is told to whoever comes while a switch is off."""
    return UnavailableError(
        f"{switch}-off", f"{_WORDS[switch]}: {why}", "Try again later.", retry_after=RETRY_AFTER
    )

"""Switches: sign-up, new projects, uploads; each can be turned off alone, with a reason.

The reason is shown to whoever is refused. What has a row is off.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError, UnavailableError
from strongroom.core.events import Kind as Happened
from strongroom.people.access.grants import told, ways
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import oversee
from strongroom.people.models import Switch
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


def _roles_and_off_at(at: Callable[[str], Any]) -> QuerySet[Any, tuple[Any, Any]]:
    first, *others = ways(at)
    return first.union(*others, Switch.objects.values_list("name", "reason"), all=True)


_roles_and_off = Read(_roles_and_off_at)
_reasons = Read(lambda at: Switch.objects.filter(name=at("name")).values_list("reason"))


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
    row = _reasons.first(name=str(switch))
    return row[0] if row is not None else ""


def refuse_off(switch: Name) -> None:
    """Raise UnavailableError where something is off."""
    why = why_off(switch)
    if why:
        raise refusal(switch, why)


def roles_and_off(actor: Actor, project: ProjectId) -> tuple[frozenset[Role], Mapping[str, str]]:
    """Return what an actor is to a project, and what is off with its reasons, by one read."""
    here = {"user": actor.user_id or 0, "ecosystem": project.ecosystem, "project": project.key}
    rows = _roles_and_off.all(**here)
    off = {name: why for name, why in rows if name in set(Name)}
    return told(row for row in rows if row[0] not in off), off


def refusal(switch: Name, why: str) -> UnavailableError:
    """Return what is told to whoever comes while a switch is off."""
    return UnavailableError(
        f"{switch}-off", f"{_WORDS[switch]}: {why}", "Try again later.", retry_after=RETRY_AFTER
    )

"""What a project demands of its people, as its page for them shows it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.actors import Action, Assurance
from strongroom.packages.catalog.demands import of_project, powerless
from strongroom.packages.catalog.states import Criticality
from strongroom.packages.models import Project


@dataclass(frozen=True, slots=True)
class Security:
    """What changing a project takes, who can do nothing yet, and what may be changed of that."""

    since: datetime | None  # when it becomes critical, where its people were told that it will
    needs_key: bool
    powerless: tuple[str, ...]
    confirmed: bool
    may_confirm: bool
    pins: tuple[str, ...]


def shown(row: Project, allowed: AbstractSet[Action]) -> Security:
    """Say how a project stands, to somebody who may do what is allowed."""
    criticality = Criticality(row.critical)
    pins = {
        "on": criticality is not Criticality.ON,
        "off": criticality is not Criticality.OFF,
        "auto": criticality in {Criticality.ON, Criticality.OFF},
    }
    return Security(
        since=row.critical_at,
        needs_key=of_project(row) is Assurance.PHISHING_RESISTANT,
        powerless=powerless(row),
        confirmed=row.confirmed,
        may_confirm=Action.CONFIGURE in allowed,
        pins=tuple(one for one, offered in pins.items() if offered and Action.PIN in allowed),
    )

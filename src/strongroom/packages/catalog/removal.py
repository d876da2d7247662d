"""Removing releases for good: who may and until when, what it takes along, and doing it.

To remove a release is to break whoever depends on it; a yank breaks nobody, and is what is advised.
So an owner may remove a final release only for as long as few can depend on it, as PEP 763 proposes
of PyPI and as npm does since left-pad (2016). Pre-releases promise nothing and may go at any time.

Whole releases only. Were one file taken out of a release, installers would quietly choose another
of it: an sdist, whose code runs at installation, in place of a wheel.

What is removed stays known: the event tells its files, and their names, their bytes and the version
are never used again (`UsedPath`). Its blobs are swept later.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.ecosystem import Listing, chosen
from strongroom.core.errors import ConflictError, ForbiddenError, StrongroomError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import quotas, sight, states
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.changes import Target
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_release
from strongroom.packages.models import File, Project, Release


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a release that somebody wants to remove."""

    status: str
    version: Version
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Consequences:
    """What removing a release takes along: its files and bytes, and what stands for the project.

    `latest` is the version that will, or nothing where none is left; `changes` says whether it is
    another than now.
    """

    version: str
    files: tuple[str, ...]
    size: int
    latest: str
    changes: bool


@dataclass(frozen=True, slots=True)
class Going:
    """A release that goes, and what its event tells besides its files: `reason`, perhaps `rule`."""

    release: Release
    facts: Mapping[str, object]


def judge(actor: Actor, known: Known, now: datetime, removable_for: timedelta) -> None:
    """Return if somebody who may remove releases may remove this one, else raise. Pure."""
    if actor.admin:
        return
    if known.status == states.Status.QUARANTINED:
        # What is under suspicion is evidence, and its owner's account may not be its owner's.
        raise ConflictError(
            "project-quarantined",
            "The project is quarantined.",
            "Its releases cannot change until an administrator lifts the quarantine.",
        )
    if not known.version.prerelease and now >= known.published_at + removable_for:
        raise ForbiddenError(
            "removal-too-late",
            f"{known.version.display} can no longer be removed by its owners.",
            "Yank it instead, which breaks nobody; an administrator can remove it.",
        )


def may_go(actor: Actor, known: Known, now: datetime, removable_for: timedelta) -> bool:
    """Say whether `judge` lets a release go. Pure."""
    try:
        judge(actor, known, now, removable_for)
    except StrongroomError:
        return False
    return True


def consequences(listing: Listing, version: Version) -> Consequences:
    """Say what removing a release of a listing would do. Pure."""
    gone = next(one for one in listing.releases if one.version.key == version.key)
    rest = [one for one in listing.releases if one is not gone]
    after = chosen(rest)
    return Consequences(
        version=gone.version.display,
        files=tuple(file.filename for file in gone.files),
        size=sum(file.size for file in gone.files),
        latest=after.version.display if after else "",
        changes=chosen(listing.releases) is gone,
    )


def remove(desk: Desk, actor: Actor, target: Target, reason: str) -> Recorded:
    """Remove a release with its files for good, with a reason for those who look for it."""
    told = states.reason(reason)
    with transaction.atomic():
        row = sight.lock(actor, target.project)
        may(actor, Action.REMOVE, row)
        release = find_release(row, target.version)
        known = Known(
            row.status,
            Version(release.display, release.key, release.prerelease),
            release.published_at,
        )
        judge(actor, known, desk.clock.now(), desk.limits.removable_for)
        recorded = take_away(desk, actor, row, [Going(release, {"reason": told})])
    desk.react(recorded)
    return recorded[0]


def take_away(
    desk: Desk, actor: Actor, row: Project, going: Sequence[Going]
) -> tuple[Recorded, ...]:
    """Delete the rows of releases and record an event for each; the caller holds the project."""
    project = ProjectId(row.ecosystem, row.key)
    events, room = [], defaultdict[quotas.Subject, int](int)
    for one in going:
        files = one.release.files.order_by("filename").defer("members", "manifest", "findings")
        for file in files:
            room[quotas.of_project(project)] -= file.size
            room[quotas.of_user(file.uploader)] -= file.size
        facts = {**one.facts, "files": [_told(file) for file in files]}
        events.append(about(actor, Kind.RELEASE_REMOVED, project, facts, one.release.display))
        files.delete()
        one.release.delete()
    quotas.add(room)
    # After all rows: whoever has the turn of the events must not wait for another's rows.
    return tuple(tell(desk, row, event) for event in events)


def _told(file: File) -> dict[str, object]:
    return {
        "file": file.filename,
        "size": file.size,
        "sha256": file.sha256,
        "beside": sorted(file.sidecars),
    }

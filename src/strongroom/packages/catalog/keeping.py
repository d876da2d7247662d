"""Keeping the rules of retention: giving a project its own, and carrying out all that are in force.

What goes is judged again inside the transaction that removes it, with the project's row locked, so
that nothing goes that was yanked, quarantined or exempted a moment before. One transaction removes
at most AT_ONCE releases of one project.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import REGISTRY, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project, find_release, listing, lock_project
from strongroom.packages.catalog.removal import Going, take_away
from strongroom.packages.catalog.retention import YOUNG, Due, Rules, checked, due
from strongroom.packages.models import Project, Release

AT_ONCE = 50
_PROJECTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Own:
    """What a project says of its rules itself; None in a field: as the registry says."""

    keep_prereleases: int | None = None
    prerelease_days: int | None = None

    def over(self, registry: Rules) -> Rules:
        """Return the rules that are in force."""
        keep, days = self.keep_prereleases, self.prerelease_days
        return Rules(
            registry.keep_prereleases if keep is None else keep,
            registry.prerelease_days if days is None else days,
        )


@dataclass(frozen=True, slots=True)
class Gone:
    """A release that a rule lets go, or has let go: where it was and why."""

    project: ProjectId
    version: str
    files: int
    size: int
    rule: str
    why: str


def own_rules(project: ProjectId) -> Own:
    """Return what a project says of its rules itself."""
    return _own(find_project(project))


def set_rules(desk: Desk, actor: Actor, project: ProjectId, rules: Own) -> Recorded | None:
    """Give a project rules of its own."""
    checked(rules.over(desk.limits.retention))
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.CONFIGURE, row)
        if _own(row) == rules:
            return None
        row.keep_prereleases, row.prerelease_days = rules.keep_prereleases, rules.prerelease_days
        row.save(update_fields=["keep_prereleases", "prerelease_days"])
        facts = {
            "keep_prereleases": rules.keep_prereleases,
            "prerelease_days": rules.prerelease_days,
        }
        recorded = tell(desk, row, about(actor, Kind.RETENTION_CHANGED, project, facts))
    desk.react([recorded])
    return recorded


def preview(desk: Desk, project: ProjectId) -> tuple[Gone, ...]:
    """Say what the rules in force would let go of a project now."""
    return tuple(_gone(project, one) for one in _due(desk, find_project(project)))


def preview_all(desk: Desk, only: Iterable[ProjectId] = ()) -> Iterator[Gone]:
    """Say what the rules would let go now, of the projects named or of all."""
    for project in tuple(only) or _concerned(desk):
        yield from preview(desk, project)


def carry_out(desk: Desk, at_most: int, only: Iterable[ProjectId] = ()) -> tuple[Gone, ...]:
    """Remove what the rules let go, as the registry itself; no more than `at_most` releases.

    It can be repeated at any time, and goes on where a former run ended or died.
    """
    gone: list[Gone] = []
    for project in tuple(only) or _concerned(desk):
        while len(gone) < at_most:
            now = _carried_out(desk, project, min(AT_ONCE, at_most - len(gone)))
            gone.extend(now)
            if len(now) < AT_ONCE:
                break
    return tuple(gone)


def _carried_out(desk: Desk, project: ProjectId, at_most: int) -> Sequence[Gone]:
    with transaction.atomic():
        row = lock_project(project)
        going = _due(desk, row)[:at_most]
        recorded = take_away(
            desk,
            REGISTRY,
            row,
            [
                Going(
                    find_release(row, one.release.version),
                    {"reason": f"By a rule of retention: {one.why}.", "rule": one.rule},
                )
                for one in going
            ],
        )
    desk.react(recorded)
    return [_gone(project, one) for one in going]


def _due(desk: Desk, row: Project) -> tuple[Due, ...]:
    rules = _own(row).over(desk.limits.retention)
    if not rules:
        return ()
    project = ProjectId(row.ecosystem, row.key)
    shown = listing(project, desk.ecosystem(row.ecosystem), frozenset())
    return due(shown, rules, desk.clock.now())


def _own(row: Project) -> Own:
    return Own(row.keep_prereleases, row.prerelease_days)


def _gone(project: ProjectId, one: Due) -> Gone:
    files = one.release.files
    size = sum(file.size for file in files)
    return Gone(project, one.release.version.display, len(files), size, one.rule, one.why)


def _concerned(desk: Desk) -> Iterator[ProjectId]:
    """Name the projects of which a rule may let something go, in the order of their creation."""
    rows = Project.objects.exclude(status="quarantined")
    if not desk.limits.retention:
        rows = rows.filter(Q(keep_prereleases__gt=0) | Q(prerelease_days__gt=0))
    old = Release.objects.filter(prerelease=True, published_at__lte=desk.clock.now() - YOUNG)
    rows = rows.filter(pk__in=old.values("project")).order_by("pk")
    after = 0
    while page := rows.filter(pk__gt=after)[:_PROJECTS_AT_ONCE]:
        yield from (ProjectId(row.ecosystem, row.key) for row in page)
        after = max(row.pk for row in page)

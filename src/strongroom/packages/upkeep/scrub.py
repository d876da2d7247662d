"""The scrub: every byte that rows name is read back and held against its digest.

1. Every blob, once, however many rows name it. A damaged one is served to nobody from that moment,
   kept aside for whoever wants to know why, told by an event, and repaired if there is a source.
2. Every file on the shelf that is not the blob itself: replaced by a link to it if it differs.
3. No file that was taken down: quarantined, or of a removed release.
4. Every page of every project: there, and in step with its compressed form, which has a checksum.
   What is not is rendered anew. So is, without a word, what rendering gives otherwise by now.

It runs beside a registry that serves and publishes, whole or in parts. What is damaged already and
was told of is not told again, so it can be repeated, and broken off at any point.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.listing import all_projects, find_project, projects_after
from strongroom.packages.shelf.refresh import whole
from strongroom.packages.upkeep.damage import Fault, examine, repair, tell, told, withhold
from strongroom.packages.upkeep.named import Named, files, named
from strongroom.packages.upkeep.premises import DAMAGE, Premises
from strongroom.packages.upkeep.reading import UNPACED, Pace, Progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A served file whose blob was found damaged, and whether it was repaired."""

    project: str
    version: str
    filename: str
    sha256: str
    fault: Fault
    repaired: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a scrub read and found.

    `replaced` are files of the shelf that were not their blob, `rendered` pages that were lost or
    damaged; both are right again.
    """

    blobs: int
    read_bytes: int
    pages: int
    damaged: tuple[Damaged, ...]
    replaced: tuple[str, ...]
    rendered: tuple[str, ...]

    @property
    def withheld(self) -> int:
        """Return how many files are served to nobody at the end."""
        return sum(not one.repaired for one in self.damaged)


@dataclass(slots=True)
class _Round:
    """One scrub under way. Only the thread that scrubs touches it."""

    premises: Premises
    pace: Pace
    source: Path | None
    told: dict[tuple[ProjectId, str], bool]
    seen: dict[str, Fault | None] = field(default_factory=dict)
    damaged: list[Damaged] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    rendered: list[str] = field(default_factory=list)
    pages: int = 0

    def look(self, one: Named) -> None:
        """Look at one served file."""
        if one.sha256 not in self.seen:
            fault = examine(self.premises.blobs, one.sha256, self.pace)
            self.seen[one.sha256] = fault and self._taken_down(one.sha256)
        if self.seen[one.sha256] is not None:
            return
        if self.told.get((one.project, one.filename)):
            # Put back by other means, or by a scrub that died before it said so.
            tell(self.premises, one, None)
        pages = self.premises.shelf.pages
        if one.on_shelf and not pages.serves(one.path, one.sha256, self.pace.take):
            self.replaced.append(one.path)
            pages.unlink(one.path)
            self.premises.rebuild(one.project)

    def _taken_down(self, sha256: str) -> Fault | None:
        with self.premises.alone.held(DAMAGE):
            # Looked at once more: another scrub may have put the right bytes back meanwhile.
            fault = examine(self.premises.blobs, sha256, self.pace)
            if fault is not None:
                self._take_down(sha256, fault)
            return fault

    def _take_down(self, sha256: str, fault: Fault) -> None:
        users = [one for one in named() if one.sha256 == sha256]
        withhold(self.premises, sha256, fault, users)
        for one in users:
            if not self.told.get((one.project, one.filename)):
                tell(self.premises, one, fault)
        repaired = self.source is not None and repair(self.premises, sha256, self.source)
        for one in users:
            if repaired:
                tell(self.premises, one, None)
            facts = (str(one.project), one.version, one.filename, one.sha256, fault, repaired)
            self.damaged.append(Damaged(*facts))

    def look_at_pages(self, project: ProjectId) -> None:
        """Hold a project's pages against what rendering gives."""
        shelf, ecosystem = self.premises.shelf, self.premises.desk.ecosystem(project.ecosystem)
        with shelf.locks.held(f"shelf {project}") as still:
            # Nobody puts up pages of this project meanwhile; what is behind comes by itself.
            row = find_project(project)
            if row.serial != row.shelved_serial:
                return
            _, must = whole(shelf, project, ecosystem)
            up = [path for path in must.down if shelf.pages.find(path) is not None]
            shelf.pages.unlink(*up)
            pages = [*must.notes, *must.pages]
            wrong = [page.path for page in pages if not shelf.pages.is_whole(page.path)]
            for page in pages:
                if page.path in wrong or not shelf.pages.shows(page.path, page.body):
                    still()
                    shelf.pages.put(page.path, page.body)
        self.replaced.extend(up)
        self.pages += len(pages)
        self.rendered.extend(wrong)
        if wrong:
            logger.error("%d pages of %s were damaged and are rendered anew", len(wrong), project)


def look_at_files(
    premises: Premises, pace: Pace, after: int, enough: Callable[[], bool]
) -> int | None:
    """Look at the files of rows after a number, until it is enough; at one row at least.

    Returns the number of the last row, None at the end of all.
    """
    now, row = _Round(premises, pace, None, told()), after
    for one in named(after):
        if row not in {one.row, after} and enough():
            return row
        row = one.row
        now.look(one)
    return None


def look_at_projects(premises: Premises, after: int, enough: Callable[[], bool]) -> int | None:
    """Look at the pages of projects of rows after a number, likewise."""
    now = _Round(premises, UNPACED, None, {})
    for row, project in projects_after(after):
        now.look_at_pages(project)
        if enough():
            return row
    return None


def scrub(premises: Premises, pace: Pace, source: Path | None, progress: Progress) -> Report:
    """Read everything back; repair from `source`, another data folder or a backup, if given."""
    now = _Round(premises, pace, source, told())
    total, done, row = files(), 0, 0
    for one in named():
        now.look(one)
        if one.row != row:
            row, done = one.row, done + 1
            progress(done, max(total, done))
    for project in all_projects():
        now.look_at_pages(project)
    premises.put_shared()
    return Report(
        blobs=len(now.seen),
        read_bytes=pace.passed,
        pages=now.pages,
        damaged=tuple(now.damaged),
        replaced=tuple(now.replaced),
        rendered=tuple(now.rendered),
    )

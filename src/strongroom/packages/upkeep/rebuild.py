"""Rebuilding every derived byte: comparing each with what the rows and blobs give, and mending it.

What is derived, all of it, and from what:

| derived                                        | from                                           |
|------------------------------------------------|------------------------------------------------|
| pages of projects, with their compressed forms | rows, events, settings, this version           |
| pages of all projects together                 | likewise                                       |
| files on the shelf                             | rows of files, blobs                           |
| notes in place of files and pages              | rows, missing blobs, events of removals        |
| a project's card: latest, summary, words       | the release that stands for it                 |
| counted bytes of quotas                        | rows of files                                  |

All else is not: rows, events, blobs, keys. What is right is left as it is, so a rebuild that was
broken off is gone on with by doing it again; what differs is written once more and read by nobody
half. It runs beside a registry that serves and publishes: each project is looked at with its own
lock held, and what stands on the shelf without a reason is judged last, by what is known then.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Listing, Page
from strongroom.packages.catalog import card, quotas
from strongroom.packages.catalog.listing import all_projects, find_project
from strongroom.packages.models import Project
from strongroom.packages.shelf import shared
from strongroom.packages.shelf.refresh import note, unshelved_count, unshown, whole
from strongroom.packages.shelf.standing import Standing
from strongroom.packages.upkeep.premises import Premises
from strongroom.packages.upkeep.reading import UNPACED, Progress
from strongroom.packages.upkeep.sweep import FILES, OWN
from strongroom.proof.ledger.events import last_serial, since
from strongroom.stores.locks import Still
from strongroom.stores.pages.rooms import closed

MOST_NAMED = 10_000  # differences; all are counted
_EVENTS_AT_ONCE = 1000
_PATH_DIGEST = 12  # bytes kept of each path: of a million, two are alike once in 10^17 times
_TRIES = 5  # looks at what changes all the while
_TOGETHER = "pages of all projects together"
_IN_FLIGHT = 3600  # seconds; a page on its way has a name that begins with a dot


class How(StrEnum):
    """How something derived is not as it must be."""

    MISSING = "missing"
    DIFFERS = "differs"
    LEFT_OVER = "left over"
    BEHIND = "behind"  # its newest event is shown nowhere, and nobody is about to


@dataclass(frozen=True, slots=True)
class Difference:
    """Something derived that is not as it must be: a path of the shelf, or a row in words."""

    what: str
    how: How


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, what was not as it must be, and how many that were in all.

    `unjudged` names what changed whenever it was looked at.
    """

    projects: int
    pages: int
    files: int
    differences: tuple[Difference, ...]
    count: int
    unjudged: tuple[str, ...] = ()


def rebuild(premises: Premises, progress: Progress, *, tidy: bool = True) -> Report:
    """Put right whatever derived thing is not as it must be, and say what that was.

    Without `tidy` what is left over stays: another version may still serve it.
    """
    return _done(_Round(premises, mend=True), progress, tidy=tidy)


def check(premises: Premises, progress: Progress, wait: Callable[[], None]) -> Report:
    """Say what derived things are not as they must be; writes nothing.

    What seems wrong is looked at again: it may have been changing. `wait` waits for as long as a
    registry takes to put up what it has recorded.
    """
    return _done(_Round(premises, mend=False, wait=wait), progress, tidy=True)


def _done(now: "_Round", progress: Progress, *, tidy: bool) -> Report:
    began, projects, behind = last_serial(), tuple(all_projects()), []
    now.held.update(bytes.fromhex(one.name) for one in now.premises.blobs.walk())
    for done, project in enumerate(projects, start=1):
        if not now.look_at(project):
            behind.append((project, find_project(project).serial))
        progress(done, len(projects))
    if behind:
        now.wait()
    for project, serial in behind:
        now.look_at_again(project, serial)
    now.look_at_shared()
    if tidy:
        now.look_for_left_over(began)
    now.look_at_quotas()
    looked = (now.projects, now.pages, now.files)
    return Report(*looked, tuple(now.named), now.count, tuple(now.unjudged))


def _at_once() -> None:
    """Wait for nothing, and ask nobody."""


@dataclass(slots=True)
class _Round:
    """One rebuild, or one check, under way. Only the thread that does it touches it."""

    premises: Premises
    mend: bool
    wait: Callable[[], None] = _at_once
    still: Still = _at_once  # asks whether the lock under which something is put up is held still
    unjudged: list[str] = field(default_factory=list)
    expected: set[bytes] = field(default_factory=set)  # marks of all paths that must stand
    held: set[bytes] = field(default_factory=set)  # digests of the blobs there were when it began
    named: list[Difference] = field(default_factory=list)
    count: int = 0
    projects: int = 0
    pages: int = 0
    files: int = 0

    def found(self, differences: Sequence[Difference]) -> None:
        """Note differences."""
        self.count += len(differences)
        self.named.extend(differences[: MOST_NAMED - len(self.named)])

    def look_at(self, project: ProjectId) -> bool:
        """Look at a project; say whether it could be judged, or is behind its events."""
        differences = self._look_at(project)
        if differences and not self.mend:
            differences = self._look_at(project)
        if differences is None:
            return False
        self.found(differences)
        self.projects += 1
        return True

    def look_at_again(self, project: ProjectId, serial: int) -> None:
        """Look at a project that was behind its events, the newest of which was `serial`."""
        if self.look_at(project):
            return
        if find_project(project).serial == serial:
            self.found([Difference(f"pages of {project}", How.BEHIND)])
        else:
            self.unjudged.append(f"pages of {project}")

    def _look_at(self, project: ProjectId) -> list[Difference] | None:
        shelf, ecosystem = self.premises.shelf, self.premises.desk.ecosystem(project.ecosystem)
        with shelf.locks.held(f"shelf {project}") as self.still:
            before, news = find_project(project), unshown(project)
            shown, must = whole(shelf, project, ecosystem)
            differences = [*self._standing(must), *_card(before, shown, ecosystem)]
            if self.mend and (differences or news):
                note(shown, ecosystem, news)
            if not self.mend and (news or find_project(project).serial != before.serial):
                return None
        self.still = _at_once
        return differences

    def _standing(self, must: Standing) -> Iterator[Difference]:
        if self.mend:
            yield from self._taken_down(must)
        missing = {path for path, sha256 in must.files.items() if not self._holds(sha256)}
        for path, sha256 in must.files.items():
            if path not in missing:
                yield from self._file(path, sha256)
        for page in (*must.lost(missing), *must.notes, *must.pages):
            yield from self._page(page)

    def _holds(self, sha256: str) -> bool:
        # One walk names a thousand blobs at once; a store far away is asked for new ones only.
        return bytes.fromhex(sha256) in self.held or self.premises.blobs.holds(sha256)

    def _taken_down(self, must: Standing) -> Iterator[Difference]:
        """Take down at once what nobody may get; a check finds it among what is left over."""
        pages = self.premises.shelf.pages
        for path in must.down:
            if pages.find(path) is not None:
                yield Difference(path, How.LEFT_OVER)
                pages.unlink(path)
        for path in must.left:
            if pages.get(path) is not None:
                yield Difference(path, How.LEFT_OVER)
                pages.remove(path)

    def _file(self, path: str, sha256: str) -> Iterator[Difference]:
        pages = self.premises.shelf.pages
        self.files += 1
        self.expected.add(_mark(path))
        if pages.serves(path, sha256, UNPACED.take):
            return
        yield Difference(path, How.MISSING if pages.find(path) is None else How.DIFFERS)
        if self.mend:
            self.still()
            pages.unlink(path)
            pages.link({path: sha256})

    def _page(self, page: Page) -> Iterator[Difference]:
        pages = self.premises.shelf.pages
        self.pages += 1
        self.expected.add(_mark(page.path))
        if pages.shows(page.path, page.body):
            return
        yield Difference(page.path, How.MISSING if pages.get(page.path) is None else How.DIFFERS)
        if self.mend:
            self.still()
            pages.put(page.path, page.body)

    def look_at_shared(self) -> None:
        """Look at the pages of all projects together, until nobody is about to render them."""
        differences, before = self._shared(), shared.counts()
        if self.mend:
            self.found(differences)
            return
        for _ in range(_TRIES):
            pending = shared.is_behind() or unshelved_count() > 0
            if differences and pending:
                self.wait()
            differences = self._shared() if differences else differences
            if not (differences and pending):
                self.found(differences)
                return
        if shared.counts() == before:
            self.found([Difference(_TOGETHER, How.BEHIND)])
        else:
            self.unjudged.append(_TOGETHER)

    def _shared(self) -> list[Difference]:
        return [one for page in self.premises.shared() for one in self._page(page)]

    def look_for_left_over(self, began: int) -> None:
        """Find what stands on the shelf and must not.

        What was put up since `began`, a serial, may be missing among what is expected, so that is
        read once more; and what is put up while we remove is put up again.
        """
        strays = [path for path in self._walk() if not self._is_expected(path)]
        if not strays:
            return
        looked, holds = last_serial(), self.premises.blobs.holds
        for project in _changed_since(began):
            _, must = self._whole(project)
            self.expected.update(map(_mark, must.files))
            lost = must.lost({path for path in must.files if not holds(must.files[path])})
            self.expected.update(_mark(page.path) for page in (*lost, *must.notes, *must.pages))
        self.expected.update(_mark(page.path) for page in self.premises.shared())
        pages = self.premises.shelf.pages
        standing = set(self._walk())
        left = [path for path in strays if path in standing and not self._is_expected(path)]
        self.found([Difference(path, How.LEFT_OVER) for path in left])
        if self.mend:
            for path in left:
                pages.discard(path)
            for project in _changed_since(looked):
                self.premises.rebuild(project)
            self.premises.put_shared()

    def _whole(self, project: ProjectId) -> tuple[Listing, Standing]:
        ecosystem = self.premises.desk.ecosystem(project.ecosystem)
        return whole(self.premises.shelf, project, ecosystem)

    def _walk(self) -> Iterator[str]:
        young = time.time() - _IN_FLIGHT
        for one in self.premises.shelf.pages.walk():
            on_its_way = one.name.rpartition("/")[2].startswith(".") and one.written > young
            if one.name not in OWN and not on_its_way:
                yield one.name

    def _is_expected(self, path: str) -> bool:
        if _mark(path) in self.expected:
            return True
        # That the compressed form of a page is right was seen with the page.
        beside = path.endswith(".gz") and not path.startswith((FILES, closed(FILES)))
        return beside and _mark(path.removesuffix(".gz")) in self.expected

    def look_at_quotas(self) -> None:
        """Look at what is counted of each subject."""
        differences = [
            Difference(f"bytes of {one.subject.kind} {one.subject.name}", How.DIFFERS)
            for one in quotas.recount(mend=self.mend)
        ]
        self.found(differences)


def _card(row: Project, shown: Listing, ecosystem: Ecosystem) -> Iterator[Difference]:
    if card.written(row) != card.card(shown, ecosystem):
        yield Difference(f"card of {shown.project}", How.DIFFERS)


def _changed_since(serial: int) -> tuple[ProjectId, ...]:
    changed: set[ProjectId] = set()
    while batch := since(serial, _EVENTS_AT_ONCE):
        changed.update(one.event.project for one in batch if one.event.project is not None)
        serial = batch[-1].serial
    return tuple(sorted(changed))


def _mark(path: str) -> bytes:
    return blake2b(path.encode(), digest_size=_PATH_DIGEST).digest()

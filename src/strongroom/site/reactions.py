"""Which event starts what. One screen.

| event                                    | starts                                              |
|------------------------------------------|-----------------------------------------------------|
| file published                           | the project's pages, the front pages                |
| project created                          | besides, the index of all projects                  |
| release yanked, un-yanked                | the project's pages of that release, the front      |
| project status changed                   | all the project's pages, the front, the index       |
| role granted, taken                      | all the project's pages                             |
| file damaged, repaired                   | the project's pages of that release                 |
| release removed                          | those too, notes in its place, the front pages      |
| rules of retention changed               | the project's history                               |
| all others (users, tokens, links, quotas)| nothing: no page shows them                         |

Reactions that a reader depends on run in the process that made the change, before the client is
answered. Each is idempotent, and what a crash left undone is found by `catch_up`.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Page
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.listing import (
    names,
    newest_projects,
    newest_releases,
)
from strongroom.packages.shelf.plan import PAGED
from strongroom.packages.shelf.refresh import Shelf, refresh, unshelved
from strongroom.proof.ledger.events import newest_of
from strongroom.web.shelf import FrontPages

logger = logging.getLogger(__name__)

NEWEST = 40
_INDEX = frozenset({Kind.PROJECT_CREATED, Kind.PROJECT_STATUS_CHANGED})
# A yank or a removal may change which release stands for a project, and so its summary.
_FRONT = frozenset(
    {
        Kind.FILE_PUBLISHED,
        Kind.RELEASE_YANKED,
        Kind.RELEASE_UNYANKED,
        Kind.RELEASE_REMOVED,
        *_INDEX,
    }
)


class Reactions:
    """Keeps the shelf in step with the events."""

    def __init__(
        self, shelf: Shelf, ecosystems: Mapping[str, Ecosystem], front: FrontPages
    ) -> None:
        """React on `shelf`, with pages by each ecosystem and by the web's front."""
        self._shelf = shelf
        self._ecosystems = ecosystems
        self._front = front
        # Whether the pages shared by all projects may be behind. No row tells it of them, so a
        # process that starts does not know: the one before may have died over them.
        self._shared_behind = True

    def __call__(self, events: Sequence[Recorded]) -> None:
        """React to the events of one transaction.

        The change is committed already: a page that cannot be written now is no reason to tell the
        client that its upload failed. It stays marked as behind and `catch_up` does it again.
        """
        kinds = {one.event.kind for one in events}
        for project in dict.fromkeys(
            one.event.project for one in events if one.event.kind in PAGED
        ):
            if project is None:
                continue
            try:
                refresh(self._shelf, project, self._ecosystems[project.ecosystem])
                if kinds & _FRONT:
                    self.put_front()
                if kinds & _INDEX:
                    self.put_index(project.ecosystem)
            except Exception:
                self._shared_behind = True
                logger.exception("pages of %s not refreshed; they will be tried again", project)

    def catch_up(self, limit: int = 100) -> int:
        """Refresh projects whose pages do not show their newest event; returns how many.

        One that cannot be refreshed is logged, and does not keep the others waiting.
        """
        done = sum(self._caught_up(project) for project in unshelved(limit))
        if done or self._shared_behind:
            self._shared_behind = False
            try:
                self.put_shared()
            except Exception:
                self._shared_behind = True
                raise
        return done

    def _caught_up(self, project: ProjectId) -> bool:
        try:
            refresh(self._shelf, project, self._ecosystems[project.ecosystem])
        except Exception:
            logger.exception("pages of %s not refreshed; they will be tried again", project)
            return False
        return True

    def put_front(self) -> None:
        """Render what shows the newest of the whole registry: home and the feeds."""
        with self._shelf.locks.held("front"):
            self._put(self._front_pages())

    def put_index(self, ecosystem: str) -> None:
        """Render the index of all projects: the one page whose cost grows with their number."""
        with self._shelf.locks.held(f"index {ecosystem}"):
            self._put(self._index_pages(ecosystem))

    def put_shared(self) -> None:
        """Render the pages that are no single project's."""
        self.put_front()
        for ecosystem in self._ecosystems:
            self.put_index(ecosystem)

    def shared_pages(self) -> Iterator[Page]:
        """Render the pages that are no single project's, without putting them up."""
        yield from self._front_pages()
        for ecosystem in self._ecosystems:
            yield from self._index_pages(ecosystem)

    def _put(self, pages: Iterable[Page]) -> None:
        for page in pages:
            self._shelf.pages.put(page.path, page.body)

    def _front_pages(self) -> Iterator[Page]:
        releases, projects = newest_releases(NEWEST), newest_projects(NEWEST)
        yield from self._front.home(releases, projects)
        for name, ecosystem in self._ecosystems.items():
            yield from ecosystem.newest(
                [one for one in releases if one.ecosystem == name],
                [one for one in projects if one.ecosystem == name],
            )

    def _index_pages(self, ecosystem: str) -> Iterable[Page]:
        # As of what the page shows, so that it is the same bytes whenever it is rendered.
        newest = newest_of(_INDEX, 1)
        serial = newest[0].serial if newest else 0
        return self._ecosystems[ecosystem].index(names(ecosystem), serial)

"""Which event starts what. One screen.

| event                                    | at once                       | in the background    |
|------------------------------------------|-------------------------------|----------------------|
| file published                           | the project's pages           | the front pages      |
| project created                          |                               | and the index        |
| release yanked, un-yanked                | its pages of that release     | the front pages      |
| release removed                          | its pages; notes in its place | the front pages      |
| project made private or public           | all, moved to the other place | the front, the index |
| project status changed                   | all the project's pages       | the front, the index |
| role granted, taken; project transferred | all the project's pages       |                      |
| approvals, confirmation, retention,      |                               |                      |
| trusted only, criticality changed        | the project's history         |                      |
| stage published                          | the project's history         |                      |
| file damaged, repaired                   | its pages of that release     |                      |
| all others (people, tokens, jobs,        | nothing: no page here shows   |                      |
| quotas, webhooks, unpublished stages)    | them                          |                      |

What an installer depends on is rendered by the process that made the change, before the client is
answered; what shows the whole registry by a worker, once for many changes (`site/schedule.py`).
Each is idempotent, and rows tell what a crash left undone: `catch_up` does it, whoever calls it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem, Page
from strongroom.core.events import Recorded
from strongroom.packages.catalog.listing import (
    names,
    newest_projects,
    newest_releases,
)
from strongroom.packages.shelf import shared
from strongroom.packages.shelf.plan import FRONT, IN_INDEX, PAGED, index
from strongroom.packages.shelf.refresh import Shelf, refresh, unshelved, while_held
from strongroom.proof.ledger.events import newest_of
from strongroom.web.shelf import FrontPages

logger = logging.getLogger(__name__)

NEWEST = 40


class Reactions:
    """Keeps the shelf in step with the events."""

    def __init__(
        self, shelf: Shelf, ecosystems: Mapping[str, Ecosystem], front: FrontPages
    ) -> None:
        """React on `shelf`, with pages by each ecosystem and by the web's front."""
        self._shelf = shelf
        self._ecosystems = ecosystems
        self._front = front

    def __call__(self, events: Sequence[Recorded]) -> None:
        """React to the events of one transaction.

        The change is committed already: a page that cannot be written now is no reason to tell the
        client that its upload failed. It stays marked as behind and `catch_up` does it again.
        """
        for project in dict.fromkeys(
            one.event.project for one in events if one.event.kind in PAGED
        ):
            if project is not None:
                self._caught_up(project)

    def catch_up(self, limit: int = 100) -> int:
        """Render what does not show its newest event; returns how many projects that were.

        One that cannot be rendered is logged, and does not keep the others waiting.
        """
        done = sum(self._caught_up(project) for project in unshelved(limit))
        self.put_behind()
        return done

    def put_behind(self) -> None:
        """Render those of the shared pages that are wanted anew."""
        behind = shared.behind()
        # Each is tried whatever becomes of the others, and after that an error is raised.
        with ExitStack() as rendering:
            if FRONT in behind:
                rendering.callback(self.put_front)
            for ecosystem in self._ecosystems:
                if index(ecosystem) in behind:
                    rendering.callback(self.put_index, ecosystem)

    def _caught_up(self, project: ProjectId) -> bool:
        try:
            refresh(self._shelf, project, self._ecosystems[project.ecosystem])
        except Exception:
            logger.exception("pages of %s not refreshed; they will be tried again", project)
            return False
        return True

    def put_front(self) -> None:
        """Render what shows the newest of the whole registry: home and the feeds."""
        self._put(FRONT, self._front_pages)

    def put_index(self, ecosystem: str) -> None:
        """Render the index of all projects: the one page whose cost grows with their number."""
        self._put(index(ecosystem), lambda: self._index_pages(ecosystem))

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

    def _put(self, name: str, pages: Callable[[], Iterable[Page]]) -> None:
        with self._shelf.locks.held(name) as still:
            # Counted before the rows are read: what comes meanwhile is rendered once more.
            count = shared.wanted(name)
            self._shelf.pages.put_all(while_held(still, pages()))
            shared.put(name, count)

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
        newest = newest_of(IN_INDEX, 1)
        serial = newest[0].serial if newest else 0
        return self._ecosystems[ecosystem].index(names(ecosystem), serial)

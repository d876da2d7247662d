"""What upkeep works on, put together by the site."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Page
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.shelf.refresh import Shelf, rebuild
from strongroom.stores.blobs.protocol import Blobs


@dataclass(frozen=True, slots=True)
class Premises:
    """The blobs, the shelf, the desk, and the pages that are no single project's.

    `shared` renders those without putting them up; `put_shared` puts them up.
    """

    blobs: Blobs
    shelf: Shelf
    desk: Desk
    shared: Callable[[], Iterable[Page]]
    put_shared: Callable[[], None]

    def rebuild(self, project: ProjectId) -> None:
        """Put all the pages and files of a project up anew."""
        rebuild(self.shelf, project, self.desk.ecosystem(project.ecosystem))

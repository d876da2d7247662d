"""What upkeep works on, put together by the site."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Page
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.shelf.refresh import Shelf, rebuild
from strongroom.stores.blobs.protocol import Blobs
from strongroom.stores.locks import Locks

BACKUP = "backup"
"""The lock of whoever copies all blobs that rows name, or removes those that none names."""

DAMAGE = "damage"
"""The lock of whoever takes a damaged blob out of service, or puts it back."""


@dataclass(frozen=True, slots=True)
class Premises:
    """The blobs, the shelf, the desk, and the pages that are no single project's.

    `shared` renders those without putting them up; `put_shared` puts them up. `alone` are locks
    that never wait for those of the shelf, which may be taken under one of them.
    """

    blobs: Blobs
    shelf: Shelf
    desk: Desk
    shared: Callable[[], Iterable[Page]]
    put_shared: Callable[[], None]
    alone: Locks

    def rebuild(self, project: ProjectId) -> None:
        """Put all the pages and files of a project up anew."""
        rebuild(self.shelf, project, self.desk.ecosystem(project.ecosystem))

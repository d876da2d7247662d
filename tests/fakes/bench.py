"""A desk over a folder and the test's database, where boxes are published: all real parts.

Only the clock and the ecosystem are made for tests. Nobody reacts to events unless a test says so:
they are kept in `told`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Recorded
from strongroom.packages.catalog.changes import Target, target
from strongroom.packages.catalog.desk import Check, Desk, Limits
from strongroom.packages.models import (
    Approval,
    File,
    Project,
    Release,
    Stage,
    StagedFile,
    UsedPath,
    Word,
)
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.receive import Bounded
from strongroom.packages.publishing.steps import Receipt, Upload
from strongroom.packages.shelf.refresh import Shelf, rebuild, refresh
from strongroom.packages.shelf.standing import Render
from strongroom.packages.staging.yard import Yard
from strongroom.people.models import Grant
from strongroom.proof.models import EventRow
from strongroom.site.reactions import Reactions
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.locks import FolderLocks
from strongroom.stores.pages.disk import CLOSED_MODE, DiskPages
from strongroom.stores.pages.rooms import Rooms
from strongroom.web.shelf import FrontPages
from tests.fakes.clocks import StoppedClock
from tests.fakes.ecosystems import Boxes, box, box_filename
from tests.fakes.people import member, sure

MOST_BYTES = 32 * 1024 * 1024
OPEN_FOR = timedelta(days=14)
STAGE_LIFE = timedelta(days=7)
SETTLED = timedelta(days=3)
ROWS = (
    Project,
    Release,
    File,
    UsedPath,
    Word,
    Stage,
    StagedFile,
    Approval,
    Grant,
    EventRow,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What the tests of `packages` work with."""

    folder: Path
    desk: Desk
    clock: StoppedClock
    shelf: Shelf
    yard: Yard
    told: list[Recorded] = field(default_factory=list)

    def person(self, name: str, *, admin: bool = False) -> Actor:
        """Make an account and return it as it acts when signed in."""
        return sure(member(name, self.clock, admin=admin))

    def send(
        self,
        actor: Actor,
        filename: str,
        data: bytes,
        claims: Mapping[str, Sequence[str]] | None = None,
    ) -> Receipt:
        """Upload a file as a door does."""
        with self.desk.blobs.receive() as incoming:
            Bounded(incoming, self.desk.limits.max_file_bytes).write(data)
            return publish(Upload(actor, "box", filename, claims or {}, incoming), self.desk)

    def publish(self, actor: Actor, name: str, version: str, **fields: object) -> Receipt:
        """Upload a box."""
        filename = box_filename(name, version, str(fields.get("kind", "plain")))
        return self.send(actor, filename, box(name, version, **fields))

    def refresh(self, key: str) -> None:
        """Bring a project's pages up to its newest event."""
        refresh(self.shelf, ProjectId("box", key), Boxes())

    def rebuild(self, key: str) -> None:
        """Put all of a project's pages on the shelf."""
        rebuild(self.shelf, ProjectId("box", key), Boxes())

    def target(self, name: str, version: str) -> Target:
        """Return a release to change."""
        return target(self.desk, "box", name, version)

    def standing(self) -> tuple[object, ...]:
        """Return all that a refusal must leave as it was."""
        rows = tuple(list(model.objects.order_by("pk").values()) for model in ROWS)
        blobs = self.folder / "blobs"
        return (*rows, sorted(path for path in blobs.rglob("*") if path.is_file()))

    def with_checks(self, *checks: Check) -> "Bench":
        """Return the bench with other checks."""
        return self.at(replace(self.desk, checks=checks))

    def reacting(self, *renderers: Render) -> tuple["Bench", Reactions]:
        """Return the bench with the reactions of the site, and those."""
        shelf = replace(self.shelf, renderers=renderers)
        front = FrontPages("http://registry.test", "Test")
        reactions = Reactions(shelf, self.desk.ecosystems, front)
        return replace(self.at(replace(self.desk, react=reactions)), shelf=shelf), reactions

    def at(self, desk: Desk) -> "Bench":
        """Return the bench with another desk."""
        return replace(self, desk=desk, yard=replace(self.yard, desk=desk))


def open_bench(folder: Path) -> Bench:
    """Return a bench over an empty folder."""
    clock, told = StoppedClock(), list[Recorded]()
    blobs = DiskBlobs(folder / "blobs")
    desk = Desk(
        ecosystems={"box": Boxes()},
        blobs=blobs,
        clock=clock,
        checks=(),
        limits=Limits(max_file_bytes=MOST_BYTES, release_open=OPEN_FOR),
        react=told.extend,
    )
    rooms = Rooms(
        DiskPages(folder / "public", blobs), DiskPages(folder / "closed", blobs, CLOSED_MODE)
    )
    shelf = Shelf(rooms, FolderLocks(folder / "locks"), ())
    yard = Yard(desk, b"k" * 32, secrets.token_bytes, STAGE_LIFE, SETTLED, "0.1.0")
    return Bench(folder, desk, clock, shelf, yard, told)

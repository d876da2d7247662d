"""Which blobs the rows name, and where each is served.

Whoever adds a column that names a blob adds it here: what no row names is swept. A test of the
house knows every column that could.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.desk import BLOBS
from strongroom.packages.catalog.listing import path_of, public_path
from strongroom.packages.catalog.states import Status
from strongroom.packages.models import File, StagedFile
from strongroom.proof.ledger.turns import take_turn

_AT_ONCE = 1000
_COLUMNS = (
    "pk",
    "filename",
    "sha256",
    "sidecars",
    "release__display",
    "release__project__ecosystem",
    "release__project__key",
    "release__project__private",
    "release__project__status",
    "release__project__serial",
    "release__project__shelved_serial",
)


@dataclass(frozen=True, slots=True)
class Named:
    """A blob under the name by which it is served: a file, or what stands beside it.

    `row` is the number of the file's row. `on_shelf` says whether it must stand at `path` now: not
    in quarantine, nor while the project's pages are behind its events.
    """

    row: int
    project: ProjectId
    version: str
    filename: str
    path: str
    sha256: str
    on_shelf: bool


def named(after: int = 0) -> Iterator[Named]:
    """Name every blob of the rows with a greater number, in the order of the rows."""
    # In pages of their own, so that a long scrub holds no read open and SQLite can tidy its log.
    while rows := list(
        File.objects.filter(pk__gt=after).order_by("pk").values(*_COLUMNS)[:_AT_ONCE]
    ):
        for row in rows:
            yield from _of(row)
        after = rows[-1]["pk"]


def staged() -> Iterator[str]:
    """Name every blob of a file in a live stage; nothing serves them by a path of the shelf."""
    rows = StagedFile.objects.filter(stage__ended_at=None).exclude(sha256="")
    for sha256, sidecars in rows.values_list("sha256", "sidecars"):
        yield from (sha256, *sidecars.values())


def files() -> int:
    """Count the rows of files."""
    return File.objects.count()


def _of(row: dict[str, object]) -> Iterator[Named]:
    project = ProjectId(str(row["release__project__ecosystem"]), str(row["release__project__key"]))
    private = bool(row["release__project__private"])
    path = path_of(project, str(row["sha256"]), str(row["filename"]), private=private)
    sidecars = row["sidecars"]
    beside = sidecars if isinstance(sidecars, dict) else {}
    on_shelf = (
        row["release__project__status"] != Status.QUARANTINED
        and row["release__project__serial"] == row["release__project__shelved_serial"]
    )
    for suffix, sha256 in {"": row["sha256"], **beside}.items():
        yield Named(
            row=int(str(row["pk"])),
            project=project,
            version=str(row["release__display"]),
            filename=f"{row['filename']}{suffix}",
            path=path + suffix,
            sha256=sha256,
            on_shelf=on_shelf,
        )


class Census:
    """All digests and paths that rows name, brought up to date as often as asked.

    The numbers of rows of files grow, but a transaction that took a lower number may commit later.
    So what is read is what had its number while nobody was about to commit one. What it has seen
    stays named, though its release may be removed since: a later sweep takes it. Staged files
    change and go, and are few: they are read anew each time.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._digests: set[bytes] = set()
        self._staged: frozenset[str] = frozenset()
        self._paths: set[str] = set()
        self._last = 0

    def read(self) -> None:
        """Read nearly all rows there are, while others go on writing."""
        with transaction.atomic():
            take_turn(BLOBS)
            last = File.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._read_to(last)

    def catch_up(self) -> None:
        """Read the rows that are new; the caller has the turn `BLOBS`, so that these are all."""
        # Before those of files: what is published in between is among them.
        self._staged = frozenset(staged())
        self._read_to(None)

    def _read_to(self, last: int | None) -> None:
        for one in named(self._last):
            if last is not None and one.row > last:
                break
            self._digests.add(bytes.fromhex(one.sha256))
            self._paths.add(public_path(one.path))
            self._last = one.row
        self._last = max(self._last, last or 0)

    def names_blob(self, sha256: str) -> bool:
        """Say whether a row names a blob."""
        return bytes.fromhex(sha256) in self._digests or sha256 in self._staged

    def names_path(self, path: str) -> bool:
        """Say whether a row is served at a path of the shelf, or was before its project moved."""
        return public_path(path) in self._paths

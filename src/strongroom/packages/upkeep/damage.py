"""Taking a damaged file out of service, and putting it back once its bytes are right again.

The order of taking down: the blob is moved aside, so that no refresh can link it any more; every
link to it on the shelf is removed; then the event is recorded, and the reaction to it leaves the
reason in the file's place. A crash in between leaves a blob that is missing and not told of, which
the next scrub finds and tells.
"""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from django.db import transaction

from strongroom.core.actors import REGISTRY
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.packages.catalog import acts
from strongroom.packages.catalog.listing import lock_project
from strongroom.packages.upkeep.named import Named
from strongroom.packages.upkeep.premises import Premises
from strongroom.packages.upkeep.reading import BLOCK, Pace, sha256_of
from strongroom.proof.ledger.events import newest_of, of_project_and_kind
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.blobs.protocol import Blobs

logger = logging.getLogger(__name__)

KINDS = frozenset({Kind.FILE_DAMAGED, Kind.FILE_REPAIRED})
_ALL = 1_000_000  # events of damage; a registry that has more has other worries

Told = Mapping[tuple[ProjectId, str], bool]
"""Of each served file that an event was recorded about, whether it was last told to be damaged."""


class Fault(StrEnum):
    """What can be wrong with a blob."""

    ALTERED = "altered"  # its bytes are not those of its digest
    MISSING = "missing"  # there is nothing under its digest
    UNREADABLE = "unreadable"  # the disk does not give its bytes


def examine(blobs: Blobs, sha256: str, pace: Pace) -> Fault | None:
    """Hold a blob against its digest; None if it is whole.

    What differs is read once more: a fault of memory must not take a good file down. Nor must a
    store that does not answer at all, which is an UnavailableError.
    """
    fault = None
    for _ in range(2):
        try:
            with blobs.open(sha256) as file:
                if sha256_of(file, pace) == sha256:
                    return None
            fault = Fault.ALTERED
        except NotFoundError:
            return Fault.MISSING
        except OSError:
            logger.exception("blob %s cannot be read", sha256)
            fault = Fault.UNREADABLE
    return fault


def told() -> dict[tuple[ProjectId, str], bool]:
    """Read from the events which files were last told to be damaged."""
    return {
        (one.event.project, str(one.event.facts["file"])): one.event.kind == Kind.FILE_DAMAGED
        for one in reversed(newest_of(KINDS, _ALL))
        if one.event.project is not None
    }


def withhold(premises: Premises, sha256: str, fault: Fault, users: Iterable[Named]) -> None:
    """Serve a blob to nobody from now on; `users` are all the names under which it was served."""
    if fault is not Fault.MISSING:
        aside = premises.blobs.set_aside(sha256) or "(it is gone)"
        logger.error("blob %s is %s and was moved to %s", sha256, fault, aside)
    else:
        logger.error("blob %s is missing", sha256)
    premises.shelf.pages.unlink(*(one.path for one in users))


def repair(premises: Premises, sha256: str, source: Path) -> bool:
    """Fetch a blob from another data folder or a backup, if it has the right bytes."""
    with suppress(OSError, NotFoundError), premises.blobs.receive() as incoming:
        with DiskBlobs(source / "blobs").open(sha256) as file:
            while block := file.read(BLOCK):
                incoming.write(block)
        if incoming.digests().sha256 == sha256:
            incoming.keep()
            logger.warning("blob %s was repaired from %s", sha256, source)
            return True
        logger.error("blob %s is damaged in %s too", sha256, source)
    return False


def tell(premises: Premises, one: Named, fault: Fault | None) -> None:
    """Record that a file is damaged, or whole again, and put its project's pages in step.

    What is told already is not told again: several may have found it.
    """
    facts = {"file": one.filename, "sha256": one.sha256}
    event = Event(
        kind=Kind.FILE_DAMAGED if fault else Kind.FILE_REPAIRED,
        actor=REGISTRY.name,
        credential=REGISTRY.credential,
        project=one.project,
        version=one.version,
        facts={**facts, "fault": fault.value} if fault else facts,
    )
    with transaction.atomic():
        row = lock_project(one.project)
        if _told_of(one) == bool(fault):
            return
        recorded = acts.tell(premises.desk, row, event)
    premises.desk.react([recorded])


def _told_of(one: Named) -> bool:
    events = [each for kind in KINDS for each in of_project_and_kind(one.project, kind)]
    mine = [each for each in events if each.event.facts["file"] == one.filename]
    return bool(mine) and max(mine, key=lambda each: each.serial).event.kind == Kind.FILE_DAMAGED

"""What the loop answers by: the shelf from memory, doors over the disk, a thread for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from strongroom.site.lane.behind import Behind
from strongroom.site.lane.shown import Shelf
from strongroom.site.lane.tally import Tally
from strongroom.site.wsgi import ShelfDoor


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers: the shelf from memory, its doors from the disk, and a thread for the rest."""

    shelf: Shelf
    doors: Mapping[str, ShelfDoor]
    behind: Behind
    tally: Tally

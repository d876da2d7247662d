"""What a fault did, as one row of a table."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

COLUMNS = ("fault", "rounds", "acknowledged", "lost", "half visible", "strays", "restart, s", "")
RESTART_WITHIN = 5.0  # seconds; the bar
_TOLD_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one fault.

    `rounds` is how often it struck, `restarts` are the seconds after which the registry answered
    again, `strays` the files that a sweep removed at the end, `told` what else is worth saying.
    """

    fault: str
    rounds: int
    acknowledged: int
    lost: tuple[str, ...] = ()
    half: tuple[str, ...] = ()
    strays: int = 0
    restarts: tuple[float, ...] = ()
    told: str = ""

    def packed(self) -> str:
        """Return the figures as text."""
        return json.dumps(asdict(self))

    @staticmethod
    def unpacked(text: str) -> "Figures":
        """Return the figures of a text."""
        return Figures(**json.loads(text))

    @property
    def is_sound(self) -> bool:
        """Say whether nothing was lost or half visible, and it can restart within the bar.

        The quickest of several restarts counts: the others tell of who else uses the machine.
        """
        return not (self.lost or self.half) and min(self.restarts, default=0) < RESTART_WITHIN


def cells(one: Figures) -> tuple[str, ...]:
    """Return a row of the table."""
    restarts = (
        f"{median(one.restarts):.1f}, at most {max(one.restarts):.1f}" if one.restarts else "-"
    )
    counts = (one.rounds, one.acknowledged, len(one.lost), len(one.half), one.strays)
    return (one.fault, *map(str, counts), restarts, one.told)


def table(all_figures: Sequence[Figures]) -> str:
    """Return the table, and below it what is wrong."""
    body = [COLUMNS, *map(cells, all_figures)]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in body
    ]
    return "\n".join([*lines, *_wrong(all_figures)])


def _wrong(all_figures: Iterable[Figures]) -> Iterable[str]:
    for one in all_figures:
        for kind, found in (("lost", one.lost), ("half visible", one.half)):
            yield from (f"{one.fault}: {kind}: {text}" for text in found[:_TOLD_AT_MOST])

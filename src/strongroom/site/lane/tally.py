"""What the loop answered: the same log lines and counts as of any request, made in batches.

Formatting one line and adding to three files costs more than answering. So the lines of one turn of
the loop go out in one write, and counts reach the files that a scrape reads at most a second late.
"""

import logging

from strongroom.site.downloads import Seen
from strongroom.site.lane.shown import Shown
from strongroom.site.logs import ACCESS, Access, accessed_together
from strongroom.site.metrics import Counted, Metrics
from strongroom.site.observed import FILE

COUNT_EVERY = 1.0  # seconds


class Tally:
    """Requests that were answered, until they are told."""

    def __init__(self, metrics: Metrics, downloads: Seen) -> None:
        """Count into `metrics`, and files into `downloads`."""
        self._metrics = metrics
        self._downloads = downloads
        self._counted = Counted()
        self._told: list[Access] = []
        self._next = 0.0

    def add(self, shown: Shown, number: str, sent: int, seconds: float) -> None:
        """Note one answer, of which `sent` bytes of the body were sent."""
        self._counted.observe(shown.door, shown.method, shown.status, seconds)
        if shown.door == FILE:
            self._downloads.count(shown.method, shown.path, shown.status)
        if ACCESS.isEnabledFor(logging.INFO):
            milliseconds = round(seconds * 1000)
            self._told.append(
                Access(shown.method, shown.path, shown.status, sent, milliseconds, "-", number)
            )

    def tell(self, now: float, *, all_of_it: bool = False) -> None:
        """Write the lines, and once in a while the counts."""
        if self._told:
            told, self._told = self._told, []
            accessed_together(told)
        if now >= self._next or all_of_it:
            self._next = now + COUNT_EVERY
            counted, self._counted = self._counted, Counted()
            self._metrics.add(counted)

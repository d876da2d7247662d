"""An import into this registry: its pages are rendered at the end, once for each project.

Were each file to render its project's pages, a project would cost the square of its files. Until
the end a running server catches up with them every few seconds, and so it does after a crash.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from strongroom.site.assembly import House
from strongroom.upstream.importing import Order, Progress, Report, run
from strongroom.upstream.sources.found import Offer


def import_into(house: House, offer: Offer, order: Order, progress: Progress) -> Report:
    """Import what a source offers, and render the pages of what came, even of half of it."""
    with contextlib.ExitStack() as after:
        if not order.rehearsal:
            after.callback(_catch_up, house)
        return run(offer, order, replace(house.desk, react=_later), progress)


def _later(_events: Sequence[object]) -> None:
    """Leave the pages to the end."""


def _catch_up(house: House) -> None:
    while house.reactions.catch_up():
        pass

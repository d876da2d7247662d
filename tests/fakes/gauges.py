"""What metrics ask of a registry in which nothing has happened."""

from datetime import timedelta

from strongroom.core.jobs import Counts
from strongroom.site.metrics import Gauges
from strongroom.stores.mail import Backlog


def silent() -> Gauges:
    """Return gauges that stand at nothing."""

    def nothing() -> float:
        return 0.0

    return Gauges(
        events_serial=nothing,
        unshelved_projects=nothing,
        storage_free_bytes=nothing,
        damaged_files=nothing,
        events_without_position=nothing,
        jobs=lambda: Counts(0, 0, 0, timedelta(0)),
        letters=lambda: Backlog(0, timedelta(0), 0),
    )

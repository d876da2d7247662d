"""Which pages of a project its new events touch. Pure.

A release's own pages show that release and facts of the whole project (its status, its people), so
an event about the project touches them all, and one about a release those of that release.
"""

from collections.abc import Sequence

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.serials import OF_A_RELEASE, OF_THE_PROJECT

# A project that was just created has no release yet; the file that comes with it touches its own.
# Rules of retention are told in the history alone, which each refresh renders.
PAGED = OF_A_RELEASE | OF_THE_PROJECT | {Kind.PROJECT_CREATED, Kind.RETENTION_CHANGED}


def removed_by(news: Sequence[Recorded], ecosystem: Ecosystem) -> frozenset[str]:
    """Return the keys of the versions that events removed."""
    return frozenset(
        ecosystem.version(one.event.version).key
        for one in news
        if one.event.kind == Kind.RELEASE_REMOVED
    )


def touched(news: Sequence[Recorded], ecosystem: Ecosystem) -> frozenset[str] | None:
    """Return the keys of the versions whose own pages events touch; None stands for all."""
    if any(one.event.kind in OF_THE_PROJECT for one in news):
        return None
    return frozenset(
        ecosystem.version(one.event.version).key for one in news if one.event.kind in OF_A_RELEASE
    )

"""Which pages the new events of a project touch: its own, and those of the whole registry. Pure.

A release's own pages show that release and facts of the whole project (its status, its people), so
an event about the project touches them all, and one about a release those of that release.
"""

from collections.abc import Sequence

from strongroom.core.ecosystem import Ecosystem
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.serials import OF_A_RELEASE, OF_THE_PROJECT

# Told in the history alone, which each refresh renders. A project that was just created has no
# release yet, and the files that come with it, or out of a stage, touch their own.
OF_THE_HISTORY = frozenset(
    {
        Kind.PROJECT_CREATED,
        Kind.APPROVALS_CHANGED,
        Kind.CONFIRMATION_CHANGED,
        Kind.TRUSTED_ONLY_CHANGED,
        Kind.CRITICALITY_CHANGED,
        Kind.STAGE_PUBLISHED,
        Kind.RETENTION_CHANGED,
    }
)
PAGED = OF_A_RELEASE | OF_THE_PROJECT | OF_THE_HISTORY

FRONT = "front"
IN_INDEX = frozenset({Kind.PROJECT_CREATED, Kind.PROJECT_STATUS_CHANGED, Kind.VISIBILITY_CHANGED})
# A yank or a removal may change which release stands for a project, and so its summary.
IN_FRONT = IN_INDEX | {
    Kind.FILE_PUBLISHED,
    Kind.RELEASE_YANKED,
    Kind.RELEASE_UNYANKED,
    Kind.RELEASE_REMOVED,
}


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


def shared(news: Sequence[Recorded], ecosystem: str) -> frozenset[str]:
    """Name the pages of the whole registry that events of a project touch."""
    kinds = {one.event.kind for one in news}
    front = {FRONT} if kinds & IN_FRONT else set()
    return frozenset(front | ({index(ecosystem)} if kinds & IN_INDEX else set()))


def index(ecosystem: str) -> str:
    """Return the name of the index of all projects of an ecosystem."""
    return f"index {ecosystem}"

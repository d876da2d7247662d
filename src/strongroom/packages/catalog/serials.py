"""Which kinds of events the pages of a project show, and the newest of them for each release.

A page that tells a serial tells that of the newest event that it shows, and not of the newest event
there was when it happened to be rendered. So it is the same bytes whenever it is rendered.
"""

from collections.abc import Iterable, Mapping

from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.events import Kind
from strongroom.proof.ledger.events import newest_serials

# A release's own pages show that release and facts of the whole project (its status, its people).
OF_A_RELEASE = frozenset(
    {
        Kind.FILE_PUBLISHED,
        Kind.FILE_DAMAGED,
        Kind.FILE_REPAIRED,
        Kind.RELEASE_YANKED,
        Kind.RELEASE_UNYANKED,
        Kind.RELEASE_REMOVED,
    }
)
OF_THE_PROJECT = frozenset(
    {
        Kind.PROJECT_STATUS_CHANGED,
        Kind.ROLE_GRANTED,
        Kind.ROLE_TAKEN,
        Kind.PROJECT_TRANSFERRED,
        Kind.VISIBILITY_CHANGED,
    }
)


def of_releases(project: ProjectId, ecosystem: Ecosystem, keys: Iterable[str]) -> Mapping[str, int]:
    """Return, by version key, the serial of the newest event that a release's pages show."""
    common = max(
        newest_serials(project, OF_THE_PROJECT | {Kind.PROJECT_CREATED}).values(), default=0
    )
    serials = dict.fromkeys(keys, common)
    for version, serial in newest_serials(project, OF_A_RELEASE).items():
        key = ecosystem.version(version).key
        if key in serials:
            serials[key] = max(serials[key], serial)
    return serials

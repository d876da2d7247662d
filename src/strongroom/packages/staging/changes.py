"""How what a stage holds differs from the newest release before it."""

from strongroom.core.ecosystem import Ecosystem, FileListing, ReleaseListing, chosen
from strongroom.packages.catalog.listing import listing
from strongroom.packages.comparison.releases import Difference, Release, Side, compare_releases
from strongroom.packages.models import Stage
from strongroom.packages.staging import manifests
from strongroom.packages.staging.rows import files_of, project_of, project_row
from strongroom.packages.staging.states import FileState
from strongroom.packages.staging.yard import Yard


def difference(stage: Stage, yard: Yard) -> Difference:
    """Compare the judged files of a stage with those of the release before its version."""
    ecosystem = yard.desk.ecosystem(stage.ecosystem)
    files = [file for file in files_of(stage) if file.state == FileState.COMPLETED]
    read = [(file, manifests.read(file.manifest)) for file in files]
    sides = tuple(Side(file.filename, told.kind, file.size, file.sha256) for file, told in read)
    newer = Release(stage.version_display, [told.metadata for _, told in read], sides)
    return compare_releases(_before(stage, ecosystem), newer, ecosystem, yard.desk.blobs.open)


def _before(stage: Stage, ecosystem: Ecosystem) -> Release | None:
    """Return the release that an installer would have taken before this version came."""
    if project_row(stage) is None:
        return None
    project, own = project_of(stage), ecosystem.version(stage.version_display)
    releases = listing(project, ecosystem, frozenset()).releases
    others = [one.version for one in releases if one.version.key != own.key]
    ordered = [one.key for one in ecosystem.newest_first([*others, own])]
    earlier = set(ordered[ordered.index(own.key) + 1 :])
    found = chosen([one for one in releases if one.version.key in earlier])
    if found is None:
        return None
    whole = listing(project, ecosystem, frozenset({found.version.key})).releases
    return _release(next(one for one in whole if one.version.key == found.version.key))


def _release(found: ReleaseListing) -> Release:
    return Release(found.version.display, [found.metadata], tuple(map(_published, found.files)))


def _published(file: FileListing) -> Side:
    return Side(file.filename, file.kind, file.size, file.digests.sha256)

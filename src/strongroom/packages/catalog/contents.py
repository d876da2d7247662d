"""What the archives of a release hold: the names of their members, read only when asked for."""

from collections.abc import Mapping

from strongroom.core.coordinates import ProjectId, Version
from strongroom.packages.models import File


def members_of(project: ProjectId, version: Version) -> Mapping[str, tuple[str, ...]]:
    """Return, by file name, the names of the members of each of a release's files."""
    rows = File.objects.filter(
        release__project__ecosystem=project.ecosystem,
        release__project__key=project.key,
        release__key=version.key,
    )
    return {name: tuple(members) for name, members in rows.values_list("filename", "members")}

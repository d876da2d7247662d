"""How often files of projects were downloaded, by day, as far as somebody saw it.

Nothing of a reader is kept: no address, no program, not even which file of a project it was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import F

from strongroom.packages.models import Downloads, Project, UsedPath
from strongroom.rows.prepared import Update

T = TypeVar("T")

_AT_ONCE = 500  # rows whose locks one transaction takes
_added = Update(
    lambda at: Downloads.objects.filter(project_id=at("project"), day=at("day")),
    count=lambda at: F("count") + at("more"),
)


def file_of(path: str) -> tuple[str, str] | None:
    """Return the ecosystem and the file name of an address of a file, if it is one."""
    parts = path.split("/")
    if len(parts) != 7 or parts[:2] != ["", "files"]:  # noqa: PLR2004 - as `listing.file_path` makes them
        return None
    return parts[2], parts[6]


def add(seen: Mapping[tuple[str, str], int], day: date) -> int:
    """Add downloads of files, by ecosystem and name, to a day; returns how many were of projects.

    What stands beside a file, such as its metadata, and what is no file here is left out.
    """
    counts = Counter[int]()
    for ecosystem in {ecosystem for ecosystem, _ in seen}:
        names = {name: count for (of, name), count in seen.items() if of == ecosystem}
        counts.update(_of_projects(ecosystem, names))
    for some in _parts(sorted(counts)):
        with transaction.atomic():
            # In order: whoever adds to the same days waits, and never the one for the other.
            rows = [Downloads(project_id=project, day=day) for project in some]
            Downloads.objects.bulk_create(rows, ignore_conflicts=True)
            for project in some:
                _added(project=project, day=day, more=counts[project])
    return counts.total()


def _of_projects(ecosystem: str, names: Mapping[str, int]) -> Counter[int]:
    counts, keys = Counter[str](), Counter[int]()
    for some in _parts(names):
        used = UsedPath.objects.filter(ecosystem=ecosystem, path__in=some)
        for path, key in used.values_list("path", "project"):
            counts[key] += names[path]
    for some in _parts(counts):
        rows = Project.objects.filter(ecosystem=ecosystem, key__in=some)
        for pk, key in rows.values_list("pk", "key"):
            keys[pk] += counts[key]
    return keys


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, _AT_ONCE)):
        yield part

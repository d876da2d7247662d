"""Which of the pages that are no single project's are behind: the index, the front, the feeds.

Their cost grows with the registry, so they are rendered in the background, once for many changes.
Whoever puts a project's pages up counts, in the same transaction, that they are wanted anew;
whoever renders them reads that count first and notes it when they stand. Where the two differ
something is to be done, whoever died over it.
"""

from collections.abc import Iterable

from django.db.models import F

from strongroom.packages.models import SharedPages
from strongroom.rows.prepared import Update

_wanted = Update(
    lambda at: SharedPages.objects.filter(name=at("name")), wanted=lambda _: F("wanted") + 1
)


def want(names: Iterable[str]) -> None:
    """Count that pages are wanted anew, in the transaction of what they are to show."""
    for name in sorted(names):  # in one order, so that no two transactions wait for each other
        if not _counted(name):
            SharedPages.objects.bulk_create([SharedPages(name=name)], ignore_conflicts=True)
            _counted(name)


def wanted(name: str) -> int:
    """Return how often pages were wanted, to be read before what they are to show."""
    rows = SharedPages.objects.filter(name=name).values_list("wanted", flat=True)
    return rows.first() or 0


def put(name: str, count: int) -> None:
    """Note that pages stand which show what `wanted` counted before they were rendered."""
    SharedPages.objects.filter(name=name, put__lt=count).update(put=count)


def behind() -> tuple[str, ...]:
    """Name the pages that are wanted anew."""
    rows = SharedPages.objects.filter(put__lt=F("wanted")).order_by("name")
    return tuple(rows.values_list("name", flat=True))


def counts() -> frozenset[tuple[str, int, int]]:
    """Return of all pages how often they were wanted, and which count those that stand show."""
    return frozenset(SharedPages.objects.values_list("name", "wanted", "put"))


def is_behind() -> bool:
    """Say whether any pages are wanted anew."""
    return SharedPages.objects.filter(put__lt=F("wanted")).exists()


def _counted(name: str) -> int:
    return _wanted(name=name)

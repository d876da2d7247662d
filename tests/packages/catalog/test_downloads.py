"""Downloads become rows by project and day."""

from datetime import date, timedelta

import pytest

from strongroom.core.actors import Actor
from strongroom.packages.catalog.downloads import add, file_of
from strongroom.packages.catalog.listing import file_path
from strongroom.packages.models import Downloads
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import box_filename

DAY = date(2026, 11, 1)
FILE = ("box", box_filename("Parcel", "1.0", "plain"))


def rows() -> list[tuple[str, date, int]]:
    return list(Downloads.objects.order_by("day").values_list("project__key", "day", "count"))


def test_downloads_add_up_by_project_and_day(bench: Bench, alice: Actor, parcel: str) -> None:
    bench.publish(alice, "Parcel", "2.0")
    other = ("box", box_filename("Parcel", "2.0", "plain"))
    assert add({FILE: 2, other: 1}, DAY) == 3
    assert add({FILE: 1}, DAY) == 1
    assert add({FILE: 1}, DAY + timedelta(days=1)) == 1
    assert rows() == [("parcel", DAY, 4), ("parcel", DAY + timedelta(days=1), 1)]


def test_what_is_no_file_here_is_not_counted(bench: Bench, parcel: str) -> None:
    beside = ("box", f"{FILE[1]}.label")
    assert add({beside: 5, ("box", "nothing-1.0.box"): 1, ("pypi", FILE[1]): 1}, DAY) == 0
    assert rows() == []


@pytest.mark.parametrize(
    ("path", "file"),
    [
        (f"/{file_path('pypi', 'ab' * 32, 'demo-1.0.tar.gz')}", ("pypi", "demo-1.0.tar.gz")),
        ("/files/pypi/demo-1.0.tar.gz", None),
        ("/simple/a/b/c/d/e", None),
        ("", None),
    ],
)
def test_the_address_of_a_file_names_it(path: str, file: tuple[str, str] | None) -> None:
    assert file_of(path) == file

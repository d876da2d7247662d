"""The demo's catalogue, published through the real pipeline."""

from pathlib import Path

import pytest

from strongroom.packages.models import File, Project, Release, StagedFile
from strongroom.people.accounts.links import peek
from strongroom.people.models import User
from strongroom.proof.models import EventRow
from strongroom.site.assembly import build
from strongroom.site.configuration import Configuration
from strongroom.site.demo.fill import fill
from strongroom.stores.keys import open_keys
from tests.fakes.clocks import NOON, StoppedClock


@pytest.mark.django_db(transaction=True)
def test_the_catalogue_has_something_for_every_page(data: Path) -> None:
    house = build(Configuration(data=data), open_keys(data / "keys", None), StoppedClock())
    link = peek(fill(house), house.clock)
    assert link.user is not None
    assert (link.user.username, link.user.admin) == ("demo", True)
    assert set(Project.objects.values_list("status", flat=True)) == {
        "active",
        "archived",
        "deprecated",
        "quarantined",
    }
    assert Project.objects.count() >= 10
    assert Release.objects.filter(prerelease=True).exists()
    assert Release.objects.filter(yanked=True).exists()
    assert set(Release.objects.values_list("description_type", flat=True)) >= {
        "text/markdown",
        "text/x-rst",
    }
    assert File.objects.filter(kind="sdist").count() * 2 == File.objects.count()
    assert User.objects.count() == 5
    assert [one.state for one in StagedFile.objects.all()] == ["completed", "completed"]
    moments = EventRow.objects.order_by("serial").values_list("at", flat=True)
    assert list(moments) == sorted(moments)
    assert (NOON - moments[0]).days > 100
    assert (
        house.shelf.pages.get("project/parcel-post/index.html") or house.reactions.catch_up() == 0
    )

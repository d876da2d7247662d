"""`project remove`, `project retention`, `retention`."""

from datetime import timedelta

import pytest

from strongroom.packages.models import Release
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.cli.test_projects import _publish
from tests.fakes.people import sure


@pytest.fixture
def nightly(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a project with a final and three old betas."""
    actor = sure(find_user("alice"), "test")
    for version in ("1.0", "2.0b1", "2.0b2", "2.0b3"):
        _publish(actor, "Parcel", version, "boxes")
    Release.objects.update(published_at=house().clock.now() - timedelta(days=9))
    return alice


def versions() -> set[str]:
    return set(Release.objects.values_list("display", flat=True))


def test_a_removal_is_only_told_without_yes(nightly: Strongroom) -> None:
    ended = nightly("project", "remove", "parcel", "1.0")
    assert ended.code == 0
    assert "parcel-1.0-py3-none-any.whl" in ended.out
    assert "latest after  2.0b3" in ended.out
    assert "--yes removes it." in ended.err
    assert "1.0" in versions()


def test_with_yes_it_is_made(nightly: Strongroom) -> None:
    ended = nightly("project", "remove", "parcel", "1.0", "--yes", "--reason", "wrong")
    assert (ended.code, ended.err) == (0, "")
    assert "Removed for good (event " in ended.out
    assert versions() == {"2.0b1", "2.0b2", "2.0b3"}


def test_a_removal_is_told_as_json(nightly: Strongroom) -> None:
    told = nightly("project", "remove", "parcel", "2.0b1", "--json").json()
    assert (told["removed"], told["serial"], told["latest"]) == (False, None, "1.0")
    made = nightly("project", "remove", "parcel", "2.0b1", "--yes", "--json").json()
    assert made["removed"] is True
    assert isinstance(made["serial"], int)


def test_the_last_release_leaves_none(alice: Strongroom) -> None:
    _publish(sure(find_user("alice"), "test"), "Parcel", "1.0", "boxes")
    ended = alice("project", "remove", "parcel", "1.0")
    assert "none: the project has no other release" in ended.out


def test_what_is_not_there_or_not_any_more_cannot_be_removed(nightly: Strongroom) -> None:
    assert nightly("project", "remove", "parcel", "9.9").code == 4
    nightly("project", "remove", "parcel", "1.0", "--yes")
    ended = nightly("project", "remove", "parcel", "1.0", "--yes")
    assert (ended.code, "[release-removed]" in ended.err) == (4, True)


def test_rules_are_shown_given_and_taken_back(nightly: Strongroom) -> None:
    shown = nightly("project", "retention", "parcel")
    assert "keep_prereleases  no rule (as the registry says)" in shown.out
    given = nightly("project", "retention", "parcel", "--keep-prereleases", "1")
    assert "keep_prereleases  1 (its own)" in given.out
    assert "2.0b1" in given.out
    told = nightly("project", "retention", "parcel", "--prerelease-days", "30", "--json").json()
    assert told["own"] == {"keep_prereleases": 1, "prerelease_days": 30}
    assert [one["version"] for one in told["due"]] == ["2.0b1", "2.0b2"]
    options = ("--keep-prereleases", "registry", "--prerelease-days", "registry", "--json")
    back = nightly("project", "retention", "parcel", *options).json()
    assert back["own"] == {"keep_prereleases": None, "prerelease_days": None}


@pytest.mark.parametrize("value", ["-1", "many", ""])
def test_what_is_no_number_is_no_rule(nightly: Strongroom, value: str) -> None:
    assert nightly("project", "retention", "parcel", "--keep-prereleases", value).code == 2


def test_retention_is_only_told_without_yes(nightly: Strongroom) -> None:
    nightly("project", "retention", "parcel", "--keep-prereleases", "1")
    ended = nightly("retention")
    assert ended.code == 0
    assert "--yes removes them." in ended.out
    assert len(versions()) == 4


def test_with_yes_it_is_carried_out_no_further_than_allowed(nightly: Strongroom) -> None:
    nightly("project", "retention", "parcel", "--keep-prereleases", "1")
    assert "Removed 1 releases" in nightly("retention", "--yes", "--at-most", "1").out
    assert versions() == {"1.0", "2.0b2", "2.0b3"}
    told = nightly("retention", "--yes", "--json", "--project", "PARCEL").json()
    assert told["removed"] is True
    assert [(one["project"], one["version"]) for one in told["releases"]] == [
        ("pypi:parcel", "2.0b2")
    ]
    assert nightly("retention", "--json").json() == {"removed": False, "releases": []}


def test_the_retention_of_no_project_is_not_found(nightly: Strongroom) -> None:
    assert nightly("retention", "--project", "nothing").code == 4

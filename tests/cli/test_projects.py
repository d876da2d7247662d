"""The commands of projects."""

import pytest

from strongroom.core.actors import Actor
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.people.accounts.users import find_user
from strongroom.site.assembly import house
from tests.cli.conftest import Strongroom
from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.people import sure


@pytest.fixture
def parcel(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with one published project."""
    _publish(
        sure(find_user("alice"), "test"),
        "Parcel",
        "1.0",
        "boxes and twine",
    )
    return alice


def _publish(actor: Actor, name: str, version: str, summary: str) -> None:
    desk = house().desk
    with desk.blobs.receive() as incoming:
        incoming.write(wheel(name, version, metadata=Metadata(summary=summary)))
        publish(Upload(actor, "pypi", wheel_filename(name, version), {}, incoming), desk)


def test_projects_are_listed_in_a_table(parcel: Strongroom) -> None:
    _head, row = parcel("project", "list").out.splitlines()
    assert row.split(maxsplit=4) == ["pypi", "Parcel", "1.0", "active", "boxes and twine"]


def test_projects_are_listed_as_json(parcel: Strongroom) -> None:
    (row,) = parcel("project", "list", "--json").json()
    assert (row["name"], row["latest"], row["status"]) == ("Parcel", "1.0", "active")


def test_a_project_is_shown_with_its_files(parcel: Strongroom) -> None:
    shown = parcel("project", "show", "PARCEL", "--json").json()
    assert shown["people"] == [{"name": "alice", "role": "owner"}]
    assert shown["releases"][0]["files"][0]["name"] == "parcel-1.0-py3-none-any.whl"
    assert "parcel-1.0-py3-none-any.whl" in parcel("project", "show", "parcel").out


def test_a_release_is_yanked_and_the_yank_taken_back(parcel: Strongroom) -> None:
    ended = parcel("project", "yank", "parcel", "1.0", "--reason", "torn")
    assert (ended.code, "is yanked (event " in ended.out) == (0, True)
    assert _release(parcel)["yanked_reason"] == "torn"
    assert parcel("project", "unyank", "parcel", "1.0").code == 0
    assert _release(parcel)["yanked"] is False


def test_what_is_so_already_is_done_and_said(parcel: Strongroom) -> None:
    ended = parcel("project", "unyank", "parcel", "1.0")
    assert (ended.code, ended.out) == (0, "parcel 1.0 is not yanked (it was so before)\n")


def test_a_status_is_given_with_a_reason(parcel: Strongroom) -> None:
    ended = parcel("project", "status", "parcel", "quarantined", "--reason", "under review")
    assert ended.code == 0
    shown = parcel("project", "show", "parcel", "--json").json()
    assert (shown["status"], shown["reason"]) == ("quarantined", "under review")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("status", "parcel", "sleeping"), 1, "status-unknown"),
        (("status", "box", "archived"), 4, "no-such-project"),
        (("yank", "parcel", "9.9"), 4, "no-such-release"),
        (("yank", "--ecosystem", "tea", "parcel", "1.0"), 4, "no-such-ecosystem"),
        (("yank", "parcel", "not a version"), 1, "version-invalid"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(
    parcel: Strongroom, words: tuple[str, ...], code: int, told: str
) -> None:
    ended = parcel("project", *words)
    assert (ended.code, ended.out) == (code, "")
    assert f"[{told}]" in ended.err


def _release(parcel: Strongroom) -> dict[str, object]:
    shown = parcel("project", "show", "parcel", "--json").json()
    release: dict[str, object] = shown["releases"][0]
    return release


def test_somebody_is_appointed_and_dismissed(parcel: Strongroom) -> None:
    parcel("user", "create", "bob", "--email", "bob@example.org")
    assert (
        "bob is owner of parcel"
        in parcel("project", "appoint", "parcel", "bob", "--role", "owner").out
    )
    people = parcel("project", "show", "parcel", "--json").json()["people"]
    assert people[1] == {"name": "bob", "role": "owner"}
    assert "bob has no role in parcel" in parcel("project", "dismiss", "parcel", "bob").out


def test_a_role_that_is_none_is_refused(parcel: Strongroom) -> None:
    ended = parcel("project", "appoint", "parcel", "alice", "--role", "king")
    assert (ended.code, "[role-unknown]" in ended.err) == (1, True)


def test_the_number_of_approvals_is_set_and_told(parcel: Strongroom) -> None:
    parcel("user", "create", "bob", "--email", "bob@example.org")
    parcel("project", "appoint", "parcel", "bob")
    ended = parcel("project", "approvals", "parcel", "1")
    assert (ended.code, ended.out.startswith("approvals that parcel asks for: 1 (event ")) == (
        0,
        True,
    )
    assert "was so before" in parcel("project", "approvals", "parcel", "1").out
    assert parcel("project", "approvals", "parcel", "0").code == 0


def test_more_approvals_than_people_are_refused(parcel: Strongroom) -> None:
    ended = parcel("project", "approvals", "parcel", "1")
    assert (ended.code, "[approvers-too-few]" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "now"),
    [
        (("yank", "parcel", "1.0"), {"version": "1.0", "yanked": True}),
        (("status", "parcel", "archived"), {"status": "archived"}),
        (("appoint", "parcel", "bob"), {"user": "bob", "role": "maintainer"}),
    ],
)
def test_a_change_is_told_as_json(
    parcel: Strongroom, words: tuple[str, ...], now: dict[str, object]
) -> None:
    parcel("user", "create", "bob", "--email", "bob@example.org")
    told = parcel("project", *words, "--json").json()
    assert (told.pop("changed"), told.pop("serial") > 0) == (True, True)
    assert told == {"project": "pypi:parcel", **now}


@pytest.mark.parametrize(
    ("words", "now"),
    [
        (("unyank", "parcel", "1.0"), {"version": "1.0", "yanked": False}),
        (("dismiss", "parcel", "bob"), {"user": "bob", "role": None}),
        (("approvals", "parcel", "0"), {"approvals": 0}),
    ],
)
def test_what_is_so_already_is_told_as_json(
    parcel: Strongroom, words: tuple[str, ...], now: dict[str, object]
) -> None:
    parcel("user", "create", "bob", "--email", "bob@example.org")
    told = parcel("project", *words, "--json").json()
    assert told == {"project": "pypi:parcel", **now, "changed": False, "serial": None}

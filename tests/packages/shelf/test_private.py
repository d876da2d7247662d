"""Where a private project stands, and that a move leaves nothing behind, wherever it is cut off."""

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.catalog.removal import remove
from strongroom.packages.catalog.visibility import set_private
from strongroom.packages.publishing.creation import Wish, create
from strongroom.packages.shelf.refresh import unshelved
from tests.fakes.bench import Bench

VAULT = ProjectId("box", "vault")


def standing(bench: Bench, place: str) -> list[str]:
    """Name what is of the project in a place, pages and files, but for compressed forms."""
    folder = bench.folder / place
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.relative_to(folder).as_posix() for path in paths if b"vault" in str(path).encode()
    )


def private(bench: Bench, *, wanted: bool) -> None:
    set_private(bench.desk, OPERATOR, VAULT, private=wanted)


@pytest.fixture
def vault(bench: Bench, alice: Actor) -> str:
    """Make a private project with a release; returns the digest of its file."""
    create(bench.desk, alice, Wish("box", "vault", private=True))
    receipt = bench.publish(alice, "vault", "1.0", label="fragile")
    bench.refresh("vault")
    return receipt.sha256


def test_nothing_of_a_private_project_is_in_the_open_place(bench: Bench, vault: str) -> None:
    assert standing(bench, "public") == []
    place = f"files/box/vault/{vault}/vault-1.0.plain.box"
    assert {"boxes/vault/index.json", place, f"{place}.label"} <= set(standing(bench, "closed"))
    assert (bench.folder / "closed").stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("vault")
def test_a_move_takes_everything_along_and_back(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "vault", "2.0")
    remove(bench.desk, OPERATOR, bench.target("vault", "2.0"), "why not")
    bench.refresh("vault")
    closed = standing(bench, "closed")
    private(bench, wanted=False)
    bench.refresh("vault")
    assert standing(bench, "closed") == []
    opened = standing(bench, "public")
    assert len(opened) == len(closed)
    private(bench, wanted=True)
    bench.refresh("vault")
    assert (standing(bench, "public"), standing(bench, "closed")) == ([], closed)


@pytest.mark.usefixtures("vault")
def test_a_quarantined_project_that_moves_leaves_no_note_behind(bench: Bench) -> None:
    private(bench, wanted=False)
    set_status(bench.desk, OPERATOR, VAULT, "quarantined", "case 42")
    bench.refresh("vault")
    assert any(path.startswith("quarantined/") for path in standing(bench, "public"))
    private(bench, wanted=True)
    bench.refresh("vault")
    assert standing(bench, "public") == []
    assert any(path.startswith("quarantined/") for path in standing(bench, "closed"))


class DiedError(Exception):
    """The process died here."""


@pytest.mark.parametrize("act", ["link", "put_all", "remove"])
@pytest.mark.usefixtures("vault")
def test_the_open_place_is_cleared_first_and_the_rest_follows_after_a_crash(
    bench: Bench, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    private(bench, wanted=False)
    bench.refresh("vault")
    private(bench, wanted=True)
    with monkeypatch.context() as dying:
        dying.setattr(type(bench.shelf.pages.closed), act, _die)
        with pytest.raises(DiedError):
            bench.refresh("vault")
        assert (standing(bench, "public") == []) == (act != "remove")
    assert unshelved(10) == (VAULT,)
    bench.refresh("vault")
    assert standing(bench, "public") == []
    assert standing(bench, "closed")


def _die(*_: object) -> object:
    raise DiedError


@pytest.mark.usefixtures("vault")
def test_a_file_published_since_is_never_in_the_open_place(bench: Bench, alice: Actor) -> None:
    private(bench, wanted=False)
    bench.refresh("vault")
    private(bench, wanted=True)
    receipt = bench.publish(alice, "vault", "2.0")
    assert not [path for path in standing(bench, "public") if "2.0" in path]
    bench.refresh("vault")
    assert standing(bench, "public") == []
    place = f"files/box/vault/{receipt.sha256}/vault-2.0.plain.box"
    assert place in standing(bench, "closed")

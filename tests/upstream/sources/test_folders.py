"""Folders of distributions."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from strongroom.core.errors import NotFoundError, UnavailableError
from strongroom.upstream.sources.folders import flat, pypiserver
from strongroom.upstream.sources.trees import blocks
from tests.fakes.exports import LONG_AGO, dated, tree


def test_a_folder_gives_its_own_distributions_with_their_moments(tmp_path: Path) -> None:
    offer = flat(tree(tmp_path))
    assert [one.filename for one in offer.files] == [
        ".parcel-1.3.tar.gz",
        "parcel-1.0-py3-none-any.whl",
        "parcel-1.0.tar.gz",
    ]
    assert {one.moment for one in offer.files} == {LONG_AGO}
    assert offer.notes == ("1 files of the folder are no distributions and were left.",)


def test_a_tree_gives_what_pypiserver_serves(tmp_path: Path) -> None:
    offer = pypiserver(tree(tmp_path))
    assert [one.place for one in offer.files] == [
        "nested/deep/parcel-1.1.tar.gz",
        "parcel-1.0-py3-none-any.whl",
        "parcel-1.0.tar.gz",
    ]
    assert offer.files[0].release == ("parcel", "1.1")
    assert b"".join(offer.files[0].blocks()) == (tmp_path / offer.files[0].place).read_bytes()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as refusal:
        flat(tmp_path / "nowhere")
    assert refusal.value.code == "no-such-folder"


@pytest.mark.parametrize("to", ["../secret.whl", "/dev/zero", "parcel-1.0.tar.gz", "nowhere"])
def test_a_link_out_of_the_folder_or_to_nothing_is_refused(tmp_path: Path, to: str) -> None:
    dated(tmp_path / "secret.whl", b"secret")
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "parcel-1.0.tar.gz").symlink_to(to)
    (found,) = flat(folder).files
    assert found.refusal is not None
    assert (found.refusal.code, list(found.blocks())) == ("import-file-outside", [])


def test_a_file_that_went_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as refusal:
        list(blocks(tmp_path / "gone.whl")())
    assert refusal.value.code == "import-file-unreadable"


def test_a_file_older_than_python_has_no_moment(tmp_path: Path) -> None:
    dated(tmp_path / "parcel-1.0.tar.gz", b"x", datetime(1970, 1, 1, tzinfo=UTC))
    assert flat(tmp_path).files[0].moment is None

"""Making bytes and names durable: all at once, and never half reported."""

import os
from pathlib import Path

import pytest

from strongroom.stores.folders import fsync_files, fsync_folders


def test_files_and_folders_are_made_durable_together(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    fsync_folders([*folders, *folders])


def test_a_file_that_cannot_be_made_durable_is_told(tmp_path: Path) -> None:
    with (tmp_path / "page").open("wb") as page:
        reads, writes = os.pipe()  # no disk has these
        try:
            with pytest.raises(OSError, match="Invalid argument"):
                fsync_files([page.fileno(), writes, page.fileno()])
        finally:
            os.close(reads)
            os.close(writes)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fsync_folders([tmp_path, tmp_path / "missing"])


def test_a_fork_waits_for_no_thread_of_its_parent(tmp_path: Path) -> None:
    fsync_folders([tmp_path])
    child = os.fork()
    if not child:
        fsync_folders([tmp_path])
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)

"""Exports of devpi."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from strongroom.core.errors import StrongroomError
from strongroom.upstream.sources.devpi import export
from tests.fakes.exports import LONG_AGO, devpi_export, exported, written


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """Return an export of one index with one file."""
    return devpi_export(tmp_path / "export", {"alice/dev": [exported("parcel", "1.0")]})


def spoilt(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change the description of the only file."""
    data = json.loads((folder / "dataindex.json").read_text())
    change(data["indexes"]["alice/dev"]["files"][0])
    written(folder, data)
    return folder


def code(folder: Path, *wanted: str) -> str:
    with pytest.raises(StrongroomError) as refusal:
        export(folder, wanted)
    return refusal.value.code


def test_a_file_comes_with_what_devpi_knew_of_it(one: Path) -> None:
    (found,) = export(one, ()).files
    assert (found.filename, found.moment) == ("parcel-1.0-py3-none-any.whl", LONG_AGO)
    assert (found.claims["name"], found.claims["version"]) == (["parcel"], ["1.0"])
    assert found.sha256 is not None
    assert found.release == ("parcel", "1.0")


def test_the_moment_is_that_of_the_upload_not_of_a_push(one: Path) -> None:
    later = LONG_AGO + timedelta(days=900)
    pushed = {"what": "push", "who": "alice", "when": list(later.timetuple()[:6])}
    spoilt(one, lambda told: told["log"].append(pushed))
    assert export(one, ()).files[0].moment == LONG_AGO


@pytest.mark.parametrize("log", [None, [], [{}], [{"when": None}], [{"when": [2019, 13, 1]}], "x"])
def test_without_a_log_the_moment_is_the_last_modification(one: Path, log: object) -> None:
    spoilt(one, lambda told: told.update(log=log))
    assert export(one, ()).files[0].moment == LONG_AGO


def test_without_any_moment_there_is_none(one: Path) -> None:
    spoilt(one, lambda told: told.update(log=[], entrymapping={"last_modified": "soon"}))
    found = export(one, ()).files[0]
    assert (found.moment, found.sha256) == (None, None)


def test_the_digest_of_an_older_export_is_read(one: Path) -> None:
    spoilt(one, lambda told: told["entrymapping"].pop("hashes"))
    assert export(one, ()).files[0].sha256 is not None


@pytest.mark.parametrize("path", ["../secret.whl", "/etc/passwd", "a\0b", "", None, 7, "alice"])
def test_a_path_out_of_the_export_is_refused(one: Path, path: object) -> None:
    (one.parent / "secret.whl").write_bytes(b"secret")
    spoilt(one, lambda told: told.update(relpath=path))
    (found,) = export(one, ()).files
    assert found.refusal is not None
    assert (found.refusal.code, list(found.blocks())) == ("import-file-outside", [])


def test_several_indexes_must_be_named(tmp_path: Path) -> None:
    files = [exported("parcel", "1.0")]
    both = devpi_export(tmp_path, {"alice/dev": files, "alice/prod": files, "alice/empty": []})
    assert code(both) == "import-index-ambiguous"
    assert len(export(both, ["alice/dev", "alice/prod"]).files) == 2
    offer = export(both, ["alice/prod"])
    assert [one.place.split("/")[1] for one in offer.files] == ["prod"]
    assert offer.notes == ("The indexes alice/dev were not asked for.",)


def test_an_index_that_is_not_there_is_told(one: Path) -> None:
    assert code(one, "alice/prod") == "no-such-index"


def test_mirrors_stay_behind_unless_named(tmp_path: Path) -> None:
    devpi_export(tmp_path, {"alice/dev": [exported("a", "1")], "root/far": [exported("b", "1")]})
    data = json.loads((tmp_path / "dataindex.json").read_text())
    data["indexes"]["root/far"]["indexconfig"]["type"] = "mirror"
    written(tmp_path, data)
    assert [one.release for one in export(tmp_path, ()).files] == [("a", "1")]
    assert [one.release for one in export(tmp_path, ["root/far"]).files] == [("b", "1")]


def test_documentation_and_test_results_stay_behind(one: Path) -> None:
    spoilt(one, lambda told: told.update(type="doczip"))
    offer = export(one, ())
    assert offer.files == ()
    assert offer.notes == ("1 documentation archives and test results were left.",)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"dumpversion": "3"}', "[" * 100_000, '{"indexes": {}}']
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "dataindex.json").write_text(text)
    assert code(tmp_path) == "import-not-an-export"


@pytest.mark.parametrize("indexes", [None, [], {"a/b": None}, {"a/b": {"files": [1, "x"]}}])
def test_an_export_of_other_shapes_has_no_files(tmp_path: Path, indexes: object) -> None:
    written(tmp_path, {"indexes": indexes})
    assert export(tmp_path, ()).files == ()

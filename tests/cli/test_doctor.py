"""`doctor`."""

import json
from pathlib import Path

from tests.cli.test_settings import run


def test_a_new_registry_is_well(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run("init", data).returncode == 0
    ended = run("doctor --json", data)
    levels = {one["subject"]: one["level"] for one in json.loads(ended.stdout)}
    # Nothing is asked of others unless the operator says whom, for stolen passwords too.
    assert {name for name, level in levels.items() if level != "ok"} == {"passwords"}
    assert (ended.returncode, levels["passwords"]) == (1, "warning")
    assert {"configuration", "keys", "database", "durability", "migrations"} <= set(levels)


def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("init", data)
    data.chmod(0o755)
    ended = run("doctor", data)
    assert ended.returncode == 1
    assert f"Other accounts can reach {data}.\n         Run `chmod 700 {data}`" in ended.stdout


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    ended = run("doctor", tmp_path / "none")
    assert ended.returncode == 2
    assert "Make it with `strongroom init`." in ended.stdout
    assert ended.stderr == ""


def test_a_setting_that_is_none_is_an_error(tmp_path: Path) -> None:
    ended = run("doctor", tmp_path, STRONGROOM_PROT="1")
    assert ended.returncode == 2
    assert ended.stdout.startswith("error    configuration: STRONGROOM_PROT is not a setting.")


def test_a_damaged_database_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("init", data)
    for file in data.glob("strongroom.sqlite3*"):
        file.write_bytes(b"not a database, but long enough to be read as the head of one" * 20)
    ended = run("doctor", data)
    assert ended.returncode == 2
    assert "restore the database from a backup" in ended.stdout
    assert "Traceback" not in ended.stderr

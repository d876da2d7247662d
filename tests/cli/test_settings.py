"""`config` and `openapi`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from strongroom.site.configuration import SETTINGS
from tests.cli.conftest import Strongroom


def run(command: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, where settings can be set."""
    words = (sys.executable, "-m", "strongroom", *command.split(), "--data", str(data))
    return subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_every_setting_is_shown_with_its_meaning(strongroom: Strongroom) -> None:
    shown = strongroom("config", "--json").json()
    assert [one["name"] for one in shown] == [setting.name for setting in SETTINGS]
    assert all(one["meaning"] and one["variable"].startswith("STRONGROOM_") for one in shown)


def test_it_is_said_where_a_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "strongroom.toml").write_text('site_name = "Ours"\nport = 9000\n')
    told = json.loads(run("config --json", tmp_path, STRONGROOM_PORT="9001").stdout)
    shown = {one["name"]: (one["value"], one["source"]) for one in told}
    assert shown["site_name"] == ("Ours", "file")
    assert shown["port"] == (9001, "environment")
    assert shown["workers"] == (1, "default")


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    ended = run("config", tmp_path, STRONGROOM_KEY_PASSPHRASE="open sesame")
    assert "key_passphrase = (hidden)  (environment)" in ended.stdout
    assert "sesame" not in ended.stdout


def test_a_setting_that_is_none_is_refused(tmp_path: Path) -> None:
    ended = run("config", tmp_path, STRONGROOM_PROT="9001")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "STRONGROOM_PROT is not a setting" in ended.stderr


def test_the_document_of_the_api_needs_no_registry(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "strongroom", "openapi")
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    document = json.loads(ended.stdout)
    assert document["openapi"].startswith("3.1")
    assert list(tmp_path.iterdir()) == []

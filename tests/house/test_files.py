"""What no file of the project may hold, and what tests may not lean on."""

import re
from pathlib import Path

from tests.house.sources import ROOT, all_files, checking

# Written in two parts, so that this file passes its own test.
HOSTS = tuple(
    first + second
    for first, second in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("registry.npmjs", ".org"),
        ("crates", ".io/"),
        ("repo.maven", ".apache.org"),
        ("repo1.maven", ".org"),
        ("packagist", ".org"),
    )
)
MACHINE = re.compile("/wo" + r"rk/|/ro" + r"ot/|/home/[a-z]+/")
PRIVATE_KEY = re.compile("-----BEGIN [A-Z ]*PRIV" + "ATE KEY-----")
DOUBLES = re.compile(r"\b(?:Mock|MagicMock|AsyncMock|create_autospec|mocker|monkeypatch)\b")
DOUBLES_FOR_EACH_TEST = 0.05


def test_no_file_names_the_host_of_a_package_index() -> None:
    assert _found(re.compile("|".join(map(re.escape, HOSTS)))) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert _found(MACHINE) == []


def test_no_file_holds_a_private_key() -> None:
    assert _found(PRIVATE_KEY) == []


def test_tests_use_what_runs_and_hardly_ever_a_double() -> None:
    others = [one for one in checking() if one.path != Path(__file__)]
    doubles = sum(len(DOUBLES.findall(one.text)) for one in others)
    count = sum(len(re.findall(r"^ *def test_", one.text, re.MULTILINE)) for one in others)
    assert doubles <= DOUBLES_FOR_EACH_TEST * count


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match}"
        for path in all_files()
        for match in sorted(
            set(pattern.findall(path.read_text(encoding="utf-8", errors="replace")))
        )
    ]

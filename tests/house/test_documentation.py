"""What operators, publishers and programs rely on is named in the documentation."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from strongroom.core.archives.refusals import Code
from strongroom.core.events import Kind
from strongroom.site.configuration import SETTINGS
from tests.house.commands import COMMANDS
from tests.house.sources import PACKAGE, ROOT, Module, calls, modules, reference

WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ARCHITECTURE = 150  # lines


def test_every_setting_is_documented() -> None:
    assert _told([one.name for one in SETTINGS if f"`{one.name}`" not in reference()]) == ""


def test_every_kind_of_event_is_documented() -> None:
    assert _told([kind for kind in Kind if f"`{kind}`" not in reference()]) == ""


def test_every_command_is_documented() -> None:
    assert _told([name for name in COMMANDS if f"strongroom {name}" not in reference()]) == ""


def test_every_error_code_is_documented() -> None:
    codes = sorted({*Code, *chain.from_iterable(map(_codes, modules()))})
    documented = set(re.findall(r"`([a-z0-9-]+)`", reference()))
    assert _told([code for code in codes if not _matches(code, documented)]) == ""


def test_the_architecture_is_one_short_read_that_names_every_folder() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {one.path.parent for one in modules()} - {PACKAGE}
    names = {folder.name for folder in folders}
    assert len(text.splitlines()) <= LONGEST_ARCHITECTURE
    assert _told([name for name in sorted(names) if not re.search(rf"\b{name}\b", text)]) == ""


@pytest.mark.parametrize("command", ["serve", "test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert f"./run {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_the_readme_runs_is_there() -> None:
    listed = (ROOT / "run").read_text(encoding="utf-8")
    named = re.findall(r"\./run ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert _told([name for name in named if f"./run {name}" not in listed]) == ""


def _told(missing: Iterable[str]) -> str:
    """Put what is missing on one line, which the report of a failure shows whole."""
    return ", ".join(missing)


def _codes(module: Module) -> Iterator[str]:
    """Name the codes that a module gives to errors and findings, `*` for what is not written."""
    functions = [one for one in ast.walk(module.tree) if isinstance(one, ast.FunctionDef)]
    for name, call in calls(module):
        code = _code_of(name, call)
        if isinstance(code, ast.Constant) and WORD.fullmatch(str(code.value)):
            yield str(code.value)
        elif isinstance(code, ast.JoinedStr):
            maker = next(one for one in functions if call in ast.walk(one))
            yield from _filled(code, maker, module)


def _code_of(name: str, call: ast.Call) -> ast.expr | None:
    if name.endswith("Error") and len(call.args) > 1:
        return call.args[0]
    if name == "Finding":
        named = [one.value for one in call.keywords if one.arg == "code"]
        return next(iter([*named, *call.args[1:2]]), None)
    return None


def _filled(code: ast.JoinedStr, maker: ast.FunctionDef, module: Module) -> Iterator[str]:
    """Fill a code's one blank with the words that the function around it is called with."""
    (blank,) = (part.value for part in code.values if isinstance(part, ast.FormattedValue))
    pattern = "".join(
        str(part.value) if isinstance(part, ast.Constant) else "*" for part in code.values
    )
    parameters = [one.arg for one in maker.args.args]
    if not isinstance(blank, ast.Name) or blank.id not in parameters:
        yield pattern
        return
    place = parameters.index(blank.id)
    for name, call in calls(module):
        if name == maker.name and len(call.args) > place:
            given = call.args[place]
            word = str(given.value) if isinstance(given, ast.Constant) else "*"
            yield pattern.replace("*", word)


def _matches(code: str, documented: set[str]) -> bool:
    if "*" not in code:
        return code in documented
    wanted = re.compile(re.escape(code).replace(r"\*", "[a-z0-9-]+"))
    return any(map(wanted.fullmatch, documented))

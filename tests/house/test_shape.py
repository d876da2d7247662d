"""The shape of files and names, where no linter has a rule for it."""

import ast
from pathlib import Path

import pytest

from strongroom.core import errors
from tests.house.sources import PACKAGE, Module, checking, modules

LONGEST = 400  # lines
ROOMS = sorted({one.path.parent for one in modules()})
VAGUE = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"})


def test_no_file_is_longer_than_it_may_be() -> None:
    long = {str(one): one.text.count("\n") for one in (*modules(), *checking())}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


def test_no_style_sheet_script_or_template_is_longer_than_it_may_be() -> None:
    kinds = {".css", ".js", ".html"}
    files = [path for path in PACKAGE.rglob("*") if path.suffix in kinds]
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in long.items() if lines > 2 * LONGEST} == {}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE.parent)))
def test_every_folder_says_what_lives_in_it(room: Path) -> None:
    text = (room / "__init__.py").read_text(encoding="utf-8")
    promise, *rest = ast.parse(text).body
    # Django looks for rows in the module `models` alone, so their folder gathers them there.
    gathers = (ast.ImportFrom, ast.Assign) if room.name == "models" else ()
    assert isinstance(promise, ast.Expr)
    assert [one for one in rest if not isinstance(one, gathers)] == []
    assert len(text.split()) > 5


def test_every_module_opens_with_its_promise() -> None:
    assert [str(one) for one in modules() if not ast.get_docstring(one.tree)] == []


def test_no_name_is_vague() -> None:
    assert [str(one) for one in modules() if one.path.stem in VAGUE] == []
    assert [room for room in ROOMS if room.name in VAGUE] == []


def test_nothing_inherits_but_errors_enums_and_what_libraries_ask_for() -> None:
    own = {ast_name for one in modules() for ast_name in _classes(one)}
    inherited = {
        f"{one}: {node.name}({base})"
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ClassDef)
        for base in map(ast.unparse, node.bases)
        if base in own and not issubclass(getattr(errors, base, int), errors.StrongroomError)
    }
    assert inherited == set()


def _classes(module: Module) -> set[str]:
    return {node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}

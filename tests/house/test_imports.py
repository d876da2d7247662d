"""Imports that the import linter cannot tell apart, because they are parts of one library."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import Module, modules

DOORS = frozenset({"api", "ecosystems", "web"})
NOWHERE: frozenset[str] = frozenset()
ALLOWED = {
    "django.http": DOORS | {"site"},
    "django.urls": DOORS | {"site"},
    "django.views": DOORS | {"site"},
    "django.template": frozenset({"web"}),
    "django.conf": frozenset({"cli", "site"}),
    "django.contrib.admin": NOWHERE,
    "django.contrib.contenttypes": NOWHERE,
    "django.db.models.signals": NOWHERE,
    "django.dispatch": NOWHERE,
    "http.client": NOWHERE,
    "http.server": NOWHERE,
    "urllib.request": NOWHERE,
    "random": NOWHERE,
}


@pytest.mark.parametrize(("library", "floors"), ALLOWED.items(), ids=list(ALLOWED))
def test_a_library_is_used_where_it_belongs(library: str, floors: frozenset[str]) -> None:
    assert [
        f"{one} imports {name}"
        for one in modules()
        if one.floor not in floors
        for name in _imported(one)
        if name == library or name.startswith(f"{library}.")
    ] == []


def test_imports_are_absolute() -> None:
    relative = [
        str(one)
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_doors_ask_the_floors_below_and_hold_no_query() -> None:
    queries = [
        f"{one}:{node.lineno}"
        for one in modules()
        if one.floor in DOORS | {"cli"}
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert queries == []


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{one}:{node.lineno}"
        for one in modules()
        if one.floor != "cli"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert printing == []


def _imported(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

"""What the program stands on is declared, and locked by hash, naming no place to fetch it from."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT, modules

LOCKS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
NEEDED = {
    canonicalize_name(Requirement(one).name)
    for one in (*PROJECT["project"]["dependencies"], *EXTRAS)
}
GROUPS = {
    canonicalize_name(Requirement(one).name)
    for group in PROJECT["dependency-groups"].values()
    for one in group
}
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Return what a lock file pins, by canonical name."""
    return dict(PIN.findall((LOCKS / name).read_text(encoding="utf-8")))


def test_what_is_imported_is_declared() -> None:
    owners = packages_distributions()
    imported = {
        name.partition(".")[0]
        for one in modules()
        for node in ast.walk(one.tree)
        for name in _names(node)
    }
    foreign = imported - set(sys.stdlib_module_names) - {"strongroom"}
    undeclared = [
        name for name in foreign if not {canonicalize_name(o) for o in owners[name]} & NEEDED
    ]
    assert sorted(undeclared) == []


def test_what_is_declared_is_locked() -> None:
    assert NEEDED - set(pins("serve.txt")) == set()
    assert (NEEDED | GROUPS) - set(pins("develop.txt")) == set()


def test_both_locks_agree() -> None:
    serve, develop = pins("serve.txt"), pins("develop.txt")
    assert {name for name in serve if serve[name] != develop.get(name)} == set()
    assert pins("uv.txt") == {"uv": develop["uv"]}


@pytest.mark.parametrize("name", ["serve.txt", "develop.txt", "uv.txt", "bench.txt"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []

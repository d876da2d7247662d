"""The project's own files, as the house tests read them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "strongroom"
REFERENCE = ROOT / "docs" / "reference"
FOLDERS = (".ci", "benchmarks", "deploy", "docs", "requirements", "src", "tests")
MADE = frozenset({"__pycache__", "_build", ".hypothesis"})


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file with its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def floor(self) -> str:
        """Return the first folder or module below the package."""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def modules() -> tuple[Module, ...]:
    """Return the modules of the program, without migrations, which are generated."""
    return tuple(one for one in _parsed(PACKAGE) if "migrations" not in one.path.parts)


@cache
def checking() -> tuple[Module, ...]:
    """Return the modules of the tests."""
    return tuple(_parsed(ROOT / "tests"))


def _parsed(folder: Path) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield Module(path, text, ast.parse(text))


def all_files() -> Iterator[Path]:
    """Name every file that belongs to the project; none that a tool or a run has made."""
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.name[0] != ".")
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not MADE & set(path.parts):
                yield path


@cache
def reference() -> str:
    """Return the reference documentation as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(REFERENCE.rglob("*.md")))


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Name each call in a module by the last part of what is called."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node

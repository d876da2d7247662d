"""Rendering the chart: the part of Go's templates that it is written in, and no more of it.

What is not known here is an error, so that the chart stays within what its tests can see.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Scope: TypeAlias = dict[str, Any]
"""Variables by their names; `.` is the dot, `$` the root."""

_ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.DOTALL)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s|]+|\|')
_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "quote": lambda value: '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"',
    "default": lambda otherwise, value: value or otherwise,
    "nindent": lambda width, text: "\n" + _indented(text, int(width)),
    "toYaml": lambda value: yaml.safe_dump(value, sort_keys=True).rstrip("\n"),
    "upper": lambda text: text.upper(),
    "not": lambda value: not value,
    "trimPrefix": lambda prefix, text: text.removeprefix(prefix),
    "regexFind": lambda pattern, text: (re.search(pattern, text) or [""])[0],
}


@dataclass(slots=True)
class Node:
    """An action with what stands inside it, and after its `else`; text is an action of itself."""

    action: str
    text: str = ""
    inside: "list[Node]" = field(default_factory=list)
    otherwise: "list[Node]" = field(default_factory=list)


class Chart:
    """A chart's templates."""

    def __init__(self, folder: Path) -> None:
        """Read the templates of a folder."""
        self._values: dict[str, Any] = yaml.safe_load((folder / "values.yaml").read_text())
        about = yaml.safe_load((folder / "Chart.yaml").read_text())
        self._about = {"AppVersion": about["appVersion"], "Name": about["name"]}
        self._parts: dict[str, list[Node]] = {}
        self._files: dict[str, list[Node]] = {}
        for path in sorted((folder / "templates").iterdir()):
            nodes = list(self._collected(_parsed(path.read_text(encoding="utf-8"))))
            if not path.name.startswith("_"):
                self._files[path.name] = nodes

    def _collected(self, nodes: list[Node]) -> Iterator[Node]:
        for node in nodes:
            if node.action.startswith("define "):
                self._parts[node.action.split('"')[1]] = node.inside
            else:
                yield node

    def values(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the default values with changes in them."""
        return _merged(self._values, changes)

    def texts(self, changes: Mapping[str, Any]) -> dict[str, str]:
        """Return what each file renders to."""
        release = {"Name": "house", "Namespace": "packages", "Service": "Helm"}
        dot = {"Values": self.values(changes), "Release": release, "Chart": self._about}
        return {name: self._run(nodes, {".": dot, "$": dot}) for name, nodes in self._files.items()}

    def manifests(self, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the manifests that the cluster is given."""
        texts = (text for name, text in self.texts(changes).items() if name.endswith(".yaml"))
        return [one for text in texts for one in yaml.safe_load_all(text) if one is not None]

    def _run(self, nodes: list[Node], scope: Scope) -> str:
        return "".join(self._one(node, scope) for node in nodes)

    def _one(self, node: Node, scope: Scope) -> str:
        kind, _, rest = node.action.partition(" ")
        if kind == "text":
            return node.text
        if kind == "if":
            return self._run(node.inside if self._value(rest, scope) else node.otherwise, scope)
        if kind == "range":
            return self._range(node, rest, scope)
        found = re.fullmatch(r"(\$\w+) := (.*)", node.action)
        if found:
            scope[found[1]] = self._value(found[2], scope)
            return ""
        return str(self._value(node.action, scope))

    def _range(self, node: Node, rest: str, scope: Scope) -> str:
        named, _, source = rest.rpartition(" := ")
        over = self._value(source, scope)
        pairs = sorted(over.items()) if isinstance(over, dict) else list(enumerate(over))
        names = [name.strip() for name in named.split(",")] if named else []
        done = ""
        for key, value in pairs:
            inner = scope | {".": value} | dict(zip(names, (key, value), strict=False))
            done += self._run(node.inside, inner)
        return done

    def _value(self, pipeline: str, scope: Scope) -> Any:  # noqa: ANN401 - whatever values hold
        commands: list[list[str]] = [[]]
        for word in _WORD.findall(pipeline):
            if word == "|":
                commands.append([])
            else:
                commands[-1].append(word)
        piped: list[Any] = []
        for head, *rest in commands:
            arguments = [self._operand(word, scope) for word in rest] + piped
            if head == "include":
                piped = [self._run(self._parts[arguments[0]], {".": arguments[1], "$": scope["$"]})]
            elif head in _FUNCTIONS:
                piped = [_FUNCTIONS[head](*arguments)]
            else:
                assert not arguments, pipeline
                piped = [self._operand(head, scope)]
        return piped[0]

    def _operand(self, word: str, scope: Scope) -> Any:  # noqa: ANN401 - whatever values hold
        if word.startswith('"'):
            return word[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if word.isdecimal():
            return int(word)
        root, *path = word.split(".")
        found = scope[root or "."]
        for part in filter(None, path):
            found = found[part]  # a value that is not there is a mistake of the chart
        return found


def _parsed(text: str) -> list[Node]:
    root = Node("root")
    stack, into = [root], [root.inside]
    for piece in _pieces(text):
        kind = piece.action.partition(" ")[0]
        if kind == "end":
            stack.pop()
            into.pop()
        elif kind == "else":
            assert piece.action == "else", piece.action
            into[-1] = stack[-1].otherwise
        else:
            into[-1].append(piece)
            if kind in {"if", "range", "define"}:
                stack.append(piece)
                into.append(piece.inside)
    assert stack == [root], "a block without its end"
    return root.inside


def _pieces(text: str) -> Iterator[Node]:
    position, trims = 0, False
    for found in _ACTION.finditer(text):
        before = text[position : found.start()]
        before = before.lstrip() if trims else before
        yield Node("text", before.rstrip() if found[1] else before)
        yield Node(found[2])
        position, trims = found.end(), bool(found[3])
    rest = text[position:]
    yield Node("text", rest.lstrip() if trims else rest)


def _indented(text: str, width: int) -> str:
    return "\n".join(" " * width + line for line in text.split("\n"))


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in changes.items():
        held = merged.get(name)
        both = isinstance(held, dict) and isinstance(value, dict)
        merged[name] = _merged(held, value) if both and held is not None else value
    return merged

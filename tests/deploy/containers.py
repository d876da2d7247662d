"""The container file, read into its stages and steps; only what ours uses of the language."""

import json
import re
from dataclasses import dataclass, field

_STEP = re.compile(r"([A-Z]+)\s+(.*)", re.DOTALL)


@dataclass(slots=True)
class Stage:
    """A stage: what it stands on, its name if it has one, and its steps in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        """Return what stands after each step of a kind."""
        return [rest for name, rest in self.steps if name == instruction]


@dataclass(frozen=True, slots=True)
class Container:
    """The arguments before the first stage, and the stages; the last one is the image."""

    arguments: dict[str, str]
    stages: list[Stage]

    @property
    def image(self) -> Stage:
        """Return the stage that is shipped."""
        return self.stages[-1]


def parsed(text: str) -> Container:
    """Read a container file."""
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in joined.splitlines():
        found = _STEP.fullmatch(line)
        assert found is not None, line
        instruction, rest = found.groups()
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name))
        elif stages:
            stages[-1].steps.append((instruction, rest))
        else:
            assert instruction == "ARG", line
            key, _, value = rest.partition("=")
            arguments[key] = value
    return Container(arguments, stages)


def environment(stage: Stage) -> dict[str, str]:
    """Return the variables that a stage sets."""
    words = " ".join(stage.all("ENV")).split()
    return dict(word.split("=", 1) for word in words)


def command(stage: Stage) -> list[str]:
    """Return what the image runs."""
    (written,) = stage.all("CMD")
    words: list[str] = json.loads(written)
    return words

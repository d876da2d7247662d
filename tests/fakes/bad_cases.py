"""What a bad archive is, and how functions that build one join a corpus.

All claim to be `bad-case` 1.0. `layer` says which floor refuses: `archives` for the readers of
`strongroom.core.archives`, with the code that they give, or `pypi` for what only the ecosystem
can know (its codes are its own, so `code` is None).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from strongroom.core.archives.refusals import Code
from tests.fakes.distributions import sdist_filename, wheel_filename

NAME, VERSION = "bad-case", "1.0"
Layer = Literal["archives", "pypi"]
Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class BadArchive:
    """One archive, its file name, and who refuses it with which code."""

    name: str
    filename: str
    data: bytes
    layer: Layer
    code: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """How to build one bad archive, before it is built."""

    name: str
    filename: str
    build: Build
    layer: Layer
    code: str | None

    def archive(self) -> BadArchive:
        """Build it."""
        return BadArchive(self.name, self.filename, self.build(), self.layer, self.code)


class Corpus:
    """A list of cases that functions join by decoration."""

    def __init__(self, filename: str) -> None:
        """Start empty; every case of this corpus has the same file name."""
        self._filename = filename
        self.cases: list[Case] = []

    def case(self, code: Code) -> Callable[[Build], Build]:
        """Note a case that the archive readers refuse with this code."""
        return self._noted("archives", code.value)

    def case_of_pypi(self, build: Build) -> Build:
        """Note a case that a reader accepts and the ecosystem refuses."""
        return self._noted("pypi", None)(build)

    def _noted(self, layer: Layer, code: str | None) -> Callable[[Build], Build]:
        def note(build: Build) -> Build:
            cached = cache(build)
            name = build.__name__.replace("_", "-")
            self.cases.append(Case(name, self._filename, cached, layer, code))
            return cached

        return note


def bad_wheels() -> Corpus:
    """Return an empty corpus of wheels."""
    return Corpus(wheel_filename(NAME, VERSION))


def bad_sdists() -> Corpus:
    """Return an empty corpus of sdists."""
    return Corpus(sdist_filename(NAME, VERSION))

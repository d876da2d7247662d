"""A server that can be measured, whichever it is."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import get
from benchmarks.corpus import SMALL, Corpus
from benchmarks.processes import BenchError, Tree, free_port

VENV = Path(__file__).parents[2] / ".tools" / "peers"
"""Where `./run bench` installs requirements/bench.txt."""


@dataclass(slots=True)
class Peer:
    """A server over files of its own; `start` may be called again and again.

    `simple` is the path of its index of all projects, below which are the pages of projects.
    `upload` is where the legacy form is posted, empty where it takes none. `dear` is the page that
    costs it most among those that anybody may ask for whose size does not depend on one project.
    """

    name: str
    folder: Path
    command: Callable[[int], Sequence[str]]
    simple: str = "/simple/"
    upload: str = ""
    dear: str = ""
    authorization: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    port: int = 0
    tree: Tree = field(init=False)

    def __post_init__(self) -> None:
        """Put the log beside the files."""
        self.tree = Tree(self.folder.with_suffix(".log"), self.environment)

    def start(self) -> float:
        """Start it; returns the seconds until it had answered with a page."""
        self.port = free_port()
        command = self.command(self.port)
        began = time.perf_counter()
        self.tree.start(command, self.port)
        reply = get(self.port, self.page(SMALL), {})
        if reply.status != 200:
            raise BenchError(f"{self.name} answers {reply.status} {reply.reason}")
        return time.perf_counter() - began

    def stop(self) -> None:
        """End it."""
        self.tree.stop()

    def page(self, project: str) -> str:
        """Return the path of a project's page."""
        return f"{self.simple}{project}/"


Maker = Callable[[Path, Corpus], Peer]
"""Fills a folder with a corpus and returns the server over it, not yet started."""


def installed(program: str) -> str:
    """Return the path of a program of the peers' environment."""
    return str(VENV / "bin" / program)


def ours(program: str) -> str:
    """Return the path of a program of our own environment."""
    return str(Path(sys.executable).with_name(program))

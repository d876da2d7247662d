"""The command line over the test's own database: commands run in this process."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from strongroom.cli.main import main
from strongroom.site.assembly import house
from strongroom.site.preparation import render
from strongroom.site.start import DATABASE
from tests.settings import DATA

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        return json.loads(self.out)


Strongroom = Callable[..., Ended]


@pytest.fixture
def strongroom(capsys: Capture) -> Strongroom:
    """Return a function that runs a command without a registry."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        environ, umask = dict(os.environ), os.umask(0o022)
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            # A command is a process of its own: what it puts into its environment ends with it.
            os.umask(umask)
            os.environ.clear()
            os.environ.update(environ)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return run


@pytest.fixture
def registry(db: None, strongroom: Strongroom) -> Iterator[Strongroom]:
    """Return a function that runs a command over an empty registry."""
    # The file stands for the database, whose place is the test's own; commands look for it.
    (DATA / DATABASE).touch()
    render(house(), lambda _done, _total: None)
    yield strongroom
    (DATA / DATABASE).unlink()


@pytest.fixture
def alice(registry: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with one account."""
    assert registry("user", "create", "alice", "--email", "alice@example.org").code == 0
    assert registry("user", "enrol", "alice").code == 0
    return registry

"""The rows of a registry, read past the program: the judge asks the database itself."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.native.server import Server

_FILES = """
    SELECT p.key, f.filename, f.sha256, CAST(f.sidecars AS TEXT)
    FROM packages_file f
    JOIN packages_release r ON r.id = f.release_id
    JOIN packages_project p ON p.id = r.project_id
"""
_EVENTS = """
    SELECT serial, CAST(at AS TEXT), kind, project, CAST(facts AS TEXT)
    FROM proof_eventrow ORDER BY serial
"""
_PROJECTS = "SELECT key, serial, shelved_serial FROM packages_project"
_SHARED = "SELECT name FROM packages_sharedpages WHERE put < wanted"
_USED = "SELECT path, sha256 FROM packages_usedpath"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file; `digests` are those of all its blobs, by the suffix of each."""

    project: str
    filename: str
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An event: serial, time, kind, project and facts."""

    serial: int
    at: str
    kind: str
    project: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """All that matters here; `behind` names pages that do not show the newest event yet."""

    files: tuple[FileRow, ...]
    events: tuple[Told, ...]
    projects: dict[str, int]  # the newest serial of each
    behind: tuple[str, ...]
    used: dict[str, str]


def rows(server: Server) -> Rows:
    """Read the rows of a registry, whichever database they are in."""
    queries = (_FILES, _EVENTS, _PROJECTS, _SHARED, _USED)
    files, events, projects, shared, used = _selected(server, queries)
    return Rows(
        files=tuple(
            FileRow(project, filename, {"": sha256, **json.loads(sidecars)})
            for project, filename, sha256, sidecars in files
        ),
        events=tuple(
            Told(serial, at, kind, project, json.loads(facts))
            for serial, at, kind, project, facts in events
        ),
        projects={key: serial for key, serial, _ in projects},
        behind=(
            *(key for key, serial, shelved in projects if shelved < serial),
            *(name for (name,) in shared),
        ),
        used=dict(used),
    )


def _selected(server: Server, queries: Sequence[str]) -> list[list[Any]]:
    address = server.settings.get("STRONGROOM_DATABASE", "")
    if address:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is

        with psycopg.connect(address) as connection:
            return [connection.execute(query).fetchall() for query in queries]
    place = f"file:{server.data / 'strongroom.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        assert sound == "ok", sound
        return [connection.execute(query).fetchall() for query in queries]

"""The judge: what became of all that was acknowledged, and whether anything is half there.

It looks at the running registry as clients do, at the rows, and at the disk, and believes none of
them. Lost is an acknowledged file that cannot be had with its very bytes. Half visible is whatever
one of the three shows and another does not bear out.
"""

import gzip
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rows import Rows, rows
from tests.faults.shown import Shown, files_of, projects, sha256_of
from tests.faults.witness import Witness
from tests.native.server import Server, program

SETTLED = 20.0  # seconds that pages may take to show every event
TOLD_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was lost, what is half visible, and how many files nothing names any more."""

    lost: tuple[str, ...]
    half: tuple[str, ...]
    strays: int


def judge(server: Server, witness: Witness) -> Judgement:
    """Judge a running registry that nobody uploads to, and sweep it afterwards."""
    known = _settled(server)
    listed = _listed(server)
    lost = [
        f"{filename}: {_told(listed.get(filename))}"
        for filename, sha256 in witness.acknowledged.items()
        if filename not in listed or listed[filename].sha256 != sha256
    ]
    half = [
        *witness.torn,
        *_unlike_what_was_sent(listed, witness),
        *_unlike_its_page(server, listed),
        *_unlike_the_rows(listed, known),
        *_without_blob(server.data, known),
        *_unnamed(server.data, known),
        *_torn_pages(server.data),
        *_disorder(known),
    ]
    return Judgement(tuple(lost), tuple(half), _swept(server))


def _told(file: Shown | None) -> str:
    return "not listed" if file is None else f"listed as {file.sha256}"


def _settled(server: Server) -> Rows:
    """Wait until pages have caught up with events: five seconds, the program says."""
    until = time.monotonic() + SETTLED
    while True:
        known = rows(server)
        if not known.behind or time.monotonic() > until:
            assert not known.behind, f"pages of {known.behind} stay behind their events"
            return known
        time.sleep(0.2)


def _listed(server: Server) -> dict[str, Shown]:
    return {
        name: file
        for project in projects(server)
        for name, file in files_of(server, project).items()
    }


def _unlike_what_was_sent(listed: dict[str, Shown], witness: Witness) -> Iterator[str]:
    for filename, file in listed.items():
        if witness.sent.get(filename) != file.sha256:
            yield f"{filename} is listed with bytes that nobody sent"


def _unlike_its_page(server: Server, listed: dict[str, Shown]) -> Iterator[str]:
    for filename, file in listed.items():
        found = sha256_of(server, file.path)
        if found != file.sha256:
            yield f"{filename} is listed and cannot be had: {found}"
        if server.get(f"{file.path}.metadata")[0] != 200 and filename.endswith(".whl"):
            yield f"{filename} has no metadata beside it"


def _unlike_the_rows(listed: dict[str, Shown], known: Rows) -> Iterator[str]:
    in_rows = {row.filename: row.digests[""] for row in known.files}
    for filename in sorted(in_rows.keys() | listed.keys()):
        shown = listed[filename].sha256 if filename in listed else None
        if shown != in_rows.get(filename) or known.used.get(filename) != in_rows.get(filename):
            yield f"{filename} is not the same in rows and on its page"


def _without_blob(data: Path, known: Rows) -> Iterator[str]:
    whole = set()
    for place in (data / "blobs" / "sha256").glob("??/??/*"):
        with place.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == place.name:
                whole.add(place.name)
            else:
                yield f"blob {place.name} has other bytes"
    for row in known.files:
        for suffix, sha256 in row.digests.items():
            if sha256 not in whole:
                yield f"the row of {row.filename}{suffix} has no blob"


def _unnamed(data: Path, known: Rows) -> Iterator[str]:
    shelf = data / "public" / "files" / "pypi"
    named = {
        f"{row.digests[''][:2]}/{row.digests[''][2:4]}/{row.digests[''][4:]}/{row.filename}{suffix}"
        for row in known.files
        for suffix in row.digests
    }
    standing = {str(one.relative_to(shelf)) for one in shelf.rglob("*") if one.is_file()}
    yield from (f"{path} is on the shelf and in no row" for path in sorted(standing - named))
    yield from (f"{path} is in a row and not on the shelf" for path in sorted(named - standing))


def _torn_pages(data: Path) -> Iterator[str]:
    for packed in (data / "public").rglob("*.gz"):
        page = packed.with_suffix("")
        if "files" in packed.parts or not page.is_file():
            continue
        try:
            same = gzip.decompress(packed.read_bytes()) == page.read_bytes()
        except (OSError, EOFError):
            same = False
        if not same:
            yield f"{packed} does not unpack to the page beside it"


def _disorder(known: Rows) -> Iterator[str]:
    created, at, newest = set[str](), "", dict[str, int]()
    for one in known.events:
        if one.at < at:
            yield f"event {one.serial} is older than the one before it"
        at, newest[one.project] = one.at, one.serial
        if one.kind == "project-created":
            created.add(one.project)
        if one.kind == "file-published" and one.project not in created:
            yield f"event {one.serial} publishes into a project that was not created"
    told = Counter(str(one.facts["file"]) for one in known.events if one.kind == "file-published")
    if told != Counter(row.filename for row in known.files):
        yield "events and rows tell of different files"
    for project, serial in known.projects.items():
        if newest[project] != serial:
            yield f"the row of {project} does not hold its newest event"


def _swept(server: Server) -> int:
    """Sweep what crashes left behind; nothing but what is named may stay."""
    # Over PostgreSQL the program names them and removes none.
    removing = () if server.settings.get("STRONGROOM_DATABASE") else ("--yes",)
    words = ("sweep", "--data", server.data, "--older-than", "0", "--json", *removing)
    strays = program(*words, settings=dict(server.settings)).count('"sort"')
    if not removing:
        return strays
    left = [path for path in (server.data / "blobs" / "incoming").glob("*") if path.is_file()]
    left += [
        Path(folder) / name
        for folder, _, names in os.walk(server.data / "public")
        for name in names
        if name.startswith(".") and name != ".rendered"
    ]
    named = {sha256 for row in rows(server).files for sha256 in row.digests.values()}
    left += [one for one in (server.data / "blobs").glob("sha256/??/??/*") if one.name not in named]
    assert not left, left[:TOLD_AT_MOST]
    return strays

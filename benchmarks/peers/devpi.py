"""devpi-server with its own storage and server, filled by its own import."""

import hashlib
import json
import secrets
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.client import basic
from benchmarks.corpus import Corpus, Distribution
from benchmarks.peers.peer import Peer, installed
from benchmarks.processes import BenchError, clean

INDEX = "root/bench"
PROJECTS_AT_MOST = 2000
"""Its import takes some 20 ms of CPU for each file, so the largest corpora are cut for it."""


def make(folder: Path, corpus: Corpus) -> Peer:
    """Write an export, as devpi-export would, and have devpi-import read it."""
    held = replace(corpus, projects=min(corpus.projects, PROJECTS_AT_MOST))
    export, password = folder.with_name("devpi-export"), secrets.token_urlsafe(12)
    _export(export, held)
    done = subprocess.run(
        [
            *(installed("devpi-import"), "--serverdir", str(folder), "--no-root-pypi"),
            *("--root-passwd", password, "--hard-links", str(export)),
        ],
        env=clean(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"devpi-import: {(done.stdout + done.stderr)[-2000:]}")
    secret = folder.with_name("devpi-secret")
    secret.write_text(secrets.token_urlsafe(48))
    secret.chmod(0o600)
    cut = f", filled with {held.projects} projects only" if held != corpus else ""
    return Peer(
        name="devpi",
        folder=folder,
        command=lambda port: [
            *(installed("devpi-server"), "--serverdir", str(folder), "--port", str(port)),
            *("--host", "127.0.0.1", "--secretfile", str(secret)),
        ],
        simple=f"/{INDEX}/+simple/",
        upload=f"/{INDEX}/",
        dear=f"/{INDEX}/+simple/",
        authorization=basic("root", password),
        note=f"uploads without checks{cut}",
    )


def _export(folder: Path, corpus: Corpus) -> None:
    files = list(corpus.files())
    projects: dict[str, dict[str, Any]] = {}
    for one in files:
        told = {"name": one.project, "version": one.version}
        projects.setdefault(one.project, {})[one.version] = told
    index = {
        "indexconfig": {"type": "stage", "bases": [], "volatile": True, "acl_upload": ["root"]},
        "projects": projects,
        "files": [_file(folder, one) for one in files],
    }
    data = {
        "users": {"root": {"username": "root"}},
        "dumpversion": "2",
        "devpi_server": "6.20.3",
        "indexes": {INDEX: index},
    }
    (folder / "dataindex.json").write_text(json.dumps(data))


def _file(folder: Path, one: Distribution) -> dict[str, Any]:
    path = folder / INDEX / one.project / one.version / one.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(one.body)
    digest = hashlib.sha256(one.body).hexdigest()
    return {
        "version": one.version,
        "entrymapping": {
            "last_modified": "Fri, 01 Mar 2019 12:30:15 GMT",
            "hash_spec": f"sha256={digest}",
            "hashes": {"sha256": digest},
            "project": one.project,
            "version": one.version,
        },
        "log": [{"what": "upload", "who": "root", "when": [2019, 3, 1, 12, 30, 15], "dst": INDEX}],
        "type": "releasefile",
        "projectname": one.project,
        "relpath": str(path.relative_to(folder)),
    }

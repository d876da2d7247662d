"""Strongroom with its defaults: SQLite and a folder, one web process."""

import subprocess
import sys
from pathlib import Path

from benchmarks.client import basic
from benchmarks.corpus import Corpus
from benchmarks.fill import OWNER
from benchmarks.peers.peer import Peer, ours
from benchmarks.processes import BenchError, clean


def make(folder: Path, corpus: Corpus) -> Peer:
    """Fill a registry as `benchmarks.fill` does."""
    data = {
        "STRONGROOM_DATA": str(folder),
        "STRONGROOM_LOG_LEVEL": "error",
        # Pages tell the address. With each start at another port all would be rendered anew.
        "STRONGROOM_PUBLIC_URL": "http://127.0.0.1",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            command, env=clean() | data, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"{' '.join(command)}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    program = ours("strongroom")
    run(program, "init")
    run(program, "user", "create", OWNER, "--email", "bench@example.org")
    run(program, "user", "enrol", OWNER)
    run(sys.executable, "-m", "benchmarks.fill", str(corpus.projects), str(corpus.shrunk))
    token = run(program, "token", "create", "--user", OWNER)
    return Peer(
        name="strongroom",
        folder=folder,
        command=lambda port: [program, "serve", "--port", str(port)],
        upload="/legacy/",
        dear="/search/?q=bench",
        authorization=basic("__token__", token),
        environment=data,
    )

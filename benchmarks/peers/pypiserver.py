"""pypiserver as its documentation runs it: gunicorn with four processes, and watchdog's cache."""

from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.peers.peer import Peer, installed


def make(folder: Path, corpus: Corpus) -> Peer:
    """Lay the files into its folder, which is how it is filled."""
    folder.mkdir(parents=True)
    for one in corpus.files():
        (folder / one.filename).write_bytes(one.body)
    application = f"pypiserver:app(root={str(folder)!r}, authenticate=[], password_file='.')"
    return Peer(
        name="pypiserver",
        folder=folder,
        command=lambda port: [
            *(installed("gunicorn"), "-w", "4", "-b", f"127.0.0.1:{port}"),
            *("--log-level", "warning", application),
        ],
        upload="/",
        dear="/simple/",
        note="uploads without authentication and without checks",
    )

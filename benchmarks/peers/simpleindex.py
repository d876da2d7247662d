"""simpleindex over a folder for each project: the least that serves an index from files."""

from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.peers.peer import Peer, installed

CONFIGURATION = """\
[routes."simple/{{project}}"]
source = "path"
to = "{files}/{{project}}"

[server]
host = "127.0.0.1"
port = {port}
log-level = "warning"
"""


def make(folder: Path, corpus: Corpus) -> Peer:
    """Lay the files of each project into a folder of its name."""
    for one in corpus.files():
        place = folder / one.project / one.filename
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(one.body)
    configuration = folder.with_suffix(".toml")

    def command(port: int) -> list[str]:
        configuration.write_text(CONFIGURATION.format(files=folder, port=port))
        return [installed("simpleindex"), str(configuration)]

    return Peer(
        name="simpleindex", folder=folder, command=command, note="no root index, no uploads"
    )

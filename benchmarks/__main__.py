"""Measures Strongroom beside other servers, on this machine, in one run, and prints ratios.

    ./run bench                    reads, uploads, start, memory over 200 and 2,000 projects
    ./run bench --quick            over 200 projects, one short round of each
    ./run bench --full             over 200, 2,000 and 20,000 projects
    ./run bench slow               downloads beside 500 slow connections
    ./run bench overload           downloads beside ten times too many clients

All servers run at once, on one core that they share, and are asked in turns; the load comes from
the other core. Nothing is left behind but the JSON file, if one is named.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from benchmarks import overload, reading, slow, standing, uploading
from benchmarks.corpus import Corpus
from benchmarks.peers import devpi, nginx, pypiserver, simpleindex, strongroom
from benchmarks.peers.peer import VENV, Maker, Peer
from benchmarks.plan import Plan, planned
from benchmarks.processes import BenchError
from benchmarks.report import Figure, attempted, machine, say, table, write

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "strongroom": strongroom.make,
        "pypiserver": pypiserver.make,
        "devpi": devpi.make,
        "simpleindex": simpleindex.make,
    }
)
PEERS = (*MAKERS, "nginx")
LONGEST_SLOW = 15  # seconds; nothing changes after that


def main() -> int:
    """Run what was asked for; returns 0, or 1 if something could not be measured."""
    options = _options()
    plan = planned(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `finally` below
    print(machine(), flush=True)
    minutes = plan.minutes(options.what)
    say(f"expected to take about {minutes:.0f} minutes on a machine with nothing else to do")
    figures: list[Figure] = []
    notes: dict[str, str] = {}
    missing: dict[str, str] = {}
    measure = {"compare": _compared, "slow": _slowed, "overload": _overloaded}[options.what]
    for projects in plan.sizes:
        with _servers(Corpus(projects, plan.shrunk), options.peers, missing) as peers:
            notes |= {peer.name: peer.note for peer in peers if peer.note}
            found = measure(peers, plan)
            figures += [replace(one, title=f"{one.title} [{projects:,}]") for one in found]
    print(f"\n{table(figures)}")
    _footnotes(figures, notes, missing)
    if options.json:
        write(figures, {"machine": machine(), "notes": notes, "missing": missing}, options.json)
    return 1 if "strongroom" in missing or not all(one.measured for one in figures) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what", nargs="?", choices=("compare", "slow", "overload"), default="compare"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="one short round, 200 projects")
    length.add_argument("--full", action="store_true", help="three rounds, up to 20,000 projects")
    length.add_argument("--tiny", action="store_true", help="only to see that it runs")
    parser.add_argument("--projects", type=int, nargs="+", help="numbers of projects instead")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, help="which servers")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    return parser.parse_args()


@contextmanager
def _servers(corpus: Corpus, names: Sequence[str], missing: dict[str, str]) -> Iterator[list[Peer]]:
    """Fill every server with a corpus; they are ended and their files removed in any case."""
    folder = Path(tempfile.mkdtemp(prefix="strongroom-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        say(f"filling {', '.join(names)} with {corpus.projects:,} projects")

        def fill(name: str) -> list[Peer]:
            try:
                return [_made(name, folder, corpus)]
            except (BenchError, OSError) as error:
                missing[name] = str(error)
                return []

        # Side by side: filling is not measured. What stands on another's files comes after it.
        with ThreadPoolExecutor() as pool:
            peers = list(chain(*pool.map(fill, [name for name in names if name in MAKERS])))
        peers += chain(*map(fill, [name for name in names if name not in MAKERS]))
        for peer in peers:
            stack.callback(peer.stop)
        yield peers


def _made(name: str, folder: Path, corpus: Corpus) -> Peer:
    public = folder / "strongroom" / "public"
    if name == "nginx":
        if not public.is_dir():
            raise BenchError("it serves what Strongroom rendered, which is not measured here")
        return nginx.make(folder / name, public)
    if name != "strongroom" and not VENV.is_dir():
        raise BenchError(f"there is no environment in {VENV}; `./run bench` makes it")
    return MAKERS[name](folder / name, corpus)


def _compared(peers: Sequence[Peer], plan: Plan) -> list[Figure]:
    figures: list[Figure] = []
    for peer in peers:
        figures += attempted("start", peer.name, partial(standing.measured, peer, plan.rounds))
    running = [peer for peer in peers if peer.tree.process is not None]
    figures += reading.measured(running, plan.rounds, plan.seconds)
    figures += uploading.measured(running, plan.uploads)
    return [*figures, *(standing.held("memory after loads", peer) for peer in running)]


def _slowed(peers: Sequence[Peer], plan: Plan) -> list[Figure]:
    def measure(peer: Peer) -> Iterator[Figure]:
        peer.start()
        return slow.measured(peer, *reading.files_of(peer), min(plan.watched, LONGEST_SLOW))

    return _one_by_one(peers, "slow connections", measure)


def _overloaded(peers: Sequence[Peer], plan: Plan) -> list[Figure]:
    def measure(peer: Peer) -> Iterator[Figure]:
        peer.start()
        return overload.measured(peer, reading.files_of(peer)[0], plan.watched)

    return _one_by_one(peers, "overload", measure)


def _one_by_one(
    peers: Sequence[Peer], title: str, measure: Callable[[Peer], Iterator[Figure]]
) -> list[Figure]:
    figures: list[Figure] = []
    for peer in peers:
        figures += attempted(title, peer.name, partial(measure, peer))
        peer.stop()
    return figures


def _footnotes(
    figures: Sequence[Figure], notes: Mapping[str, str], missing: Mapping[str, str]
) -> None:
    print("\n(Nx): Strongroom is N times better. Each title ends with the number of projects.")
    for name, note in notes.items():
        print(f"{name}: {note}")
    for one in figures:
        if one.note:
            print(f"{one.peer}, {one.title}: {one.note}")
    for name, why in missing.items():
        print(f"missing: {name}: {why}")


if __name__ == "__main__":
    sys.exit(main())

"""What reads cost: the same pages and files of every server, in turns, so that none has it easier.

A form that a server does not have (JSON, gzip, 304) is told as missing: it is asked once before,
and the answer is looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from benchmarks.client import Reply, get, links
from benchmarks.corpus import KB_30, LARGE, MB_10, SIZED, SMALL, Distribution
from benchmarks.load import sample
from benchmarks.peers.peer import Peer
from benchmarks.processes import BenchError
from benchmarks.report import Figure, attempted, say

JSON = "application/vnd.pypi.simple.v1+json"
HTML: Mapping[str, str] = {"Accept": "text/html"}
FORMS: Mapping[str, Mapping[str, str]] = {
    "HTML": HTML,
    "JSON": {"Accept": JSON},
    "JSON gzip": {"Accept": JSON, "Accept-Encoding": "gzip"},
    "HTML gzip": {**HTML, "Accept-Encoding": "gzip"},
    "304": HTML,
}
PAGES = {"small page": SMALL, "large page": LARGE}


@dataclass(frozen=True, slots=True)
class Asked:
    """One address of one server, with the headers that ask for one form of it."""

    peer: Peer
    path: str
    headers: Mapping[str, str]


def cases(peer: Peer) -> Iterator[tuple[str, Asked]]:
    """Yield what is asked of a server, each with its title; without what it does not have."""
    for title, path in _addresses(peer):
        if title not in PAGES:
            yield title, Asked(peer, path, HTML)
            continue
        for form in FORMS:
            headers = _having(get(peer.port, path, FORMS[form]), form)
            if headers is not None:
                yield f"{title}, {form}", Asked(peer, path, headers)


def measured(peers: Iterable[Peer], rounds: int, seconds: int) -> list[Figure]:
    """Measure every case of every server: in each round all servers, one after the other."""
    turns: dict[str, list[Asked]] = defaultdict(list)
    for peer in peers:
        for title, asked in cases(peer):
            turns[title].append(asked)
    figures: list[Figure] = []
    for number, (title, all_asked) in enumerate(turns.items(), 1):
        say(f"{title} ({number} of {len(turns)} kinds of reads)")
        seen: dict[str, list[Figure]] = defaultdict(list)
        for _ in range(rounds):
            for asked in all_asked:
                name = asked.peer.name
                seen[name] += attempted(title, name, partial(_round, title, asked, seconds))
        figures += map(_middle, seen.values())
    return figures


def _round(title: str, asked: Asked, seconds: int) -> Iterator[Figure]:
    one = sample(asked.peer, asked.path, asked.headers, seconds)
    yield Figure(title, asked.peer.name, per_second=one.per_second, cpu_us=one.cpu_us)


def _middle(rounds: Sequence[Figure]) -> Figure:
    """Return the medians of the rounds of one server; a failure in one of them is kept."""
    failed = [one for one in rounds if one.note]
    if failed:
        return failed[0]
    return replace(
        rounds[0],
        per_second=median(one.per_second or 0 for one in rounds),
        cpu_us=median(one.cpu_us or 0 for one in rounds),
    )


def _addresses(peer: Peer) -> Iterator[tuple[str, str]]:
    for title, project in PAGES.items():
        yield title, peer.page(project)
    yield from zip(("file of 30 KB", "file of 10 MB"), files_of(peer), strict=True)
    if get(peer.port, peer.simple, HTML).status == 200:
        yield "root index", peer.simple


def files_of(peer: Peer) -> tuple[str, str]:
    """Return the paths of the files of 30 KB and of 10 MB of a server that runs."""
    page = peer.page(SIZED)
    found = links(page, get(peer.port, page, HTML).body)
    small, large = (Distribution(SIZED, version, b"").filename for version in (KB_30, MB_10))
    if not {small, large} <= set(found):
        raise BenchError(f"{peer.name} does not list {small} and {large}")
    return found[small], found[large]


def _having(reply: Reply, form: str) -> Mapping[str, str] | None:
    """Return the headers that ask for a form, or None if the server did not answer with it."""
    if reply.status != 200:
        raise BenchError(f"{reply.status} {reply.reason}")
    headers = reply.headers
    has = {
        "HTML": True,
        "JSON": headers.get("content-type", "").startswith(JSON),
        "JSON gzip": headers.get("content-type", "").startswith(JSON)
        and headers.get("content-encoding") == "gzip",
        "HTML gzip": headers.get("content-encoding") == "gzip",
        "304": "etag" in headers,
    }
    if not has[form]:
        return None
    return {**FORMS[form], **({"If-None-Match": headers["etag"]} if form == "304" else {})}

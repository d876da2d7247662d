"""What was measured, as ratios to Strongroom and as it was, for people and as JSON."""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from benchmarks.processes import BenchError

BASE = "strongroom"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured of one server; what was not measured of it is None."""

    title: str
    peer: str
    per_second: float | None = None
    cpu_us: float | None = None  # for one request
    p50_ms: float | None = None
    p99_ms: float | None = None
    mib: float | None = None
    seconds: float | None = None
    note: str = ""

    @property
    def measured(self) -> bool:
        """Say whether there is any figure at all, or only a note of why not."""
        return any(getattr(self, kind) is not None for kind in KINDS)


KINDS: Mapping[str, tuple[str, bool]] = {
    "per_second": ("per second", True),
    "cpu_us": ("CPU us each", False),
    "p50_ms": ("p50 ms", False),
    "p99_ms": ("p99 ms", False),
    "mib": ("MiB", False),
    "seconds": ("seconds", False),
}
"""What a figure is called, and whether more is better."""


def say(words: str) -> None:
    """Tell whoever waits what is being done."""
    print(f"... {words}", file=sys.stderr, flush=True)


def attempted(title: str, peer: str, measure: Callable[[], Iterable[Figure]]) -> list[Figure]:
    """Return what was measured; a server that breaks off is told of, and spoils no other figure."""
    try:
        return list(measure())
    except (BenchError, HTTPException, OSError) as error:
        say(f"{peer}, {title}: {error}")
        return [Figure(title, peer, note=f"not measured: {str(error)[:200]}")]


def machine() -> str:
    """Describe what this ran on, and how busy that was."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()},"
        f" {platform.python_implementation()} {platform.python_version()},"
        f" {os.cpu_count()} cores, load {load}"
    )


def table(figures: Sequence[Figure]) -> str:
    """Return every kind of figure as a table of Markdown: a column for each server, ours first.

    A ratio above 1 says that Strongroom is that many times better.
    """
    return "\n\n".join(
        text
        for kind, (told, more_is_better) in KINDS.items()
        if (text := _of_kind(figures, kind, told, more_is_better))
    )


def write(figures: Iterable[Figure], facts: Mapping[str, object], place: Path) -> None:
    """Write figures as JSON, with the facts of the run."""
    document = {**facts, "figures": [asdict(one) for one in figures]}
    place.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _of_kind(figures: Sequence[Figure], kind: str, told: str, more: bool) -> str:  # noqa: FBT001 - one of two orders
    value: Callable[[Figure], float | None] = lambda one: getattr(one, kind)  # noqa: E731
    having = [one for one in figures if value(one) is not None]
    peers = list(dict.fromkeys(one.peer for one in having))
    if not peers:
        return ""
    rows = [[told, *peers]]
    for title in dict.fromkeys(one.title for one in having):
        by_peer = {one.peer: value(one) for one in having if one.title == title}
        rows.append([title, *(_cell(by_peer, peer, more=more) for peer in peers)])
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(by_peer: Mapping[str, float | None], peer: str, *, more: bool) -> str:
    value, base = by_peer.get(peer), by_peer.get(BASE)
    if value is None:
        return "-"
    if peer == BASE or not base or not value:
        return _round(value)
    ratio = base / value if more else value / base
    return f"{_round(value)} ({_round(ratio)}x)"


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

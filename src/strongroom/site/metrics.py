"""What is counted, and shown to Prometheus; right with one web process and with many.

1. Each process counts in files of its own in one folder; a scrape that reaches any of them adds up
   all. A process that ended keeps its share, because counters never fall; `clear` removes all of
   them when the registry starts, while nobody counts.
2. What is a state and not a count (the last serial, free bytes) is asked when it is scraped.
3. Labels come from closed lists. Nothing that a client sends becomes one, so no client can make
   the folder or the answer grow.
4. What cannot be counted, because the disk is full, is not counted; the request is answered.
"""

import ipaddress
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

from strongroom.api.guard import guarded
from strongroom.api.problems import problem
from strongroom.core.errors import ForbiddenError, UnavailableError
from strongroom.core.jobs import Counts
from strongroom.stores.mail import Backlog

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
DOORS = frozenset({"api", "client", "file", "health", "page", "upload"})
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)  # seconds
_BOUNDS = (*map(str, BUCKETS), "+Inf")
ROOM = 256 * 1024  # bytes of a file; all that the closed lists allow takes less
CODES_AT_MOST = 200  # outcome codes of uploads; all classes of errors together have fewer

_REQUESTS = "strongroom_requests"
_DURATION = "strongroom_request_duration_seconds"
_UPLOADS = "strongroom_uploads"
_BYTES = "strongroom_published_bytes"
_REFUSED = "strongroom_guesses_refused"
_LOOKED = "strongroom_password_checks"
_HELP = {
    _REQUESTS: "Requests answered, by door, method and class of status.",
    _DURATION: "How long requests took, by door.",
    _UPLOADS: "Uploads, by the code of what became of them.",
    _BYTES: "Bytes of the files that were published.",
    _REFUSED: "Guesses that were refused because of too many before, by what was guessed.",
    _LOOKED: "Passwords that were looked up among stolen ones, by what became of it.",
}

Gauge = Callable[[], float]
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Gauges:
    """How to ask for what is a state: each is called once for each scrape."""

    events_serial: Gauge
    unshelved_projects: Gauge
    storage_free_bytes: Gauge
    damaged_files: Gauge
    events_without_position: Gauge
    jobs: Callable[[], Counts]
    letters: Callable[[], Backlog]


@dataclass(slots=True)
class Counted:
    """Answered requests, counted in memory; labels are from the closed lists already."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    within: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def observe(self, door: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        place = door if door in DOORS else OTHER
        verb = method if method in METHODS else OTHER
        self.requests[place, verb, _class_of(status)] += 1
        self.within[place, _BOUNDS[bisect_left(BUCKETS, seconds)]] += 1
        self.seconds[place] = self.seconds.get(place, 0.0) + seconds


@lru_cache(maxsize=600)
def _class_of(status: int) -> str:
    return f"{status // 100}xx" if 100 <= status < 600 else OTHER  # noqa: PLR2004 - HTTP


class Metrics:
    """The counts of one process, and the sums of all."""

    def __init__(self, folder: Path, gauges: Gauges) -> None:
        """Count in files of `folder`, which all processes of one registry share."""
        self._folder = folder
        self._gauges = gauges
        self._lock = Lock()
        self._owner = 0  # the process whose files are open
        self._files: dict[str, MmapedDict] = {}
        self._codes: set[str] = set()

    def observe(self, door: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        counted = Counted()
        counted.observe(door, method, status, seconds)
        self.add(counted)

    def add(self, counted: "Counted") -> None:
        """Add what was counted elsewhere in this process."""
        with self._lock, suppress(OSError):
            for (door, method, outcome), times in counted.requests.items():
                labels = {"door": door, "method": method, "status": outcome}
                self._add("counter", _REQUESTS, "_total", labels, times)
            for (door, bound), times in counted.within.items():
                labels = {"door": door, "le": bound}
                self._add("histogram", _DURATION, "_bucket", labels, times)
            for door, seconds in counted.seconds.items():
                self._add("histogram", _DURATION, "_sum", {"door": door}, seconds)

    def uploaded(self, code: str, size: int = 0) -> None:
        """Count one upload: the code of its refusal, or `published` with the file's bytes."""
        with self._lock, suppress(OSError):
            if len(self._codes) < CODES_AT_MOST:
                self._codes.add(code)
            told = code if code in self._codes else OTHER
            self._add("counter", _UPLOADS, "_total", {"outcome": told})
            self._add("counter", _BYTES, "_total", {}, size)

    def guess_refused(self, secret: str) -> None:
        """Count a guess that was refused: at a password, a factor, a code, a directory."""
        with self._lock, suppress(OSError):
            self._add("counter", _REFUSED, "_total", {"secret": secret})

    def password_looked_up(self, outcome: str) -> None:
        """Count a password that was looked up: `clean`, `stolen` or `unknown`."""
        with self._lock, suppress(OSError):
            self._add("counter", _LOOKED, "_total", {"outcome": outcome})

    def exposition(self) -> bytes:
        """Return all metrics of all processes in Prometheus' text format."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call] # partly typed
        registry.register(_States(self._gauges))
        return generate_latest(registry)

    def close(self) -> None:
        """Close the files; counting again opens them again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        for file in self._files.values():
            file.close()  # type: ignore[no-untyped-call] # partly typed
        self._files = {}

    def _add(
        self, kind: str, name: str, suffix: str, labels: Mapping[str, str], amount: float = 1
    ) -> None:
        """Add to one value; the caller holds the lock."""
        file = self._file(kind)
        key = mmap_key(name, name + suffix, list(labels), list(labels.values()), _HELP[name])
        value, _ = file.read_value(key)  # type: ignore[no-untyped-call] # partly typed
        file.write_value(key, value + amount, 0.0)  # type: ignore[no-untyped-call] # partly typed

    def _file(self, kind: str) -> MmapedDict:
        if self._owner != os.getpid():
            # Forked: the parent's files are not ours to write.
            self._close()
            self._owner = os.getpid()
        if kind not in self._files:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._folder / f"{kind}_{self._owner}.db"
            if not file.exists():
                _make_room(file)
            self._files[kind] = MmapedDict(str(file))  # type: ignore[no-untyped-call] # partly typed
        return self._files[kind]


def _make_room(file: Path) -> None:
    """Make a file of zeros; raises OSError.

    Written to through a mapping, a hole for which the disk has no block ends the process (SIGBUS).
    """
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_bytes(bytes(ROOM))
        new.rename(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


class _States:
    """Gauges, asked when they are scraped."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Yield each gauge with its value of now."""
        for name, told, ask in (
            ("events_serial", "Serial of the newest event.", self._gauges.events_serial),
            (
                "unshelved_projects",
                "Projects whose pages do not show their newest event yet.",
                self._gauges.unshelved_projects,
            ),
            (
                "storage_free_bytes",
                "Bytes free where the data folder stands.",
                self._gauges.storage_free_bytes,
            ),
            (
                "damaged_files",
                "Files that are not served because their bytes are damaged or lost.",
                self._gauges.damaged_files,
            ),
            (
                "events_without_position",
                "Events that have no position among all events yet.",
                self._gauges.events_without_position,
            ),
        ):
            # What cannot be known now is left out; the rest is wanted all the more.
            with suppress(UnavailableError):
                yield GaugeMetricFamily(f"strongroom_{name}", told, ask())
        yield from self._of_jobs(self._gauges.jobs())
        yield from self._of_letters(self._gauges.letters())

    def _of_jobs(self, counts: Counts) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("strongroom_jobs", "Jobs, by how they stand.", labels=["state"])
        jobs.add_metric(["waiting"], counts.waiting)
        jobs.add_metric(["running"], counts.running)
        jobs.add_metric(["failed"], counts.failed)
        yield jobs
        yield GaugeMetricFamily(
            "strongroom_jobs_oldest_wait_seconds",
            "For how long the job that has waited longest is due.",
            counts.oldest_wait.total_seconds(),
        )

    def _of_letters(self, counts: Backlog) -> Iterator[Metric]:
        letters = GaugeMetricFamily(
            "strongroom_letters", "Letters, by how they stand.", labels=["state"]
        )
        letters.add_metric(["waiting"], counts.waiting)
        letters.add_metric(["given-up"], counts.given_up)
        yield letters
        yield GaugeMetricFamily(
            "strongroom_letters_oldest_wait_seconds",
            "For how long the letter that has waited longest was written.",
            counts.oldest_wait.total_seconds(),
        )


def clear(folder: Path) -> None:
    """Forget all counts; for the moment before the first process of a registry starts."""
    for file in folder.glob("*_*.db*"):
        file.unlink(missing_ok=True)


def urls(metrics: Metrics, networks: Iterable[str]) -> list[URLPattern]:
    """Return the address `/metrics`, which answers requests from some networks only."""
    allowed = tuple(ipaddress.ip_network(network) for network in networks)

    def show(request: HttpRequest) -> HttpResponse:
        # What a proxy of this machine hands on would otherwise look like a request of this machine.
        forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
        if forwarded or not _lies_in(request.META.get("REMOTE_ADDR", ""), allowed):
            return problem(
                ForbiddenError(
                    "metrics-not-from-here",
                    "Metrics are not shown to this address.",
                    "Scrape directly, from a network that `metrics_networks` names.",
                )
            )
        return HttpResponse(metrics.exposition(), CONTENT_TYPE)

    return [path("metrics", guarded(require_safe(show)))]


def _lies_in(source: str, networks: Iterable[Network]) -> bool:
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return False
    # A server that listens on :: sees IPv4 clients as ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2).
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in networks)

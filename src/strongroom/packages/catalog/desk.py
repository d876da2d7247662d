"""The desk at which every change is made: what a command needs, put together by the site."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO

from strongroom.core.clock import Clock
from strongroom.core.ecosystem import Ecosystem, Manifest
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Recorded
from strongroom.core.findings import Finding
from strongroom.packages.catalog.retention import NO_RULES, Rules
from strongroom.people.publishers.providers import Provider
from strongroom.stores.blobs.protocol import Blobs

BLOBS = "blobs"
"""The turn that whoever gives a blob a name shares first of all, and a sweep takes for itself."""

Check = Callable[[Manifest, BinaryIO], Iterable[Finding]]
"""A check reads a manifest and its archive and yields what it found; it never decides."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that the operator sets.

    Bytes of a file; how long a release takes further files; how long after its publication its
    owners may remove it; bytes of files by kind of subject (`catalog.quotas`; 0 or none: no limit);
    the rules of retention of projects that have none of their own.
    """

    max_file_bytes: int
    release_open: timedelta
    removable_for: timedelta = timedelta(hours=72)
    quotas: Mapping[str, int] = field(default_factory=dict)
    retention: Rules = NO_RULES


@dataclass(frozen=True, slots=True)
class Policy:
    """Which findings refuse an upload: those of these codes, but for the projects named there."""

    refuses: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """The ecosystems, the stores, the clock, the checks, what bounds them, and who reacts."""

    ecosystems: Mapping[str, Ecosystem]
    blobs: Blobs
    clock: Clock
    checks: Sequence[Check]
    limits: Limits
    react: Callable[[Sequence[Recorded]], None]
    policy: Policy = field(default_factory=Policy)
    providers: Sequence[Provider] = ()  # whose programs may be trusted publishers

    def ecosystem(self, name: str) -> Ecosystem:
        """Return the ecosystem of an id; raises NotFoundError."""
        try:
            return self.ecosystems[name]
        except KeyError:
            raise NotFoundError(
                "no-such-ecosystem",
                f"There is no ecosystem named {name[:40]!a} here.",
                f"The ecosystems here are: {', '.join(self.ecosystems)}.",
            ) from None

"""What every server is filled with: the same files, the same bytes on every machine.

A corpus of N projects holds three projects of 5, 200 and 2,000 files, one whose files have 30 KB
and 10 MB, and N fillers of one wheel each.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from tests.fakes.distributions import wheel, wheel_filename

SMALL, MEDIUM, LARGE = "bench-small", "bench-medium", "bench-large"
FILES: Mapping[str, int] = MappingProxyType({SMALL: 5, MEDIUM: 200, LARGE: 2000})
SIZED = "bench-sized"
KB_30 = "1.0"  # the versions of the two files of SIZED
MB_10 = "2.0"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One wheel, and what its upload form says of it."""

    project: str
    version: str
    body: bytes

    @property
    def filename(self) -> str:
        """Return the name of the file."""
        return wheel_filename(self.project, self.version)


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many fillers there are, and by how much the large projects are shrunk."""

    projects: int
    shrunk: int = 1

    def files(self) -> Iterator[Distribution]:
        """Yield every file, all those of one project together; the special projects first."""
        sized = ((KB_30, 30_000), (MB_10, 10_000_000))
        return chain(
            (Distribution(SIZED, version, _sized(version, size)) for version, size in sized),
            (
                tiny(project, f"{number // 10}.{number % 10}")
                for project in FILES
                for number in range(self.files_of(project))
            ),
            (tiny(f"filler-{number:05}", "1.0") for number in range(self.projects)),
        )

    def files_of(self, project: str) -> int:
        """Return how many files one of the three projects has."""
        return max(FILES[SMALL], FILES[project] // self.shrunk)


def tiny(project: str, version: str) -> Distribution:
    """Return a wheel of one module, about a kilobyte."""
    return Distribution(project, version, wheel(project, version))


def _sized(version: str, size: int) -> bytes:
    # What cannot be compressed, so that the wheel is as large as its member.
    noise = random.Random(size).randbytes(size)  # noqa: S311 - the same bytes on every machine
    return wheel(SIZED, version, files={f"bench_sized/data_{size}.bin": noise})

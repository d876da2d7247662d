"""What publishers have sent, what the registry has acknowledged, and what readers saw meanwhile."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename

LARGE_EVERY = 8
LARGE = 300_000  # bytes that do not compress


@dataclass(frozen=True, slots=True)
class Parcel:
    """A distribution, made again from its name whenever it is needed."""

    name: str
    version: str
    is_sdist: bool = False
    padding: int = 0

    @property
    def filename(self) -> str:
        """Return the name under which it is uploaded."""
        make = sdist_filename if self.is_sdist else wheel_filename
        return make(self.name, self.version)

    def body(self) -> bytes:
        """Return its bytes."""
        stuff = Random(self.filename).randbytes(self.padding)  # noqa: S311 - the same in each run
        files = {f"{self.name.replace('-', '_')}.py": b"DATA = 0\n# " + stuff.hex().encode()}
        return (sdist if self.is_sdist else wheel)(self.name, self.version, files=files)


def parcels(prefix: str) -> Iterator[Parcel]:
    """Name distributions without end: new projects, further releases, two files of each."""
    number = 0
    while True:
        for version in ("1.0", "2.0"):
            for is_sdist in (False, True):
                large = LARGE if number % LARGE_EVERY == LARGE_EVERY - 1 else 0
                yield Parcel(f"{prefix}-{number // 4}", version, is_sdist, large)
                number += 1


@dataclass(slots=True)
class Witness:
    """Digests by file name: of all that was sent, and of what the client was told is published."""

    sent: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    torn: list[str] = field(default_factory=list)

    def sends(self, parcel: Parcel) -> bytes:
        """Note that a parcel is about to be sent; returns its bytes."""
        body = parcel.body()
        self.sent[parcel.filename] = hashlib.sha256(body).hexdigest()
        return body

    def hears(self, parcel: Parcel) -> None:
        """Note that the registry has acknowledged a parcel."""
        self.acknowledged[parcel.filename] = self.sent[parcel.filename]

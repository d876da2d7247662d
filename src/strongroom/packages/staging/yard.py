"""The yard: what every act on a stage needs, put together by the site, and the bounds of stages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from strongroom.packages.catalog.desk import Desk

FILES_AT_MOST: Final = 500  # in one stage, those that were taken out included
# Bytes of JSON that its files say of themselves. Each may say megabytes, well packed; the page of a
# stage, its preview and its publication read it all.
SAID_AT_MOST: Final = 32 * 1024 * 1024
OF_A_PROJECT: Final = 20  # live stages
OF_A_PERSON: Final = 50  # live stages that one person opened, of all projects
EXTENDED: Final = 2  # how many times its first life a stage may last in all
KEPT: Final = timedelta(days=30)  # how long it is told what became of a stage
HANDLE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Yard:
    """The desk at which files are judged, and how stages are kept.

    `key` is the secret from which addresses of previews are made; `entropy` gives random bytes;
    `life` is how long a stage lasts; `settled` for how long somebody must have had a role before
    they approve; `program` is the version of this software, by which files are judged.
    """

    desk: Desk
    key: bytes = field(repr=False)
    entropy: Callable[[int], bytes]
    life: timedelta
    settled: timedelta
    program: str

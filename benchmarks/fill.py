"""Fills a Strongroom registry from a corpus, in a process of its own: `python -m benchmarks.fill`.

Every file goes through the real pipeline of an upload, checks included, and every page is rendered
by the real renderers. Three things differ from a registry in use: a batch of uploads is one
transaction of the database, the pages of a project are rendered once, after its last file, and
nothing waits for the disk, since nobody mourns a corpus that a power cut spoils.
"""

import os
import sys
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.corpus import Corpus, Distribution

if TYPE_CHECKING:
    from strongroom.core.actors import Actor
    from strongroom.packages.catalog.desk import Desk
    from strongroom.site.assembly import House

BATCH = 500  # files
OWNER = "bench"


def main() -> int:
    """Fill the registry of STRONGROOM_DATA: `PROJECTS SHRUNK`, as a corpus has them."""
    from strongroom.site.start import start  # noqa: PLC0415 - rows come after the settings

    os.fsync = _not_now
    start(os.environ)
    from strongroom.core.actors import Assurance  # noqa: PLC0415
    from strongroom.people.accounts.users import find_user, person  # noqa: PLC0415
    from strongroom.site.assembly import house  # noqa: PLC0415

    actor = person(find_user(OWNER), "session", Assurance.MULTI_FACTOR)
    _fill(house(), actor, Corpus(*map(int, sys.argv[1:])))
    os.sync()
    return 0


def _not_now(fd: object) -> None:
    del fd


def _fill(registry: "House", actor: "Actor", corpus: Corpus) -> None:
    from django.db import transaction  # noqa: PLC0415

    quiet = replace(registry.desk, react=lambda _: None)
    files = corpus.files()
    while batch := list(islice(files, BATCH)):
        with transaction.atomic():
            for one in batch:
                _publish(quiet, actor, one)
    # What no page shows yet is what a crash would leave behind, and is made good the same way.
    while registry.reactions.catch_up(BATCH):
        pass


def _publish(desk: "Desk", actor: "Actor", one: Distribution) -> None:
    from strongroom.packages.publishing.pipeline import publish  # noqa: PLC0415
    from strongroom.packages.publishing.steps import Upload  # noqa: PLC0415

    with desk.blobs.receive() as incoming:
        incoming.write(one.body)
        publish(Upload(actor, "pypi", one.filename, {}, incoming), desk)


if __name__ == "__main__":
    sys.exit(main())

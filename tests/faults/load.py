"""Publishers and a reader at work on a server, through everything that happens to it.

A publisher whose upload fails sends the same file again, as people do, or gives it up, by chance.
The reader takes the newest page, and whatever it lists must be there with its bytes.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random

from tests.faults.shown import files_of, projects, sha256_of
from tests.faults.witness import Parcel, Witness, parcels
from tests.native.server import Server
from tests.native.uploads import posted

PUBLISHERS = 3
PAUSE = 0.1  # seconds after a failure
REST = 0.05  # seconds between uploads, and between reads: others use this machine too
REFUSALS = frozenset({503, 507})


@dataclass(slots=True)
class Client:
    """Uploads to a server and looks at what it shows; `statuses` counts what it was answered."""

    server: Server
    witness: Witness
    reads: bool = True  # whether reads must go on, or may be refused until the fault has ended
    statuses: Counter[int] = field(default_factory=Counter)

    def sent(self, parcel: Parcel) -> bool:
        """Send one distribution and say whether it was acknowledged."""
        body = self.witness.sends(parcel)
        try:
            answer, _ = posted(self.server, parcel.filename, body)
        except (OSError, HTTPException):
            self.statuses[0] += 1
            return False
        self.statuses[answer.status] += 1
        if answer.status == 200:
            self.witness.hears(parcel)
        elif answer.status not in REFUSALS or not answer.headers["Retry-After"]:
            told = f"{answer.status} {answer.reason}"
            self.witness.torn.append(f"{parcel.filename} was answered {told}")
        return answer.status == 200

    def look(self, project: str, expected: str = "") -> None:
        """Read a project's page and all that it lists, a file that was acknowledged among it."""
        try:
            listed = files_of(self.server, project)
        except OSError as error:
            if not self._may_refuse(str(error)) and project in projects(self.server):
                self.witness.torn.append(f"{project} is in the index and has no page")
            return
        if expected and expected not in listed:
            self.witness.torn.append(f"{expected} was acknowledged and is not listed")
        for filename, file in listed.items():
            found = sha256_of(self.server, file.path)
            if found != file.sha256 and not self._may_refuse(found):
                self.witness.torn.append(f"{filename} is listed and cannot be had: {found}")

    def _may_refuse(self, told: str) -> bool:
        return not self.reads and told.startswith("503 ")


@dataclass(slots=True)
class Load:
    """What goes on at a server: `begun` is set with each acknowledgement.

    `prompt` says whether whatever is acknowledged must be listed at once. Where the database dies
    between the commit and the pages, the program promises them for a few seconds later only.
    """

    client: Client
    prompt: bool = True
    begun: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def publish(self, prefix: str, chance: Random) -> None:
        """Publish one distribution after the other until told to stop."""
        for parcel in parcels(prefix):
            while not self.stop.wait(REST):
                if self.client.sent(parcel):
                    self.begun.set()
                    break
                if self.stop.wait(PAUSE) or chance.random() < 1 / 2:
                    break
            if self.stop.is_set():
                return

    def read(self) -> None:
        """Read what was published last, until told to stop."""
        while not self.stop.wait(REST):
            newest = next(reversed(self.client.witness.acknowledged), "")
            try:
                if newest:
                    self._look(newest)
            except (OSError, HTTPException):
                self.stop.wait(PAUSE)

    def _look(self, newest: str) -> None:
        project = newest.split("-", maxsplit=1)[0].replace("_", "-")
        self.client.look(project, newest if self.prompt else "")


@contextmanager
def load(client: Client, prefix: str, seed: int = 1, *, prompt: bool = True) -> Iterator[Load]:
    """Keep a server busy while the context lasts."""
    busy = Load(client, prompt)
    work: list[Callable[[], None]] = [busy.read]
    for number in range(PUBLISHERS):
        chance = Random(seed * 100 + number)  # noqa: S311 - the same in each run
        work.append(lambda number=number, chance=chance: busy.publish(f"{prefix}{number}", chance))  # type: ignore[misc]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    try:
        yield busy
    finally:
        busy.stop.set()
        for thread in threads:
            thread.join()

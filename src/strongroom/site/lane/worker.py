"""The worker process: gunicorn's arbiter above it, the loop within, and a clean end.

The arbiter starts workers, replaces one that died, and tells them to stop; the listening sockets
are its own. A worker that is told to stop takes no more connections, answers whoever is waiting,
and ends when the last has gone or the time for it is over. One whose arbiter was killed has next to
no time: whoever starts the server again waits for its address and its folder.
"""

import gc
import os
import resource
import sys
import time
from typing import Any

from gunicorn.workers import base  # type: ignore[import-untyped] # no stubs

from strongroom.api.health import live
from strongroom.site.application import people_and_clients
from strongroom.site.assembly import House, house
from strongroom.site.lane.behind import Behind, Wire
from strongroom.site.lane.loop import Loop
from strongroom.site.lane.pace import Patience
from strongroom.site.lane.parts import Parts
from strongroom.site.lane.places import Places
from strongroom.site.lane.shown import AtHand, Shelf
from strongroom.site.lane.tally import Tally
from strongroom.stores.pages.disk import DiskPages

BEAT_EVERY = 1.0  # seconds
ORPHAN = 1.0  # seconds that an orphan has to answer whoever is waiting
# A thread that computes gives way to the loop this often; the usual 5 ms would be paid three times
# for each answer.
SWITCH_EVERY = 0.0005  # seconds
FILES_BESIDES = 512  # open files that are no connections: the database, uploads, the program


class LaneWorker(base.Worker):  # type: ignore[misc] # gunicorn is not typed
    """A worker of gunicorn's whose connections are the loop's."""

    _beaten = 0.0

    def run(self) -> None:
        """Serve until told to stop, then let what has begun come to its end."""
        with house().downloads.kept():
            self._serve()
        if self._is_orphan:
            # No arbiter will kill us for waiting for a thread that waits for its client.
            os._exit(1)

    def _serve(self) -> None:
        sys.setswitchinterval(SWITCH_EVERY)
        loop = self._loop()
        # What is loaded by now stays. To look through all of it for garbage again and again stops
        # every thread for a fifth of a second, and unshares its memory from the other processes.
        gc.freeze()
        loop.start(self.PIPE[0])
        while self.alive and not self._is_orphan:
            self._turn(loop)
        loop.stop()
        for listener in self.sockets:
            # Else nobody could listen at our address while we come to our end.
            listener.close()
        began = time.monotonic()
        while not loop.empty and time.monotonic() - began < self._grace:
            self._turn(loop)
        loop.close()

    @property
    def _is_orphan(self) -> bool:
        return bool(self.ppid != os.getppid())

    @property
    def _grace(self) -> float:
        return ORPHAN if self._is_orphan else float(self.cfg.graceful_timeout)

    def _turn(self, loop: Loop) -> None:
        loop.turn()
        if time.monotonic() - self._beaten >= BEAT_EVERY:
            self._beaten = time.monotonic()
            self.notify()

    def _loop(self) -> Loop:
        registry = house()
        most = _files(registry.configuration.connections)
        for listener in self.sockets:
            listener.settimeout(0)
        patience = Patience()
        behind = Behind(
            self.wsgi, self.cfg, patience, failed=self._failed, alive=lambda: bool(self.alive)
        )
        doors = people_and_clients(registry, registry.shelf.pages.open)
        parts = Parts(_shelf(registry), doors, behind, Tally(registry.metrics, registry.downloads))
        return Loop(self.sockets, parts, Places(most, patience), self.cfg.threads)

    def _failed(self, request: Any, wire: Wire, peer: Any, error: BaseException) -> None:  # noqa: ANN401 - gunicorn is not typed
        self.handle_error(request, wire, peer, error)


def _shelf(registry: House) -> Shelf:
    """Return what the loop answers itself: nothing that another machine must be asked for."""
    pages = registry.shelf.pages.open
    if not isinstance(pages, DiskPages):
        return Shelf(tuple, {"health": live})
    at_hand = AtHand(pages)
    return Shelf(at_hand.taken, people_and_clients(registry, at_hand))


def _files(connections: int) -> int:
    """Let this process open as many files as it may; returns how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = 2 * connections + FILES_BESIDES  # a connection may have a file to send
    if hard != resource.RLIM_INFINITY:
        wished = min(wished, hard)
    if soft != resource.RLIM_INFINITY and soft < wished:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
    return max(16, min(connections, (wished - FILES_BESIDES) // 2))

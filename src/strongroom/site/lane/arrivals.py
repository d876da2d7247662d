"""The door of the process: its listening sockets, and how many are taken in at once."""

import logging
import selectors
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from strongroom.site.lane.connection import Connection
from strongroom.site.lane.places import Places

logger = logging.getLogger(__name__)

AT_ONCE = 8  # before those who are in are seen to; to take one in costs as much as to answer it
LAST_CALL = 2048  # when it stops; a flood must not keep it from stopping


class Arrivals:
    """Takes in who comes, while there is room."""

    def __init__(
        self, listeners: Sequence[Any], places: Places, close: Callable[[Connection], None]
    ) -> None:
        """Take them from `listeners`; `close` lets go of those that give way to them."""
        self._listeners = listeners
        self._places = places
        self._let_go = close
        self._open = False

    def open(self, heard: Callable[[Any], None]) -> None:
        """Have `heard` called when somebody comes; raises OSError if there is no memory for it."""
        if not self._open:
            for listener in self._listeners:
                self._places.selector.register(listener, selectors.EVENT_READ, heard)
                self._places.early.register(listener, selectors.EVENT_READ, heard)
            self._open = True

    def pause(self) -> None:
        """Let those who come wait, until it is opened again."""
        if self._open:
            for listener in self._listeners:
                self._places.selector.unregister(listener)
                self._places.early.unregister(listener)
            self._open = False

    def take(self, listener: Any, now: float, most: int = AT_ONCE) -> Iterator[Connection]:  # noqa: ANN401 - gunicorn's wrapper of a socket
        """Take in who has come, but not more than some, and yield each."""
        for _ in range(most):
            connection = self._taken(listener, now)
            if connection is None:
                return
            yield connection

    def close(self, now: float) -> None:
        """Take in who is connected already, and have the system refuse whoever comes later.

        He would wait for nothing, while another server may be there for him.
        """
        for listener in self._listeners:
            for _ in self.take(listener, now, LAST_CALL):
                pass
        self.pause()
        for listener in self._listeners:
            listener.close()

    def _taken(self, listener: Any, now: float) -> Connection | None:  # noqa: ANN401 - likewise
        """Take in one, if there is one, and room."""
        victim = self._places.victim() if self._places.full else None
        if victim is None and self._places.full:
            self.pause()  # until the next look at the clock
            return None
        try:
            sock, peer = listener.accept()
            connection = self._places.add(sock, peer, listener.getsockname(), now)
        except (BlockingIOError, ConnectionError):
            return None
        except OSError as error:  # no file or memory is left for it
            logger.warning("no connection can be accepted: %s", error)
            self.pause()
            return None
        if victim is not None:
            self._let_go(victim)
        return connection

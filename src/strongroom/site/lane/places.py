"""The places for connections: how many there may be, what each is doing, and who gives way.

A place costs little, so there are many, and whoever holds one without using it loses it first: the
slow readers, then those who have been silent for longest. A flood of connections that say
nothing therefore pushes out itself.
"""

import selectors
import socket
from collections import deque
from contextlib import suppress
from typing import Any

from strongroom.site.lane import turns
from strongroom.site.lane.connection import Connection, Phase
from strongroom.site.lane.pace import Patience

SLOW = 16 * 1024  # bytes a second; who takes less may have to give way
_EVENTS = {
    Phase.READING: selectors.EVENT_READ,
    Phase.BEHIND: 0,
    Phase.SENDING: selectors.EVENT_WRITE,
    Phase.RESTING: 0,
    Phase.ENDING: selectors.EVENT_READ,
}


class Places:
    """The connections of one process."""

    def __init__(self, most: int, patience: Patience) -> None:
        """Hold at most so many connections."""
        self.patience = patience
        self.selector = selectors.DefaultSelector()
        # The same without those that press: however many they are, a look at it costs the same.
        self.early = selectors.DefaultSelector()
        self._most = most
        self._connections: set[Connection] = set()
        # Those for which nothing is done now, the one of which that is true for longest first.
        self._waiting: dict[Connection, None] = {}
        self._slowest: deque[Connection] = deque()

    @property
    def empty(self) -> bool:
        """Say whether no connection is left."""
        return not self._connections

    @property
    def full(self) -> bool:
        """Say whether every place is taken."""
        return len(self._connections) >= self._most

    def all(self) -> tuple[Connection, ...]:
        """Return all connections."""
        return tuple(self._connections)

    def add(self, sock: socket.socket, peer: Any, server: Any, now: float) -> Connection:  # noqa: ANN401 - addresses have many forms
        """Give a place to a new connection; raises OSError, and closes it, if there is none."""
        connection = Connection(sock, peer, server, now)
        try:
            self.selector.register(sock, selectors.EVENT_READ, connection)
            self.early.register(sock, selectors.EVENT_READ, connection)
        except OSError:
            self._forget(connection)
            sock.close()
            raise
        sock.settimeout(0)
        with suppress(OSError):  # a client that has gone already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.add(connection)
        self._waiting[connection] = None
        return connection

    def stay(self, connection: Connection, now: float) -> None:
        """Note that a connection reads on, after an answer that went out at once."""
        del self._waiting[connection]
        self._waiting[connection] = None
        connection.since = now

    def attend(self, connection: Connection, now: float) -> None:
        """Note that a connection is seen to; raises OSError if there is no memory to note it."""
        connection.had = turns.attended(connection.had, now - connection.seen)
        connection.seen = now
        presses = turns.presses(connection.had, before=connection.presses)
        if presses != connection.presses:
            connection.presses = presses
            if presses:
                self.early.unregister(connection.sock)
            else:
                self.early.register(connection.sock, _EVENTS[connection.phase], connection)

    def become(self, connection: Connection, phase: Phase, now: float) -> None:
        """Note what a connection does from now on."""
        before, after = _EVENTS[connection.phase], _EVENTS[phase]
        if before != after:
            for selector in (self.selector,) if connection.presses else (self.selector, self.early):
                if not before:
                    selector.register(connection.sock, after, connection)
                elif after:
                    selector.modify(connection.sock, after, connection)
                else:
                    selector.unregister(connection.sock)
        self._waiting.pop(connection, None)
        if phase not in {Phase.SENDING, Phase.BEHIND}:
            self._waiting[connection] = None
        if phase is not Phase.SENDING:
            connection.moved = connection.wanted = 0
        connection.phase, connection.since = phase, now
        connection.brisk = (connection.moved, now)

    def remove(self, connection: Connection) -> None:
        """Close a connection at once."""
        if connection.closed:
            return
        if _EVENTS[connection.phase]:
            self._forget(connection)
        self._waiting.pop(connection, None)
        self._connections.discard(connection)
        connection.close()

    def victim(self) -> Connection | None:
        """Return the connection that gives way to a new one, if there is one that can."""
        while self._slowest:
            slow = self._slowest.popleft()
            if slow.phase is Phase.SENDING and not slow.closed:
                return slow
        # Who has sent something, and only waits for us, goes last.
        idle = (one for one in self._waiting if not one.queued)
        return next(idle, None) or next(iter(self._waiting), None)

    def rest(self, connection: Connection, now: float) -> None:
        """Hear nothing of a connection for a moment, after which it stands in the other line."""
        connection.had, connection.seen = turns.REFUSED, now
        self.become(connection, Phase.RESTING, now)

    def rested(self) -> list[Connection]:
        """Return the connections that may be heard again."""
        return [one for one in self._waiting if one.phase is Phase.RESTING]

    def overdue(self, now: float, *, stopping: bool) -> list[Connection]:
        """Return the connections whose time is up; also looks for the slow ones."""
        slow = [one for one in self._connections if self._is_slow(one, now)]
        self._slowest = deque(sorted(slow, key=lambda one: one.brisk[1]))
        allowed = self._allowed
        return [one for one in self._connections if now - one.since > allowed(one, stopping)]

    def close(self) -> None:
        """Look for nobody any more."""
        self.selector.close()
        self.early.close()

    def _forget(self, connection: Connection) -> None:
        for selector in (self.selector, self.early):
            with suppress(KeyError, ValueError):  # it is not there
                selector.unregister(connection.sock)

    def _allowed(self, connection: Connection, stopping: bool) -> float:  # noqa: FBT001 - a fact
        patience = self.patience
        match connection.phase:
            case Phase.READING:
                idle = patience.gone if stopping else patience.idle
                return patience.head if connection.inbox else idle
            case Phase.SENDING:
                return patience.answer.allowance(max(0, connection.moved))
            case Phase.ENDING:
                return patience.heard_out if connection.unread else patience.gone
        return float("inf")  # a thread keeps its own time, and a rest ends by itself

    def _is_slow(self, connection: Connection, now: float) -> bool:
        """Say whether a client has taken little of late; what the system buffers goes at once."""
        if connection.phase is not Phase.SENDING:
            return False
        moved, at = connection.brisk
        if connection.moved - moved >= SLOW * self.patience.sluggish:
            connection.brisk = (connection.moved, now)
            return False
        return now - at > self.patience.sluggish

"""The loop: it accepts, reads heads, answers plain requests, and never waits for one client.

A connection costs a thread only while its request is worked on. A head must come in time and within
bounds; what is plain and at hand is answered at once; the rest waits for a thread in a short line,
or is told to come again.
"""

import logging
import os
import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from strongroom.packages.shelf.serve import Answer, Stretch
from strongroom.site.lane import heads, refusals
from strongroom.site.lane.admission import Kind
from strongroom.site.lane.arrivals import Arrivals
from strongroom.site.lane.behind import Outcome
from strongroom.site.lane.connection import Connection, Phase, opened
from strongroom.site.lane.crew import After, Crew
from strongroom.site.lane.heads import Plain
from strongroom.site.lane.parts import Parts
from strongroom.site.lane.places import Places
from strongroom.site.lane.shown import NotAtHandError, Shown, shown
from strongroom.site.lane.stamps import Stamps
from strongroom.site.lane.turns import Lines

logger = logging.getLogger(__name__)

HEAD_BYTES = 32 * 1024
HEARD_OUT_BYTES = 256 * 1024 * 1024
_BLOCK = 65536


class Loop:
    """Serves the connections of one process; everything here runs on one thread."""

    def __init__(
        self, listeners: Sequence[Any], parts: Parts, places: Places, threads: int
    ) -> None:
        """Serve what comes to `listeners`, which are sockets that do not block."""
        self._parts = parts
        self._places = places
        self._patience = places.patience
        self._crew = Crew(threads, places.patience.line, self._close)
        self._heads = heads.Heads()
        self._arrivals = Arrivals(listeners, places, self._close)
        self._lines: Lines[Connection] = Lines()
        self._now = self._looked = time.monotonic()
        self._stamps = Stamps(time.time)
        self._stopping = False

    @property
    def empty(self) -> bool:
        """Say whether no connection is left."""
        return self._places.empty

    def start(self, signals: int) -> None:
        """Begin to accept; a byte that is readable at `signals` ends a turn."""
        self._places.selector.register(signals, selectors.EVENT_READ, _emptied)
        for selector in (self._places.selector, self._places.early):
            selector.register(self._crew.awake, selectors.EVENT_READ, self._finished)
        self._arrivals.open(self._came)

    def turn(self) -> None:
        """Wait for something to happen, and see to some of it."""
        if not self._lines.first:
            self._wait()
        self._now = time.monotonic()
        for connection in self._lines.turn(time.monotonic):
            connection.queued = False
            if not connection.closed:
                self._safely(connection, self._act)
        self._crew.begin(self._now)
        if self._now - self._looked >= self._patience.look:
            self._look()
        self._parts.tally.tell(self._now)

    def stop(self) -> None:
        """Take no more; who is silent has a moment left, who is being answered has it all."""
        self._stopping = True
        self._arrivals.close(self._now)

    def close(self) -> None:
        """Let go of everything."""
        for connection in self._places.all():
            self._close(connection)
        self._crew.close()
        self._parts.tally.tell(self._now, all_of_it=True)
        self._places.close()

    # Coming and going

    def _wait(self) -> None:
        """Wait for whoever there is; or look who else has come, if there are some to see to."""
        if self._lines.other:
            events = self._places.early.select(0)
        else:
            quiet = min(self._patience.look, self._crew.pause(self._now))
            events = self._places.selector.select(quiet)
        self._now = time.monotonic()
        for key, _ in events:
            subject = key.data
            if type(subject) is Connection:
                self._line_up(subject)
            else:
                subject(key.fileobj)

    def _line_up(self, connection: Connection) -> None:
        if not connection.queued:
            connection.queued = True
            self._lines.put(connection, presses=connection.presses)

    def _came(self, listener: Any) -> None:  # noqa: ANN401 - gunicorn's wrapper of a socket
        for connection in self._arrivals.take(listener, self._now):
            self._line_up(connection)  # most have something to say at once

    def _look(self) -> None:
        """Let go of those whose time is up."""
        self._looked = self._now
        for connection in self._places.overdue(self._now, stopping=self._stopping):
            self._safely(connection, self._give_up)
        for connection in self._crew.overdue(self._now):
            self._safely(connection, self._turn_away)
        for connection in self._places.rested():
            self._safely(connection, self._hear_again)
        if not self._stopping and not self._places.full:
            with suppress(OSError):  # no memory for it yet; the next look tries again
                self._arrivals.open(self._came)

    def _give_up(self, connection: Connection) -> None:
        if connection.phase is Phase.READING and connection.inbox:
            self._refuse(connection, refusals.too_slow(self._patience.head))
        else:
            self._close(connection)

    def _hear_again(self, connection: Connection) -> None:
        self._places.become(connection, Phase.READING, self._now)
        self._advance(connection)

    def _turn_away(self, connection: Connection) -> None:
        self._refuse(connection, refusals.busy())

    def _close(self, connection: Connection) -> None:
        self._tell(connection)
        self._places.remove(connection)

    def _end(self, connection: Connection) -> None:
        with suppress(OSError):  # a client that has gone is met again when it is heard
            connection.sock.shutdown(socket.SHUT_WR)
        self._places.become(connection, Phase.ENDING, self._now)

    # What happens to a connection

    def _act(self, connection: Connection) -> None:
        """Do what a connection waits for; raises OSError if it is gone."""
        self._places.attend(connection, self._now)
        if connection.phase is Phase.READING:
            if connection.more:
                self._advance(connection)
            else:
                self._read(connection)
        elif connection.phase is Phase.SENDING:
            self._send_on(connection)
        else:
            self._hear(connection)

    def _safely(self, connection: Connection, act: After) -> None:
        """Do something with a connection, whose failure must not be that of the others."""
        try:
            act(connection)
        except BlockingIOError:
            return
        except OSError:  # the client is gone
            self._close(connection)
        except Exception:
            logger.exception("a connection failed in the loop")
            self._close(connection)

    def _read(self, connection: Connection) -> None:
        data = connection.sock.recv(_BLOCK)
        if not data:
            self._close(connection)
            return
        if connection.inbox:
            connection.inbox += data
        else:
            connection.inbox = data
            connection.since = self._now
        self._advance(connection)

    def _hear(self, connection: Connection) -> None:
        data = connection.sock.recv(_BLOCK)
        connection.moved += len(data)
        if not data or connection.moved > HEARD_OUT_BYTES:
            self._close(connection)

    def _advance(self, connection: Connection) -> None:
        """See to the next request of the inbox; the one after it waits for its turn.

        What else was sent waits with the system, or one client could fill the memory.
        """
        connection.more = False
        if len(connection.inbox) < max(1, connection.wanted):
            return
        if self._step(connection) and connection.inbox:
            connection.more = True
            self._line_up(connection)

    def _step(self, connection: Connection) -> bool:
        """See to the next request of the inbox; say whether the one after it may follow."""
        inbox = connection.inbox
        end = inbox.find(heads.END)
        if end < 0:
            self._incomplete(connection)
            return False
        request = self._heads.plain(inbox[:end])
        answer = None
        if request is not None:
            try:
                answer = self._parts.shelf.answer(request)
            except NotAtHandError:
                if not self._crew.full(Kind.READ):
                    self._fetch(connection, request, end + 4)
                    return False
            except Exception:  # noqa: BLE001, S110 - fails again on a thread, where it is told
                pass
            if answer is None and self._crew.full(Kind.READ):
                # He keeps his connection: to have him come by another would cost as much again.
                answer = shown((request.method, request.path), refusals.busy())
                connection.rests = True
        if request is None or answer is None:
            self._hand_over(connection, inbox[:end])
            return False
        connection.inbox = inbox[end + 4 :]
        connection.keep = not (request.fields.closes or self._stopping)
        return self._show(connection, answer)

    def _incomplete(self, connection: Connection) -> None:
        inbox = connection.inbox
        if len(inbox) > HEAD_BYTES:
            self._refuse(connection, refusals.head_too_long(HEAD_BYTES))
        elif inbox.count(b"\n") != inbox.count(b"\r\n"):
            # Lines that end in another way never make a head. The parser says so at once.
            self._queue(connection, Kind.READ)

    # Answers of the loop

    def _show(self, connection: Connection, answer: Shown) -> bool:
        """Send an answer; say whether all of it is sent and the connection stays."""
        body = answer.body
        if isinstance(body, Stretch):
            try:
                connection.output.file = opened(body) if body.length else None
            except OSError as error:
                answer = shown((answer.method, answer.path), refusals.not_opened(error))
                body = answer.body
        number, stamp = self._stamps.next()
        end = b"\r\n\r\n" if connection.keep else b"\r\nConnection: close\r\n\r\n"
        head = b"".join((answer.head, stamp, end))
        connection.told = (answer, number, self._now)
        connection.moved = -len(head)
        if isinstance(body, bytes) and len(body) < _BLOCK:
            return self._send_at_once(connection, head + body)
        connection.output.blocks.append(memoryview(head))
        if isinstance(body, bytes):
            connection.output.blocks.append(memoryview(body))
        return self._send(connection)

    def _send_at_once(self, connection: Connection, data: bytes) -> bool:
        """Send a small answer, which nearly always goes whole; as `_send` otherwise."""
        with suppress(OSError):  # which meets it again
            sent = connection.sock.send(data)
            connection.moved += sent
            data = data[sent:]
        if data:
            connection.output.blocks.append(memoryview(data))
            return self._send(connection)
        return self._sent(connection)

    def _send(self, connection: Connection) -> bool:
        """Send what goes now; say whether that was all and the connection stays."""
        try:
            connection.moved += connection.output.flush(connection.sock)
        except OSError:
            self._close(connection)
            return False
        if connection.output.empty:
            return self._sent(connection)
        self._places.become(connection, Phase.SENDING, self._now)
        return False

    def _send_on(self, connection: Connection) -> None:
        connection.moved += connection.output.flush(connection.sock)
        if connection.output.empty and self._sent(connection):
            self._advance(connection)

    def _sent(self, connection: Connection) -> bool:
        self._tell(connection)
        if not connection.keep:
            self._end(connection)
            return False
        if connection.rests:
            connection.rests = False
            self._places.rest(connection, self._now)
            return False
        if connection.phase is Phase.READING:
            self._places.stay(connection, self._now)
        else:
            self._places.become(connection, Phase.READING, self._now)
        return True

    def _tell(self, connection: Connection) -> None:
        if connection.owed:
            self._parts.behind.owed.give(connection.owed)
            connection.owed = 0
        if connection.told is not None:
            answer, number, began = connection.told
            connection.told = None
            sent = max(0, connection.moved)
            self._parts.tally.add(answer, number, sent, time.monotonic() - began)

    def _refuse(self, connection: Connection, answer: Answer) -> None:
        """Answer a request of which not all was read, and hear its client out."""
        asked = heads.glance(connection.inbox)
        connection.inbox, connection.keep, connection.unread = b"", False, True
        self._show(connection, shown(asked, answer))

    # Work for threads

    def _hand_over(self, connection: Connection, head: bytes) -> None:
        wanted = heads.still_wanted(head)
        if wanted is None:
            self._queue(connection, Kind.BODY)
        elif len(connection.inbox) >= len(head) + 4 + wanted:
            self._queue(connection, Kind.READ)
        else:
            connection.wanted = len(head) + 4 + wanted

    def _queue(self, connection: Connection, kind: Kind) -> None:
        inbox = connection.inbox

        def job() -> Any:  # noqa: ANN401 - what Crew calls After
            outcome = self._parts.behind.handle(
                connection.sock, inbox, connection.peer, connection.server
            )
            return lambda connection: self._left(connection, outcome)

        self._take(kind, connection, job)

    def _take(self, kind: Kind, connection: Connection, job: Any) -> None:  # noqa: ANN401 - likewise
        if not self._crew.take(kind, connection, job, self._now):
            self._turn_away(connection)
            return
        self._places.become(connection, Phase.BEHIND, self._now)

    def _fetch(self, connection: Connection, request: Plain, used: int) -> None:
        """Have a thread read a page from the disk, and answer with it."""
        door = self._parts.doors[request.room]

        def job() -> Any:  # noqa: ANN401 - likewise
            try:
                answer = door(request.path, request.query, request.fields.asked)
            except Exception:  # noqa: BLE001 - fails again behind, where it is told
                answer = None
            return lambda connection: self._fetched(connection, request, answer, used)

        self._take(Kind.READ, connection, job)

    def _fetched(
        self, connection: Connection, request: Plain, answer: Answer | None, used: int
    ) -> None:
        if answer is None:
            self._queue(connection, Kind.READ)
            return
        connection.inbox = connection.inbox[used:]
        connection.keep = not (request.fields.closes or self._stopping)
        if self._show(connection, shown((request.method, request.path), answer)):
            self._advance(connection)

    def _left(self, connection: Connection, outcome: Outcome) -> None:
        """Send what a thread has left to be sent, and go on with the connection."""
        connection.output, connection.inbox = outcome.output, outcome.inbox
        connection.owed, connection.keep = outcome.output.bytes, outcome.keep
        connection.unread = outcome.unread
        if self._send(connection):
            self._advance(connection)

    def _finished(self, _awake: object) -> None:
        for connection, after in self._crew.finished():
            self._safely(connection, after)


def _emptied(signals: int) -> None:
    with suppress(BlockingIOError):
        os.read(signals, 4096)

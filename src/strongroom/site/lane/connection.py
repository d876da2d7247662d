"""One client's connection: what came, what is still to be sent, and what it is waiting for.

Nothing here blocks, and nothing here decides. A file is sent by the system from where it stands, as
much as the client takes at the moment.
"""

import os
import socket
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from strongroom.packages.shelf.serve import Stretch
from strongroom.site.lane.shown import Shown

MOST_AT_ONCE = 1024 * 1024  # bytes for one client; the others wait meanwhile


class Phase(Enum):
    """What a connection is doing."""

    READING = "reading"  # idle, or its head is coming
    BEHIND = "behind"  # a thread works on its request, or will
    SENDING = "sending"
    RESTING = "resting"  # was told to come again, and is not heard for a moment
    ENDING = "ending"  # all is said; what still comes is read and forgotten


@dataclass(slots=True)
class OpenFile:
    """A stretch of an open file, sent from `offset` on."""

    number: int
    offset: int
    left: int

    def close(self) -> None:
        """Close the file."""
        os.close(self.number)


@dataclass(slots=True)
class Output:
    """Bytes to be sent, and after them perhaps a stretch of a file."""

    blocks: deque[memoryview] = field(default_factory=deque)
    file: OpenFile | None = None

    @property
    def bytes(self) -> int:
        """Return how many bytes it holds in memory."""
        return sum(map(len, self.blocks))

    def close(self) -> None:
        """Forget what was not sent."""
        self.blocks.clear()
        if self.file is not None:
            self.file.close()
            self.file = None

    def flush(self, connection: socket.socket) -> int:
        """Send what the client takes now; returns how many bytes that were, raises OSError."""
        moved = 0
        try:
            while self.blocks and moved < MOST_AT_ONCE:
                moved += self._send(connection)
            while self.file is not None and moved < MOST_AT_ONCE:
                moved += self._send_file(connection, self.file)
        except BlockingIOError:
            pass
        return moved

    @property
    def empty(self) -> bool:
        """Say whether all is sent."""
        return not self.blocks and self.file is None

    def _send(self, connection: socket.socket) -> int:
        more = socket.MSG_MORE if self.file is not None else 0
        sent = left = connection.sendmsg(list(self.blocks)[:16], (), more)
        while left:
            block = self.blocks.popleft()
            if left < len(block):
                self.blocks.appendleft(block[left:])
                break
            left -= len(block)
        return sent

    def _send_file(self, connection: socket.socket, file: OpenFile) -> int:
        sent = os.sendfile(
            connection.fileno(), file.number, file.offset, min(file.left, MOST_AT_ONCE)
        )
        if sent == 0:
            raise BrokenPipeError  # the file is shorter than what was announced
        file.offset += sent
        file.left -= sent
        if not file.left:
            file.close()
            self.file = None
        return sent


@dataclass(slots=True, eq=False)
class Connection:
    """One client's connection."""

    sock: socket.socket
    peer: Any
    server: Any
    since: float  # when its phase began, in seconds of a steady clock
    phase: Phase = Phase.READING
    inbox: bytes = b""
    wanted: int = 0  # bytes of the inbox without which no more can be done
    output: Output = field(default_factory=Output)
    moved: int = 0  # bytes in this phase
    brisk: tuple[int, float] = (0, 0.0)  # how many, and when, when it last moved enough of them
    unread: bool = False  # it may still be sending what nobody will read
    keep: bool = True
    owed: int = 0  # bytes of a thread's answer that wait here
    closed: bool = False
    queued: bool = False  # waits for its turn; nothing is read until then
    rests: bool = False  # is told to come again by what is being sent
    more: bool = False  # a request may be left in the inbox for its next turn
    had: float = 0.0  # of the loop's attention, and when it had it last
    seen: float = 0.0
    presses: bool = False  # has had so much that it stands behind others
    told: tuple[Shown, str, float] | None = None  # the answer that is being sent, its number, start

    def close(self) -> None:
        """Close it at once."""
        self.closed = True
        self.output.close()
        self.sock.close()


def opened(stretch: Stretch) -> OpenFile:
    """Open a stretch of a file to be sent; raises FileNotFoundError if it was taken down."""
    return OpenFile(_open(stretch.path), stretch.offset, stretch.length)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

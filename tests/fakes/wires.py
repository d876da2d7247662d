"""A wire between a client and an HTTP server on which requests and answers go wrong as told.

    with meddling(server_port) as wire:
        wire.meddle("PUT", lost_reply, times=1)
        ... http://127.0.0.1:{wire.port}

One request goes through at a time on each connection, and each is noted in `wire.seen`.
"""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BLOCK = 65536
STALLED_FOR = 30.0  # seconds; longer than any client under test waits
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request under way: what was asked, and the connections to both sides."""

    head: bytes
    client: socket.socket
    server: socket.socket

    @property
    def length(self) -> int:
        """Return how many bytes of body the request has."""
        found = _LENGTH.search(self.head)
        return int(found[1]) if found else 0

    def forward(self, at_most: int | None = None) -> None:
        """Hand the request on, of its body no more than so many bytes."""
        # So that the end of the answer is the end of the connection.
        line, rest = self.head.split(b"\r\n", 1)
        self.server.sendall(line + b"\r\nConnection: close\r\n" + rest)
        left = self.length if at_most is None else min(at_most, self.length)
        while left:
            block = self.client.recv(min(left, BLOCK))
            if not block:
                return
            self.server.sendall(block)
            left -= len(block)

    def swallow(self) -> None:
        """Read the body of the request and hand it on to nobody."""
        left = self.length
        while left and (block := self.client.recv(min(left, BLOCK))):
            left -= len(block)

    def answer(self) -> bytes:
        """Return the whole answer of the server."""
        said = b""
        while block := self.server.recv(BLOCK):
            said += block
        return said


Fault = Callable[[Exchange], None]


def pass_on(exchange: Exchange) -> None:
    """Let request and answer through."""
    exchange.forward()
    exchange.client.sendall(exchange.answer())


def refused(exchange: Exchange) -> None:
    """Answer 503 and hand nothing on."""
    exchange.swallow()
    exchange.client.sendall(
        b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )


def reset_after(at_most: int) -> Fault:
    """Return a fault: so many bytes of the body arrive, then both sides are reset."""

    def reset(exchange: Exchange) -> None:
        exchange.forward(at_most)
        for side in (exchange.client, exchange.server):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return reset


def lost_reply(exchange: Exchange) -> None:
    """Let the server do what it was asked, and end the connection without its answer."""
    exchange.forward()
    exchange.answer()


def stalled(exchange: Exchange) -> None:
    """Let the server do what it was asked, and say nothing more."""
    exchange.forward()
    exchange.answer()
    exchange.client.settimeout(STALLED_FOR)
    exchange.client.recv(1)  # until the client gives up


def confirmed_only(exchange: Exchange) -> None:
    """Say that it is done, and do nothing."""
    exchange.swallow()
    exchange.client.sendall(
        b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
    )


def altered(exchange: Exchange) -> None:
    """Flip a bit in the last byte of the answer."""
    exchange.forward()
    said = bytearray(exchange.answer())
    said[-1] ^= 1
    exchange.client.sendall(said)


def cut_short(exchange: Exchange) -> None:
    """Send the answer without its last byte."""
    exchange.forward()
    exchange.client.sendall(exchange.answer()[:-1])


def not_found_by_a_proxy(exchange: Exchange) -> None:
    """Answer 404 as somebody does who knows nothing of the object."""
    exchange.swallow()
    body = b"<html>no backend</html>"
    head = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    exchange.client.sendall(head.encode() + (b"" if exchange.head.startswith(b"HEAD") else body))


@dataclass(slots=True)
class _Meddling:
    asked: re.Pattern[str]
    fault: Fault
    times: int


@dataclass(slots=True)
class Wire:
    """A wire; `seen` holds the first lines of all requests, in their order."""

    port: int
    server_port: int
    seen: list[str] = field(default_factory=list)
    _plans: list[_Meddling] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def meddle(self, asked: str, fault: Fault, times: int = 1_000_000) -> None:
        """Let `fault` happen to the next requests whose first line begins as a pattern says."""
        self._plans.append(_Meddling(re.compile(asked), fault, times))

    def fault(self, line: str) -> Fault:
        """Return what happens to a request."""
        with self._lock:
            self.seen.append(line)
            for plan in self._plans:
                if plan.times and plan.asked.match(line):
                    plan.times -= 1
                    return plan.fault
        return pass_on


@contextmanager
def meddling(server_port: int) -> Iterator[Wire]:
    """Open a wire to a server of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1], server_port)
        thread = threading.Thread(target=_accept, args=(listener, wire), daemon=True)
        thread.start()
        yield wire
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listener: socket.socket, wire: Wire) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, wire), daemon=True).start()


def _serve(client: socket.socket, wire: Wire) -> None:
    with contextlib.suppress(OSError), client:
        head = _head(client)
        if not head:
            return
        with socket.create_connection(("127.0.0.1", wire.server_port)) as server:
            wire.fault(head.split(b"\r\n")[0].decode())(Exchange(head, client, server))


def _head(client: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        # By single bytes, so that none of the body is taken.
        byte = client.recv(1)
        if not byte:
            return b""
        head += byte
    return head

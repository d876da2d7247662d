"""Requests to other machines: guarded, bounded, and the only sockets that the registry opens.

1. Only http and https; a host is resolved here, every address it has is checked, and the connection
   goes to the checked address itself, so that a name which answers otherwise the next time (DNS
   rebinding) gains nothing. Host, SNI and the certificate stay those of the name.
2. Redirects are refused unless asked for; each is checked like the first. What was allowed for the
   first host, and credentials, hold for no other.
3. Bounds in seconds (connect, read, in all) and in bytes. Bodies are never decompressed.
4. Nothing is taken from the environment: no proxy, no credentials.

The design is argued in docs/adr/0014.
"""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_address
from socket import SHUT_RDWR, SOCK_STREAM, getaddrinfo, socket
from threading import Event, Timer
from time import monotonic
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPException, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from strongroom.core.errors import ForbiddenError, InvalidError, TooLargeError, UnavailableError
from strongroom.stores.addresses import Address, Network, reachable
from strongroom.stores.targets import Target, target

BLOCK = 64 * 1024
_DIGITS = 18  # of the longest length that is a length
_MOVED = frozenset({301, 302, 303, 307, 308})
# What the libraries below raise where the other side or the network fails; ValueError is how they
# answer headers that are none.
_FAILURES = (HTTPError, HTTPException, OSError, ValueError)

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host; raises OSError if it has none."""


def system_addresses(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver, whose own time limits hold."""
    return [str(found[4][0]) for found in getaddrinfo(host, port, type=SOCK_STREAM)]


@cache
def machine_trust() -> ssl.SSLContext:
    """Return the trust of this machine, read once and when needed: it takes 30 ms to read."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one exchange: bytes of the body; seconds in all, to connect, between arrivals."""

    at_most: int
    total: float = 60.0
    connect: float = 10.0
    read: float = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """A GET of an address, or a POST where there is a body."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Bound:
    """What ends an exchange: its limits, and the moment by which it must be over."""

    limits: Limits
    until: float
    now: Callable[[], float]
    cut: Event = field(default_factory=Event)

    def left(self) -> float:
        """Return the seconds that are left; raises UnavailableError when there are none."""
        seconds = self.until - self.now()
        if seconds <= 0 or self.cut.is_set():
            raise UnavailableError(
                "outside-too-slow",
                f"The other server took longer than {self.limits.total:g} seconds.",
                "Try again later.",
            )
        return seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still on its way. `url` is where it came from in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    _response: BaseHTTPResponse = field(repr=False)
    _bound: _Bound = field(repr=False)

    def blocks(self) -> Iterator[bytes]:
        """Yield the body as it was sent, not decompressed; raises when a bound is exceeded."""
        at_most = self._bound.limits.at_most
        declared = self.headers.get("content-length", "")
        # Compared by digits first: a number of a thousand digits is slow to read.
        if declared.isdecimal() and (len(declared) > _DIGITS or int(declared) > at_most):
            raise self._too_large()
        came = 0
        while True:
            try:
                block = self._response.read(BLOCK, decode_content=False)
            except _FAILURES as error:
                self._bound.left()
                raise _failed(self.url, error) from error
            # A connection that was cut at the end of its time looks like a body at its end.
            self._bound.left()
            if not block:
                return
            came += len(block)
            if came > at_most:
                raise self._too_large()
            yield block

    def body(self) -> bytes:
        """Return the whole body; refuses one that is compressed, which nobody asked for."""
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            # What unpacks to a thousand times its size would pass every bound that counts bytes.
            raise InvalidError(
                "outside-encoded",
                f"{self.url} answers in the encoding {encoding[:40]!a}, which was not asked for.",
                "The other server must answer uncompressed when asked to.",
            )
        return b"".join(self.blocks())

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            "outside-too-large",
            f"{self.url} answers more than {self._bound.limits.at_most} bytes.",
            "Nothing of it was used.",
        )


@dataclass(frozen=True, slots=True)
class Outside:
    """Speaks HTTP to others, as `agent`; `allowed` are networks it may reach besides public ones.

    `trust` says which certificates are believed: by default those that the machine believes.
    """

    agent: str
    allowed: tuple[Network, ...] = ()
    resolve: Resolve = system_addresses
    trust: Callable[[], ssl.SSLContext] = machine_trust
    now: Callable[[], float] = monotonic

    @contextmanager
    def answer(self, request: Request, limits: Limits, redirects: int = 0) -> Iterator[Answer]:
        """Send a request and yield its answer, after at most so many redirects."""
        bound = _Bound(limits, self.now() + limits.total, self.now)
        guard = self
        while True:
            with guard._exchange(request, bound) as answer:
                onward = answer.headers.get("location")
                if answer.status not in _MOVED or onward is None:
                    yield answer
                    return
            if redirects == 0 or request.body is not None:
                raise InvalidError(
                    "outside-redirected",
                    f"{request.url} redirects to {onward[:200]!a}.",
                    "Use the final address.",
                )
            guard, request = guard._onward(request, onward)
            redirects -= 1

    def _onward(self, request: Request, onward: str) -> "tuple[Outside, Request]":
        # HTTP carries headers as Latin-1; an address in it is ASCII or refused by `target`.
        url = _joined(request.url, onward)
        before, after = target(request.url), target(url)
        if before.secure and not after.secure:
            raise ForbiddenError(
                "outside-downgraded",
                f"{request.url} redirects from https to http.",
                "The other server must stay with https.",
            )
        if before.origin == after.origin:
            return self, replace(request, url=url)
        # Else a host that may be reached could send us to any other of its network.
        kept = {name: value for name, value in request.headers.items() if name == "Accept"}
        return replace(self, allowed=()), Request(url, kept)

    @contextmanager
    def _exchange(self, request: Request, bound: _Bound) -> Iterator[Answer]:
        aim = target(request.url)
        connection = self._connected(aim, bound)
        wire: socket = connection.sock
        watch = Timer(bound.left(), _cut, (bound.cut, wire))
        watch.daemon = True
        with ExitStack() as after:
            after.callback(_release, wire)
            after.callback(connection.close)
            after.callback(watch.cancel)
            watch.start()
            response = _asked(connection, aim, request, self.agent, bound)
            after.callback(response.close)
            headers = {name.lower(): response.headers[name] for name in response.headers}
            yield Answer(request.url, response.status, headers, response, bound)

    def _connected(self, aim: Target, bound: _Bound) -> HTTPConnection:
        failure: Exception | None = None
        for address in self._addresses(aim):
            seconds = min(bound.limits.connect, bound.left())
            connection = self._connection(aim, str(address), seconds)
            try:
                connection.connect()
            except _FAILURES as error:
                connection.close()
                failure = error
                continue
            connection.timeout = bound.limits.read
            connection.sock.settimeout(bound.limits.read)
            return connection
        raise _failed(aim.url, failure)

    def _connection(self, aim: Target, address: str, seconds: float) -> HTTPConnection:
        if not aim.secure:
            return HTTPConnection(address, aim.port, timeout=seconds)
        return HTTPSConnection(
            address, aim.port, timeout=seconds, ssl_context=self.trust(), server_hostname=aim.host
        )

    def _addresses(self, aim: Target) -> Sequence[Address]:
        try:
            named = [aim.host] if aim.is_address else self.resolve(aim.host, aim.port)
            found = [ip_address(one) for one in named]
        except (OSError, ValueError) as error:
            raise _failed(aim.url, error) from error
        for address in found:
            # All of them: a name with a public and a private address is a trick or a mistake.
            if not reachable(address, self.allowed):
                raise ForbiddenError(
                    "outside-address-refused",
                    f"{aim.host} is at {address}, which the registry does not reach for.",
                    "Only public addresses are reached unless the operator allows a network.",
                )
        return found


def _asked(
    connection: HTTPConnection, aim: Target, request: Request, agent: str, bound: _Bound
) -> BaseHTTPResponse:
    headers = {
        "Host": aim.authority,
        "User-Agent": agent,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **request.headers,
    }
    method = "GET" if request.body is None else "POST"
    try:
        connection.request(
            method,
            aim.path,
            request.body,
            headers,
            preload_content=False,
            decode_content=False,
        )
        return connection.getresponse()
    except _FAILURES as error:
        bound.left()
        raise _failed(request.url, error) from error


def _cut(cut: Event, wire: socket) -> None:
    """End a connection whose time is over, whatever waits for it meanwhile."""
    cut.set()
    try:
        # Of the plain socket, below TLS: whoever reads finds the end of the connection.
        socket.shutdown(wire, SHUT_RDWR)
    except OSError:
        return


def _release(wire: socket) -> None:
    """Close a connection at once, though an answer that was none may still hold it."""
    number = wire.detach()
    if number >= 0:
        os.close(number)


def _joined(url: str, onward: str) -> str:
    try:
        return urljoin(url, onward)
    except ValueError:
        return onward


def _failed(url: str, error: Exception | None) -> UnavailableError:
    told = f" ({type(error).__name__})" if error else ""
    return UnavailableError(
        "outside-unreachable",
        f"{url[:200]} does not answer as a server should{told}.",
        "Check the address and the other server, or try again later.",
    )

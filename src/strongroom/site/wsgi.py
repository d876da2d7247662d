"""The WSGI application: the shelf answers public reads before the framework wakes.

In order: whose address the request really comes from, the shelf's doors, whether a body is one that
may be waited for, whether the request is for this host at all, static files, and for all the rest
Django. Reads that the shelf knows never
reach the database.
"""

import ipaddress
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import BinaryIO, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.http.request import split_domain_port, validate_host

from strongroom.core.errors import (
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    TooLargeError,
)
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.packages.shelf.serve import Answer, Stream, Stretch, fetched
from strongroom.stores.folders import no_room

BLOCK = 256 * 1024
SMALL_BODY = 32 * 1024  # bytes; so small a body is here before a thread is taken
ENDLESS = str(2**62)  # bytes; stands for "until the input ends"

ShelfDoor = Callable[[str, str, Mapping[str, str]], Answer | None]
"""Takes a decoded path, a query string and headers; None if the shelf has nothing to say."""


class Front:
    """Answers from the shelf what it can, and hands the rest on."""

    def __init__(self, doors: Mapping[str, ShelfDoor], behind: WSGIApplication) -> None:
        """Find doors by the first segment of a path; all else goes to `behind`."""
        self._doors = doors
        self._behind = behind

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        door = self._doors.get(path.split("/", 2)[1] if path.startswith("/") else "")
        if door is None:
            _with_length(environ)
            return self._behind(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return send(_only_reads(method), environ, start_response)
        try:
            answer = door(path, environ.get("QUERY_STRING", ""), _Headers(environ))
        except StrongroomError as error:
            answer = refusal(error)
        if answer is None:
            return self._behind(environ, start_response)
        return send(answer, environ, start_response)


class _Headers(Mapping[str, str]):
    """The request's headers by lower-case name, read only when asked for."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        return cast("str", self._environ["HTTP_" + name.upper().replace("-", "_")])

    def __iter__(self) -> Iterator[str]:
        names = (key for key in self._environ if key.startswith("HTTP_"))
        return (name[5:].lower().replace("_", "-") for name in names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Bodies:
    """Refuses, unread, the bodies that a thread would have to wait for.

    Only the doors of uploads judge a token before they read. Elsewhere whoever sent a form slowly,
    and nobody knows who that is, would hold a thread that uploads need.
    """

    def __init__(self, behind: WSGIApplication, waited_for: Collection[str]) -> None:
        """Let any body pass below the first segments `waited_for`, and small ones elsewhere."""
        self._behind = behind
        self._waited_for = waited_for

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand a request on if its body is small, and here already."""
        room = environ["PATH_INFO"].split("/", 2)[1:2]
        if room and room[0] in self._waited_for:
            return self._behind(environ, start_response)
        if "HTTP_TRANSFER_ENCODING" in environ:
            return send(_without_length(), environ, start_response)
        if "HTTP_EXPECT" in environ:
            return send(_not_at_once(), environ, start_response)
        if int(environ.get("CONTENT_LENGTH") or 0) > SMALL_BODY:
            return send(_too_large(), environ, start_response)
        return self._behind(environ, start_response)


class Hosts:
    """Refuses what is addressed to another host, in words that clients show.

    Behind it the framework would refuse it too (a forged name could end up in a link), but without
    a word of what to do, and whoever first publishes from another machine meets it.
    """

    def __init__(self, behind: WSGIApplication, allowed: Iterable[str]) -> None:
        """Let requests for the `allowed` names pass, on any port."""
        self._behind = behind
        self._allowed = tuple(allowed)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand a request on if it is for this host."""
        name = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
        domain, _ = split_domain_port(name)
        if domain and validate_host(domain, self._allowed):
            return self._behind(environ, start_response)
        return send(_other_host(name), environ, start_response)


class Source:
    """Puts the client's own address into REMOTE_ADDR when a trusted proxy speaks for it.

    The header is read from its right end: each proxy that we trust vouches for the entry before
    it, and the first address that is not such a proxy is the client (RFC 7239, section 8.1).
    """

    def __init__(self, behind: WSGIApplication, trusted: Iterable[str]) -> None:
        """Believe X-Forwarded-For and X-Forwarded-Proto from `trusted` networks only."""
        self._behind = behind
        networks = [ipaddress.ip_network(network) for network in trusted]

        @lru_cache(maxsize=1024)
        def trusts(address: str) -> bool:
            try:
                parsed = ipaddress.ip_address(address)
            except ValueError:
                return False
            return any(parsed in network for network in networks)

        self._trusts = trusts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Settle the address, then hand the request on."""
        peer = environ.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a unix socket has no address
        peer = _address(peer) or peer
        if self._trusts(peer):
            peer = self._client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""))
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "")
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        environ["REMOTE_ADDR"] = peer
        return self._behind(environ, start_response)

    def _client(self, peer: str, forwarded: str) -> str:
        for entry in reversed(forwarded.split(",")):
            address = _address(entry)
            if address is None:
                return peer
            peer = address
            if not self._trusts(address):
                return address
        return peer


def _address(entry: str) -> str | None:
    try:
        address = ipaddress.ip_address(entry.strip())
    except ValueError:
        return None
    # A socket for both versions of IP shows version 4 inside version 6; networks are written plain.
    return str(getattr(address, "ipv4_mapped", None) or address)


def send(
    answer: Answer, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Send an answer; of a local file the server sends the bytes itself if it can."""
    reading = environ["REQUEST_METHOD"] != "HEAD"
    body: Iterable[bytes] = []
    if reading:
        try:
            answer = fetched(answer)
            body = _body(answer.body, environ)
        except StrongroomError as error:
            answer = refusal(error)
            body = _body(answer.body, environ)
    start_response(f"{answer.status} {answer.reason}", list(answer.headers))
    return body


def _body(body: bytes | Stretch | Stream, environ: WSGIEnvironment) -> Iterable[bytes]:
    if isinstance(body, bytes):
        return [body]
    if isinstance(body, Stream):
        return body.opened()
    return _stretch(body, environ)


def _stretch(stretch: Stretch, environ: WSGIEnvironment) -> Iterable[bytes]:
    file = _opened(stretch)
    wrapper = environ.get("wsgi.file_wrapper")
    # The server's own wrapper sends as many bytes as Content-Length says, from where we stand.
    if wrapper is not None:
        return cast("Iterable[bytes]", wrapper(file, BLOCK))
    return _Blocks(file, stretch.length)


def blocks(stretch: Stretch) -> Iterator[bytes]:
    """Return the bytes of a stretch of a file, which is open by then; to be closed."""
    return _Blocks(_opened(stretch), stretch.length)


def _opened(stretch: Stretch) -> BinaryIO:
    try:
        file = stretch.path.open("rb")
    except FileNotFoundError:
        raise NotFoundError("file-withdrawn", "This file was withdrawn just now.") from None
    except OSError as error:
        raise no_room(error) from error
    file.seek(stretch.offset)
    return file


class _Blocks:
    """A stretch of a file for a server that cannot send files itself; it closes the file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self._file.read(min(BLOCK, self._left))
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._file.close()


def _with_length(environ: WSGIEnvironment) -> None:
    """Let Django read a body that came in chunks: without a length it would see no body at all."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        environ["CONTENT_LENGTH"] = ENDLESS


def _other_host(name: str) -> Answer:
    return refusal(
        InvalidError(
            "host-unknown",
            f"This registry does not answer to the name {name[:100]!a}.",
            "Its operator can add the name to allowed_hosts, or set public_url.",
        )
    )


def _without_length() -> Answer:
    return refusal(
        InvalidError("length-missing", "The body has no stated length.", "Send Content-Length.")
    )


def _not_at_once() -> Answer:
    return refusal(
        InvalidError(
            "body-not-at-once",
            "A body that waits for leave is taken by uploads alone.",
            "Send it at once, without Expect.",
        )
    )


def _too_large() -> Answer:
    return refusal(
        TooLargeError(
            "body-too-large",
            f"A body has at most {SMALL_BODY} bytes here.",
            "Send less; files go to /legacy/.",
        )
    )


def _only_reads(method: str) -> Answer:
    answer = refusal(
        MethodError(
            "method-not-allowed",
            f"{method} is not possible here.",
            "This address can only be read; uploads go to /legacy/.",
        )
    )
    headers = (*answer.headers, ("Allow", "GET, HEAD"))
    return Answer(answer.status, answer.reason, headers, answer.body)

"""Servers on loopback that say whatever bytes they are told to, over TCP or TLS.

    with serving({"/page": answer(b"{}", "application/json")}) as server:
        ... http://127.0.0.1:{server.port}/page

A route is the bytes of a whole answer, or a function that is given the connection.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Route = bytes | Callable[[socket.socket], None]


def answer(body: bytes, kind: str = "text/plain", status: str = "200 OK", **more: str) -> bytes:
    """Return the bytes of a whole answer; names of further headers are written with underscores."""
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def moved(to: str) -> bytes:
    """Return a redirect."""
    return answer(b"", status="302 Found", Location=to)


@dataclass(slots=True)
class Said:
    """A server with the requests that came, as text."""

    port: int
    routes: Mapping[str, Route]
    requests: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # asked for by SNI

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(routes: Mapping[str, Route], tls: ssl.SSLContext | None = None) -> Iterator[Said]:
    """Serve routes by path, without the query; other paths answer 404."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        said = Said(listener.getsockname()[1], routes)
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: said.names.append(name)
        thread = threading.Thread(target=_accept, args=(listener, said, tls), daemon=True)
        thread.start()
        yield said
        # Wakes the thread out of its waiting; closing alone does not.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listener: socket.socket, said: Said, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_handle, args=(connection, said, tls), daemon=True).start()


def _handle(plain: socket.socket, said: Said, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError), plain, _wrapped(plain, tls) as connection:
        request = _head(connection)
        if not request:
            return
        said.requests.append(request)
        route = said.routes.get(request.split(" ")[1].partition("?")[0])
        if callable(route):
            route(connection)
        else:
            connection.sendall(route or answer(b"", status="404 Not Found"))


def _wrapped(plain: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(plain, server_side=True) if tls else plain


def _head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        block = connection.recv(65536)
        if not block:
            break
        head += block
    return head.decode("latin-1")

"""TLS in front of a server on loopback: ends it, and hands the bytes on."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BLOCK = 64 * 1024


@contextmanager
def ended(serving: ssl.SSLContext, behind: int) -> Iterator[int]:
    """Serve TLS in front of a port; yields the port that it is served at."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listener, serving, behind), daemon=True)
    thread.start()
    port: int = listener.getsockname()[1]
    yield port
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def _accept(listener: socket.socket, serving: ssl.SSLContext, behind: int) -> None:
    with suppress(OSError):
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=_serve, args=(plain, serving, behind), daemon=True).start()


def _serve(plain: socket.socket, serving: ssl.SSLContext, behind: int) -> None:
    with (
        suppress(OSError),
        serving.wrap_socket(plain, server_side=True) as outer,
        socket.create_connection(("127.0.0.1", behind)) as inner,
    ):
        back = threading.Thread(target=_pump, args=(inner, outer), daemon=True)
        back.start()
        _pump(outer, inner)
        back.join(30)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(BLOCK):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)

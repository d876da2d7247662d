"""Webhooks on loopback: a herald that reaches it, and a server that keeps what came."""

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

from strongroom.core.clock import Clock
from strongroom.packages.hooks.herald import Herald
from strongroom.stores.addresses import networks
from strongroom.stores.outside import Outside
from strongroom.stores.seals import Seal
from strongroom.stores.signatures import Signer

LOOPBACK = networks(["127.0.0.0/8"])


def herald(clock: Clock) -> Herald:
    """Return a herald that reaches loopback, without TLS too."""
    seal, outside = Seal(b"h" * 32), Outside("t", LOOPBACK)
    return Herald(
        clock,
        seal,
        secrets.token_bytes,
        outside,
        http=True,
        registry="http://registry.test",
        signer=Signer(b"s" * 32),
    )


@dataclass(frozen=True, slots=True)
class Post:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered: a status, headers, a body."""

    port: int
    came: list[Post] = field(default_factory=list)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            told = {name.lower(): value for name, value in self.headers.items()}
            receiver.came.append(Post(self.path, told, self.rfile.read(size)))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()

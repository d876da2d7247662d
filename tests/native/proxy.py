"""A reverse proxy that notes what passes: the client's view of the registry, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "server", "date"})


@contextmanager
def recorded(port: int) -> Iterator[tuple[str, list[str]]]:
    """Yield an address that leads to a port of loopback, and the lines of requests as they come."""
    lines: list[str] = []

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            lines.append(f"{self.command} {self.path}")
            onward = HTTPConnection("127.0.0.1", port)
            onward.request(self.command, self.path, headers=dict(self.headers))
            answer = onward.getresponse()
            body = answer.read()
            self.send_response(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            onward.close()

        do_HEAD = do_GET  # noqa: N815 - the name by which the handler is found

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", lines
    finally:
        server.shutdown()
        server.server_close()

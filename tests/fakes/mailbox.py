"""A mail server of loopback (RFC 5321), which keeps what it is given where tests can read it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

PATIENCE = 30.0  # seconds
_CLOSING = {"QUIT": b"221 bye"}


class Mailbox:
    """The letters that arrived, in their order."""

    def __init__(self, port: int) -> None:
        """Keep letters that are handed in at a port."""
        self.port = port
        self.letters: list[EmailMessage] = []
        self._arrived = threading.Condition()

    @property
    def setting(self) -> str:
        """Return the setting `mail` by which a registry sends its letters here."""
        return f"smtp://localhost:{self.port}"

    def put(self, letter: bytes) -> None:
        """Take a letter in."""
        with self._arrived:
            self.letters.append(message_from_bytes(letter, policy=policy.default))
            self._arrived.notify_all()

    def letter(self, to: str, about: str) -> EmailMessage:
        """Return the newest letter to an address whose subject says so, waiting for it."""

        def found() -> EmailMessage | None:
            fitting = (one for one in reversed(self.letters) if one["To"] == to)
            return next((one for one in fitting if about in str(one["Subject"])), None)

        with self._arrived:
            letter = self._arrived.wait_for(found, PATIENCE)
        assert letter is not None, [(one["To"], one["Subject"]) for one in self.letters]
        return letter


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Serve a mailbox at a free port."""

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                verb = line[:4].decode("ascii").upper()
                if verb == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    box.put(b"".join(self._text()))
                self.wfile.write(_CLOSING.get(verb, b"250 ok") + b"\r\n")
                if verb == "QUIT":
                    return

        def _text(self) -> Iterator[bytes]:
            for line in self.rfile:
                if line == b".\r\n":
                    return
                yield line.removeprefix(b".") if line.startswith(b"..") else line

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        box = Mailbox(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()

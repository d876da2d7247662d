"""A small mail server (RFC 5321) on loopback that keeps what it is given: STARTTLS, TLS, AUTH.

It says whether a letter or a password came over TLS. What it does wrong is asked of it: a server
that offers no STARTTLS stands for somebody in between who has taken the offer out.
"""

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


@dataclass(slots=True)
class Sink:
    """What a server is asked to be, and what it was given."""

    tls: ssl.SSLContext | None = None
    at_once: bool = False  # TLS from the first byte
    offers: bool = True  # STARTTLS, where it has a certificate
    account: tuple[str, str] | None = None
    refuses: bool = False  # each letter, for now
    slow: bool = False  # its greeting never ends
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)  # of each letter, whether it came over TLS
    heard: list[str] = field(default_factory=list)  # the commands, without what they say

    def texts(self, to: str) -> list[str]:
        """Return the texts of the letters to an address."""
        return [str(one.get_content()) for one in self.letters if one["To"] == to]


@contextmanager
def listening(sink: Sink) -> Iterator[Sink]:
    """Listen on a free port of loopback until the block ends."""

    class Speaker(StreamRequestHandler):
        def handle(self) -> None:
            with Conversation.over(self, sink) as conversation:
                conversation.hold()

    with ThreadingTCPServer(("127.0.0.1", 0), Speaker) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()


class Conversation:
    """One client, from the greeting to the end."""

    def __init__(self, handler: StreamRequestHandler, sink: Sink) -> None:
        self._sink = sink
        self._wire = handler.connection
        self._secure = False
        self._known = sink.account is None
        self._waiting = b""

    @classmethod
    @contextmanager
    def over(cls, handler: StreamRequestHandler, sink: Sink) -> Iterator["Conversation"]:
        conversation = cls(handler, sink)
        # Whoever does not trust us, or waits no longer, hangs up.
        with suppress(OSError):
            yield conversation
        conversation._wire.close()

    def hold(self) -> None:
        if self._sink.at_once:
            self._wrap()
        if self._sink.slow:
            while True:
                self._wire.sendall(b"220-wait\r\n")
        self._say("220 sink.test")
        while True:
            line = self._line()
            word, _, rest = line.decode().strip().partition(" ")
            self._sink.heard.append(word.upper())
            if word.upper() == "QUIT":
                self._say("221 bye")
                return
            self._answer(word.upper(), rest)

    def _answer(self, word: str, rest: str) -> None:
        if word == "EHLO":
            self._greet()
        elif word == "STARTTLS":
            self._say("220 go on")
            self._wrap()
        elif word == "AUTH":
            self._prove(rest)
        elif word == "DATA":
            self._take()
        else:
            self._say("250 ok" if self._known or word == "NOOP" else "530 who are you?")

    def _greet(self) -> None:
        offered = ["sink.test"]
        if self._sink.tls is not None and self._sink.offers and not self._secure:
            offered.append("STARTTLS")
        if self._sink.account is not None:
            offered.append("AUTH PLAIN")
        for one in offered[:-1]:
            self._say(f"250-{one}")
        self._say(f"250 {offered[-1]}")

    def _prove(self, rest: str) -> None:
        _, _, given = rest.partition(" ")
        said = tuple(base64.b64decode(given).decode().split("\0")[1:])
        self._known = said == self._sink.account
        self._say("235 welcome" if self._known else "535 no")

    def _take(self) -> None:
        if self._sink.refuses:
            self._say("451 not now")
            return
        self._say("354 go on")
        lines = []
        while (line := self._line()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self._sink.letters.append(letter)
        self._sink.secure.append(self._secure)
        self._say("250 kept")

    def _wrap(self) -> None:
        assert self._sink.tls is not None
        self._wire = self._sink.tls.wrap_socket(self._wire, server_side=True)
        self._secure = True

    def _line(self) -> bytes:
        while b"\n" not in self._waiting:
            block = self._wire.recv(4096)
            if not block:
                raise ConnectionResetError
            self._waiting += block
        line, end, self._waiting = self._waiting.partition(b"\n")
        return line + end

    def _say(self, text: str) -> None:
        self._wire.sendall(f"{text}\r\n".encode())

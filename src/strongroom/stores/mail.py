"""Handing letters to the operator's mail server, and to a folder where there is none.

To another machine only over TLS, by STARTTLS (RFC 3207) or from the first byte (RFC 8314): letters
hold codes that sign in, and whoever strips the offer of STARTTLS gets none of them. The server is
the one that the operator names, so the guard for addresses of strangers is not asked; how long it
may take is bounded, each answer and all of them.
"""

import ipaddress
import os
import secrets
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from threading import Timer
from urllib.parse import unquote, urlsplit

from strongroom.core.clock import Clock
from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.stores.folders import make_folder

FORM = "smtp://[USER:PASSWORD@]HOST[:PORT], or smtps:// for TLS from the first byte"
SECONDS = 20.0  # for each answer
IN_ALL = 60.0  # seconds for one letter
KEPT = timedelta(days=7)  # in the folder
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """The operator's mail server. `tls`: from the first byte; `here`: it is this machine's own."""

    host: str
    port: int
    tls: bool
    here: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How letters stand: how many wait, for how long the oldest has, how many were given up."""

    waiting: int
    oldest_wait: timedelta
    given_up: int


def is_valid(text: str) -> bool:
    """Say whether the setting `mail` is empty or names a server."""
    try:
        server(text)
    except ConfigurationError:
        return False
    return True


def masked(text: str) -> str:
    """Return the setting without its password."""
    parts = urlsplit(text)
    if parts.password is None:
        return text
    return text.replace(f":{parts.password}@", ":***@", 1)


def server(text: str) -> Server | None:
    """Read the setting `mail`: a server, or None where it is empty."""
    if not text:
        return None
    parts = urlsplit(text)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        port = 0
    known = parts.scheme in _PORTS and parts.path in {"", "/"} and not parts.query
    if not parts.hostname or not port or not known:
        raise ConfigurationError(
            "mail-invalid", "The setting mail names no mail server.", f"Write it as {FORM}."
        )
    return Server(
        host=parts.hostname,
        port=port,
        tls=parts.scheme == "smtps",
        here=_is_here(parts.hostname),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


@dataclass(frozen=True, slots=True)
class Post:
    """Writes letters under one sender, and hands them on.

    `folder` takes them where there is no server. `trust` says which certificates are believed.
    """

    sender: str
    clock: Clock
    server: Server | None
    folder: Path
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    in_all: float = IN_ALL

    def send(self, to: str, subject: str, text: str) -> None:
        """Deliver a letter; raises UnavailableError where that fails now."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: answers by machines stay away
        message.set_content(text)
        if self.server is None:
            self._put(message)
            return
        with self._speaking(self.server) as speaking:
            speaking.send_message(message)

    def greet(self) -> None:
        """Speak to the mail server, if there is one, as far as it takes to trust it; sends nothing.

        Raises UnavailableError.
        """
        if self.server is not None:
            with self._speaking(self.server) as speaking:
                speaking.noop()

    def forget(self, now: datetime) -> int:
        """Remove what has stood in the folder for a week; returns how many letters."""
        old = [
            one
            for one in self.folder.glob("*.eml")
            if one.stat().st_mtime < (now - KEPT).timestamp()
        ]
        for one in old:
            one.unlink(missing_ok=True)
        return len(old)

    def _put(self, message: EmailMessage) -> None:
        name = f"{self.clock.now():%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
        try:
            make_folder(self.folder)
            place = os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with open(place, "wb") as file:  # noqa: PTH123 - an open descriptor
                file.write(bytes(message))
        except OSError as error:
            raise UnavailableError(
                "mail-not-written",
                f"The letter could not be written into the data folder: {error.strerror}.",
                "See that the folder mail is the registry's own, and that the disk has room.",
            ) from error

    @contextmanager
    def _speaking(self, server: Server) -> Iterator[smtplib.SMTP]:
        speaking = (
            smtplib.SMTP_SSL(timeout=SECONDS, context=self.trust())
            if server.tls
            else smtplib.SMTP(timeout=SECONDS)
        )
        # Told to the constructor it would connect at once, and wait for a slow greeting for ever.
        speaking._host = server.host  # type: ignore[attr-defined] # noqa: SLF001
        watch = Timer(self.in_all, _cut, (speaking,))
        watch.daemon = True
        watch.start()
        try:
            speaking.connect(server.host, server.port)
            with speaking:
                _prove(speaking, server, self.trust)
                yield speaking
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError(
                "mail-refused",
                f"The mail server took no letter: {type(error).__name__}.",
                "Look at the setting mail and at the server's log.",
            ) from error
        finally:
            watch.cancel()
            speaking.close()


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _prove(speaking: smtplib.SMTP, server: Server, trust: Callable[[], ssl.SSLContext]) -> None:
    """See that nobody reads on the way, and only then say who we are."""
    speaking.ehlo_or_helo_if_needed()
    if not server.tls and not server.here:
        if not speaking.has_extn("starttls"):
            raise UnavailableError(
                "mail-insecure",
                "The mail server offers no TLS (STARTTLS), so it is told nothing.",
                "Name a server that does, or find out who is between it and the registry.",
            )
        speaking.starttls(context=trust())
        speaking.ehlo_or_helo_if_needed()  # what was said before TLS counts no more
    if server.user:
        speaking.login(server.user, server.password)


def _cut(speaking: smtplib.SMTP) -> None:
    """End a conversation whose time is over, whatever waits for an answer meanwhile."""
    wire = speaking.sock
    if wire is not None:
        with suppress(OSError):
            # Of the plain socket, below TLS: whoever reads finds the end of the connection.
            socket.socket.shutdown(wire, socket.SHUT_RDWR)

"""Handing letters to the operator's mail server, and to a folder where there is none.

To another machine only over TLS, by STARTTLS (RFC 3207) or from the first byte (RFC 8314): letters
hold codes that sign in, and whoever strips the offer of STARTTLS gets none of them. The server is
the one that the operator names, so the guard for addresses of strangers is not asked.
"""

import ipaddress
import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from strongroom.core.clock import Clock
from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.stores.folders import make_folder

FORM = "smtp://[USER:PASSWORD@]HOST[:PORT], or smtps:// for TLS from the first byte"
SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """The operator's mail server."""

    host: str
    port: int
    tls: bool  # from the first byte
    user: str = ""
    password: str = field(default="", repr=False)


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
    if not parts.hostname or not port or parts.path not in {"", "/"} or parts.query:
        raise ConfigurationError(
            "mail-invalid", "The setting mail names no mail server.", f"Write it as {FORM}."
        )
    return Server(
        host=parts.hostname,
        port=port,
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


Send = Callable[[str, str, str], None]
"""Delivers: the address, the subject, the text; raises UnavailableError."""


@dataclass(frozen=True, slots=True)
class Post:
    """Writes letters under one sender, and hands them on."""

    sender: str
    clock: Clock
    server: Server | None
    folder: Path  # for letters where there is no server

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
        try:
            _speak(self.server, message)
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError(
                "mail-refused",
                f"The mail server took no letter: {type(error).__name__}.",
                "Look at the setting mail and at the server's log.",
            ) from error

    def _put(self, message: EmailMessage) -> None:
        make_folder(self.folder)
        name = f"{self.clock.now():%Y%m%dT%H%M%S.%f}.eml"
        place = os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(place, "wb") as file:  # noqa: PTH123 - an open descriptor
            file.write(bytes(message))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connected(server: Server, trust: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trust)
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)


def _speak(server: Server, message: EmailMessage) -> None:
    trust = ssl.create_default_context()
    with _connected(server, trust) as speaking:
        if not server.tls and not _is_here(server.host):
            speaking.starttls(context=trust)  # raises where it is not offered
        if server.user:
            speaking.login(server.user, server.password)
        speaking.send_message(message)

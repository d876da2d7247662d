"""Which database the registry keeps its rows in, read strictly from one setting.

Empty is SQLite in the data folder; else it is the address of a PostgreSQL database. An address
may hold a password, so it is never repeated in an error and is shown only through `masked`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from strongroom.stores.options import options_of

SQLITE_FILE = "strongroom.sqlite3"
SCHEME = "postgresql"
FORM = "postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full"
HIDDEN = "(hidden)"
PORT = 5432

_SSLMODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_OPTIONS = frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey"})

# Of the server, for every session of ours. A statement or a wait for a lock that takes longer
# than these fails, and the door answers 503; a transaction whose process has died on another
# machine must not hold its locks until TCP gives up by itself, which takes hours.
_SERVER = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# Of the client's side of the connection (seconds), after the names of libpq.
_CLIENT: Mapping[str, object] = {
    "application_name": "strongroom",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": " ".join(f"-c {name}={value}" for name, value in _SERVER.items()),
}
_READ_COMMITTED = 2  # psycopg.IsolationLevel.READ_COMMITTED; the driver is an extra
_KEPT_FOR = 600  # seconds that a connection is used again before it is made anew


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """Where a PostgreSQL database is, and how to get in. `host` may be the folder of a socket."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(default="", repr=False)
    tls: Mapping[str, str] = field(default_factory=dict)

    def parameters(self) -> dict[str, object]:
        """Return what psycopg connects with."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            **_CLIENT,
            **self.tls,
        }


def parse(text: str) -> PostgreSQL | None:
    """Read the setting: None for SQLite; raises ValueError, whose words hold nothing of it."""
    if not text:
        return None
    if not text.isprintable() or " " in text:
        message = "it holds a space or a control character"
        raise ValueError(message)
    parts = urlsplit(text)
    name = _plain(parts.path.removeprefix("/"))
    options = _options(parts.query)
    user = _plain(parts.username or "")
    host = options.pop("host", "") or _plain(parts.hostname or "")
    if parts.scheme != SCHEME or parts.fragment or not (user and name) or "/" in name:
        message = "it does not have the form of an address"
        raise ValueError(message)
    if not host or ("host" in dict(parse_qsl(parts.query)) and parts.hostname):
        message = "it names no host, or two"
        raise ValueError(message)
    return PostgreSQL(host, _port(parts), name, user, _plain(parts.password or ""), options)


def _port(parts: SplitResult) -> int:
    port = parts.port  # raises ValueError
    if port == 0:
        message = "its port is none"
        raise ValueError(message)
    return port or PORT


def _plain(quoted: str) -> str:
    text = unquote(quoted, errors="strict")
    if "\0" in text:
        message = "it holds a NUL character"
        raise ValueError(message)
    return text


def _options(query: str) -> dict[str, str]:
    options = options_of(query, _OPTIONS)
    if options.get("sslmode", "prefer") not in _SSLMODES:
        message = "its sslmode is none"
        raise ValueError(message)
    return options


def is_valid(text: str) -> bool:
    """Say whether the setting can be read."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def masked(text: str) -> str:
    """Return the setting as it may be shown: without the password."""
    read = parse(text)
    if read is None:
        return ""
    secret = f":{HIDDEN}" if read.password else ""
    return f"{SCHEME}://{read.user}{secret}@{read.host}:{read.port}/{read.name}"


def django_settings(text: str, data: Path) -> dict[str, Any]:
    """Return Django's description of the database."""
    address = parse(text)
    return _sqlite(data) if address is None else _postgresql(address)


def _sqlite(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / SQLITE_FILE,
        # Every transaction begins as a writer, so that two writers queue instead of deadlocking;
        # FULL makes an acknowledged commit survive a power cut.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "CONN_MAX_AGE": None,
    }


def _postgresql(address: PostgreSQL) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        # Each statement sees what was committed before it, so that facts read again after a lock
        # was waited for are those of now. What must not change meanwhile is locked.
        "OPTIONS": {**_CLIENT, **address.tls, "isolation_level": _READ_COMMITTED},
        "CONN_MAX_AGE": _KEPT_FOR,
        # After the server was away, the next request finds its connection dead and makes another.
        "CONN_HEALTH_CHECKS": True,
    }

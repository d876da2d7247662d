"""One at a time, by name, between all processes of all machines that share a PostgreSQL database.

Each lock is held by a session of its own (`pg_advisory_lock`), never by that in which requests run:
there a second request for the same lock would be granted, since a session may take its own lock
again, and a connection that is closed after a request would free the lock in the middle of the
work. Sessions that hold nothing are kept for the next lock, at most `IDLE` of them. They work
outside transactions, so that a lock that is held for long keeps nothing from being cleaned up, and
they are never used by a process that was forked from the one which opened them.

If the server goes while a lock is held, the lock is gone as well: whoever held it is told when he
asks, or at the end, with an error, and must do the work again. A pooler in front of the server must
keep sessions (in PgBouncer's words: pool_mode = session).
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from django.db import Error, connection

from strongroom.proof.ledger.turns import number
from strongroom.stores.locks import Still

IDLE = 4
ASK_EVERY = 0.1  # seconds; work that is done sooner asks nothing
# No bound on waiting or on holding, as with files: work takes as long as it takes.
_PATIENT = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0"


class AdvisoryLocks:
    """Named locks that live in the database of the registry."""

    def __init__(self) -> None:
        """Open no session yet."""
        self._idle: list[Any] = []
        self._owner = os.getpid()
        self._guard = Lock()

    def close(self) -> None:
        """End the sessions that hold nothing."""
        while (session := self._kept()) is not None:
            session.close()

    @contextmanager
    def held(self, name: str) -> Iterator[Still]:
        """Wait until `name` is free, hold it, and free it whatever happens."""
        with self._taken("SELECT pg_advisory_lock(%s)", name) as (session, _):
            asked = time.monotonic()

            def still() -> None:
                nonlocal asked
                if time.monotonic() - asked >= ASK_EVERY:
                    _ask(session, "SELECT 1")
                    asked = time.monotonic()

            yield still

    @contextmanager
    def tried(self, name: str) -> Iterator[bool]:
        """Hold `name` if it is free, and say whether it was."""
        with self._taken("SELECT pg_try_advisory_lock(%s)", name) as (_, is_held):
            yield is_held

    @contextmanager
    def _taken(self, statement: str, name: str) -> Iterator[tuple[Any, bool]]:
        key = number(f"lock {name}")
        session, is_held = self._locked(statement, key)
        try:
            yield session, is_held
        except BaseException:
            with suppress(Error):
                self._free(session, key, is_held=is_held)
            raise
        self._free(session, key, is_held=is_held)

    def _locked(self, statement: str, key: int) -> tuple[Any, bool]:
        session = self._kept()
        if session is not None:
            # It may have ended while nobody used it: the server was started anew.
            with suppress(Error):
                return session, _ask(session, statement, key)
        session = _opened()
        return session, _ask(session, statement, key)

    def _free(self, session: Any, key: int, *, is_held: bool) -> None:  # noqa: ANN401 - the driver is an extra
        if is_held:
            _ask(session, "SELECT pg_advisory_unlock(%s)", key)
        with self._guard:
            if self._owner == os.getpid() and len(self._idle) < IDLE:
                self._idle.append(session)
                return
        session.close()

    def _kept(self) -> Any | None:  # noqa: ANN401 - likewise
        with self._guard:
            if self._owner != os.getpid():
                # Forked: these sessions are our parent's. They are forgotten and not closed, which
                # would end them for it too.
                self._idle, self._owner = [], os.getpid()
            return self._idle.pop() if self._idle else None


def _opened() -> Any:  # noqa: ANN401 - likewise
    with connection.wrap_database_errors:
        session = connection.get_new_connection(connection.get_connection_params())
    session.autocommit = True
    _ask(session, _PATIENT)
    return session


def _ask(session: Any, statement: str, *given: int) -> bool:  # noqa: ANN401 - likewise
    """Return what the server says; True where it says neither yes nor no."""
    try:
        with connection.wrap_database_errors:
            answer = session.execute(statement, given or None)
            return answer.description is None or answer.fetchone()[0] is not False
    except BaseException:
        session.close()
        raise

"""Taking turns: transactions that must follow one another, by the name of what they are about.

SQLite has one writer at a time and every writing transaction begins as such, so there all turns are
taken already. PostgreSQL runs transactions side by side: there a turn is an advisory lock that
ends with its transaction, whatever becomes of it. Names are hashed to 64 bits, and two that meet
merely wait for each other.

Turns are taken before rows are locked, and that of the events last of all (`events.record`), so
that no two transactions ever wait for each other.
"""

import hashlib

from django.db import transaction


def take_turn(name: str) -> None:
    """Wait until no other transaction has this turn, and keep it to the end of this one."""
    _lock("SELECT pg_advisory_xact_lock(%s)", name)


def share_turn(name: str) -> None:
    """Wait until nobody has taken this turn for himself, and share it with others who share it."""
    _lock("SELECT pg_advisory_xact_lock_shared(%s)", name)


def _lock(statement: str, name: str) -> None:
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, [number(f"turn {name}")])


def number(name: str) -> int:
    """Return the number by which PostgreSQL knows a lock: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

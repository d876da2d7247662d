"""What a database engine itself must be like: whole and durable, and for PostgreSQL new enough.

Looking at SQLite reads its whole file. PostgreSQL checks its pages as it reads them, and is asked
only how it is set.
"""

from collections.abc import Iterator, Mapping

from django.db import connection

from strongroom.site.doctor.remarks import Remark, error, warning, well

DURABLE = ("wal", 2)  # journal mode; `synchronous` FULL
OLDEST = 14  # the oldest version of PostgreSQL that Django 5.2 knows
ENCODING = "UTF8"
_WRITTEN_THROUGH = ("fsync", "full_page_writes")
_ASKED = ("server_version_num", "server_encoding", "synchronous_commit", *_WRITTEN_THROUGH)
# With `local`, no replica is waited for; what the server itself has confirmed is kept.
_KEPT = frozenset({"on", "local", "remote_write", "remote_apply"})


def examine() -> Iterator[Remark]:
    """Look at the engine of the registry's database."""
    if connection.vendor == "postgresql":
        yield from judge(_settings())
    else:
        yield _whole()
        yield _durable()


def judge(server: Mapping[str, str]) -> Iterator[Remark]:
    """Judge the settings of a PostgreSQL server."""
    version = int(server["server_version_num"]) // 10_000
    if version < OLDEST:
        yield error(
            "database", f"PostgreSQL {version} is too old.", f"Use version {OLDEST} or later."
        )
    else:
        yield well("database", f"PostgreSQL {version} answers.")
    if server["server_encoding"] != ENCODING:
        yield error(
            "encoding",
            f"The database keeps text as {server['server_encoding']}.",
            "Make one with `CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0`.",
        )
    else:
        yield well("encoding", "The database keeps text as UTF-8.")
    yield _synchronous(server)


def _synchronous(server: Mapping[str, str]) -> Remark:
    unsafe = [name for name in _WRITTEN_THROUGH if server[name] != "on"]
    if server["synchronous_commit"] not in _KEPT:
        unsafe.append("synchronous_commit")
    if unsafe:
        return error(
            "durability",
            f"A power cut can lose what was confirmed: {', '.join(unsafe)} off.",
            "Set them to `on` in postgresql.conf, and for this role and database.",
        )
    if server["synchronous_commit"] == "local":
        return warning(
            "durability",
            "A commit is confirmed before any replica has it: synchronous_commit is local.",
            "Set it to `on` if a replica is to take over without loss.",
        )
    return well("durability", "The database writes ahead and through.")


def _settings() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_ASKED)])
        return dict(cursor.fetchall())


def _pragma(name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def _whole() -> Remark:
    told = _pragma("quick_check(1)")
    if told != "ok":
        return error(
            "database",
            f"The database is damaged: {told}.",
            "Stop the registry and restore the database from a backup.",
        )
    return well("database", "The database is whole.")


def _durable() -> Remark:
    if (_pragma("journal_mode"), _pragma("synchronous")) != DURABLE:
        return error(
            "durability",
            "The database does not write ahead and through.",
            "Move the data folder to a local file system; network file systems cannot do this.",
        )
    return well("durability", "The database writes ahead and through.")

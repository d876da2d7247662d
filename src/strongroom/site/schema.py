"""The shape of the database: brought up to this version, and refused where it is a newer one's."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from strongroom.core.errors import ConfigurationError


def pending() -> tuple[str, ...]:
    """Name the migrations that this version has and the database has not; changes nothing."""
    loader = _loader()
    return _named(set(loader.disk_migrations or {}) - set(loader.applied_migrations or {}))


def check() -> None:
    """Raise ConfigurationError unless the database has exactly the shape of this version."""
    _not_newer()
    if pending():
        raise ConfigurationError(
            "database-older",
            "The database was made by an older version of this program.",
            "Bring it up to date with `strongroom init`.",
        )


def migrate() -> tuple[str, ...]:
    """Bring the database up to this version; returns what was applied. One process at a time."""
    _not_newer()
    applied = pending()
    if applied:
        _take_time()
        call_command("migrate", interactive=False, verbosity=0)
    return applied


def _take_time() -> None:
    # A migration of a large table takes longer than any request may.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _loader() -> MigrationLoader:
    return MigrationLoader(connection)


def _not_newer() -> None:
    loader = _loader()
    known = set(loader.disk_migrations or {})
    apps = {app for app, _ in known}
    unknown = {one for one in loader.applied_migrations or {} if one[0] in apps} - known
    if unknown:
        raise ConfigurationError(
            "database-newer",
            f"The database was made by a newer version of this program: {_named(unknown)[-1]}.",
            "Start the newer version, or restore the backup made before it ran.",
        )


def _named(migrations: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(f"{app}.{name}" for app, name in migrations))

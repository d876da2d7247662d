"""The shape of the database: brought up to this version, and refused where it is a newer one's.

Each migration is one transaction together with the note that it has happened, so that a process
which is killed at any moment leaves a database that the next start goes on with.
"""

from collections.abc import Iterable
from typing import Any

from django.apps.registry import Apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep.rows import is_empty


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


def is_made() -> bool:
    """Say whether the database has any rows of a registry, or once had."""
    return bool(_loader().applied_migrations) and not is_empty()


def make(names: Iterable[str]) -> Apps:
    """Give an empty database the shape that some migrations made; returns its models.

    Raises ConfigurationError where it has another one already.
    """
    _take_time()
    executor = Executor(connection)
    graph = executor.loader.graph
    wanted = {(app, name) for app, _, name in (one.partition(".") for one in names)}
    wanted &= set(graph.nodes)
    if set(executor.loader.applied_migrations) - wanted:
        # It would be taken back to an older shape, which not every migration allows.
        raise ConfigurationError(
            "database-not-empty",
            "The database to restore into has the tables of another version.",
            "Name an empty database: nothing is ever overwritten.",
        )
    newest = [
        one
        for one in sorted(wanted)
        if not any(
            child.key in wanted and child.key[0] == one[0] for child in graph.node_map[one].children
        )
    ]
    executor.migrate(newest)
    return executor.loader.project_state(newest).apps


def migrate() -> tuple[str, ...]:
    """Bring the database up to this version; returns what was applied. One process at a time."""
    _not_newer()
    applied = pending()
    if applied:
        _take_time()
        executor = Executor(connection)
        executor.loader.check_consistent_history(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    return applied


class Executor(MigrationExecutor):
    """Django's, which by itself notes a migration that makes an index after its transaction."""

    def apply_migration(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Apply a migration and note it, or do neither."""
        # SQLite can leave the checks out only before a transaction, and makes up for it at its end.
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                return super().apply_migration(*given, **named)
        finally:
            connection.enable_constraint_checking()


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

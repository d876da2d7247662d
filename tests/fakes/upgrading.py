"""Upgrades to be looked at, as a program over the registry that the environment names.

`python -m tests.fakes.upgrading ACT`: `old` makes the database of the first version; `insert` adds
rows to it as that version does, until a file `stop` is there; `killed N` brings it up to date and
is killed where the Nth migration of this run is noted; `shape` prints what the database looks like.
"""

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from strongroom.site.start import create

create(os.environ, secrets.token_bytes)

from django.db import connection, transaction  # noqa: E402 - what has rows comes after `create`
from django.utils.timezone import now  # noqa: E402

from strongroom.site import schema  # noqa: E402

FOLDER = Path(os.environ["STRONGROOM_DATA"])
OLD = {"proof": "0001_initial", "packages": "0002_compare_by_bytes", "jobs": None}
NOTE = 'INSERT INTO "django_migrations"'


def old() -> None:
    """Make the database of the first version."""
    executor = schema.Executor(connection)
    executor.migrate(_targets(executor))


def insert() -> None:
    """Insert with the first version's columns; prints how many rows were committed."""
    executor = schema.Executor(connection)
    wanted = [(app, name) for app, name in _targets(executor) if name is not None]
    models = executor.loader.project_state(wanted).apps
    project, event = models.get_model("packages", "Project"), models.get_model("proof", "EventRow")
    committed = 0
    while not (FOLDER / "stop").exists():
        key, at = f"old-{committed}", now()
        with transaction.atomic():
            told = event.objects.create(at=at, kind="project-created", actor="old", credential="")
            project.objects.create(
                ecosystem="pypi",
                key=key,
                display=key,
                similar=key,
                created_at=at,
                updated_at=at,
                serial=told.serial,
                shelved_serial=told.serial,
            )
        committed += 1
        (FOLDER / "inserting").touch()
        time.sleep(0.2)
    sys.stdout.write(f"{committed}")


def killed() -> None:
    """Bring the database up to date, and die where a migration is noted."""
    left = int(sys.argv[2])

    def watch(execute: Callable[..., Any], sql: str, *given: Any) -> Any:  # noqa: ANN401 - Django's own form
        nonlocal left
        left -= sql.startswith(NOTE)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, *given)

    with connection.execute_wrapper(watch):
        schema.migrate()


def shape() -> None:
    """Print tables with their columns and constraints."""
    tables = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table)
            names = sorted(column.name for column in columns)
            tables[table] = [names, sorted(str(one["columns"]) for one in constraints.values())]
    sys.stdout.write(json.dumps(tables, sort_keys=True))


def _targets(executor: schema.Executor) -> list[tuple[str, str | None]]:
    leaves = executor.loader.graph.leaf_nodes()
    return [(app, OLD.get(app, name)) for app, name in leaves if app != "django_tasks_database"]


if __name__ == "__main__":
    {"old": old, "insert": insert, "killed": killed, "shape": shape}[sys.argv[1]]()

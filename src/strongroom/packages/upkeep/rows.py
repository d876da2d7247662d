"""All rows of a registry as files, the same whichever database they come from or go to.

One file for each table, one line of JSON for each row, in the order of their numbers: columns by
name, moments in ISO 8601. Left out is what belongs to one running registry alone: sessions,
counters, letters on their way, queued jobs.

1. Rows are read in one transaction that sees one moment of all of them, and stops no writer.
2. They are put into a database of the shape they were read from, in one transaction; it is brought
   up to the newest shape after that, by the same migrations as any other.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep.manifest import ROWS, damaged
from strongroom.packages.upkeep.reading import Progress
from strongroom.people.models import BrowserSession, Counter, Letter
from strongroom.proof.models import EventRow

LABELS = ("proof", "people", "account", "mfa", "packages")
_OF_ONE_RUN = frozenset({BrowserSession, Counter, Letter})
_AT_ONCE = 500
_LONGEST = 256 * 1024**2  # characters of a row, which is in memory whole
_ALIAS = "snapshot"
_OF_EVENT = ("serial", "kind", "actor", "facts")


@contextmanager
def moment() -> Iterator[str]:
    """Open a connection that sees one moment of all rows; yields its alias."""
    made = connection.copy(_ALIAS)
    if made.vendor == "sqlite":
        # A reader's transaction: a writer's would keep all others waiting.
        options = {**made.settings_dict["OPTIONS"], "transaction_mode": "DEFERRED"}
        made.settings_dict["OPTIONS"] = options
        # Without a mode it would make an empty database where there is none, and read that.
        place = Path(made.settings_dict["NAME"]).absolute()
        made.settings_dict["NAME"] = f"{place.as_uri()}?mode=rw"
    connections[_ALIAS] = made
    try:
        with transaction.atomic(using=_ALIAS):
            _settle(made)
            yield _ALIAS
    finally:
        made.close()
        del connections[_ALIAS]


def _settle(made: Any) -> None:  # noqa: ANN401 - a connection of whichever database
    with made.cursor() as cursor:
        if made.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return
        cursor.execute("PRAGMA quick_check(1)")
        told = cursor.fetchone()[0]
    if told != "ok":
        raise ConfigurationError(
            "database-damaged",
            f"The database is damaged: {told}.",
            "Stop the registry and restore the newest backup made before that.",
        )


def tables() -> tuple[type[models.Model], ...]:
    """Return the tables whose rows are a registry's, in a fixed order."""
    return tuple(
        model
        for label in LABELS
        for model in apps.get_app_config(label).get_models()
        if model not in _OF_ONE_RUN
    )


def name_of(model: type[models.Model]) -> str:
    """Return the name of a table's file, without the folder."""
    return f"{model._meta.label_lower}.jsonl"  # noqa: SLF001 - Django documents it


def dump(using: str, folder: Path) -> dict[str, int]:
    """Write the rows of all tables into a folder; returns how many there are, by file."""
    folder.mkdir(mode=0o700)
    return {name_of(model): _dump(model, using, folder / name_of(model)) for model in tables()}


def _dump(model: type[models.Model], using: str, to: Path) -> int:
    columns = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - likewise
    rows = _all(model).using(using).order_by("pk").values_list(*columns)
    count = 0
    with to.open("x", encoding="ascii") as file:
        for row in rows.iterator(chunk_size=_AT_ONCE):
            told = dict(zip(columns, row, strict=True))
            # Sorted: PostgreSQL does not keep the order of what is inside a column of JSON.
            file.write(json.dumps(told, default=_plain, sort_keys=True) + "\n")
            count += 1
    return count


def _all(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._default_manager.all()  # noqa: SLF001 - likewise


def _plain(value: object) -> str:
    if isinstance(value, date):  # and moments, which are dates to Python
        return value.isoformat()
    raise TypeError(type(value))


def read(place: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; raises ConfigurationError where a line is none."""
    with place.open(encoding="ascii") as file:
        while line := file.readline(_LONGEST):
            try:
                row = json.loads(line)
            except ValueError:
                raise damaged(f"{place.name} has a line that cannot be read") from None
            if not isinstance(row, dict):
                raise damaged(f"{place.name} has a line that is no row")
            yield row


def is_empty() -> bool:
    """Say whether the database has no rows of a registry, in whatever shape it is."""
    return not any(_all(model).exists() for model in _made_already())


def are_those_of(folder: Path, counts: Mapping[str, int]) -> bool:
    """Say whether the rows in the database are those of a folder: as many, the same last event."""
    there = {name_of(model): _all(model).count() for model in _made_already()}
    if {name: count for name, count in there.items() if count or name in counts} != dict(counts):
        return False
    told = deque(read(folder / name_of(EventRow)), maxlen=1)
    newest = _all(EventRow).order_by("-serial").values(*_OF_EVENT)[:1]
    return [{name: row.get(name) for name in _OF_EVENT} for row in told] == list(newest)


def _made_already() -> tuple[type[models.Model], ...]:
    """Return the tables that are there: a restore that died may have left an older shape."""
    there = set(connection.introspection.table_names())
    return tuple(model for model in tables() if model._meta.db_table in there)  # noqa: SLF001 - likewise


def load(known: Apps, folder: Path, counts: Mapping[str, int], progress: Progress) -> None:
    """Put rows into empty tables, whose shape `known` is, in one transaction: all or none.

    `counts` says how many there are in each file; raises ConfigurationError if there are not.
    """
    done, total = 0, sum(counts.values())
    try:
        filled = [known.get_model(name.removesuffix(".jsonl")) for name in counts]
        with transaction.atomic():
            for model, (name, count) in zip(filled, counts.items(), strict=True):
                loaded = _load(model, read(folder / name))
                if loaded != count:
                    raise damaged(f"{ROWS}/{name} has {loaded} rows, and should have {count}")
                done += loaded
                progress(done, total)
            with connection.cursor() as cursor:
                # Numbers go on after those that were given.
                for statement in connection.ops.sequence_reset_sql(no_style(), filled):
                    cursor.execute(statement)
    except (DatabaseError, LookupError, TypeError, ValidationError, ValueError) as error:
        raise damaged(f"its rows cannot be put into a database ({type(error).__name__})") from error


def _load(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - likewise
    loaded, waiting = 0, iter(rows)
    while batch := list(islice(waiting, _AT_ONCE)):
        model._default_manager.bulk_create(_made(model, fields, row) for row in batch)  # noqa: SLF001 - likewise
        loaded += len(batch)
    return loaded


def _made(
    model: type[models.Model], fields: Mapping[str, models.Field[Any, Any]], row: dict[str, Any]
) -> models.Model:
    return model(
        **{
            name: fields[name].to_python(value)
            if isinstance(fields[name], models.DateTimeField)
            else value
            for name, value in row.items()
        }
    )

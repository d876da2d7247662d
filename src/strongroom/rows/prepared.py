"""Statements that are put into SQL once, and then run again and again with other values.

Django writes SQL anew for each query, which takes ten times as long as SQLite takes to answer one
about a few rows. So what every upload asks is written once, by Django all the same, with a place
left open for each value:

    _roles = Read(lambda at: Grant.objects.filter(user_id=at("user")).values_list("role"))
    held = _roles.first(user=7)

Only values may differ from one time to the next, never the form: a value is not None, and not a
list. It is of the column's own type, since nobody converts it; moments are the exception.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import local
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
At = Callable[[str], Any]
"""Opens a place for the value of a name."""

Converter = Callable[[Any, Any, BaseDatabaseWrapper], Any]


class _Place(Expression):
    """A place for a value; among the parameters of the statement it stands for itself."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(
        self,
        compiler: SQLCompiler,  # noqa: ARG002 - Django's own signature
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - likewise
    ) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL for one connection, its parameters with open places, and what its columns become."""

    sql: str
    parameters: Sequence[object]
    converters: Sequence[tuple[int, Sequence[Converter], Any]] = ()
    model: tuple[type[Model], Sequence[str]] | None = None

    def filled(self, values: Mapping[str, object], connection: BaseDatabaseWrapper) -> list[Any]:
        """Return the parameters with values in their places; raises KeyError for one not given."""
        return [
            _adapted(values[one.name], connection) if isinstance(one, _Place) else one
            for one in self.parameters
        ]

    def read(
        self, columns: Sequence[Any], connection: BaseDatabaseWrapper
    ) -> tuple[Any, ...] | Model:
        """Return a row as Django would."""
        row = list(columns)
        for position, converters, expression in self.converters:
            for convert in converters:
                row[position] = convert(row[position], expression, connection)
        if self.model is None:
            return tuple(row)
        made, names = self.model
        return made.from_db(connection.alias, names, row)


class _Prepared:
    """Keeps a statement for each thread, as connections are."""

    def __init__(self, write: Callable[[BaseDatabaseWrapper], _Statement]) -> None:
        self._write = write
        self._kept = local()

    def on(self, connection: BaseDatabaseWrapper) -> _Statement:
        """Return the statement for this thread's connection."""
        kept: _Statement | None = getattr(self._kept, "statement", None)
        if kept is None:
            kept = self._kept.statement = self._write(connection)
        return kept


class Read(Generic[Row]):
    """A query for rows: models, or the tuples of `values_list`."""

    def __init__(self, ask: Callable[[At], QuerySet[Any, Row]]) -> None:
        """Run what `ask` makes, given a way to open places."""
        self._prepared = _Prepared(lambda connection: _reading(ask(_Place), connection))

    def all(self, **values: object) -> list[Row]:
        """Return all rows."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._prepared.on(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values, connection))
            rows: Iterable[Any] = [statement.read(row, connection) for row in cursor.fetchall()]
        return list(rows)

    def first(self, **values: object) -> Row | None:
        """Return the first row, None if there is none; a query of many says `[:1]` itself."""
        return next(iter(self.all(**values)), None)


class Update:
    """A change of rows where they stand."""

    def __init__(
        self, rows: Callable[[At], QuerySet[Any, Any]], **changes: Callable[[At], object]
    ) -> None:
        """Set each column of `rows` to what its function makes, given a way to open places."""

        def write(connection: BaseDatabaseWrapper) -> _Statement:
            query = cast("UpdateQuery", rows(_Place).query.chain(UpdateQuery))
            query.add_update_values({name: make(_Place) for name, make in changes.items()})
            return _Statement(*query.get_compiler(connection=connection).as_sql())

        self._prepared = _Prepared(write)

    def __call__(self, **values: object) -> int:
        """Change the rows; returns how many there were."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._prepared.on(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values, connection))
            return int(cursor.rowcount)


def _reading(rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> _Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select]
    return _Statement(
        sql,
        parameters,
        [
            (position, converters, column)
            for position, (converters, column) in compiler.get_converters(columns).items()
        ],
        # Without `values_list` the columns are those of the model.
        (rows.model, [one.target.attname for one in columns]) if rows.query.default_cols else None,
    )


def _adapted(value: object, connection: BaseDatabaseWrapper) -> object:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value

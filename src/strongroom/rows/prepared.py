"""Statements that are put into SQL once, and then run again and again with other values.

Django writes SQL anew for each query, which takes ten times as long as SQLite takes to answer one
about a few rows. So what every upload asks is written once, by Django all the same, with a place
left open for each value:

    _roles = Read(lambda at: Grant.objects.filter(user_id=at("user")).values_list("role"))
    held = _roles.first(user=7)

The statement is kept for all threads, as a process knows one kind of database. Only values may
differ from one time to the next, never the form: a value is not None, and not a list. It is of the
column's own type, since nobody converts it; moments are the exception.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import local
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Made = TypeVar("Made", bound=Model)
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
    """SQL, its parameters with open places, and for rows their columns and their model."""

    sql: str
    parameters: Sequence[object]
    columns: Sequence[Any] = ()
    model: type[Model] | None = None

    def filled(self, values: Mapping[str, object], connection: BaseDatabaseWrapper) -> list[Any]:
        """Return the parameters with values in their places; raises KeyError for one not given."""
        return [
            _adapted(values[one.name], connection) if isinstance(one, _Place) else one
            for one in self.parameters
        ]


class _Reader:
    """Makes of the rows of a statement what Django would, over one connection."""

    def __init__(self, statement: _Statement, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._model = statement.model
        self._names = [column.target.attname for column in statement.columns if statement.model]
        self._converters: list[tuple[int, Converter, Any]] = [
            (position, convert, column)
            for position, column in enumerate(statement.columns)
            for convert in (
                *connection.ops.get_db_converters(column),
                *column.get_db_converters(connection),
            )
        ]

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        made = list(map(list, rows))
        for position, convert, column in self._converters:
            for row in made:
                row[position] = convert(row[position], column, self._connection)
        if self._model is None:
            return list(map(tuple, made))
        alias, names, model = self._connection.alias, self._names, self._model
        return [model.from_db(alias, names, row) for row in made]


class Read(Generic[Row]):
    """A query for rows: models, or the tuples of `values_list`."""

    def __init__(self, ask: Callable[[At], QuerySet[Any, Row]]) -> None:
        """Run what `ask` makes, given a way to open places."""
        self._ask = ask
        self._statement: _Statement | None = None
        self._kept = local()  # readers of this thread's connection

    def all(self, **values: object) -> list[Row]:
        """Return all rows."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statement
        if statement is None:  # two threads may both write it, and write the same
            statement = self._statement = _reading(self._ask(_Place), connection)
        reader: _Reader | None = getattr(self._kept, "reader", None)
        if reader is None:
            reader = self._kept.reader = _Reader(statement, connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values, connection))
            return reader.read(cursor.fetchall())

    def first(self, **values: object) -> Row | None:
        """Return the first row, None if there is none; a query of many says `[:1]` itself."""
        return next(iter(self.all(**values)), None)


class Update:
    """A change of rows where they stand."""

    def __init__(
        self, rows: Callable[[At], QuerySet[Any, Any]], **changes: Callable[[At], object]
    ) -> None:
        """Set each column of `rows` to what its function makes, given a way to open places."""
        self._rows = rows
        self._changes = changes
        self._statement: _Statement | None = None

    def __call__(self, **values: object) -> int:
        """Change the rows; returns how many there were."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statement
        if statement is None:
            statement = self._statement = self._written(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values, connection))
            return int(cursor.rowcount)

    def _written(self, connection: BaseDatabaseWrapper) -> _Statement:
        query = cast("UpdateQuery", self._rows(_Place).query.chain(UpdateQuery))
        query.add_update_values({name: make(_Place) for name, make in self._changes.items()})
        return _Statement(*query.get_compiler(connection=connection).as_sql())


class Insert(Generic[Made]):
    """A new row of a model whose key the database gives."""

    def __init__(self, model: type[Made]) -> None:
        """Make rows of `model`."""
        self._model = model
        self._statement: _Statement | None = None

    def __call__(self, **values: object) -> Made:
        """Make a row of these columns, and of the model's defaults; returns it with its key."""
        connection, row = connections[DEFAULT_DB_ALIAS], self._model(**values)
        statement = self._statement
        if statement is None:
            statement = self._statement = self._written(connection)
        given = {
            column.attname: column.get_db_prep_save(getattr(row, column.attname), connection)
            for column in statement.columns
        }
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(given, connection))
            (row.pk,) = cursor.fetchone()
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as `save` does
        return row

    def _written(self, connection: BaseDatabaseWrapper) -> _Statement:
        meta = self._model._meta  # noqa: SLF001 - Django's documented name of it
        columns = [column for column in meta.concrete_fields if not column.primary_key]
        row = self._model(**{column.attname: _Place(column.attname) for column in columns})
        query = InsertQuery(self._model)
        query.insert_values(columns, [row], raw=True)
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk]
        ((sql, parameters),) = compiler.as_sql()
        return _Statement(sql, parameters, columns)


def _reading(rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> _Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select]
    # Without `values_list` the columns are those of the model.
    return _Statement(sql, parameters, columns, rows.model if rows.query.default_cols else None)


def _adapted(value: object, connection: BaseDatabaseWrapper) -> object:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value

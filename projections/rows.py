"""How the rows of a view's table are read and written by key, as fast as each database lets a program.

Written as SQL for the driver, as the log's is: every command passes here once for each table that it touches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from projections.driver import run, run_for_each
from projections.view import Key, ViewTable

AT_ONCE = 1000
"""Rows or keys sent with one statement."""

COPIED_FROM = 200
"""From these many rows on, PostgreSQL takes them as a stream."""

Convert = Callable[[Any], Any]


def rows_of(view_table: ViewTable[Any], dialect: sa.Dialect, table: str | None = None) -> Rows:
    """The rows of a view's table, in the live one or in another of the same columns."""
    kinds: dict[str, type[Rows]] = {"sqlite": _SqliteRows, "postgresql": _PostgresqlRows}
    return kinds[dialect.name](view_table, dialect, table or view_table.table.name)


def live_rows(view_table: ViewTable[Any], dialect: sa.Dialect) -> Rows:
    """The rows of a live table; made ready once for each kind of database."""
    found = _live.get((view_table, dialect.name))
    if found is None:
        found = _live[view_table, dialect.name] = rows_of(view_table, dialect)
    return found


class Rows(ABC):
    """The rows of one table."""

    def __init__(self, view_table: ViewTable[Any], dialect: sa.Dialect, table: str) -> None:
        quote = dialect.identifier_preparer.quote
        self.view_table = view_table
        self.table = quote(table)
        self.columns = [quote(column) for column in view_table.columns]
        self.key = [quote(column) for column in view_table.key]
        self._row = view_table.row
        self._names = view_table.columns
        types = [view_table.table.c[column].type.dialect_impl(dialect) for column in view_table.columns]
        self._out = _converters(kind.bind_processor(dialect) for kind in types)
        self._in = _converters(kind.result_processor(dialect, None) for kind in types)
        of_key = [types[view_table.columns.index(column)] for column in view_table.key]
        self._key_out = [kind.bind_processor(dialect) or _as_it_is for kind in of_key]
        self.types = {
            column: view_table.table.c[name].type.compile(dialect)
            for name, column in zip(view_table.columns, self.columns, strict=True)
        }
        columns, table = ", ".join(self.columns), self.table
        self.select = f"SELECT {columns} FROM {table}"
        self.insertion = f"INSERT INTO {table} ({columns})"
        self.conflict = self._conflict()

    def fetch(self, connection: sa.Connection, keys: Sequence[Key]) -> dict[Key, Any]:
        """The rows of these keys, those that there are."""
        found: dict[Key, Any] = {}
        for start in range(0, len(keys), AT_ONCE):
            wanted = [self._of_key(key) for key in keys[start : start + AT_ONCE]]
            found |= {self.view_table.key_of(row): row for row in self._typed(self._select(connection, wanted))}
        return found

    def all(self, connection: sa.Connection) -> Iterator[Any]:
        """Every row, a few at a time."""
        options = {"stream_results": True, "yield_per": AT_ONCE}  # of this statement alone
        with connection.exec_driver_sql(self.select, execution_options=options) as found:
            for some in found.partitions():
                yield from self._typed(some)

    def write(self, connection: sa.Connection, rows: Sequence[Any]) -> None:
        """Write rows over those of the same keys."""
        for start in range(0, len(rows), AT_ONCE):
            self._write(connection, [self._values(row) for row in rows[start : start + AT_ONCE]], self.conflict)

    def insert(self, connection: sa.Connection, rows: Sequence[Any]) -> None:
        """Write rows of keys that are not there yet."""
        for start in range(0, len(rows), AT_ONCE):
            self._write(connection, [self._values(row) for row in rows[start : start + AT_ONCE]], "")

    def remove(self, connection: sa.Connection, keys: Iterable[Key]) -> None:
        """Remove the rows of these keys."""
        holes = " AND ".join(f"{column} = {self.hole}" for column in self.key)
        for key in keys:
            run(connection, f"DELETE FROM {self.table} WHERE {holes}", self._of_key(key))

    hole: str
    """Where an argument goes in a statement."""

    @abstractmethod
    def _select(self, connection: sa.Connection, keys: list[Key]) -> Iterable[Sequence[Any]]: ...

    @abstractmethod
    def _write(self, connection: sa.Connection, values: list[tuple[Any, ...]], conflict: str) -> None: ...

    def _of_key(self, key: Key) -> Key:
        return tuple(convert(value) for convert, value in zip(self._key_out, key, strict=True))

    def _values(self, row: Any) -> tuple[Any, ...]:
        values = msgspec.structs.astuple(row)
        if not self._out:
            return values
        changed = list(values)
        for index, convert in self._out:
            changed[index] = convert(changed[index])
        return tuple(changed)

    def _typed(self, found: Iterable[Sequence[Any]]) -> Iterator[Any]:
        for values in found:
            changed = list(values)
            for index, convert in self._in:
                changed[index] = convert(changed[index])
            yield self._row(**dict(zip(self._names, changed, strict=True)))

    def _conflict(self) -> str:
        others = [column for column in self.columns if column not in self.key]
        if self.view_table.journal:
            return ""
        if not others:
            # The same row again, rather than nothing: each row that is sent must be taken.
            others = self.key[:1]
        changes = ", ".join(f"{column} = excluded.{column}" for column in others)
        return f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {changes}"


class _SqliteRows(Rows):
    hole = "?"

    def __init__(self, view_table: ViewTable[Any], dialect: sa.Dialect, table: str) -> None:
        super().__init__(view_table, dialect, table)
        self._one = f"{self.select} WHERE {' AND '.join(f'{column} = ?' for column in self.key)}"
        parts = [f"{self.table}.{column} = wanted.value ->> {place}" for place, column in enumerate(self.key)]
        columns = ", ".join(f"{self.table}.{column}" for column in self.columns)
        # The keys wanted come first, so that each is looked up by the index.
        self._many = f"SELECT {columns} FROM json_each(?) AS wanted CROSS JOIN {self.table} ON {' AND '.join(parts)}"
        self._holes = f" VALUES ({', '.join('?' * len(self.columns))})"

    def _select(self, connection: sa.Connection, keys: list[Key]) -> Iterable[Sequence[Any]]:
        if len(keys) == 1:
            return cast("list[Any]", run(connection, self._one, keys[0]).fetchall())
        asked = msgspec.json.encode(keys).decode()
        return cast("list[Any]", run(connection, self._many, (asked,)).fetchall())

    def _write(self, connection: sa.Connection, values: list[tuple[Any, ...]], conflict: str) -> None:
        run_for_each(connection, self.insertion + self._holes + conflict, values)


class _PostgresqlRows(Rows):
    hole = "%s"

    def __init__(self, view_table: ViewTable[Any], dialect: sa.Dialect, table: str) -> None:
        super().__init__(view_table, dialect, table)
        arrays = ", ".join(f"%s::{self.types[column]}[]" for column in self.key)
        parts = [f"{self.table}.{column} = wanted.{column}" for column in self.key]
        columns = ", ".join(f"{self.table}.{column}" for column in self.columns)
        self._many = (
            f"SELECT {columns} FROM unnest({arrays}) AS wanted ({', '.join(self.key)}) "
            f"JOIN {self.table} ON {' AND '.join(parts)}"
        )
        values = ", ".join(f"%s::{self.types[column]}[]" for column in self.columns)
        self._all = f" SELECT * FROM unnest({values})"
        self._copy = f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN"

    def insert(self, connection: sa.Connection, rows: Sequence[Any]) -> None:
        if len(rows) < COPIED_FROM:
            super().insert(connection, rows)
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
            for row in rows:
                copy.write_row(self._values(row))

    def _select(self, connection: sa.Connection, keys: list[Key]) -> Iterable[Sequence[Any]]:
        arrays = tuple(map(list, zip(*keys, strict=True)))
        return cast("list[Any]", run(connection, self._many, arrays).fetchall())

    def _write(self, connection: sa.Connection, values: list[tuple[Any, ...]], conflict: str) -> None:
        # Not one statement for each row: the driver would send those in its pipeline mode, which can hang.
        arrays = tuple(map(list, zip(*values, strict=True)))
        run(connection, self.insertion + self._all + conflict, arrays)


def _converters(found: Iterable[Convert | None]) -> list[tuple[int, Convert]]:
    return [(index, convert) for index, convert in enumerate(found) if convert is not None]


def _as_it_is(value: Any) -> Any:
    return value


_live: dict[tuple[ViewTable[Any], str], Rows] = {}

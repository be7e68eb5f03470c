"""A view's table filled anew: its rows in memory, and in a shadow of the live table, whose place that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.aggregate import Event
from projections.follower import WrongKey
from projections.rows import rows_of
from projections.view import Key, ViewTable

WRITTEN_TOGETHER = 5_000
"""Rows written in one transaction, so that nobody waits long for a turn to write."""

SHOWN = 20

Writing = Callable[[sa.Connection], None]


class _Cell(msgspec.Struct, gc=False):
    """A row in memory, None where it is removed; changed while it is not so in the table."""

    row: Any
    is_changed: bool


class ShadowTable:
    """The rows of one table, made from nothing (`is_new`) or from where an interrupted rebuild left them."""

    def __init__(self, view_table: ViewTable[Any], dialect: sa.Dialect, suffix: str, *, is_new: bool) -> None:
        self.view_table = view_table
        self.name = view_table.shadow_name(suffix)
        self._suffix = suffix
        self._stored = rows_of(view_table, dialect, self.name)
        self._is_empty = is_new
        self._is_whole = is_new or view_table.journal
        self._cells: dict[Key, _Cell] = {}

    def __len__(self) -> int:
        """The number of rows in memory."""
        return len(self._cells)

    @property
    def is_whole(self) -> bool:
        """Whether every row that may be asked for stands in memory."""
        return self._is_whole

    def create(self, connection: sa.Connection) -> None:
        """Make the shadow, like the live table; its indexes have names of their own too."""
        table = self.view_table.table.to_metadata(sa.MetaData(), name=self.name)
        for number, index in enumerate(sorted(table.indexes, key=lambda index: str(index.name)), 1):
            name = f"{self.view_table.table.name[:40]}_ix{number}_{self._suffix}"
            index.name = sa.sql.quoted_name(name, quote=None)
        table.create(connection)

    def take(self, connection: sa.Connection, keys: Iterable[Key]) -> None:
        """Bring rows into memory that are to be folded."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._cells]
        self._cells |= {key: _Cell(row, False) for key, row in self._stored.fetch(connection, missing).items()}

    def fold(self, fold: Any, event: Event) -> None:
        """Fold one event into the rows that it touches. Raises WrongKey, and whatever the fold raises."""
        for key in fold.keys(event):
            cell = self._cells.get(key)
            if cell is None:
                row = fold.fold(None, event, key)
                if row is not None:
                    self._check(row, key)
                    self._cells[key] = _Cell(row, True)
                continue
            before = cell.row
            row = fold.fold(before, event, key)
            if row is not before:
                # The usual change keeps the key's very objects, which is seen faster than that they are equal.
                if row is not None and (before is None or not self.view_table.has_key_of(row, before)):
                    self._check(row, key)
                cell.row = row
                cell.is_changed = True

    def keys(self, events: Iterable[Event]) -> list[Key]:
        """The rows that events touch."""
        return [key for event in events for fold in self.view_table.folds(type(event)) for key in fold.keys(event)]

    def changes(self) -> Iterator[Writing]:
        """What is to be written, a few rows at a time."""
        if self.view_table.journal:
            changed, gone = [cell.row for cell in self._cells.values()], []
        else:
            changed = [cell.row for cell in self._cells.values() if cell.is_changed and cell.row is not None]
            gone = [key for key, cell in self._cells.items() if cell.is_changed and cell.row is None]
        write = self._stored.insert if self.view_table.journal or self._is_empty else self._stored.write
        for start in range(0, len(changed), WRITTEN_TOGETHER):
            yield _writing(write, changed[start : start + WRITTEN_TOGETHER])
        if not self._is_empty:
            for start in range(0, len(gone), WRITTEN_TOGETHER):
                yield _writing(self._stored.remove, gone[start : start + WRITTEN_TOGETHER])

    def written(self, *, keep: bool) -> None:
        """The changes are in the table; rows need stay in memory only to `keep` them at hand."""
        self._is_empty = False
        if keep and not self.view_table.journal:
            self._cells = {key: cell for key, cell in self._cells.items() if cell.row is not None}
            for cell in self._cells.values():
                cell.is_changed = False
        else:
            self._cells = {}
            self._is_whole = self.view_table.journal

    def differing(self, connection: sa.Connection) -> list[Key]:
        """Keys of rows that differ from the live ones, a few of them."""
        live = self.view_table.table
        new = sa.table(self.name, *(sa.column(column.name, column.type) for column in live.columns))
        of_live, of_new = sa.select(*live.c), sa.select(*new.c)
        differing = sa.union_all(
            sa.select(of_live.except_(of_new).subquery()), sa.select(of_new.except_(of_live).subquery())
        ).subquery()
        keys = sa.select(*(differing.c[column] for column in self.view_table.key)).distinct().limit(SHOWN)
        return [tuple(row) for row in connection.execute(keys)]

    def take_the_place(self, connection: sa.Connection) -> None:
        """Put the table in the place of the live one."""
        self.view_table.table.drop(connection, checkfirst=True)
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"ALTER TABLE {quote(self.name)} RENAME TO {quote(self.view_table.table.name)}")

    def _check(self, row: Any, key: Key) -> None:
        if self.view_table.key_of(row) != key:
            raise WrongKey(
                f"{self.view_table.table.name}: a fold was asked for row {key} and gave {self.view_table.key_of(row)}"
            )


def _writing(write: Callable[[sa.Connection, list[Any]], None], what: list[Any]) -> Writing:
    return lambda connection: write(connection, what)

"""Keeps views in step with the log: inline when events are saved, and from the beginning to rebuild or check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.aggregate import Event
from projections.view import VIEW_TABLES, Key, Sheet, View

KEYS_AT_ONCE = 400
ROWS_AT_ONCE = 5000

STATE = sa.Table(
    "views",
    VIEW_TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
)

Rows = dict[Key, Any]


class Difference(msgspec.Struct, frozen=True):
    """A row that is not what the events say it should be; None where there is no such row."""

    sheet: str
    key: Key
    live: Any
    rebuilt: Any


class WrongKey(ValueError):
    """A fold gave a row of another key than the one it was asked for."""


class Follower:
    """The views of one database."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self._sheets = [sheet for view in views for sheet in view.sheets]

    def follow(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        """Fold events into all views, in the transaction that saves them."""
        for sheet in self._sheets:
            steps = list(_steps(sheet, events))
            if not steps:
                continue
            keys = dict.fromkeys(key for key, _, _ in steps)
            before = {} if sheet.journal else _fetch(connection, sheet, list(keys))
            after = _fold(dict(before), steps)
            _write(connection, sheet, keys, before, after)

    def prepare(self, connection: sa.Connection, events: Callable[[], Iterator[Event]]) -> list[str]:
        """Make missing tables and refill views whose code has changed; returns the names of those refilled."""
        STATE.create(connection, checkfirst=True)
        known = {row.name: row.fingerprint for row in connection.execute(STATE.select())}
        stale = [view for view in self.views if known.get(view.name) != view.fingerprint]
        for view in stale:
            for sheet in view.sheets:
                sheet.table.drop(connection, checkfirst=True)
                sheet.table.create(connection)
        if stale:
            self.rebuild(connection, events(), stale)
        return [view.name for view in stale]

    def rebuild(self, connection: sa.Connection, events: Iterator[Event], views: Sequence[View]) -> int:
        """Throw the views' rows away and fold all events anew; returns the number of events folded."""
        folded, count = fold_all(events, views)
        for view in views:
            for sheet in view.sheets:
                connection.execute(sheet.table.delete())
                _insert(connection, sheet, list(folded[sheet.table.name].values()))
            connection.execute(STATE.delete().where(STATE.c.name == view.name))
            connection.execute(STATE.insert().values(name=view.name, fingerprint=view.fingerprint))
        return count

    def check(self, connection: sa.Connection, events: Iterator[Event]) -> list[Difference]:
        """Where the live tables differ from what a rebuild would give."""
        folded, _ = fold_all(events, self.views)
        return [
            difference
            for sheet in self._sheets
            for difference in _differences(sheet, _all_rows(connection, sheet), folded[sheet.table.name])
        ]


def fold_all(events: Iterator[Event], views: Sequence[View]) -> tuple[dict[str, Rows], int]:
    """The rows of every sheet of the views, by table name, as all the events make them; and how many events."""
    rows: dict[str, Rows] = {sheet.table.name: {} for view in views for sheet in view.sheets}
    sheets = [sheet for view in views for sheet in view.sheets]
    folds: dict[type[Event], list[tuple[Rows, Any]]] = {}
    count = 0
    for event in events:
        count += 1
        kind = type(event)
        if kind not in folds:
            folds[kind] = [(rows[sheet.table.name], fold) for sheet in sheets for fold in sheet.folds(kind)]
        for into, fold in folds[kind]:
            for key in fold.keys(event):
                _put(into, key, fold.fold(into.get(key), event, key))
    return rows, count


def _steps(sheet: Sheet[Any], events: Iterable[Event]) -> Iterator[tuple[Key, Callable[..., Any], Event]]:
    for event in events:
        for fold in sheet.folds(type(event)):
            for key in fold.keys(event):
                yield key, fold.fold, event


def _fold(rows: Rows, steps: Iterable[tuple[Key, Callable[..., Any], Event]]) -> Rows:
    for key, fold, event in steps:
        _put(rows, key, fold(rows.get(key), event, key))
    return rows


def _put(rows: Rows, key: Key, row: Any) -> None:
    if row is None:
        rows.pop(key, None)
    else:
        rows[key] = row


def _fetch(connection: sa.Connection, sheet: Sheet[Any], keys: list[Key]) -> Rows:
    if len(keys) == 1:
        row = sheet.get(connection, *keys[0])
        return {} if row is None else {keys[0]: row}
    columns = [sheet.table.c[column] for column in sheet.key]
    found: Rows = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        chunk = keys[start : start + KEYS_AT_ONCE]
        condition = columns[0].in_([key[0] for key in chunk]) if len(columns) == 1 else sa.tuple_(*columns).in_(chunk)
        found |= {sheet.key_of(row): row for row in sheet.rows(connection, sheet.table.select().where(condition))}
    return found


def _write(connection: sa.Connection, sheet: Sheet[Any], keys: Iterable[Key], before: Rows, after: Rows) -> None:
    changed = [after[key] for key in keys if key in after and after[key] != before.get(key)]
    for key, row in after.items():
        if sheet.key_of(row) != key:
            raise WrongKey(f"{sheet.table.name}: a fold was asked for row {key} and gave {sheet.key_of(row)}")
    gone = [key for key in keys if key in before and key not in after]
    if changed:
        connection.execute(sheet.upsert, [msgspec.structs.asdict(row) for row in changed])
    for key in gone:
        condition = (sheet.table.c[column] == value for column, value in zip(sheet.key, key, strict=True))
        connection.execute(sheet.table.delete().where(*condition))


def _insert(connection: sa.Connection, sheet: Sheet[Any], rows: list[Any]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        values = [msgspec.structs.asdict(row) for row in rows[start : start + ROWS_AT_ONCE]]
        connection.execute(sheet.table.insert(), values)


def _all_rows(connection: sa.Connection, sheet: Sheet[Any]) -> Rows:
    return {sheet.key_of(row): row for row in sheet.rows(connection)}


def _differences(sheet: Sheet[Any], live: Rows, rebuilt: Rows) -> Iterator[Difference]:
    for key in live.keys() | rebuilt.keys():
        if live.get(key) != rebuilt.get(key):
            yield Difference(sheet.table.name, key, live.get(key), rebuilt.get(key))

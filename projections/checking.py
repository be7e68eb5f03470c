"""Proves that the live tables are what the log says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.service import DiskFault, Displaced, NoRoom, ReadOnly, Unreadable
from domain.text import counted
from projections.codec import StoredRecord, sorted_out, without_collecting
from projections.driver import fetch
from projections.event_log.faults import first_line, meant
from projections.event_log.recorder import SqlLog, Tail
from projections.follower import CannotFold, Found, folded, read_for, steps_of
from projections.rows import live_rows
from projections.successors import successors, with_successors
from projections.view import Key, View, ViewTable
from projections.view_status import ViewStatus, view_statuses


class Difference(msgspec.Struct, frozen=True):
    """A row that is not what the events say it should be; None where there is no such row. Of a journal the `rows`
    that no event made are counted, and told as one."""

    table: str
    key: Key
    live: Any
    rebuilt: Any
    rows: int = 1


class Broken(msgspec.Struct, frozen=True):
    """A view of which a table is missing, or cannot be read: to be filled anew."""

    view: str
    error: str

    def __str__(self) -> str:
        return f"A table of the view {self.view} is damaged ({self.error}): run `sis views rebuild {self.view}`"


class Stopped(msgspec.Struct, frozen=True):
    """A view that cannot be checked, as it cannot take an event."""

    view: str
    position: int
    error: str


def check(
    log: SqlLog, views: Sequence[View], progress: Callable[[int], None] = lambda _: None
) -> list[Difference | Stopped | Broken]:
    """Where the live tables differ from what a rebuild would give, all seen at one moment."""
    with log.snapshot.begin() as connection:
        known = view_statuses(connection)
        return [found for view in views for found in _checked(log, connection, view, known[view.name], progress)]


def unreadable_in(log: SqlLog) -> Iterator[Unreadable]:
    """What this release cannot read of all that is in the log."""
    with log.snapshot.begin() as connection, without_collecting():
        tail = Tail(log)
        while page := tail.rest(connection):
            yield from sorted_out(page)[1]


def broken_views(log: SqlLog, views: Sequence[View]) -> dict[str, Broken]:
    """The views of which a table or column is missing or cannot be read, by name: one question where there are none.

    Raises what keeps the whole database from being read.
    """
    if not views or broken_table(log, *views) is None:
        return {}
    return {view.name: broken for view in views if (broken := broken_table(log, view))}


def broken_table(log: SqlLog, view: View, *more: View) -> Broken | None:
    """A view of which a table is missing or cannot be read, or the first of several where any has one. Raises what
    keeps the whole database from being read."""
    try:
        with log.primary.connect() as connection:
            fetch(connection, _each_can_be_read((view, *more), connection.dialect))
    except sa.exc.DatabaseError as error:
        if error.connection_invalidated or isinstance(meant(error), NoRoom | DiskFault | Displaced | ReadOnly):
            raise
        return Broken(view.name, first_line(error))
    return None


@cache
def _each_can_be_read(views: tuple[View, ...], dialect: sa.Dialect) -> str:
    """Asks every table for the columns of its first row, if it has one."""
    tables = [
        view_table.table.select().limit(sa.literal_column("1")).subquery()
        for view in views
        for view_table in view.tables
    ]
    asked = sa.union_all(*(sa.select(sa.func.count()).select_from(table) for table in tables))
    return str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _checked(
    log: SqlLog, connection: sa.Connection, view: View, status: ViewStatus, progress: Callable[[int], None]
) -> list[Difference | Stopped | Broken]:
    if broken := broken_table(log, view):
        return [broken]
    try:
        return list(_check(log, connection, view, status, progress))
    except CannotFold as failed:
        return [Stopped(view.name, failed.position, str(failed))]


def _check(
    log: SqlLog, connection: sa.Connection, view: View, status: ViewStatus, progress: Callable[[int], None]
) -> Iterator[Difference | Stopped]:
    if status.stopped_at is not None:
        yield Stopped(view.name, status.stopped_at, status.error or "")
        return
    known = successors(connection)
    rows: dict[ViewTable[Any], Found] = {view_table: {} for view_table in view.tables}
    found = dict.fromkeys(view.tables, 0)
    for page in _pages(log, connection, status.position if status.follows else None):
        events = read_for(view, page, known)
        for view_table, before in rows.items():
            after = folded(
                view, view_table, {} if view_table.journal else before, list(steps_of(view, view_table, events))
            )
            if view_table.journal:
                live = live_rows(view_table, connection.dialect).fetch(connection, list(after))
                found[view_table] += len(live)
                if status.follows:
                    live = {key: with_successors(view_table, row, known) for key, row in live.items()}
                yield from _differences(view_table, live, after)
        progress(len(page))
    for view_table, made in rows.items():
        if view_table.journal:
            there = connection.execute(sa.select(sa.func.count()).select_from(view_table.table)).scalar_one()
            if surplus := there - found[view_table]:
                yield Difference(
                    view_table.table.name,
                    (),
                    f"{counted(surplus, 'row')} that no event made",
                    None,
                    surplus,
                )
        else:
            every = live_rows(view_table, connection.dialect).all(connection)
            if status.follows:
                # It may stand before a merger that the log knows of, or have been told of it already.
                every = (with_successors(view_table, row, known) for row in every)
            yield from _compared(view_table, every, made)


def _pages(log: SqlLog, connection: sa.Connection, last: int | None) -> Iterator[list[StoredRecord]]:
    tail = Tail(log)
    while page := tail.rest(connection):
        found = [record for record in page if last is None or (record.position or 0) <= last]
        if not found:
            return
        yield found


def _differences(view_table: ViewTable[Any], live: Found, rebuilt: Found) -> Iterator[Difference]:
    for key, row in rebuilt.items():
        if live.get(key) != row:
            yield Difference(view_table.table.name, key, live.get(key), row)


def _compared(view_table: ViewTable[Any], live: Iterator[Any], rebuilt: Found) -> Iterator[Difference]:
    for row in live:
        expected = rebuilt.pop(view_table.key_of(row), None)
        if expected != row:
            yield Difference(view_table.table.name, view_table.key_of(row), row, expected)
    for key, row in rebuilt.items():
        yield Difference(view_table.table.name, key, None, row)

"""Fills a view anew beside its live tables, and puts the new ones in their place in one transaction.

Meanwhile the service answers from the live tables and events are saved. The rows are folded in memory and written
when they have grown many, so that an interrupted rebuild goes on from there, and a large one needs little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from time import perf_counter, sleep
from typing import Any

import sqlalchemy as sa

from domain.aggregate import Event
from projections.codec import StoredRecord, event_class_of, event_of
from projections.database import alone
from projections.event_log.recorder import SqlLog, Tail
from projections.event_log.tables import REBUILDS
from projections.follower import CannotFold, Follower, WrongKey
from projections.rows import Rows, rows_of
from projections.standing import Standing, filled, standings, stop
from projections.view import Key, Sheet, View

LOCK = "views"
"""What only one process at a time may do to the views: make and refill them."""

MOST_ROWS = 100_000
"""Rows of one view held in memory before they are written."""

JOURNAL_ROWS = 5_000
WRITTEN_TOGETHER = 2_000
"""Rows written in one transaction, so that nobody waits long for a turn to write."""

SHOWN = 20

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild: how many events were folded, and the keys of rows that had not been what the log says.

    `differing` is None where nothing could be compared: the view's code has changed, or it had no tables.
    """

    view: str
    events: int
    differing: Sequence[tuple[str, Key]] | None


def rebuild(log: SqlLog, view: View, progress: Progress = lambda _: None) -> Rebuilt:
    """Fill a view anew. Raises CannotFold, and leaves the live tables as they are, if it cannot take an event.

    Goes on where an interrupted rebuild of the same code left off. `progress` is told positions reached.
    """
    with alone(log.writer, LOCK):
        return _Rebuild(log, view, progress).run()


def prepare(
    log: SqlLog, follower: Follower, progress: Callable[[View], Progress] = lambda _: lambda _: None
) -> list[str]:
    """Make missing tables, refill views whose code has changed or that had stopped; returns the names of these.

    A view that still cannot take an event is left stopped: it does not keep the service from starting.
    """
    refilled: list[str] = []
    if _stale(log, follower.views):
        with alone(log.writer, LOCK):
            # Looked at again: another process may have done it meanwhile.
            stale = _stale(log, follower.views)
            refilled = [view.name for view in stale]
            if stale and not log.commit(lambda connection: _begin_empty(log, connection, stale)):
                for view in stale:
                    _try(log, view, progress(view))
    with log.snapshot.connect() as connection:
        follower.learn(connection)
    return refilled


def _stale(log: SqlLog, views: Sequence[View]) -> list[View]:
    with log.snapshot.connect() as connection:
        known = standings(connection)
    return [view for view in views if _is_stale(view, known.get(view.name))]


def _is_stale(view: View, known: Standing | None) -> bool:
    return known is None or not known.is_of(view) or (known.stopped_at is not None and not known.follows)


def _try(log: SqlLog, view: View, progress: Progress) -> None:
    try:
        _Rebuild(log, view, progress).run()
    except CannotFold as failed:
        error, position = str(failed), failed.position
        log.commit(lambda connection: _stopped(connection, view, position, error))


def _stopped(connection: sa.Connection, view: View, position: int, error: str) -> None:
    for sheet in view.sheets:
        sheet.table.create(connection, checkfirst=True)
    filled(connection, [view], 0)
    stop(connection, view.name, position, error)


def _begin_empty(log: SqlLog, connection: sa.Connection, views: Sequence[View]) -> bool:
    """Make the tables where there is no event to fill them from; False if there is one."""
    log.hold_still(connection)
    if log.select_after(connection, 0, 1):
        return False
    for view in views:
        for sheet in view.sheets:
            sheet.table.drop(connection, checkfirst=True)
            sheet.table.create(connection)
    filled(connection, views, 0)
    return True


@dataclass
class _Beside:
    """The rows of one sheet, in memory and in the table beside the live one."""

    sheet: Sheet[Any]
    stored: Rows
    is_whole: bool
    """Whether every row that there is stands in memory."""
    is_empty: bool
    """Whether the table has no row yet."""
    rows: dict[Key, Any] = field(default_factory=dict)
    changed: set[Key] = field(default_factory=set)
    """Keys of rows that are not, or not so, in the table."""

    def take(self, connection: sa.Connection, keys: Iterable[Key]) -> None:
        """Bring rows into memory."""
        missing = [key for key in dict.fromkeys(keys) if key not in self.rows and key not in self.changed]
        if missing:
            self.rows |= self.stored.fetch(connection, missing)


class _Rebuild:
    def __init__(self, log: SqlLog, view: View, progress: Progress) -> None:
        self.log = log
        self.view = view
        self.progress = progress
        self.count = 0
        self.suffix, position = log.commit(self._begin)
        self.tail = log.tail(position)
        self.saved_to = position
        dialect = log.writer.dialect
        self.beside = [
            _Beside(sheet, rows_of(sheet, dialect, self._name(sheet)), position == 0, position == 0)
            for sheet in view.sheets
        ]
        self._folds: dict[str, list[tuple[_Beside, Any]]] = {}

    def run(self) -> Rebuilt:
        while page := self.tail.next():
            self._take(page)
            if self._is_much():
                self._save()
            self.progress(self.tail.after)
        self._save()
        differing = self._differing()
        self.log.commit(self._switch)
        self.progress(self.tail.after)
        return Rebuilt(self.view.name, self.count, differing)

    def _begin(self, connection: sa.Connection) -> tuple[str, int]:
        """Go on with what an interrupted rebuild left, if it can be used; returns suffix and position."""
        left = connection.execute(REBUILDS.select().where(REBUILDS.c.view == self.view.name)).first()
        if left and left.fingerprint == self.view.fingerprint and not left.is_writing:
            return left.suffix, left.position
        if left:
            self._drop(connection, left.suffix)
        suffix = token_hex(4)
        for sheet in self.view.sheets:
            _table_beside(sheet, suffix).create(connection)
        connection.execute(
            REBUILDS.insert().values(
                view=self.view.name, fingerprint=self.view.fingerprint, suffix=suffix, position=0, is_writing=False
            )
        )
        return suffix, 0

    def _drop(self, connection: sa.Connection, suffix: str) -> None:
        left = [name for name in sa.inspect(connection).get_table_names() if name.endswith(f"__{suffix}")]
        for name in left:
            sa.Table(name, sa.MetaData()).drop(connection)
        connection.execute(REBUILDS.delete().where(REBUILDS.c.view == self.view.name))

    def _name(self, sheet: Sheet[Any]) -> str:
        return _name_beside(sheet, self.suffix)

    def _take(self, page: list[StoredRecord], connection: sa.Connection | None = None) -> None:
        """Fold a page of events into the rows in memory."""
        told = [record for record in page if self._folds_of(record.topic)]
        events = [event_of(record) for record in told]
        self.count += len(page)
        for beside in self.beside:
            if not beside.is_whole and not beside.sheet.journal:
                self._fetch(beside, events, connection)
        for event in events:
            for beside, fold in self._folds[event.TOPIC]:
                self._fold(beside, fold, event)

    def _fold(self, beside: _Beside, fold: Any, event: Event) -> None:
        rows, changed = beside.rows, beside.changed
        try:
            for key in fold.keys(event):
                row = fold.fold(rows.get(key), event, key)
                if row is None:
                    rows.pop(key, None)
                elif beside.sheet.key_of(row) != key:
                    raise WrongKey(f"{beside.sheet.table.name}: {key} became {beside.sheet.key_of(row)}")
                else:
                    rows[key] = row
                changed.add(key)
        except Exception as error:
            raise CannotFold(self.view, event, error) from error

    def _fetch(self, beside: _Beside, events: list[Event], connection: sa.Connection | None) -> None:
        try:
            keys = [key for event in events for fold in beside.sheet.folds(type(event)) for key in fold.keys(event)]
        except Exception:
            return  # folding says which event it was
        if connection is not None:
            beside.take(connection, keys)
        else:
            with self.log.primary.connect() as reading:
                beside.take(reading, keys)

    def _folds_of(self, topic: str) -> list[tuple[_Beside, Any]]:
        found = self._folds.get(topic)
        if found is None:
            kind = event_class_of(topic)
            found = self._folds[topic] = [
                (beside, fold) for beside in self.beside for fold in beside.sheet.folds(kind)
            ]
        return found

    def _is_much(self) -> bool:
        journals = sum(len(beside.rows) for beside in self.beside if beside.sheet.journal)
        others = sum(len(beside.rows) for beside in self.beside if not beside.sheet.journal)
        return journals >= JOURNAL_ROWS or others >= MOST_ROWS

    def _save(self) -> None:
        """Write what is in memory; many rows in several transactions, between which others may write."""
        pieces = [piece for beside in self.beside for piece in _pieces(beside)]
        if len(pieces) > 1:
            self.log.commit(lambda connection: self._reached(connection, self.saved_to, is_writing=True))
        for piece in pieces[:-1]:
            began = perf_counter()
            self.log.commit(piece)
            # A waiting process asks for its turn only now and then, so it is given time to do so.
            sleep((perf_counter() - began) / 4)
        self.log.commit(lambda connection: self._written(connection, pieces[-1:]))
        self.saved_to = self.tail.after
        for beside in self.beside:
            beside.changed.clear()
            beside.is_empty = False
            if beside.sheet.journal or len(beside.rows) >= MOST_ROWS // 2:
                beside.rows.clear()
                beside.is_whole = beside.sheet.journal

    def _written(self, connection: sa.Connection, last: Sequence[Callable[[sa.Connection], None]]) -> None:
        for piece in last:
            piece(connection)
        self._reached(connection, self.tail.after, is_writing=False)

    def _reached(self, connection: sa.Connection, position: int, *, is_writing: bool) -> None:
        known = REBUILDS.c.view == self.view.name
        connection.execute(REBUILDS.update().where(known).values(position=position, is_writing=is_writing))

    def _differing(self) -> list[tuple[str, Key]] | None:
        """The keys of rows that differ from the live ones, but for those that events have touched since."""
        with self.log.snapshot.begin() as connection:
            known = standings(connection).get(self.view.name)
            if known is None or not known.is_of(self.view) or known.follows or known.stopped_at:
                return None
            events = [event_of(record) for record in _rest(self.log, connection, self.tail.after)]
            found: list[tuple[str, Key]] = []
            for beside in self.beside:
                touched = {
                    key for event in events for fold in beside.sheet.folds(type(event)) for key in fold.keys(event)
                }
                keys = _differing_keys(connection, beside.sheet, self._name(beside.sheet))
                found += [(beside.sheet.table.name, key) for key in keys if key not in touched]
            return found

    def _switch(self, connection: sa.Connection) -> None:
        """Take what was saved since, and put the new tables in the place of the live ones."""
        self.log.hold_still(connection)
        if connection.dialect.name == "postgresql":
            # Readers hold the live tables; one that never ends must not hold up everybody behind this switch.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        while page := self.tail.rest(connection):
            self._take(page, connection)
        for beside in self.beside:
            for piece in _pieces(beside):
                piece(connection)
            beside.sheet.table.drop(connection, checkfirst=True)
            preparer = connection.dialect.identifier_preparer
            old, new = preparer.quote(self._name(beside.sheet)), preparer.quote(beside.sheet.table.name)
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
        connection.execute(REBUILDS.delete().where(REBUILDS.c.view == self.view.name))
        filled(connection, [self.view], self.tail.after)


def _rest(log: SqlLog, connection: sa.Connection, after: int) -> Iterator[StoredRecord]:
    tail = Tail(log, after)
    while page := tail.rest(connection):
        yield from page


def _pieces(beside: _Beside) -> Iterator[Callable[[sa.Connection], None]]:
    """What is to be written of a sheet, a few rows at a time."""
    changed = [beside.rows[key] for key in beside.changed if key in beside.rows]
    gone = [key for key in beside.changed if key not in beside.rows]
    write = beside.stored.insert if beside.sheet.journal or beside.is_empty else beside.stored.write

    def writing(rows: list[Any]) -> Callable[[sa.Connection], None]:
        return lambda connection: write(connection, rows)

    def removing(keys: list[Key]) -> Callable[[sa.Connection], None]:
        return lambda connection: beside.stored.remove(connection, keys)

    for start in range(0, len(changed), WRITTEN_TOGETHER):
        yield writing(changed[start : start + WRITTEN_TOGETHER])
    if not beside.is_empty:
        for start in range(0, len(gone), WRITTEN_TOGETHER):
            yield removing(gone[start : start + WRITTEN_TOGETHER])


def _name_beside(sheet: Sheet[Any], suffix: str) -> str:
    return f"{sheet.table.name[:50]}__{suffix}"


def _table_beside(sheet: Sheet[Any], suffix: str) -> sa.Table:
    """A table like the sheet's own, whose indexes have names of their own too."""
    table = sheet.table.to_metadata(sa.MetaData(), name=_name_beside(sheet, suffix))
    for number, index in enumerate(sorted(table.indexes, key=lambda index: str(index.name)), 1):
        index.name = sa.sql.quoted_name(f"{sheet.table.name[:40]}_ix{number}_{suffix}", quote=None)
    return table


def _differing_keys(connection: sa.Connection, sheet: Sheet[Any], beside: str) -> list[Key]:
    live, new = sheet.table, sa.table(beside, *(sa.column(c.name, c.type) for c in sheet.table.columns))
    of_live, of_new = sa.select(*live.c), sa.select(*new.c)
    differing = sa.union_all(
        sa.select(of_live.except_(of_new).subquery()), sa.select(of_new.except_(of_live).subquery())
    ).subquery()
    keys = sa.select(*(differing.c[column] for column in sheet.key)).distinct().limit(SHOWN)
    return [tuple(row) for row in connection.execute(keys)]

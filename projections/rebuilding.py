"""Fills a view anew beside its live tables, and puts the new ones in their place in one transaction.

Meanwhile the service answers from the live tables and events are saved. The rows are folded in memory and written
when they have grown many, so that an interrupted rebuild goes on from there, and a large one needs little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter, sleep
from typing import Any

import sqlalchemy as sa

from domain.aggregate import Event
from domain.school import School
from projections.codec import StoredRecord, event_class_of, without_collecting
from projections.database import alone
from projections.event_log.recorder import SqlLog, Tail
from projections.follower import CannotFold, Follower, read_for
from projections.shadow_table import WRITTEN_TOGETHER, ShadowTable, Writing
from projections.successors import hand_on, mergers, successors
from projections.tables import REBUILDS
from projections.view import Key, View
from projections.view_status import ViewStatus, count_to, filled, hold, stop, view_statuses

LOCK = "views"
"""What only one process at a time may do to the views: make and refill them."""

MOST_ROWS = 100_000
"""Rows of one view held in memory before they are written."""

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild: how many events were folded, and the keys of rows that had not been what the log says.

    `differing` is None where nothing could be compared: the code has changed, or a table was lost or damaged.
    """

    view: str
    events: int
    differing: Sequence[tuple[str, Key]] | None


def rebuild(log: SqlLog, view: View, progress: Progress = lambda _: None) -> Rebuilt:
    """Fill a view anew. Raises CannotFold, and leaves the live tables as they are, if it cannot take an event.

    Where it reads an event that cannot be read it is stopped, and left as it is: nobody can tell whether it is right.

    Goes on where an interrupted rebuild of the same code left off. `progress` is told how many events are folded.
    Raises Unavailable where somebody reads the live tables, or saves, for so long that others would have to wait.
    """
    with alone(log.writer, LOCK):
        try:
            return _Rebuild(log, view, progress).run()
        except CannotFold as failed:
            if failed.is_unreadable:
                error, position = str(failed), failed.position
                log.commit(lambda connection: _stop_inline(connection, view, position, error))
            raise


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
        known = view_statuses(connection)
    return [view for view in views if _is_stale(view, known.get(view.name))]


def _is_stale(view: View, known: ViewStatus | None) -> bool:
    return known is None or not known.is_of(view) or (known.stopped_at is not None and not known.follows)


def _try(log: SqlLog, view: View, progress: Progress) -> None:
    try:
        _Rebuild(log, view, progress).run()
    except CannotFold as failed:
        error, position = str(failed), failed.position
        log.commit(lambda connection: _stopped(connection, view, position, error))


def _stopped(connection: sa.Connection, view: View, position: int, error: str) -> None:
    for view_table in view.tables:
        view_table.table.create(connection, checkfirst=True)
    filled(connection, [view], 0)
    stop(connection, view.name, position, error)


def _stop_inline(connection: sa.Connection, view: View, position: int, error: str) -> None:
    known = view_statuses(connection).get(view.name)
    # One that follows stops by itself when it comes to the event.
    if known is not None and not known.follows:
        stop(connection, view.name, position, error)


def _begin_empty(log: SqlLog, connection: sa.Connection, views: Sequence[View]) -> bool:
    """Make the tables where there is no event to fill them from; False if there is one."""
    log.hold_still(connection)
    if log.select_after(connection, 0, 1):
        return False
    for view in views:
        for view_table in view.tables:
            view_table.table.drop(connection, checkfirst=True)
            view_table.table.create(connection)
    filled(connection, views, 0)
    return True


class _Rebuild:
    def __init__(self, log: SqlLog, view: View, progress: Progress) -> None:
        self.log = log
        self.view = view
        self.progress = progress
        suffix, position = log.commit(self._begin)
        with log.snapshot.connect() as connection:
            self.count = count_to(connection, position) if position else 0
            self.successors = successors(connection)
        self.suffix = suffix
        self.is_resumed = bool(position)
        self.gone: list[School.MergedInto] = []
        self.tail = log.tail(position)
        self.saved_to = position
        self.shadows = self._tables(suffix, is_new=position == 0)
        self._folds: dict[str, list[tuple[ShadowTable, Any]]] = {}

    def run(self) -> Rebuilt:
        with without_collecting():
            while page := self.tail.next():
                self._take(page, self._fetch_at_the_primary)
                if self._is_much():
                    self._save()
                self.progress(self.count)
            self._save()
        differing = self._differing()
        self.log.commit(self._switch)
        self.progress(self.count)
        return Rebuilt(self.view.name, self.count, differing)

    def _tables(self, suffix: str, *, is_new: bool) -> list[ShadowTable]:
        return [
            ShadowTable(view_table, self.log.writer.dialect, suffix, is_new=is_new) for view_table in self.view.tables
        ]

    def _begin(self, connection: sa.Connection) -> tuple[str, int]:
        """Go on with what an interrupted rebuild left, if it can be used; returns suffix and position."""
        left = connection.execute(REBUILDS.select().where(REBUILDS.c.view == self.view.name)).first()
        if left and left.fingerprint == self.view.fingerprint and not left.is_writing:
            return left.suffix, left.position
        if left:
            self._drop(connection, left.suffix)
        suffix = token_hex(4)
        for shadow in self._tables(suffix, is_new=True):
            shadow.create(connection)
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

    def _take(self, page: list[StoredRecord], fetch: Callable[[ShadowTable, list[Event]], None]) -> None:
        """Fold a page of events into the rows in memory."""
        events = read_for(self.view, page, self.successors)
        # Rows may stand from before it was known: those of an interrupted rebuild, or all where it comes meanwhile.
        self.gone += [each for each in mergers(events) if self.is_resumed or each.meta.stream not in self.successors]
        for shadow in self.shadows:
            if not shadow.is_whole:
                fetch(shadow, events)
        for event in events:
            try:
                for shadow, fold in self._folds_of(event.TOPIC):
                    shadow.fold(fold, event)
            except Exception as error:
                raise CannotFold(self.view, event, error) from error
        self.count += len(page)

    def _fetch_at_the_primary(self, shadow: ShadowTable, events: list[Event]) -> None:
        with self.log.primary.connect() as connection:
            _fetch(connection, shadow, events)

    def _folds_of(self, topic: str) -> list[tuple[ShadowTable, Any]]:
        found = self._folds.get(topic)
        if found is None:
            kind = event_class_of(topic)
            found = self._folds[topic] = [
                (shadow, fold) for shadow in self.shadows for fold in shadow.view_table.folds(kind)
            ]
        return found

    def _is_much(self) -> bool:
        journals = sum(len(shadow) for shadow in self.shadows if shadow.view_table.journal)
        return journals >= WRITTEN_TOGETHER or sum(map(len, self.shadows)) >= MOST_ROWS

    def _save(self) -> None:
        """Write what is in memory; many rows in several transactions, between which others may write."""
        changes = [change for shadow in self.shadows for change in shadow.changes()]
        if len(changes) > 1:
            self.log.commit(lambda connection: self._reached(connection, self.saved_to, is_writing=True))
        for change in changes[:-1]:
            began = perf_counter()
            self.log.commit(change)
            # A waiting process asks for its turn only now and then, so it is given time to do so.
            sleep((perf_counter() - began) / 4)
        self.log.commit(lambda connection: self._written(connection, changes[-1:]))
        self.saved_to = self.tail.after
        for shadow in self.shadows:
            shadow.written(keep=len(shadow) < MOST_ROWS // 2)

    def _written(self, connection: sa.Connection, last: Sequence[Writing]) -> None:
        for change in last:
            change(connection)
        hand_on(connection, self.view, self.gone, suffix=self.suffix)
        self._reached(connection, self.tail.after, is_writing=False)

    def _reached(self, connection: sa.Connection, position: int, *, is_writing: bool) -> None:
        known = REBUILDS.c.view == self.view.name
        connection.execute(REBUILDS.update().where(known).values(position=position, is_writing=is_writing))

    def _differing(self) -> list[tuple[str, Key]] | None:
        """The keys of rows that differ from the live ones, but for those that events have touched since."""
        with self.log.snapshot.begin() as connection:
            known = view_statuses(connection).get(self.view.name)
            if known is None or not known.is_of(self.view) or known.follows or known.stopped_at:
                return None
            if not all(_is_whole(connection, shadow) for shadow in self.shadows):
                return None
            events = read_for(self.view, _rest(self.log, connection, self.tail.after), self.successors)
            return [
                (shadow.view_table.table.name, key)
                for shadow in self.shadows
                for key in set(shadow.differing(connection)).difference(shadow.keys(events))
            ]

    def _switch(self, connection: sa.Connection) -> None:
        """Take what was saved since, and put the new tables in the place of the live ones."""
        self.log.hold_still(connection)
        hold(connection, self.view.name)
        while page := self.tail.rest(connection):
            self._take(page, lambda shadow, events: _fetch(connection, shadow, events))
        for shadow in self.shadows:
            for change in shadow.changes():
                change(connection)
        hand_on(connection, self.view, self.gone, suffix=self.suffix)
        for shadow in self.shadows:
            shadow.take_the_place(connection)
        connection.execute(REBUILDS.delete().where(REBUILDS.c.view == self.view.name))
        filled(connection, [self.view], self.tail.after)


def _is_whole(connection: sa.Connection, shadow: ShadowTable) -> bool:
    """Whether the live table is there, with all of its columns."""
    table = shadow.view_table.table
    seen = sa.inspect(connection)
    if not seen.has_table(table.name):
        return False
    return {column["name"] for column in seen.get_columns(table.name)} == set(table.columns.keys())


def _fetch(connection: sa.Connection, shadow: ShadowTable, events: list[Event]) -> None:
    try:
        keys = shadow.keys(events)
    except Exception:
        return  # the fold that follows says which event it was
    shadow.take(connection, keys)


def _rest(log: SqlLog, connection: sa.Connection, after: int) -> Iterator[StoredRecord]:
    tail = Tail(log, after)
    while page := tail.rest(connection):
        yield from page

"""Keeps views in step with the log in the transaction that saves the events, and says how events change rows.

A view that cannot take an event stops, alone: the command is saved, the other views go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import sqlalchemy as sa

from domain.aggregate import Event
from domain.service import Unreadable
from projections.codec import NO_SUCCESSORS, StoredRecord, Successors, event_of, followed
from projections.rows import live_rows
from projections.successors import hand_on, mergers, successors
from projections.view import Key, View, ViewTable
from projections.view_status import generation, schools_merged, stop, view_statuses

Step = tuple[Key, Any, Event]
Found = dict[Key, Any]


class WrongKey(ValueError):
    """A fold gave a row of another key than the one it was asked for."""


class CannotFold(Exception):
    """A view raised on an event, or an event that it reads cannot be read; the cause is that exception."""

    def __init__(self, view: View, event: Event | Unreadable, error: Exception) -> None:
        self.view = view
        self.is_unreadable = isinstance(error, Unreadable)
        if isinstance(event, Unreadable):
            self.position, said = event.position, str(event)
        else:
            self.position = event.meta.position or 0
            said = f"{view.name} cannot take {event.TOPIC}: {type(error).__name__}: {error}"
        super().__init__(str(error) if self.is_unreadable else said)


class ViewsChanged(Exception):
    """How the views stand has changed since this process looked; it has to look again."""


class Superseded(RuntimeError):
    """Another release of the service has filled a view its own way; this process must be started anew."""


class TableChange(msgspec.Struct, frozen=True):
    """What events make of the rows of one table."""

    view_table: ViewTable[Any]
    written: list[Any]
    removed: list[Key]

    def write(self, connection: sa.Connection) -> None:
        """Write it into the live table."""
        rows = live_rows(self.view_table, connection.dialect)
        if self.written:
            rows.write(connection, self.written)
        if self.removed:
            rows.remove(connection, self.removed)


class Plan(NamedTuple):
    """Which views are kept in step by whoever saves events, which follow, and which schools went into others, as it
    stood at one generation."""

    generation: int
    inline: Sequence[View]
    following: Sequence[View]
    successors: Successors = NO_SUCCESSORS

    def rows_touched(self, events: Sequence[Event]) -> Iterator[int]:
        """Numbers for the rows that events of other records touch too: to be locked before events are appended."""
        for view in self.inline:
            for view_table in view.tables:
                if view_table.is_shared:
                    name = view_table.table.name
                    yield from (
                        crc32(f"{name} {key}".encode()) for key, _, _ in _steps_in_good_faith(view_table, events)
                    )

    def follow(
        self, connection: sa.Connection, events: Sequence[Event], generation: int, *, may_stop: bool = True
    ) -> None:
        """Fold events into the views that are kept in step, in the transaction that saves them.

        Raises ViewsChanged where the views stand otherwise at the generation of the save; CannotFold, unless the
        view that cannot take an event `may_stop` there.
        """
        if generation != self.generation:
            raise ViewsChanged
        if self.successors:
            events = [followed(event, self.successors) for event in events]
        gone = mergers(events)
        for view in self.inline:
            try:
                changes = changes_by(connection, view, events)
            except CannotFold as failed:
                if not may_stop:
                    raise
                stop(connection, view.name, failed.position, str(failed))
                continue
            for change in changes:
                change.write(connection)
            hand_on(connection, view, gone)
        if gone:
            schools_merged(connection, len(gone))


class Follower:
    """The views of one database, and which of them this process keeps in step when it saves events."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self.plan = Plan(-1, (), ())

    @property
    def following(self) -> Sequence[View]:
        """The views that a process of their own brings forward, as far as this process knows."""
        return self.plan.following

    def learn(self, connection: sa.Connection) -> None:
        """Look how the views stand now. Raises Superseded."""
        found, number = view_statuses(connection), generation(connection)
        for view in self.views:
            if view.name in found and not found[view.name].is_of(view):
                raise Superseded(f"{view.name} was filled by another release of the service: restart this process")
        known = [view for view in self.views if view.name in found and found[view.name].stopped_at is None]
        self.plan = Plan(
            number,
            tuple(view for view in known if not found[view.name].follows),
            tuple(view for view in known if found[view.name].follows),
            successors(connection),
        )


def read_for(view: View, records: Iterable[StoredRecord], successors: Successors) -> list[Event]:
    """Of some records the events that a view reads, the schools in them followed. Raises CannotFold."""
    events = []
    reads: dict[str, bool] = {}
    for record in records:
        is_read = reads.get(record.topic)
        if is_read is None:
            is_read = reads[record.topic] = view.reads(record.topic)
        if is_read:
            try:
                events.append(event_of(record, successors))
            except Unreadable as error:
                raise CannotFold(view, error, error) from error
    return events


def changes_by(connection: sa.Connection, view: View, events: Sequence[Event]) -> list[TableChange]:
    """What events make of a view's rows. Raises CannotFold; nothing is written yet."""
    changes = []
    kinds = {type(event) for event in events}
    for view_table in view.tables:
        if not any(map(view_table.folds, kinds)):
            continue
        steps = list(steps_of(view, view_table, events))
        if steps:
            changes.append(_change(connection, view, view_table, steps))
    return changes


def steps_of(view: View, view_table: ViewTable[Any], events: Sequence[Event]) -> Iterator[Step]:
    """What is to be folded into which rows. Raises CannotFold."""
    for event in events:
        for fold in view_table.folds(type(event)):
            try:
                keys = list(fold.keys(event))
            except Exception as error:
                raise CannotFold(view, event, error) from error
            for key in keys:
                yield key, fold.fold, event


def _steps_in_good_faith(view_table: ViewTable[Any], events: Sequence[Event]) -> Iterator[Step]:
    """The steps as far as they can be told; what cannot is dealt with when the event is folded."""
    try:
        yield from steps_of(View("", view_table), view_table, events)
    except CannotFold:
        return


def _change(connection: sa.Connection, view: View, view_table: ViewTable[Any], steps: list[Step]) -> TableChange:
    keys = list(dict.fromkeys(key for key, _, _ in steps))
    before = {} if view_table.journal else live_rows(view_table, connection.dialect).fetch(connection, keys)
    after = folded(view, view_table, dict(before), steps)
    return TableChange(
        view_table,
        [after[key] for key in keys if key in after and after[key] != before.get(key)],
        [key for key in keys if key in before and key not in after],
    )


def folded(view: View, view_table: ViewTable[Any], rows: Found, steps: Sequence[Step]) -> Found:
    """The rows after the steps. Raises CannotFold."""
    for key, fold, event in steps:
        try:
            row = fold(rows.get(key), event, key)
            if row is None:
                rows.pop(key, None)
                continue
            if view_table.key_of(row) != key:
                raise WrongKey(
                    f"{view_table.table.name}: a fold was asked for row {key} and gave {view_table.key_of(row)}"
                )
        except Exception as error:
            raise CannotFold(view, event, error) from error
        rows[key] = row
    return rows

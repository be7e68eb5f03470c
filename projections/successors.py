"""As which school each record of the register goes on that went into another: the one place that follows successions.

Whatever names a school (`domain.vocabulary.SchoolId`) is read with successions followed (projections.codec), so that
records and views know only schools that stand. Where a school goes into another, the rows that named it are handed on
in the same transaction, and every process looks again before it saves (tables.GENERATIONS).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.school import School
from projections.codec import NO_SUCCESSORS, Successors, follow_by
from projections.tables import VIEWS
from projections.view import Row, View, ViewTable, replace


class MergedRecord(Row):
    """A record of the register that went into another."""

    id: UUID
    into: UUID


merged = ViewTable("merged_schools", MergedRecord, key=("id",))


@merged.on(School.MergedInto)
def merged_into(_: MergedRecord | None, event: School.MergedInto) -> MergedRecord:
    return MergedRecord(id=event.meta.stream, into=event.into)


VIEW = View("merged_schools", merged)


def successors(connection: sa.Connection) -> Successors:
    """The school of each record that went into another; of none where the view is not filled yet."""
    if connection.execute(sa.select(sa.exists().where(VIEWS.c.name == VIEW.name))).scalar() is not True:
        return NO_SUCCESSORS
    into = {row.id: row.into for row in merged.rows(connection)}
    return {record: _last(into, record) for record in into}


def _last(into: Successors, record: UUID) -> UUID:
    seen = {record}
    while (further := into.get(record)) is not None and further not in seen:
        seen.add(further)
        record = further
    return record


def mergers(events: Iterable[Event]) -> list[School.MergedInto]:
    """Those of some events by which a school goes into another."""
    return [event for event in events if isinstance(event, School.MergedInto)]


def hand_on(
    connection: sa.Connection, view: View, gone: Sequence[School.MergedInto], *, suffix: str | None = None
) -> None:
    """Hand the rows of a view on that name schools which went into others, one after another.

    `suffix` is that of the tables in which the view is filled anew, None for the live ones.
    """
    for view_table in view.tables if gone else ():
        name = view_table.table.name if suffix is None else view_table.shadow_name(suffix)
        table = sa.table(name, *(sa.column(column.name, column.type) for column in view_table.table.columns))
        for event in gone:
            for column in view_table.schools:
                named = table.c[column] == event.meta.stream
                connection.execute(sa.update(table).where(named).values({column: event.into}))
            for column in view_table.lists_of_schools:
                _hand_on_in_lists(connection, view_table, table, column, event)


def _hand_on_in_lists(
    connection: sa.Connection,
    view_table: ViewTable[Any],
    table: sa.TableClause,
    column: str,
    event: School.MergedInto,
) -> None:
    gone, keys = event.meta.stream, [table.c[name] for name in view_table.key]
    holding = sa.type_coerce(table.c[column], sa.Text).contains(str(gone))
    for *key, schools in connection.execute(sa.select(*keys, table.c[column]).where(holding)).all():
        of_key = sa.and_(*(each == value for each, value in zip(keys, key, strict=True)))
        now = _followed(view_table, column, schools, {gone: event.into})
        connection.execute(sa.update(table).where(of_key).values({column: now}))


def with_successors(view_table: ViewTable[Any], row: Any, known: Successors) -> Any:
    """A row with the schools that it names followed."""
    naming = (*view_table.schools, *view_table.lists_of_schools) if known else ()
    return replace(row, **{name: _followed(view_table, name, getattr(row, name), known) for name in naming})


def _followed(view_table: ViewTable[Any], column: str, value: Any, known: Successors) -> Any:
    follow = follow_by(view_table.hints[column])
    return value if follow is None else follow(value, known)

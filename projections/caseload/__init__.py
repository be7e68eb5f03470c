"""Caseload: what is due, overdue and waiting for whom, for an officer, a team, a school or everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from projections.caseload import brokerage, concerns, visits
from projections.caseload.item import MAIN, Item, Task, WaitingFor, items
from projections.view import View

__all__ = [
    "AS_DUE",
    "VIEW",
    "WAITS",
    "Item",
    "Task",
    "WaitingFor",
    "brokerage",
    "concerns",
    "cursor_of",
    "items",
    "visits",
    "waiting",
]

NEVER = date.max
"""Sorts what has no date behind everything that has."""

_columns = items.table.c
_due = sa.func.coalesce(_columns.due, NEVER, type_=sa.Date())
_main = items.table.alias("main").c
_nobody_chooses = sa.exists().where(
    _main.record == _columns.record, _main.part == MAIN, _main.task.is_distinct_from(Task.CHOOSE)
)
_moot = sa.and_(_columns.task == Task.REPLY, _nobody_chooses)
"""An invitation that was not answered asks for nothing any more once its tender is over."""


WAITS = sa.and_(_columns.task.is_not(None), sa.not_(_moot))
"""The condition that there is something to do."""

AS_DUE = (_due, _columns.record, _columns.part)
"""The earliest due first, what has no date last."""


def waiting(
    connection: sa.Connection,
    *,
    schools: Collection[UUID] | None = None,
    person: UUID | None = None,
    providers: Collection[UUID] = (),
    moves: Collection[WaitingFor] = (),
    waiting_for: Collection[WaitingFor] = (),
    due_before: date | None = None,
    record: UUID | None = None,
    concerns_of: Collection[UUID] | None = None,
    without: Collection[Task] = (),
    after: str | None = None,
    limit: int = 50,
) -> list[Item]:
    """What waits, the earliest due first and what has no date last.

    `schools` None means all. An item is found by its school, by being the person's or a provider's own, or by
    waiting for one of `moves` with nobody named; `waiting_for` narrows to whose move it is, `due_before` to what
    is due before a day. `concerns_of` are the schools whose concerns may be named (None: all), `without` leaves
    tasks out.
    """
    query = items.table.select().where(WAITS)
    if schools is not None:
        by_move = sa.and_(_columns.waiting_for.in_(list(moves)), _columns.person.is_(None))
        by_name = [_columns.person == person] if person else []
        query = query.where(sa.or_(_columns.school.in_(schools), _columns.provider.in_(providers), by_move, *by_name))
    if waiting_for:
        query = query.where(_columns.waiting_for.in_(list(waiting_for)))
    if due_before is not None:
        query = query.where(_columns.due < due_before)
    if record is not None:
        query = query.where(_columns.record == record)
    if concerns_of is not None:
        query = query.where(sa.or_(_columns.kind != "concern", _columns.school.in_(concerns_of)))
    if without:
        query = query.where(_columns.task.not_in(list(without)))
    if after is not None:
        due, key, part = after.split("/", 2)
        place = sa.tuple_(_due, _columns.record, _columns.part)
        query = query.where(place > sa.tuple_(date.fromisoformat(due), UUID(key), part))
    return items.rows(connection, query.order_by(*AS_DUE).limit(limit))


def cursor_of(last: Item) -> str:
    """The place of an item in the list, to go on behind it."""
    return f"{last.due or NEVER}/{last.record}/{last.part}"


VIEW = View("caseload", items)

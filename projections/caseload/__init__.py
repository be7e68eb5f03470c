"""Caseload: what is due, overdue and waiting for whom, for an officer, a team, a school or everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from projections.caseload import brokerage, concerns, engagements, needs, visits
from projections.caseload.item import AS_DUE, MAIN, Item, Task, WaitingFor, items
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
    "engagements",
    "items",
    "needs",
    "visits",
    "waiting",
]

_columns = items.table.c
_main = items.table.alias("main").c
_nobody_chooses = sa.exists().where(
    _main.case == _columns.case,
    _main.kind == _columns.kind,
    _main.part == MAIN,
    sa.or_(_main.record != _columns.record, _main.task.is_distinct_from(Task.CHOOSE)),
)
_moot = sa.and_(_columns.task == Task.REPLY, _nobody_chooses)
"""An invitation that was not answered asks for nothing any more once its tender is over."""


WAITS = sa.and_(_columns.task.is_not(None), _columns.rests_since.is_(None), sa.not_(_moot))
"""The condition that there is something to do."""


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
        query = query.where(_found_by(schools, person, providers, moves))
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
        query = query.where(sa.tuple_(*AS_DUE) > sa.tuple_(date.fromisoformat(due), UUID(key), part))
    return items.rows(connection, query.order_by(*AS_DUE).limit(limit))


def _found_by(
    schools: Collection[UUID], person: UUID | None, providers: Collection[UUID], moves: Collection[WaitingFor]
) -> sa.ColumnElement[bool]:
    ways: list[sa.ColumnElement[bool]] = []
    if schools:
        ways.append(_columns.school.in_(schools))
    if person:
        ways.append(_columns.person == person)
    if providers:
        ways.append(_columns.provider.in_(providers))
    if moves:
        ways.append(sa.and_(_columns.waiting_for.in_(list(moves)), _columns.person.is_(None)))
    if not ways:
        return sa.false()
    # Each way by an index of its own: in one condition they would have every item looked at.
    keys = sa.union_all(*(sa.select(*items.table.primary_key).where(way) for way in ways))
    return sa.tuple_(*items.table.primary_key).in_(keys)


def cursor_of(last: Item) -> str:
    """The place of an item in the list, to go on behind it."""
    return f"{last.due or date.max}/{last.record}/{last.part}"


VIEW = View("caseload", items)

"""Caseload: what is due, overdue and waiting for whom, for an officer, a team, a school or everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple, TypedDict, Unpack
from uuid import UUID

import sqlalchemy as sa

from projections.caseload import (
    brokerage,
    concerns,
    decisions,
    engagements,
    formal_steps,
    leavers,
    meetings,
    needs,
    objectives,
    visits,
)
from projections.caseload.item import (
    AS_DUE,
    MAIN,
    OF_ASKER,
    OUTSIDE,
    Item,
    Task,
    WaitingFor,
    items,
    left_schools,
)
from projections.view import View

__all__ = [
    "AS_DUE",
    "COUNTED_TO",
    "IN_HAND",
    "OF_ASKER",
    "OPEN",
    "OUTSIDE",
    "VIEW",
    "WAITS",
    "CaseloadCount",
    "Item",
    "Narrowed",
    "Task",
    "WaitingFor",
    "asked_on",
    "brokerage",
    "concerns",
    "counted",
    "cursor_of",
    "decisions",
    "engagements",
    "formal_steps",
    "items",
    "leavers",
    "meetings",
    "needs",
    "objectives",
    "place_of",
    "reviewed_at",
    "too_late",
    "visits",
    "waiting",
]

_columns = items.table.c
_main = items.table.alias("main").c
_asks = items.table.alias("asks").c
_nobody_chooses = sa.exists().where(
    _main.case == _columns.case,
    _main.kind == _columns.kind,
    _main.part == MAIN,
    sa.or_(_main.record != _columns.record, _main.task.is_(None), _main.task.not_in([Task.GET_QUOTES, Task.CHOOSE])),
)
_moot = sa.and_(_columns.task.in_([Task.REPLY, Task.ANSWER_QUESTION]), _nobody_chooses)
"""An invitation or question that was not answered asks for nothing any more once its tender is over."""


def too_late(today: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that an item is an invitation to which nobody may reply any more, as the day has passed."""
    tender = sa.and_(_main.case == _columns.case, _main.kind == _columns.kind, _main.part == MAIN)
    return sa.and_(_columns.task == Task.REPLY, sa.exists().where(tender, _main.due < today))


def asked_on(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that an item can be worked on, on a day: what is asked of a post, from when it passes to a deputy
    and until it lapses, but not while whoever asked is to answer first, and not what it stands for meanwhile; what
    came of it once something has; what somebody is to get confirmed once that is late."""
    has_come = sa.or_(_columns.not_before.is_(None), _columns.not_before <= day)
    in_time = _columns.due >= day
    stands = sa.exists().where(
        _asks.on_record == _columns.record,
        _asks.task == Task.DECIDE_ASK,
        _asks.stands_for == _columns.task,
        sa.or_(_asks.due.is_(None), _asks.due >= day),
    )
    waits = sa.and_(_columns.task.in_([*decisions.STANDS_FOR.values()]), stands)
    on_a_day = _columns.task.in_([Task.DECIDE_ASK, Task.READ_OUTCOME, Task.GET_CONFIRMATION])
    return sa.and_(
        sa.or_(sa.not_(on_a_day), has_come),
        sa.or_(_columns.task != Task.DECIDE_ASK, in_time),
        sa.not_(waits),
    )


def _taken_over(person: UUID) -> sa.ColumnElement[bool]:
    """The condition that an item was the asker's of a request that is somebody's now."""
    request = sa.exists().where(
        _main.case == _columns.case,
        _main.kind == brokerage.REQUEST,
        _main.part == MAIN,
        _main.person == person,
    )
    return sa.and_(_columns.task.in_(OF_ASKER), request)


_left = sa.exists().where(left_schools.table.c.school == _columns.school)

IN_HAND = sa.and_(_columns.task.is_not(None), sa.not_(_moot))
"""The condition that there is something to do, now or once it rests no longer."""

OPEN = sa.and_(IN_HAND, _columns.rests_since.is_(None))
"""The condition that there is something to do now."""

WAITS = sa.and_(OPEN, sa.not_(_left))
"""The same, at no school that belongs to another authority."""


class Narrowed(TypedDict, total=False):
    """What a list of what waits is narrowed to.

    `served` are the ids of the schools that the service works with (None: all): need categories are reviewed
    nowhere else. `schools` None means all. An item is found by its school, by being the person's or a provider's
    own, by waiting for one of `moves` with nobody named, or by waiting to be assured at one of `assured_at` (None:
    anywhere); what `author` wrote, and so cannot assure, is then left out. `waiting_for` narrows to whose move it
    is, `due_before` to what is due before a day. `concerns_of` are the schools whose concerns may be named (None:
    all), `without` leaves tasks out, `only` all others, `on_hold` the planning of some records, `apart_from` what
    waits about some records, `unasked` what would wait for a school or provider that may not read them. `left` is
    for what is open at schools that belong to another authority: left out by default, alone where it is true, too
    where it is None. With `in_time_on`, what can be done no more on that day is left out, and what is nobody's to
    decide on it. Of what is asked, only `decides` is then found, by the posts `decides_as`. `left_behind` tells whose
    work is still to be handed over (leavers.is_left_behind).
    """

    served: sa.Select[Any] | None
    left_behind: sa.ColumnElement[bool]
    schools: Collection[UUID] | None
    person: UUID | None
    providers: Collection[UUID]
    moves: Collection[WaitingFor]
    assured_at: Collection[UUID] | None
    author: UUID
    waiting_for: Collection[WaitingFor]
    due_before: date | None
    record: UUID | None
    concerns_of: Collection[UUID] | None
    without: Collection[Task]
    only: Collection[Task]
    on_hold: Collection[UUID]
    apart_from: Collection[UUID]
    unasked: Collection[UUID]
    left: bool | None
    in_time_on: date | None
    decides: Collection[UUID]
    decides_as: Collection[WaitingFor]


COUNTED_TO = 1000
"""As far as it is counted how much waits: with more, the number is not worth the time that it takes."""


class CaseloadCount(NamedTuple):
    """How much waits, and how much of it is overdue."""

    total: int
    overdue: int


def reviewed_at(served: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """The condition that an item is no review of a need category, or one at a school that is served."""
    return sa.or_(_columns.part != needs.NEED, _columns.school.in_(served))


def waiting(
    connection: sa.Connection,
    *,
    after: str | None = None,
    limit: int = 50,
    **narrowed: Unpack[Narrowed],
) -> list[Item]:
    """What waits, the earliest due first and what has no date last; `after` is the cursor of the last one seen."""
    return items.rows(connection, _in_order(items.table.select(), narrowed, after).limit(limit))


def counted(
    connection: sa.Connection,
    *,
    today: date,
    after: str | None = None,
    limit: int = 50,
    up_to: int = COUNTED_TO,
    **narrowed: Unpack[Narrowed],
) -> tuple[list[Item], CaseloadCount]:
    """The same, with how much waits and how much of it is overdue: a number above `up_to` says only that it is more.

    Where nothing is left behind `after`, nothing is counted.
    """
    due = _in_order(sa.select(_columns.due), narrowed).limit(up_to + 1).cte("due")
    numbers = [
        sa.select(sa.func.count()).select_from(due).scalar_subquery(),
        sa.select(sa.func.count()).where(due.c.due < today).scalar_subquery(),
    ]
    found = connection.execute(_in_order(sa.select(*_columns, *numbers), narrowed, after).limit(limit)).all()
    if not found:
        return [], CaseloadCount(0, 0)
    shown = [Item(**dict(zip(items.columns, row[:-2], strict=True))) for row in found]
    return shown, CaseloadCount(*found[0][-2:])


def _in_order(query: sa.Select[Any], narrowed: Narrowed, after: str | None = None) -> sa.Select[Any]:
    query = query.where(*_conditions(narrowed)).order_by(*AS_DUE)
    if after is None:
        return query
    return query.where(sa.tuple_(*AS_DUE) > sa.tuple_(*place_of(after)))


def _conditions(narrowed: Narrowed) -> Iterator[sa.ColumnElement[bool]]:
    yield OPEN
    if (day := narrowed.get("in_time_on")) is not None:
        yield sa.not_(too_late(day))
        yield asked_on(day)
    if (left := narrowed.get("left", False)) is not None:
        yield _left if left else sa.not_(_left)
    if (served := narrowed.get("served")) is not None:
        yield reviewed_at(served)
    if (left_behind := narrowed.get("left_behind")) is not None:
        yield left_behind
    schools, concerns_of = narrowed.get("schools"), narrowed.get("concerns_of")
    if schools is not None:
        yield _found_by(schools, narrowed)
    if waiting_for := narrowed.get("waiting_for"):
        yield _columns.waiting_for.in_(list(waiting_for))
    if (due_before := narrowed.get("due_before")) is not None:
        yield _columns.due < due_before
    if (record := narrowed.get("record")) is not None:
        yield _columns.record == record
    if concerns_of is not None:
        yield sa.or_(_columns.kind != "concern", _columns.school.in_(concerns_of))
    if apart_from := narrowed.get("apart_from"):
        yield _columns.record.not_in(apart_from)
    if unasked := narrowed.get("unasked"):
        yield sa.or_(_columns.record.not_in(unasked), _columns.waiting_for.not_in(OUTSIDE))
    if author := narrowed.get("author"):
        yield sa.or_(_columns.task != Task.ASSURE_RECORD, _columns.author != author)
    if (decides := narrowed.get("decides")) is not None:
        yield sa.or_(_columns.task != Task.DECIDE_ASK, _decided(decides, narrowed))
    if without := narrowed.get("without"):
        yield _columns.task.not_in(list(without))
    if only := narrowed.get("only"):
        yield _columns.task.in_(list(only))
    if on_hold := narrowed.get("on_hold"):
        yield sa.or_(_columns.task != Task.PLAN_SESSIONS, _columns.record.not_in(on_hold))


def _found_by(schools: Collection[UUID], narrowed: Narrowed) -> sa.ColumnElement[bool]:
    ways: list[sa.ColumnElement[bool]] = []
    if schools:
        ways.append(_columns.school.in_(schools))
    if person := narrowed.get("person"):
        ways += [_columns.person == person, _columns.broker == person, _taken_over(person)]
    if providers := narrowed.get("providers"):
        ways.append(_columns.provider.in_(providers))
    if moves := narrowed.get("moves"):
        ways.append(sa.and_(_columns.waiting_for.in_(list(moves)), _columns.person.is_(None)))
    if "assured_at" in narrowed:
        at = narrowed["assured_at"]
        assured = sa.and_(_columns.waiting_for == WaitingFor.TEAM_LEAD, _columns.person.is_(None))
        ways.append(assured if at is None else sa.and_(assured, _columns.school.in_(at)))
    if decides := narrowed.get("decides"):
        ways.append(sa.and_(_columns.task == Task.DECIDE_ASK, _decided(decides, narrowed)))
    if not ways:
        return sa.false()
    # Each way by an index of its own: in one condition they would have every item looked at.
    keys = sa.union_all(*(sa.select(*items.table.primary_key).where(way) for way in ways))
    return sa.tuple_(*items.table.primary_key).in_(keys)


def _decided(decides: Collection[UUID], narrowed: Narrowed) -> sa.ColumnElement[bool]:
    return sa.and_(_columns.record.in_(decides), _columns.waiting_for.in_(narrowed.get("decides_as", ())))


def place_of(cursor: str) -> tuple[date, UUID, str]:
    """The place in the list that a cursor names. Raises ValueError for a text that is none."""
    due, key, part = cursor.split("/", 2)
    return date.fromisoformat(due), UUID(key), part


def cursor_of(last: Item) -> str:
    """The place of an item in the list, to go on behind it."""
    return f"{last.due or date.max}/{last.record}/{last.part}"


VIEW = View("caseload", items, left_schools)

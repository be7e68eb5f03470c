"""Visits: the diary of schools and officers, and the core visits of each term."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.calendar import Term
from domain.on_behalf import Confirmation
from domain.visit import Visit, VisitStatus
from domain.vocabulary import Purpose, SchoolId, Side, VisitKind
from projections.recorded import Recorded, RecordedForOther, said
from projections.view import Key, Row, View, ViewTable, replace, restate


class PlannedVisit(Row):
    """A visit as it stands. `on` is the day it was planned for last, `minutes` its length: planned, then real. Every
    visit has a kind and a purpose; rows tell neither to those who see it as a plain one. Where others recorded
    that the school agreed the day, it says by whom and whether the school has confirmed it."""

    id: UUID
    reference: str
    school: SchoolId
    kind: VisitKind | None
    purpose: Purpose | None
    focus: str
    on: date
    lead: UUID
    visitors: tuple[UUID, ...]
    academic_year: int
    term: Term
    status: VisitStatus
    starts_at: time | None = None
    minutes: int | None = None
    concern: UUID | None = None
    request: UUID | None = None
    held_on: date | None = None
    missed_on: date | None = None
    record: UUID | None = None
    record_reference: str = ""
    recorded_for_others: Recorded = ()
    restated_on: date | None = None


class Visiting(Row):
    """Somebody who makes a visit, and in which capacity."""

    visit: UUID
    person: UUID
    capacity: str


visits = ViewTable(
    "visits",
    PlannedVisit,
    key=("id",),
    indexes=[
        ("reference",),
        ("school", "on"),
        ("on", "reference"),
        ("status", "on", "reference"),
        ("academic_year", "kind"),
    ],
)
visitors = ViewTable("visitors", Visiting, key=("visit", "person"), indexes=[("person",)])


class EverVisiting(Row):
    """Somebody who was ever to make a visit, and since when, though they may have been taken off it since."""

    visit: UUID
    person: UUID
    since: date


ever_visiting = ViewTable("ever_visiting", EverVisiting, key=("visit", "person"))

ORDER = (visits.table.c.on, visits.table.c.reference)

Undertaken = Visit.Planned | Visit.HeldUnplanned


@visits.on(Visit.Planned)
def visit_planned(_: PlannedVisit | None, event: Visit.Planned) -> PlannedVisit:
    return replace(_begun(event), status=VisitStatus.PLANNED, starts_at=event.starts_at)


@visits.on(Visit.HeldUnplanned)
def visit_held_unplanned(_: PlannedVisit | None, event: Visit.HeldUnplanned) -> PlannedVisit:
    return replace(_begun(event), status=VisitStatus.HELD, held_on=event.on)


def _begun(event: Undertaken) -> PlannedVisit:
    return PlannedVisit(
        id=event.meta.stream,
        reference=event.reference,
        school=event.school,
        kind=event.kind,
        purpose=event.meta.purpose,
        focus=event.focus,
        on=event.on,
        lead=event.lead,
        visitors=tuple(visitor.person for visitor in event.visitors),
        academic_year=event.academic_year,
        term=event.term,
        status=VisitStatus.PLANNED,
        minutes=event.minutes,
        concern=event.concern,
        request=event.request,
    )


@visits.on(Visit.Confirmed)
def visit_confirmed(row: PlannedVisit | None, event: Visit.Confirmed) -> PlannedVisit | None:
    """An officer, who could confirm it in earlier days, agreed nothing for the school."""
    if row is None:
        return None
    row = replace(row, starts_at=event.starts_at, minutes=event.minutes)
    if event.side is Side.SCHOOL:
        return replace(row, status=VisitStatus.CONFIRMED, recorded_for_others=())
    return row


@visits.on(Visit.AgreementRecorded)
def agreement_recorded(row: PlannedVisit | None, event: Visit.AgreementRecorded) -> PlannedVisit | None:
    return row and replace(
        row,
        status=VisitStatus.CONFIRMED,
        starts_at=event.starts_at,
        minutes=event.minutes,
        recorded_for_others=(
            RecordedForOther(Side.SCHOOL, event.meta.signature.actor, event.whose, Confirmation.NOT_CONFIRMED),
        ),
    )


@visits.on(Visit.AgreementConfirmed)
def agreement_confirmed(row: PlannedVisit | None, _: Visit.AgreementConfirmed) -> PlannedVisit | None:
    return row and replace(
        row, recorded_for_others=said(row.recorded_for_others, Side.SCHOOL, Confirmation.CONFIRMED)
    )


@visits.on(Visit.AgreementDisowned)
def agreement_disowned(row: PlannedVisit | None, _: Visit.AgreementDisowned) -> PlannedVisit | None:
    return row and replace(
        row,
        status=VisitStatus.PLANNED,
        recorded_for_others=said(row.recorded_for_others, Side.SCHOOL, Confirmation.DISOWNED),
    )


@visits.on(Visit.Rescheduled)
def visit_rescheduled(row: PlannedVisit | None, event: Visit.Rescheduled) -> PlannedVisit | None:
    return row and replace(
        row,
        status=VisitStatus.PLANNED,
        on=event.on,
        starts_at=event.starts_at,
        academic_year=event.academic_year,
        term=event.term,
        recorded_for_others=(),
    )


@visits.on(Visit.VisitorsChanged)
def visitors_changed(row: PlannedVisit | None, event: Visit.VisitorsChanged) -> PlannedVisit | None:
    return row and replace(row, lead=event.lead, visitors=tuple(visitor.person for visitor in event.visitors))


@visits.on(Visit.Cancelled)
def visit_cancelled(row: PlannedVisit | None, _: Visit.Cancelled) -> PlannedVisit | None:
    return row and replace(row, status=VisitStatus.CANCELLED)


@visits.on(Visit.NotMade)
def visit_not_made(row: PlannedVisit | None, event: Visit.NotMade) -> PlannedVisit | None:
    return row and replace(row, status=VisitStatus.NOT_MADE, missed_on=event.on)


@visits.on(Visit.Held)
def visit_held(row: PlannedVisit | None, event: Visit.Held) -> PlannedVisit | None:
    return row and replace(row, status=VisitStatus.HELD, held_on=event.on, minutes=event.minutes)


@visits.on(Visit.RecordStarted)
def record_started(row: PlannedVisit | None, event: Visit.RecordStarted) -> PlannedVisit | None:
    return row and replace(row, record=event.record, record_reference=event.record_reference)


@visits.on(Visit.Closed)
def visit_closed(row: PlannedVisit | None, _: Visit.Closed) -> PlannedVisit | None:
    return row and replace(row, status=VisitStatus.CLOSED)


@visits.on(Visit.Corrected)
def visit_corrected(row: PlannedVisit | None, event: Visit.Corrected) -> PlannedVisit | None:
    """A visit to another school is not agreed by that school."""
    if row is None:
        return None
    row = restate(row, event)
    if event.held_on is not None and event.term is not None and event.academic_year is not None:
        row = replace(row, on=event.held_on, term=event.term, academic_year=event.academic_year)
    if event.to_agree is not None:
        row = replace(row, status=VisitStatus.PLANNED, recorded_for_others=())
    return row


def _comers(event: Undertaken | Visit.VisitorsChanged) -> Iterable[Key]:
    left = event.left if isinstance(event, Visit.VisitorsChanged) else ()
    return [(event.meta.stream, person) for person in (*(each.person for each in event.visitors), *left)]


@visitors.on_each(Visit.Planned, Visit.HeldUnplanned, Visit.VisitorsChanged, keys=_comers)
def visitors_named(_: Visiting | None, event: Undertaken | Visit.VisitorsChanged, key: Key) -> Visiting | None:
    visit, person = key
    capacity = next((each.capacity for each in event.visitors if each.person == person), None)
    return None if capacity is None else Visiting(visit=visit, person=person, capacity=capacity)


@ever_visiting.on_each(Visit.Planned, Visit.HeldUnplanned, Visit.VisitorsChanged, keys=_comers)
def visitors_named_first(
    row: EverVisiting | None, event: Undertaken | Visit.VisitorsChanged, key: Key
) -> EverVisiting | None:
    visit, person = key
    if row is not None or person not in {each.person for each in event.visitors}:
        return row
    return EverVisiting(visit=visit, person=person, since=event.meta.signature.today)


def on_day(connection: sa.Connection, people: Collection[UUID], day: date) -> list[PlannedVisit]:
    """The visits that any of these people makes on a day, without those cancelled or not made."""
    columns, coming = visits.table.c, visitors.table.c
    theirs = sa.select(coming.visit).where(coming.person.in_(people))
    query = (
        visits.table.select()
        .where(columns.on == day, columns.id.in_(theirs))
        .where(columns.status.not_in([VisitStatus.CANCELLED, VisitStatus.NOT_MADE]))
        .order_by(columns.reference)
    )
    return visits.rows(connection, query)


class CoreCount(Row):
    """How many core visits to a school in one term are ahead, were held and were missed."""

    school: UUID
    term: Term
    planned: int
    held: int
    missed: int


def core_visits(
    connection: sa.Connection, academic_year: int, *, apart_from: Collection[UUID] = ()
) -> list[CoreCount]:
    """The core visits of a school year by school and term, without those of `apart_from`; a school without any in a
    term has no row there."""
    columns = visits.table.c
    ahead = columns.status.in_([VisitStatus.PLANNED, VisitStatus.CONFIRMED])
    query = (
        sa.select(
            columns.school,
            columns.term,
            _count(ahead).label("planned"),
            _count(columns.held_on.is_not(None)).label("held"),
            _count(columns.missed_on.is_not(None)).label("missed"),
        )
        .where(columns.kind == VisitKind.CORE, columns.academic_year == academic_year)
        .where(columns.id.not_in(apart_from))
        .group_by(columns.school, columns.term)
    )
    counts = [CoreCount(**row) for row in connection.execute(query).mappings()]
    return sorted(counts, key=lambda count: (count.school, list(Term).index(count.term)))


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def listed(
    *,
    schools: Collection[UUID] | None = None,
    officers: Collection[UUID] | None = None,
    statuses: Collection[VisitStatus] | None = None,
    kinds: Collection[VisitKind] | None = None,
    first: date | None = None,
    last: date | None = None,
    apart_from: Collection[UUID] = (),
    latest_first: bool = False,
    after: str | None = None,
) -> sa.Select[Any]:
    """The visits that meet all that is asked, the earliest day first; `after` is the reference of the last one seen.

    `officers` keeps the visits that one of them makes; `first` and `last` are the days between which they lie;
    `apart_from` are left out.
    """
    columns = visits.table.c
    order = [column.desc() for column in ORDER] if latest_first else ORDER
    query = visits.table.select().order_by(*order)
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if officers is not None:
        made = sa.select(visitors.table.c.visit).where(visitors.table.c.person.in_(officers))
        query = query.where(columns.id.in_(made))
    if statuses is not None:
        query = query.where(columns.status.in_(statuses))
    if kinds is not None:
        query = query.where(columns.kind.in_(kinds))
    if apart_from:
        query = query.where(columns.id.not_in(apart_from))
    if first is not None:
        query = query.where(columns.on >= first)
    if last is not None:
        query = query.where(columns.on <= last)
    if after is not None:
        here, seen = sa.tuple_(*ORDER), _place_of(after)
        query = query.where(here < seen if latest_first else here > seen)
    return query


def _place_of(reference: str) -> sa.ScalarSelect[Any]:
    """Where the visit of that reference stands in the order; nowhere, so that nothing follows, if there is none."""
    seen = visits.table.alias()
    return sa.select(seen.c.on, seen.c.reference).where(seen.c.reference == reference).scalar_subquery()


VIEW = View("visits", visits, visitors, ever_visiting)

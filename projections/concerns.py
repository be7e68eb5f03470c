"""Concerns: every case, whose school it is, how far it is, and when it is reviewed next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.concern import CaseStatus, ConcernCase, ConcernKind, Rating, Severity
from domain.vocabulary import Purpose, Role, SchoolId, Sensitivity
from projections.view import Row, View, ViewTable, replace, restate

OPEN = (CaseStatus.RAISED, CaseStatus.ASSESSED, CaseStatus.INTERVENTION)


class ConcernRow(Row):
    """A case as it stands."""

    id: UUID
    reference: str
    school: SchoolId
    kind: ConcernKind
    severity: Severity
    purpose: Purpose | None
    sensitivity: Sensitivity
    status: CaseStatus
    raised_on: date
    raised_by: UUID | None
    rating: Rating | None = None
    assessed_on: date | None = None
    intervention_on: date | None = None
    next_review_on: date | None = None
    is_paused: bool = False
    ended_on: date | None = None
    head_since: int | None = None
    """From which version on the headteacher reads it: from 0 as the rule once was, from where it was shared."""
    chair_since: int | None = None
    restated_on: date | None = None


cases = ViewTable(
    "concern_cases", ConcernRow, key=("id",), indexes=[("school", "raised_on"), ("next_review_on",), ("reference",)]
)


Assessed = ConcernCase.Assessed | ConcernCase.FoundCausingConcern
Reviewed = ConcernCase.ReviewHeld | ConcernCase.ReviewDecided
Started = ConcernCase.InterventionStarted | ConcernCase.InterventionDecided


@cases.on(ConcernCase.Raised)
def concern_raised(_: ConcernRow | None, event: ConcernCase.Raised) -> ConcernRow:
    return ConcernRow(
        id=event.meta.stream,
        reference=event.reference,
        school=event.school,
        kind=event.kind,
        severity=event.severity,
        purpose=event.meta.purpose,
        sensitivity=event.meta.sensitivity,
        status=CaseStatus.RAISED,
        raised_on=event.meta.occurred_on,
        raised_by=event.meta.signature.actor,
        head_since=None if event.is_inside else 0,
        chair_since=None if event.is_inside else 0,
    )


@cases.on(ConcernCase.Corrected)
def concern_corrected(row: ConcernRow | None, event: ConcernCase.Corrected) -> ConcernRow | None:
    """The school that was meant reads it once it is shared with that."""
    if row is None:
        return None
    row = restate(row, event)
    return replace(row, head_since=None, chair_since=None) if event.school else row


def _since(before: int | None, event: ConcernCase.Shared, post: Role) -> int | None:
    return event.meta.version if before is None and post in event.with_ else before


@cases.on(ConcernCase.Shared)
def case_shared(row: ConcernRow | None, event: ConcernCase.Shared) -> ConcernRow | None:
    return row and replace(
        row,
        head_since=_since(row.head_since, event, Role.HEADTEACHER),
        chair_since=_since(row.chair_since, event, Role.CHAIR),
    )


@cases.on(ConcernCase.Assessed, ConcernCase.FoundCausingConcern)
def concern_assessed(row: ConcernRow | None, event: Assessed) -> ConcernRow | None:
    return row and replace(
        row,
        status=CaseStatus.ASSESSED,
        rating=event.rating,
        assessed_on=event.meta.occurred_on,
    )


@cases.on(ConcernCase.InterventionStarted, ConcernCase.InterventionDecided)
def intervention_started(row: ConcernRow | None, event: Started) -> ConcernRow | None:
    return row and replace(
        row,
        status=CaseStatus.INTERVENTION,
        intervention_on=event.meta.occurred_on,
        next_review_on=event.review_on,
    )


@cases.on(ConcernCase.ReviewHeld, ConcernCase.ReviewDecided)
def next_review_set(row: ConcernRow | None, event: Reviewed) -> ConcernRow | None:
    return row and replace(row, next_review_on=event.next_review_on)


@cases.on(ConcernCase.ReviewRecorded)
def review_recorded(row: ConcernRow | None, _: Event) -> ConcernRow | None:
    """When the next one is follows from what is decided."""
    return row and replace(row, next_review_on=None)


@cases.on(ConcernCase.Paused, ConcernCase.PauseDecided)
def case_paused(row: ConcernRow | None, _: Event) -> ConcernRow | None:
    return row and replace(row, is_paused=True)


@cases.on(ConcernCase.Resumed)
def case_resumed(row: ConcernRow | None, _: Event) -> ConcernRow | None:
    return row and replace(row, is_paused=False)


@cases.on(ConcernCase.InterventionEnded, ConcernCase.EndDecided)
def intervention_ended(row: ConcernRow | None, event: Event) -> ConcernRow | None:
    return row and _over(row, CaseStatus.ENDED, event)


@cases.on(ConcernCase.Closed)
def case_closed(row: ConcernRow | None, event: ConcernCase.Closed) -> ConcernRow | None:
    return row and _over(row, CaseStatus.CLOSED, event)


@cases.on(ConcernCase.Withdrawn)
def case_withdrawn(row: ConcernRow | None, event: ConcernCase.Withdrawn) -> ConcernRow | None:
    return row and _over(row, CaseStatus.WITHDRAWN, event)


@cases.on(ConcernCase.Reopened, ConcernCase.ReopeningDecided)
def case_reopened(row: ConcernRow | None, _: Event) -> ConcernRow | None:
    return row and replace(
        row,
        status=CaseStatus.RAISED,
        rating=None,
        assessed_on=None,
        intervention_on=None,
        ended_on=None,
    )


@cases.on(ConcernCase.SensitivityChanged)
def sensitivity_changed(row: ConcernRow | None, event: ConcernCase.SensitivityChanged) -> ConcernRow | None:
    return row and replace(row, sensitivity=event.becomes)


def _over(row: ConcernRow, status: CaseStatus, event: Event) -> ConcernRow:
    ended_on = event.meta.occurred_on
    return replace(row, status=status, ended_on=ended_on, next_review_on=None)


def listed(
    *,
    schools: Collection[UUID] | None = None,
    statuses: Collection[CaseStatus] = (),
    review_before: date | None = None,
    restricted_of: Collection[UUID] | None = None,
    apart_from: Collection[UUID] = (),
    after: str | None = None,
) -> sa.Select[Any]:
    """Cases, the newest reference first; `after` is the reference of the last one seen. `schools` None means all,
    and so does `restricted_of`, the schools of which restricted cases may be named."""
    columns = cases.table.c
    query = cases.table.select().order_by(columns.reference.desc())
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if statuses:
        query = query.where(columns.status.in_(statuses))
    if restricted_of is not None:
        ordinary = columns.sensitivity == Sensitivity.ORDINARY
        query = query.where(sa.or_(ordinary, columns.school.in_(restricted_of)))
    if apart_from:
        query = query.where(columns.id.not_in(apart_from))
    if review_before is not None:
        query = query.where(columns.next_review_on < review_before)
    if after is not None:
        query = query.where(columns.reference < after)
    return query


def open_at(connection: sa.Connection, school: UUID) -> list[UUID]:
    """The cases of a school that are not over."""
    columns = cases.table.c
    query = sa.select(columns.id).where(columns.school == school, columns.status.in_(OPEN))
    return list(connection.execute(query.order_by(columns.reference)).scalars())


def reviews_due(connection: sa.Connection, before: date, *, schools: list[UUID] | None = None) -> list[ConcernRow]:
    """The interventions, of those schools if any are named, whose next review is before a day; first due first.
    Paused ones are left out."""
    table = cases.table
    query = table.select().where(table.c.next_review_on < before, table.c.is_paused.is_(False))
    if schools is not None:
        query = query.where(table.c.school.in_(schools))
    return cases.rows(connection, query.order_by(table.c.next_review_on, table.c.reference))


VIEW = View("concerns", cases)

"""Gaps: needs for which nobody could be found, kept so that commissioning follows need instead of memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.support_request import SupportRequest
from domain.vocabulary import Phase, SchoolId
from projections.view import Row, View, ViewTable


class Gap(Row):
    """A request that ended unmet, and why."""

    request: UUID
    school: SchoolId
    subject: str
    subject_key: str
    phase: Phase
    area: str
    on: date
    reason: str


class GapCount(Row):
    """How often nobody could be found for a subject in a phase, and when it was last."""

    subject: str
    phase: Phase
    requests: int
    schools: int
    last_on: date


gaps = ViewTable("gaps", Gap, key=("request",), indexes=[("subject_key", "phase"), ("on",)])


@gaps.on(SupportRequest.Unmet)
def request_unmet(_: Gap | None, event: SupportRequest.Unmet) -> Gap | None:
    school = event.meta.about.school
    if school is None:
        return None
    return Gap(
        request=event.meta.stream,
        school=school,
        subject=event.subject,
        subject_key=event.subject.casefold(),
        phase=event.phase,
        area=event.area,
        on=event.meta.occurred_on,
        reason=event.meta.reason,
    )


@gaps.on(SupportRequest.Reopened)
def request_reopened(_row: Gap | None, _event: SupportRequest.Reopened) -> None:
    return None


def gap_counts(
    connection: sa.Connection,
    *,
    since: date,
    until: date,
    schools: Collection[UUID] | None = None,
    apart_from: Collection[UUID] = (),
) -> list[GapCount]:
    """Gaps found between two days, both included, by subject and phase; the most frequent first. `schools` None
    means those of all; the requests `apart_from` are not counted."""
    columns = gaps.table.c
    often = sa.func.count()
    query = (
        sa.select(
            sa.func.min(columns.subject).label("subject"),
            columns.phase,
            often.label("requests"),
            sa.func.count(columns.school.distinct()).label("schools"),
            sa.func.max(columns.on, type_=sa.Date()).label("last_on"),
        )
        .where(columns.on.between(since, until))
        .group_by(columns.subject_key, columns.phase)
        .order_by(often.desc(), columns.subject_key, columns.phase)
    )
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if apart_from:
        query = query.where(columns.request.not_in(apart_from))
    return [GapCount(**row) for row in connection.execute(query).mappings()]


VIEW = View("gaps", gaps)

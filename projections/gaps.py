"""Gaps: needs for which nobody could be found, kept so that commissioning follows need instead of memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.subjects import SubjectList
from domain.support_request import SupportRequest, UnmetCause
from domain.vocabulary import Phase, SchoolId
from projections.view import Row, View, ViewTable, replace


class Gap(Row):
    """A request that ended unmet, and why."""

    request: UUID
    school: SchoolId
    subject: str
    phase: Phase
    area: str
    on: date
    reason: str
    cause: UnmetCause | None


class CauseCount(Row):
    """How often a need could not be met for one cause; None where nobody recorded the cause."""

    cause: UnmetCause | None
    requests: int


class GapCount(Row):
    """How often nobody could be found for a subject in a phase, and when it was last. Where the subject is not
    `on_list`, it may be another word for one that somebody offers."""

    subject: str
    phase: Phase
    on_list: bool
    requests: int
    schools: int
    last_on: date
    causes: tuple[CauseCount, ...]


gaps = ViewTable("gaps", Gap, key=("request",), indexes=[("on",)])


@gaps.on(SupportRequest.Unmet)
def request_unmet(_: Gap | None, event: SupportRequest.Unmet) -> Gap | None:
    school = event.meta.about.school
    if school is None:
        return None
    return Gap(
        request=event.meta.stream,
        school=school,
        subject=event.subject,
        phase=event.phase,
        area=event.area,
        on=event.meta.occurred_on,
        reason=event.meta.reason,
        cause=event.cause,
    )


@gaps.on(SupportRequest.SubjectChanged)
def subject_changed(row: Gap | None, event: SupportRequest.SubjectChanged) -> Gap | None:
    return row and replace(row, subject=event.subject)


@gaps.on(SupportRequest.Reopened)
def request_reopened(_row: Gap | None, _event: SupportRequest.Reopened) -> None:
    return None


def gap_counts(
    connection: sa.Connection,
    listed: SubjectList,
    *,
    since: date,
    until: date,
    schools: Collection[UUID] | None = None,
    apart_from: Collection[UUID] = (),
) -> list[GapCount]:
    """Gaps found between two days, both included, by subject as `listed` and phase; the most frequent first.
    `schools` None means those of all; the requests `apart_from` are not counted."""
    columns = gaps.table.c
    query = gaps.table.select().where(columns.on.between(since, until)).order_by(columns.on, columns.request)
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if apart_from:
        query = query.where(columns.request.not_in(apart_from))
    found: dict[tuple[str, Phase], list[Gap]] = {}
    names: dict[str, str] = {}
    for gap in gaps.rows(connection, query):
        key = listed.key_of(gap.subject)
        names.setdefault(key, listed.name_of(gap.subject))
        found.setdefault((key, gap.phase), []).append(gap)
    counted = [
        GapCount(
            subject=names[key],
            phase=phase,
            on_list=listed.find(key) is not None,
            requests=len(of_subject),
            schools=len({gap.school for gap in of_subject}),
            last_on=of_subject[-1].on,
            causes=tuple(CauseCount(cause=cause, requests=often) for cause, often in _causes(of_subject)),
        )
        for (key, phase), of_subject in found.items()
    ]
    return sorted(counted, key=lambda each: (-each.requests, each.subject.casefold(), each.phase))


def _causes(found: Iterable[Gap]) -> list[tuple[UnmetCause | None, int]]:
    return Counter(gap.cause for gap in found).most_common()


VIEW = View("gaps", gaps)

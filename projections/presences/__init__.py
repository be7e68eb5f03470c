"""Presences: who was to be in which school on which day, and what is known of whether they came.

Whoever visits stands in a table of its own, and so do the specialists of an engagement, because either may change
before the day; who came to a session is known once it is reported.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.vocabulary import LabelledEnum, Purpose, VisitKind
from projections.presences.occasions import OccasionState, occasions
from projections.presences.who_comes import comers, works
from projections.view import Row, View


class Certainty(LabelledEnum):
    """How it is known that somebody was in a school, or was not."""

    HELD = "held"
    REPORTED = "reported"
    EXPECTED = "expected"
    NOT_REPORTED = "not_reported"
    CANCELLED_LATE = "cancelled_late"
    NOT_HELD = "not_held"
    WRONGLY_REPORTED = "wrongly_reported"

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label

    @property
    def was_there(self) -> bool:
        """Whether somebody says that the person was in the school."""
        return self in {Certainty.HELD, Certainty.REPORTED}


_LABELS = {
    "held": "Held",
    "reported": "Reported by others",
    "expected": "Planned for today",
    "not_reported": "Planned, not reported",
    "cancelled_late": "Cancelled on the day or later",
    "not_held": "Did not take place",
    "wrongly_reported": "Wrongly reported",
}

AFTERWARDS = {
    OccasionState.CANCELLED: Certainty.CANCELLED_LATE,
    OccasionState.NOT_HELD: Certainty.NOT_HELD,
    OccasionState.WRONGLY_REPORTED: Certainty.WRONGLY_REPORTED,
}


class Presence(Row):
    """Somebody's being in a school on a day, as it is recorded."""

    record: UUID
    number: int
    school: UUID
    on: date
    person: UUID
    provider: UUID | None
    request: UUID | None
    purpose: Purpose | None
    visit_kind: VisitKind | None
    subject: str
    status: OccasionState
    recorded_on: date | None
    recorder: UUID | None
    is_remote: bool
    missing: tuple[str, ...]
    found_later_on: date | None

    def certainty(self, today: date) -> Certainty:
        """How it is known. Whoever says so themselves held it; what others say of them is a report."""
        if self.status is OccasionState.HELD:
            return Certainty.HELD if self.recorder == self.person else Certainty.REPORTED
        if self.status is OccasionState.PLANNED:
            return Certainty.EXPECTED if self.on >= today else Certainty.NOT_REPORTED
        return AFTERWARDS[self.status]


class Party(Row):
    """Somebody who comes to a school, for whom, and by which record."""

    record: UUID
    person: UUID
    provider: UUID | None


_WHO: sa.ColumnElement[UUID] = sa.func.coalesce(occasions.table.c.person, comers.table.c.person, type_=sa.Uuid())


def presences(
    connection: sa.Connection,
    *,
    first: date,
    last: date,
    schools: Collection[UUID] | None = None,
    requests: Collection[UUID] = (),
    school: UUID | None = None,
    person: UUID | None = None,
    provider: UUID | None = None,
) -> list[Presence]:
    """Who was, or was to be, in a school from the first day to the last, in no order: without what was called off
    before its day. With `schools`, only at one of these, or for one of the `requests`."""
    occasion, work = occasions.table.c, works.table.c
    told = sa.select(
        occasion.record,
        occasion.number,
        occasion.school,
        occasion.on,
        _WHO.label("person"),
        work.provider,
        work.request,
        work.purpose,
        work.visit_kind,
        work.subject,
        occasion.status,
        occasion.recorded_on,
        occasion.recorder,
        occasion.is_remote,
        occasion.missing,
        occasion.found_later_on,
    )
    was_off = sa.and_(occasion.status == OccasionState.CANCELLED, occasion.recorded_on < occasion.on)
    was_over = sa.and_(occasion.status == OccasionState.PLANNED, work.over_on < occasion.on)
    query = _of(told, schools, requests).where(
        occasion.on.between(first, last),
        sa.not_(sa.func.coalesce(was_off, sa.false())),
        sa.not_(sa.func.coalesce(was_over, sa.false())),
    )
    for column, wanted in ((occasion.school, school), (_WHO, person), (work.provider, provider)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [Presence(**row) for row in connection.execute(query).mappings()]


def parties(
    connection: sa.Connection, *, schools: Collection[UUID] | None = None, requests: Collection[UUID] = ()
) -> list[Party]:
    """Who came or is to come, on whatever day; narrowed as `presences` is."""
    told = sa.select(occasions.table.c.record, _WHO.label("person"), works.table.c.provider).distinct()
    query = _of(told, schools, requests)
    return [Party(**row) for row in connection.execute(query).mappings()]


def _of(told: sa.Select[Any], schools: Collection[UUID] | None, requests: Collection[UUID]) -> sa.Select[Any]:
    """What is told of occasions, each with its work and whoever comes."""
    occasion, work, comer = occasions.table.c, works.table.c, comers.table.c
    query = (
        told.select_from(occasions.table)
        .join(works.table, work.record == occasion.record)
        .outerjoin(comers.table, sa.and_(comer.record == occasion.record, occasion.person.is_(None)))
        .where(_WHO.is_not(None))
    )
    if schools is None:
        return query
    return query.where(sa.or_(occasion.school.in_(schools), work.request.in_(requests)))


VIEW = View("presences", works, comers, occasions)

"""Presences: who was to be in which school on which day, and what is known of whether they came.

Whoever visits stands in a table of its own, and so do the specialists of an engagement, because either may change
before the day; who came to a session is known once it is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.visit import Visit
from domain.vocabulary import LabelledEnum, Purpose, SchoolId, VisitKind
from projections.view import Key, Row, View, ViewTable, replace

VISIT = 0
"""The number of what is the only occasion of its record."""


class OccasionState(LabelledEnum):
    """What is recorded to have become of a visit or session."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    WRONGLY_REPORTED = "wrongly_reported"


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


class PlannedWork(Row):
    """The visit or engagement that occasions belong to; `over_on` is the day on which it was recorded that no more of
    it takes place."""

    record: UUID
    provider: UUID | None
    request: UUID | None
    purpose: Purpose | None
    visit_kind: VisitKind | None = None
    subject: str = ""
    over_on: date | None = None


class Comer(Row):
    """Somebody who comes to the occasions of a record."""

    record: UUID
    person: UUID


class Occasion(Row):
    """A visit, or a session by its number. `person` is who came, where that is known of it alone; `recorded_on` and
    `recorder` are when and by whom it was recorded what became of it."""

    record: UUID
    number: int
    school: SchoolId
    on: date
    status: OccasionState = OccasionState.PLANNED
    recorded_on: date | None = None
    recorder: UUID | None = None
    person: UUID | None = None
    is_remote: bool = False
    missing: tuple[str, ...] = ()
    found_later_on: date | None = None


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


works = ViewTable("presence_works", PlannedWork, key=("record",), indexes=[("provider",), ("request",)])
comers = ViewTable("presence_comers", Comer, key=("record", "person"), indexes=[("person",)])
occasions = ViewTable(
    "presence_occasions", Occasion, key=("record", "number"), indexes=[("school", "on"), ("on",), ("person", "on")]
)

VisitBegun = Visit.Planned | Visit.HeldUnplanned


@works.on(Visit.Planned, Visit.HeldUnplanned)
def visit_begun(_: PlannedWork | None, event: VisitBegun) -> PlannedWork:
    return PlannedWork(
        record=event.meta.stream,
        provider=None,
        request=event.request,
        purpose=event.meta.purpose,
        visit_kind=event.kind,
    )


@works.on(BrokeredEngagement.Proposed)
def engagement_begun(_: PlannedWork | None, event: BrokeredEngagement.Proposed) -> PlannedWork:
    return PlannedWork(
        record=event.meta.stream,
        provider=event.provider,
        request=event.request,
        purpose=event.meta.purpose,
        subject=event.subject,
    )


@works.on(BrokeredEngagement.Completed, BrokeredEngagement.EndedEarly, BrokeredEngagement.Cancelled)
def work_over(row: PlannedWork | None, event: Event) -> PlannedWork | None:
    return row and replace(row, over_on=event.meta.signature.today)


def _visitors(event: VisitBegun | Visit.VisitorsChanged) -> Iterable[Key]:
    left = event.left if isinstance(event, Visit.VisitorsChanged) else ()
    return [(event.meta.stream, person) for person in (*(each.person for each in event.visitors), *left)]


@comers.on_each(Visit.Planned, Visit.HeldUnplanned, Visit.VisitorsChanged, keys=_visitors)
def visitors_named(_: Comer | None, event: VisitBegun | Visit.VisitorsChanged, key: Key) -> Comer | None:
    record, person = key
    comes = any(each.person == person for each in event.visitors)
    return Comer(record=record, person=person) if comes else None


Engaged = BrokeredEngagement.Proposed | BrokeredEngagement.SpecialistSubstituted


def _specialists(event: Engaged) -> Iterable[Key]:
    people = (event.specialist,) if isinstance(event, BrokeredEngagement.Proposed) else (event.old, event.new)
    return [(event.meta.stream, person) for person in dict.fromkeys(people)]


@comers.on_each(BrokeredEngagement.Proposed, BrokeredEngagement.SpecialistSubstituted, keys=_specialists)
def specialist_named(_: Comer | None, event: Engaged, key: Key) -> Comer | None:
    record, person = key
    comes = event.specialist if isinstance(event, BrokeredEngagement.Proposed) else event.new
    return Comer(record=record, person=person) if person == comes else None


def _only(event: Event) -> Key:
    return (event.meta.stream, VISIT)


@occasions.on(Visit.Planned, key=_only)
def visit_planned(_: Occasion | None, event: Visit.Planned) -> Occasion:
    return Occasion(record=event.meta.stream, number=VISIT, school=event.school, on=event.on)


@occasions.on(Visit.HeldUnplanned, key=_only)
def visit_held_unplanned(_: Occasion | None, event: Visit.HeldUnplanned) -> Occasion:
    planned = Occasion(record=event.meta.stream, number=VISIT, school=event.school, on=event.on)
    return _became(replace(planned, is_remote=event.remote), event, OccasionState.HELD)


@occasions.on(Visit.Rescheduled, key=_only)
def visit_rescheduled(row: Occasion | None, event: Visit.Rescheduled) -> Occasion | None:
    return row and replace(row, on=event.on, status=OccasionState.PLANNED, recorded_on=None, recorder=None)


@occasions.on(Visit.Held, key=_only)
def visit_held(row: Occasion | None, event: Visit.Held) -> Occasion | None:
    return row and _became(replace(row, on=event.on, is_remote=event.remote), event, OccasionState.HELD)


@occasions.on(Visit.Cancelled, key=_only)
def visit_cancelled(row: Occasion | None, event: Visit.Cancelled) -> Occasion | None:
    return row and _became(row, event, OccasionState.CANCELLED)


@occasions.on(Visit.NotMade, key=_only)
def visit_not_made(row: Occasion | None, event: Visit.NotMade) -> Occasion | None:
    return row and _became(row, event, OccasionState.NOT_HELD)


def _session(event: Any) -> Key:
    return (event.meta.stream, event.number)


@occasions.on(BrokeredEngagement.SessionPlanned, key=_session)
def session_planned(_: Occasion | None, event: BrokeredEngagement.SessionPlanned) -> Occasion | None:
    school = event.meta.about.school
    if school is None:
        return None
    return Occasion(record=event.meta.stream, number=event.number, school=school, on=event.on)


@occasions.on(BrokeredEngagement.SessionDelivered, key=_session)
def session_delivered(row: Occasion | None, event: BrokeredEngagement.SessionDelivered) -> Occasion | None:
    return row and _became(replace(row, on=event.on, person=event.specialist), event, OccasionState.HELD)


@occasions.on(BrokeredEngagement.BreachRecorded, key=_session)
def breach_recorded(row: Occasion | None, event: BrokeredEngagement.BreachRecorded) -> Occasion | None:
    return row and replace(row, missing=event.missing)


@occasions.on(BrokeredEngagement.BreachFoundLater, key=_session)
def breach_found_later(row: Occasion | None, event: BrokeredEngagement.BreachFoundLater) -> Occasion | None:
    return row and replace(row, missing=(*row.missing, *event.missing), found_later_on=event.meta.signature.today)


@occasions.on(BrokeredEngagement.SessionWronglyReported, key=_session)
def session_wrongly_reported(
    row: Occasion | None, event: BrokeredEngagement.SessionWronglyReported
) -> Occasion | None:
    return row and _became(replace(row, missing=()), event, OccasionState.WRONGLY_REPORTED)


@occasions.on(BrokeredEngagement.SessionCancelled, key=_session)
def session_cancelled(row: Occasion | None, event: BrokeredEngagement.SessionCancelled) -> Occasion | None:
    return row and _became(row, event, OccasionState.CANCELLED)


@occasions.on(BrokeredEngagement.SessionNotHeld, key=_session)
def session_not_held(row: Occasion | None, event: BrokeredEngagement.SessionNotHeld) -> Occasion | None:
    return row and _became(row, event, OccasionState.NOT_HELD)


def _became(row: Occasion, event: Event, status: OccasionState) -> Occasion:
    signature = event.meta.signature
    return replace(row, status=status, recorded_on=signature.today, recorder=signature.actor)


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

"""Each visit and each session: its school and day, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.visit import Visit
from domain.vocabulary import LabelledEnum, SchoolId
from projections.view import Key, Row, ViewTable, replace

VISIT = 0
"""The number of what is the only occasion of its record."""


class OccasionState(LabelledEnum):
    """What is recorded to have become of a visit or session."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    WRONGLY_REPORTED = "wrongly_reported"


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


occasions = ViewTable(
    "presence_occasions", Occasion, key=("record", "number"), indexes=[("school", "on"), ("on",), ("person", "on")]
)


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


@occasions.on(Visit.Corrected, key=_only)
def visit_put_right(row: Occasion | None, event: Visit.Corrected) -> Occasion | None:
    """Who restates the day says so then, and nobody before."""
    if row is None:
        return None
    moved = replace(row, school=event.school or row.school)
    return moved if event.held_on is None else _became(replace(moved, on=event.held_on), event, row.status)


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


@occasions.on(BrokeredEngagement.SessionCorrected, key=_session)
def session_put_right(row: Occasion | None, event: BrokeredEngagement.SessionCorrected) -> Occasion | None:
    if row is None:
        return None
    if event.on is not None:
        row = replace(row, on=event.on)
        row = _became(row, event, row.status) if event.is_held else row
    return replace(row, missing=(), found_later_on=None) if event.lifts_breach else row


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

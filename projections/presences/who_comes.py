"""The visits and engagements to which somebody comes, and who comes to each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.visit import Visit
from domain.vocabulary import Purpose, VisitKind
from projections.view import Key, Row, ViewTable, replace


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


works = ViewTable("presence_works", PlannedWork, key=("record",), indexes=[("provider",), ("request",)])
comers = ViewTable("presence_comers", Comer, key=("record", "person"), indexes=[("person",)])

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


@works.on(Visit.Corrected)
def visit_corrected(row: PlannedWork | None, event: Visit.Corrected) -> PlannedWork | None:
    purpose, kind = event.for_purpose, event.kind
    return row and replace(row, purpose=purpose or row.purpose, visit_kind=kind or row.visit_kind)


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

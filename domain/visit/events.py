"""What happens to a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING, cast
from uuid import UUID

from domain.aggregate import Event
from domain.calendar import Term
from domain.visit.parts import STANDING_ITEM, AgendaItem, AgendaKind, CancelledBy, Visitor, VisitStatus
from domain.vocabulary import Purpose, SchoolId, Side, VisitKind

if TYPE_CHECKING:
    from domain.visit.record import Visit


class Undertaken(Event):
    """What the first event of every visit tells; the purpose stands in its meta."""

    reference: str
    school: SchoolId
    kind: VisitKind
    visitors: tuple[Visitor, ...]
    lead: UUID
    focus: str
    on: date
    academic_year: int
    term: Term
    concern: UUID | None
    request: UUID | None

    def apply(self, visit: Visit) -> None:
        visit.reference = self.reference
        visit.school = self.school
        visit.kind = self.kind
        visit.purpose = cast("Purpose", self.meta.purpose)  # no visit begins without one
        visit.visitors, visit.lead = self.visitors, self.lead
        visit.focus = self.focus
        visit.on = self.on
        visit.academic_year, visit.term = self.academic_year, self.term
        visit.concern, visit.request = self.concern, self.request
        visit.agenda = [AgendaItem(1, AgendaKind.CELEBRATION, STANDING_ITEM, Side.SERVICE)]


class Planned(Undertaken):
    TOPIC = "visit.planned"
    says = "{by} planned a {kind} visit for {on}, led by {lead}. Focus: {focus}"
    starts_at: time | None
    minutes: int | None

    def apply(self, visit: Visit) -> None:
        super().apply(visit)
        visit.status = VisitStatus.PLANNED
        visit.starts_at, visit.minutes = self.starts_at, self.minutes


class HeldUnplanned(Undertaken):
    TOPIC = "visit.held-unplanned"
    says = "{by} recorded an unplanned {kind} visit on {on}: {reason}"
    minutes: int
    attendees: str
    remote: bool
    write_by: date | None = None

    def apply(self, visit: Visit) -> None:
        super().apply(visit)
        _remember_holding(visit, self)


class Confirmed(Event):
    TOPIC = "visit.confirmed"
    says = "{by} confirmed the visit on {on} for the {side}"
    side: Side
    on: date
    starts_at: time | None
    minutes: int | None
    expected: str

    def apply(self, visit: Visit) -> None:
        others = frozenset[Side]() if visit.is_changed_by(self) else visit.confirmed_by
        visit.confirmed_by = others | {self.side}
        visit.status = VisitStatus.CONFIRMED
        visit.starts_at = self.starts_at
        visit.minutes = self.minutes
        visit.expected = self.expected


class AgendaItemAdded(Event):
    TOPIC = "visit.agenda-item-added"
    says = "{by} added agenda item {number} for the {side}: {text}"
    number: int
    kind: AgendaKind
    text: str
    side: Side

    def apply(self, visit: Visit) -> None:
        visit.agenda.append(AgendaItem(self.number, self.kind, self.text, self.side))


class AgendaItemWithdrawn(Event):
    TOPIC = "visit.agenda-item-withdrawn"
    says = "{by} removed agenda item {number}: {text}"
    number: int
    text: str
    side: Side | None = None
    """Whose item it was; events of earlier days do not say."""

    def apply(self, visit: Visit) -> None:
        visit.agenda[self.number - 1] = replace(visit.agenda[self.number - 1], withdrawn=True)


class VisitorsChanged(Event):
    TOPIC = "visit.visitors-changed"
    says = "{by} changed the visitors, led by {lead}: {reason}"
    visitors: tuple[Visitor, ...]
    lead: UUID
    left: tuple[UUID, ...]
    """Those who were to visit and no longer are."""

    def apply(self, visit: Visit) -> None:
        visit.visitors = self.visitors
        visit.lead = self.lead


class Rescheduled(Event):
    TOPIC = "visit.rescheduled"
    says = "{by} rescheduled the visit{other_day: from …} to {on}{starts_at: at …} at the {side}'s request: {reason}"
    was: date
    on: date
    starts_at: time | None
    side: Side
    academic_year: int
    term: Term

    @property
    def other_day(self) -> date | None:
        """The day that it was planned for, None where that stays and only the time is another."""
        return None if self.was == self.on else self.was

    def apply(self, visit: Visit) -> None:
        visit.status = VisitStatus.PLANNED
        visit.on = self.on
        visit.starts_at = self.starts_at
        visit.academic_year = self.academic_year
        visit.term = self.term
        visit.expected = ""
        visit.confirmed_by = frozenset()


class Cancelled(Event):
    TOPIC = "visit.cancelled"
    says = "{by} cancelled the visit on {on}{because: …}: {reason}"
    on: date
    cause: CancelledBy

    @property
    def because(self) -> str:
        """The cause as it stands in a sentence; "" for one that has no name."""
        match self.cause:
            case CancelledBy.WEATHER:
                return "because of the weather"
            case CancelledBy.OTHER:
                return ""
        return f"for the {self.cause}"

    def apply(self, visit: Visit) -> None:
        visit.status = VisitStatus.CANCELLED
        visit.expected = ""


class NotMade(Event):
    TOPIC = "visit.not-made"
    says = "{by} recorded that the visit on {on} did not take place: {reason}"
    on: date

    def apply(self, visit: Visit) -> None:
        visit.status = VisitStatus.NOT_MADE


class Held(Event):
    TOPIC = "visit.held"
    says = (
        "{by} recorded that the visit took place on {on} for {minutes} with {attendees}"
        "{write_by:. Its record is due by …}"
    )
    on: date
    minutes: int
    attendees: str
    remote: bool
    write_by: date | None = None

    def apply(self, visit: Visit) -> None:
        _remember_holding(visit, self)


class RecordStarted(Event):
    TOPIC = "visit.record-started"
    says = "{by} started record of visit {record_reference}"
    record: UUID
    record_reference: str

    def apply(self, visit: Visit) -> None:
        visit.written_up = self.record


class Closed(Event):
    TOPIC = "visit.closed"
    says = "{by} closed the visit"

    def apply(self, visit: Visit) -> None:
        visit.status = VisitStatus.CLOSED


def _remember_holding(visit: Visit, event: Held | HeldUnplanned) -> None:
    visit.status = VisitStatus.HELD
    visit.held_on, visit.minutes = event.on, event.minutes
    visit.attended, visit.remote = event.attendees, event.remote
    visit.write_by = event.write_by

"""What happens to a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING, cast
from uuid import UUID

from domain.aggregate import Event
from domain.calendar import Term
from domain.correction import Correction
from domain.on_behalf import Confirmation, Heard, recorded_by
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
        visit.is_unplanned = True
        _remember_holding(visit, self)


class _DayAgreed(Event):
    """The planned day with its time and length, and who of the school is expected."""

    on: date
    starts_at: time | None
    minutes: int | None
    expected: str

    def apply(self, visit: Visit) -> None:
        visit.starts_at = self.starts_at
        visit.minutes = self.minutes
        visit.expected = self.expected


class Confirmed(_DayAgreed):
    """The school agrees the day. An officer, who could do so in earlier days, marked it and asked nobody: the visit
    stays planned."""

    TOPIC = "visit.confirmed"
    says = "{by} {by_school:confirmed}{by_others:marked} the visit on {on}{by_others: as confirmed} for the {side}"
    side: Side

    @property
    def by_school(self) -> bool:
        return self.side is Side.SCHOOL

    @property
    def by_others(self) -> bool:
        return not self.by_school

    def apply(self, visit: Visit) -> None:
        others = frozenset[Side]() if visit.is_changed_by(self) else visit.confirmed_by
        visit.confirmed_by = others | {self.side}
        super().apply(visit)
        if Side.SCHOOL in visit.confirmed_by:
            visit.status, visit.agreement = VisitStatus.CONFIRMED, None
        elif visit.agreement is None:
            visit.status = VisitStatus.PLANNED


class AgreementRecorded(_DayAgreed):
    """The school agreed the day elsewhere, and whoever acts recorded it for them; they are asked to confirm it."""

    TOPIC = "visit.agreement-recorded"
    says = (
        "{by} recorded that {unnamed}{whose:…} agreed to the visit on {on} ({heard}, {occurred}). "
        "Evidence: {evidence}"
    )
    DOERS = ("whose",)
    whose: UUID | None
    heard: Heard
    evidence: str
    confirm_by: date | None

    @property
    def unnamed(self) -> str:
        """The school where nobody of it is named."""
        return "" if self.whose else "the school"

    def apply(self, visit: Visit) -> None:
        super().apply(visit)
        visit.status = VisitStatus.CONFIRMED
        visit.agreement = recorded_by(self)


class AgreementConfirmed(Event):
    TOPIC = "visit.agreement-confirmed"
    says = "{by} confirmed that the school agreed to the visit on {on}"
    on: date

    def apply(self, visit: Visit) -> None:
        if visit.agreement is not None:
            visit.agreement = visit.agreement.said(Confirmation.CONFIRMED, self.meta)


class AgreementDisowned(Event):
    """The day that was recorded as agreed was not: the visit is only planned."""

    TOPIC = "visit.agreement-disowned"
    says = "{by} said that the school did not agree to the visit on {on}: {reason}"
    on: date

    def apply(self, visit: Visit) -> None:
        visit.status = VisitStatus.PLANNED
        if visit.agreement is not None:
            visit.agreement = visit.agreement.said(Confirmation.DISOWNED, self.meta)


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
        visit.agreement = None


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


class Corrected(Correction):
    """What was entered of the visit was wrong. Another school is asked to agree the day of a visit that is ahead,
    `to_agree`; `write_by` follows the day on which it was held, term and school year that of a visit held without a
    plan."""

    TOPIC = "visit.corrected"
    says = "{by} corrected what was entered of the visit: {restated}. {reason}"
    RESTATES = {
        "school": "School",
        "kind": "Type of visit",
        "for_purpose": "Purpose",
        "focus": "Focus",
        "held_on": "Held on",
        "minutes": "Length",
        "attended": "Who was there",
    }
    CALLS = {"for_purpose": "purpose"}
    school: SchoolId | None = None
    school_was: SchoolId | None = None
    kind: VisitKind | None = None
    kind_was: VisitKind | None = None
    for_purpose: Purpose | None = None
    for_purpose_was: Purpose | None = None
    focus: str | None = None
    focus_was: str | None = None
    held_on: date | None = None
    held_on_was: date | None = None
    minutes: int | None = None
    minutes_was: int | None = None
    attended: str | None = None
    attended_was: str | None = None
    to_agree: date | None = None
    write_by: date | None = None
    academic_year: int | None = None
    term: Term | None = None

    def apply(self, visit: Visit) -> None:
        super().apply(visit)
        if self.held_on is not None:
            visit.write_by = self.write_by
        if self.held_on is not None and self.academic_year is not None and self.term is not None:
            visit.on, visit.academic_year, visit.term = self.held_on, self.academic_year, self.term
        if self.to_agree is not None:
            visit.status, visit.confirmed_by, visit.agreement = VisitStatus.PLANNED, frozenset(), None
            visit.expected = ""


def _remember_holding(visit: Visit, event: Held | HeldUnplanned) -> None:
    visit.status = VisitStatus.HELD
    visit.held_on, visit.minutes = event.on, event.minutes
    visit.attended, visit.remote = event.attendees, event.remote
    visit.write_by = event.write_by

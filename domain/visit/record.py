"""Visit, the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, must_have_come, reasoned, requires
from domain.calendar import Term, TermDates
from domain.correction import RestsOnIt
from domain.on_behalf import Confirmation, Heard, OnBehalf, evidenced, must_await_word, must_not_be_recorder
from domain.signature import on_behalf_of
from domain.text import day_in_words, plain
from domain.visit import events
from domain.visit.parts import (
    AHEAD,
    OVER,
    STANDING_ITEM,
    AgendaItem,
    AgendaKind,
    CancelledBy,
    Visitor,
    VisitStatus,
    WrittenUp,
)
from domain.visit.rules import (
    DayStillToCome,
    NoSuchItem,
    NotHeld,
    NotItsRecord,
    NotThePlannedDay,
    RecordNotIssued,
    SchoolAgrees,
    StandingItemStays,
    day_must_have_come,
    length,
    must_await_agreement,
    must_await_school,
    must_be_ahead,
    must_be_held,
    must_be_over,
    must_have_no_record,
    refuse_a_day_to_come,
    refuse_a_past_day,
    said,
    visitors_led_by,
)
from domain.vocabulary import About, Purpose, Side, VisitKind


class Visit(Aggregate):
    """A visit to a school by one or several people, for one of the four purposes.

    What was found and agreed stands in the record of visit, a record of its own. What the school prepares is folded
    into the agenda, the slots of a booking into planning and rescheduling. A visit counts for the term that it was
    last planned for.
    """

    KIND = "visit"
    prefix = "V"

    school: UUID
    kind: VisitKind
    purpose: Purpose
    visitors: tuple[Visitor, ...]
    lead: UUID
    focus: str
    academic_year: int
    term: Term
    concern: UUID | None
    request: UUID | None
    on: date
    status: VisitStatus

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.agenda: list[AgendaItem] = []
        self.starts_at: time | None = None
        self.minutes: int | None = None
        self.expected = ""
        self.confirmed_by: frozenset[Side] = frozenset()
        """The sides that have confirmed it as it stands."""
        self.agreement: OnBehalf | None = None
        """That the school agreed the day, as others recorded it; None where it did so itself, or has not."""
        self.attended = ""
        self.held_on: date | None = None
        self.write_by: date | None = None
        self.remote: bool | None = None
        """Whether it was held by video or telephone; None while it was not held."""
        self.written_up: UUID | None = None
        self.is_unplanned = False

    def about(self) -> About:
        return About(self.school, self.request, people=tuple(visitor.person for visitor in self.visitors))

    @property
    def is_ahead(self) -> bool:
        """Whether it may still be made."""
        return self.status in AHEAD

    @property
    def awaits_word(self) -> bool:
        """Whether the school is still to say that it agreed the day, as others recorded."""
        return self.agreement is not None and self.agreement.confirmation is Confirmation.NOT_CONFIRMED

    @property
    def items(self) -> list[AgendaItem]:
        """The agenda as it stands."""
        return [item for item in self.agenda if not item.withdrawn]

    Planned: TypeAlias = events.Planned
    HeldUnplanned: TypeAlias = events.HeldUnplanned
    Confirmed: TypeAlias = events.Confirmed
    AgreementRecorded: TypeAlias = events.AgreementRecorded
    AgreementConfirmed: TypeAlias = events.AgreementConfirmed
    AgreementDisowned: TypeAlias = events.AgreementDisowned
    AgendaItemAdded: TypeAlias = events.AgendaItemAdded
    AgendaItemWithdrawn: TypeAlias = events.AgendaItemWithdrawn
    VisitorsChanged: TypeAlias = events.VisitorsChanged
    Rescheduled: TypeAlias = events.Rescheduled
    Cancelled: TypeAlias = events.Cancelled
    NotMade: TypeAlias = events.NotMade
    Held: TypeAlias = events.Held
    RecordStarted: TypeAlias = events.RecordStarted
    Closed: TypeAlias = events.Closed
    Corrected: TypeAlias = events.Corrected

    @classmethod
    def plan(
        cls,
        reference: str,
        *,
        school: UUID,
        kind: VisitKind,
        purpose: Purpose,
        on: date,
        term: TermDates,
        visitors: Sequence[Visitor],
        lead: UUID,
        focus: str,
        starts_at: time | None = None,
        minutes: int | None = None,
        concern: UUID | None = None,
        request: UUID | None = None,
    ) -> Visit:
        """Plan a visit for today or later. `term` is the one that `on` counts to; `minutes` is its length.

        Raises DayHasPassed, NobodyVisits, NamedTwice, LeadDoesNotVisit, NotALength, NothingSaid.
        """
        visit = cls.named(reference)
        refuse_a_past_day(on, visit.today)
        visit.record(
            cls.Planned(
                reference=reference,
                school=school,
                kind=kind,
                visitors=visitors_led_by(lead, visitors),
                lead=lead,
                focus=said(focus, "Enter what the visit will focus on", field="focus"),
                on=on,
                starts_at=starts_at,
                minutes=None if minutes is None else length(minutes),
                academic_year=term.academic_year,
                term=term.term,
                concern=concern,
                request=request,
            ),
            purpose=purpose,
        )
        return visit

    @classmethod
    def record_unplanned(
        cls,
        reference: str,
        *,
        school: UUID,
        kind: VisitKind,
        purpose: Purpose,
        on: date,
        term: TermDates,
        visitors: Sequence[Visitor],
        lead: UUID,
        focus: str,
        minutes: int,
        attendees: str,
        reason: str,
        remote: bool = False,
        concern: UUID | None = None,
        request: UUID | None = None,
        write_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> Visit:
        """Record a visit that was held without having been planned; `attendees` are posts rather than names.

        `write_by` is the last day to issue its record, `rules` the version of the settings that it follows from.
        Raises ReasonNeeded, DayStillToCome, NobodyVisits, NamedTwice, LeadDoesNotVisit, NotALength, NothingSaid.
        """
        visit = cls.named(reference)
        refuse_a_day_to_come(on, visit.today)
        visit.record(
            cls.HeldUnplanned(
                reference=reference,
                school=school,
                kind=kind,
                visitors=visitors_led_by(lead, visitors),
                lead=lead,
                focus=said(focus, "Enter what the visit focused on", field="focus"),
                on=on,
                minutes=length(minutes),
                attendees=said(attendees, "Enter who was there", field="attendees"),
                remote=remote,
                academic_year=term.academic_year,
                term=term.term,
                concern=concern,
                request=request,
                write_by=write_by,
            ),
            occurred=on,
            purpose=purpose,
            reason=reasoned(reason, "Enter why the visit was not planned"),
            rules=rules,
        )
        return visit

    @requires(must_be_ahead)
    def confirm(
        self,
        *,
        side: Side,
        on: date,
        starts_at: time | None = None,
        minutes: int | None = None,
        expected: str = "",
    ) -> None:
        """The school agrees the planned day; `expected` says who of it will attend, by posts rather than names.

        A time or length left out stays as planned, and a visit may be confirmed anew with others. Nothing is recorded
        where the school confirms once more what it has confirmed. Where others recorded that it agreed to the same,
        it says by this that it did.
        Raises NoLongerAhead, SchoolAgrees, NotThePlannedDay, NotALength, NotYours.
        """
        if side is not Side.SCHOOL:
            raise SchoolAgrees("The school agrees the day. Record that it did, with how and when it told you")
        if on != self.on:
            raise NotThePlannedDay(
                f"The visit is planned for {day_in_words(self.on)}. Reschedule it to change the date", field="on"
            )
        confirmed = self.Confirmed(
            side=side,
            on=on,
            starts_at=starts_at or self.starts_at,
            minutes=self.minutes if minutes is None else length(minutes),
            expected=plain(expected),
        )
        is_other = self.is_changed_by(confirmed)
        if self.agreement is not None and self.status is VisitStatus.CONFIRMED and not is_other:
            if self.awaits_word:
                must_not_be_recorder(self.agreement, self.signature.actor)
                self.record(self.AgreementConfirmed(on=self.on), people=(self.agreement.recorder,))
        elif side not in self.confirmed_by or is_other:
            self.record(confirmed)

    @requires(must_be_ahead, must_await_agreement)
    def record_agreement(
        self,
        *,
        whose: UUID | None = None,
        heard: Heard,
        came_on: date,
        evidence: str,
        confirm_by: date | None = None,
        starts_at: time | None = None,
        minutes: int | None = None,
        expected: str = "",
    ) -> None:
        """Record that the school, or the person `whose` word it is, agreed the planned day elsewhere on `came_on`;
        they are asked to confirm that by a day.

        Raises NoLongerAhead, AlreadyAnswered, EvidenceNeeded, OccurredInTheFuture, NotALength.
        """
        must_have_come(came_on, self.today, "came_on")
        with on_behalf_of(whose or self.school):
            self.record(
                self.AgreementRecorded(
                    on=self.on,
                    starts_at=starts_at or self.starts_at,
                    minutes=self.minutes if minutes is None else length(minutes),
                    expected=plain(expected),
                    whose=whose,
                    heard=heard,
                    evidence=evidenced(evidence),
                    confirm_by=confirm_by,
                ),
                occurred=came_on,
                people=(whose,),
            )

    @requires(must_be_ahead, must_await_school)
    def disown_agreement(self, *, reason: str) -> None:
        """The school says that it did not agree the day that was recorded as agreed: the visit is only planned.

        Raises NoLongerAhead, AlreadyAnswered, NotYours, ReasonNeeded.
        """
        recorded = must_await_word(self.agreement)
        must_not_be_recorder(recorded, self.signature.actor)
        self.record(self.AgreementDisowned(on=self.on), reason=reasoned(reason), people=(recorded.recorder,))

    def is_changed_by(self, confirmed: events.Confirmed) -> bool:
        """Whether a confirmation says anything else than the visit does, a visit that is confirmed already."""
        now = self.starts_at, self.minutes, self.expected
        return (confirmed.starts_at, confirmed.minutes, confirmed.expected) != now

    @requires(must_be_ahead)
    def add_to_agenda(self, *, kind: AgendaKind, text: str, side: Side) -> None:
        """Add an item. Raises NoLongerAhead, NothingSaid."""
        text = said(text, "Enter the agenda item", field="text")
        self.record(self.AgendaItemAdded(number=len(self.agenda) + 1, kind=kind, text=text, side=side))

    @requires(must_be_ahead)
    def withdraw_from_agenda(self, number: int) -> None:
        """Take an item off. Raises NoLongerAhead, StandingItemStays, NoSuchItem."""
        item = next((item for item in self.items if item.number == number), None)
        if item is None:
            raise NoSuchItem(f"There is no item {number} on the agenda", field="number")
        if item.number == 1:
            raise StandingItemStays(f"“{STANDING_ITEM}” stays on the agenda of every visit", field="number")
        self.record(self.AgendaItemWithdrawn(number=number, text=item.text, side=item.side))

    @requires(must_be_ahead)
    def change_visitors(self, visitors: Sequence[Visitor], *, lead: UUID, reason: str) -> None:
        """Send other people, or the same with another lead or in another capacity.

        Nothing is recorded where nothing changes.
        Raises NoLongerAhead, ReasonNeeded, NobodyVisits, NamedTwice, LeadDoesNotVisit.
        """
        now = visitors_led_by(lead, visitors)
        if (now, lead) == (self.visitors, self.lead):
            return
        staying = {visitor.person for visitor in now}
        left = tuple(visitor.person for visitor in self.visitors if visitor.person not in staying)
        event = self.VisitorsChanged(visitors=now, lead=lead, left=left)
        self.record(event, reason=reasoned(reason), people=left)

    @requires(must_be_ahead)
    def reschedule(
        self, *, on: date, term: TermDates, side: Side, reason: str, starts_at: time | None = None
    ) -> None:
        """Move the visit to another day or time, for which it must be confirmed. `side` is who asked.

        Nothing is recorded where day and time stay. Raises NoLongerAhead, ReasonNeeded, DayHasPassed.
        """
        refuse_a_past_day(on, self.today)
        if (on, starts_at) == (self.on, self.starts_at):
            return
        self.record(
            self.Rescheduled(
                was=self.on,
                on=on,
                starts_at=starts_at,
                side=side,
                academic_year=term.academic_year,
                term=term.term,
            ),
            reason=reasoned(reason),
        )

    @requires(must_be_ahead)
    def cancel(self, *, cause: CancelledBy, reason: str) -> None:
        """Call the visit off. Raises NoLongerAhead, ReasonNeeded."""
        self.record(self.Cancelled(on=self.on, cause=cause), reason=reasoned(reason))

    @requires(must_be_ahead, day_must_have_come)
    def miss(self, *, reason: str) -> None:
        """Record that nobody came, or that there was nobody to see.

        Raises NoLongerAhead, DayStillToCome, ReasonNeeded.
        """
        self.record(self.NotMade(on=self.on), occurred=self.on, purpose=self.purpose, reason=reasoned(reason))

    @requires(must_be_ahead)
    def hold(
        self,
        *,
        on: date,
        minutes: int,
        attendees: str,
        remote: bool = False,
        write_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Record that the visit was held, whoever agreed the day; `attendees` are posts rather than names.

        `write_by` is the last day to issue its record, `rules` the version of the settings that it follows from.
        Raises NoLongerAhead, DayStillToCome, NotALength, NothingSaid.
        """
        refuse_a_day_to_come(on, self.today)
        self.record(
            self.Held(
                on=on,
                minutes=length(minutes),
                attendees=said(attendees, "Enter who was there", field="attendees"),
                remote=remote,
                write_by=write_by,
            ),
            occurred=on,
            purpose=self.purpose,
            rules=rules,
        )

    @requires(must_be_held, must_have_no_record)
    def start_record(self, record: WrittenUp) -> None:
        """Take note of the record of this visit, begun in the same transaction.

        Raises NotHeld, RecordBegun, NotItsRecord.
        """
        if record.visit != self.id:
            raise NotItsRecord(f"{record.reference} is the record of another visit")
        self.record(self.RecordStarted(record=record.id, record_reference=record.reference))

    @requires(must_be_over)
    def close(self, record: WrittenUp | None = None) -> None:
        """Close a held visit with its issued record, or one that was cancelled or not made without any.

        Raises NotHeld, NoLongerAhead, RecordNotIssued, NotItsRecord.
        """
        self.must_be_written_up(record)
        self.record(self.Closed())

    def correct(
        self,
        *,
        reason: str,
        school: UUID | None = None,
        kind: VisitKind | None = None,
        purpose: Purpose | None = None,
        focus: str | None = None,
        held_on: date | None = None,
        minutes: int | None = None,
        attended: str | None = None,
        term: TermDates | None = None,
        write_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Put right what was entered wrongly, also of a visit that is over. `term` and `write_by` follow from
        `held_on`.

        Raises NothingToCorrect, NotHeld, DayStillToCome, NotALength, NothingSaid, RestsOnIt, ReasonNeeded.
        """
        if self.held_on is None and (held_on or attended):
            raise NotHeld("This visit is not recorded as held", field="held_on" if held_on else "attended")
        if held_on is not None and held_on > self.today:
            raise DayStillToCome("The date must be today or in the past", field="held_on")
        corrected = self.Corrected.of(
            self,
            {
                "school": school,
                "kind": kind,
                "for_purpose": purpose,
                "focus": None if focus is None else said(focus, "Enter what the visit is about", field="focus"),
                "held_on": held_on,
                "minutes": None if minutes is None else length(minutes),
                "attended": None if attended is None else said(attended, "Enter who was there", field="attended"),
            },
            to_agree=self.on if self.is_ahead and school not in (None, self.school) else None,
            write_by=write_by,
            academic_year=term.academic_year if term and self.is_unplanned else None,
            term=term.term if term and self.is_unplanned else None,
        )
        self._record_must_not_rest_on(corrected)
        self.record(
            corrected,
            purpose=purpose or self.purpose,
            reason=reasoned(reason, "Enter what was wrong"),
            rules=rules if corrected.held_on else (),
        )

    def _record_must_not_rest_on(self, corrected: events.Corrected) -> None:
        """Raises RestsOnIt where the record of the visit, which says the same, was started."""
        said_there = {"school", "kind", "for_purpose", "held_on"}.intersection(corrected.values)
        if self.written_up is not None and said_there:
            field = min(said_there)
            raise RestsOnIt(
                "The record of this visit was started for this school, day, type and purpose",
                field=corrected.CALLS.get(field, field),
            )

    def must_be_written_up(self, record: WrittenUp | None) -> None:
        """Raises RecordNotIssued, NotItsRecord unless this is the visit's issued record, or the visit needs none."""
        if self.status in OVER:
            return
        if record is None or self.written_up is None or not record.is_issued:
            raise RecordNotIssued("Issue the record of this visit before you close the visit")
        if record.id != self.written_up:
            raise NotItsRecord(f"{record.reference} is the record of another visit")

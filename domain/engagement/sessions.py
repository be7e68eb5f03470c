"""The sessions of an engagement: planned, held, cancelled, held in breach or reported wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.aggregate import ReasonNeeded, reasoned, requires
from domain.correction import RestsOnIt
from domain.delegation import Act, Granted
from domain.engagement import breach_events, corrections, events
from domain.engagement.parts import GOING_ON, KEPT, RUNNING, BreachAnswer, EngagementStatus, SessionStatus
from domain.engagement.rules import (
    DeliveredInTheFuture,
    NoBreachToClose,
    NoOpenBreach,
    NoSuchSession,
    check_count,
    must_be_cleared,
    must_have_a_breach_to_close,
    must_have_a_delivered_session,
    must_have_a_planned_session,
    must_have_a_session_to_correct,
    must_have_a_session_whose_day_has_come,
    must_have_an_open_breach,
    must_have_days_left,
    must_rest_on_agreements,
    only_when,
)
from domain.engagement.state import EngagementState
from domain.money import half_days, in_pounds
from domain.text import counted, day_in_words, plain
from domain.vocabulary import Side


class Sessions(EngagementState, part=True):
    """What becomes of the agreed days."""

    @requires(only_when(*RUNNING), must_rest_on_agreements, must_have_days_left)
    def plan_session(
        self,
        *,
        on: date,
        days: Decimal,
        cleared: bool,
        rules: tuple[str, ...],
        minutes: int | None = None,
        place: str = "",
    ) -> None:
        """Plan a session. Raises OutsideTheAgreedDates, NotHalfDays, MoreThanAgreed, NotCleared."""
        self._must_be_within(on)
        check_count(minutes, "minutes")
        self._must_fit(half_days(days))
        must_be_cleared(cleared)
        planned = events.SessionPlanned(
            number=len(self.sessions) + 1, on=on, days=half_days(days), minutes=minutes, place=plain(place)
        )
        self.record(planned, rules=rules)

    @requires(only_when(*RUNNING), must_have_a_planned_session)
    def deliver_session(
        self,
        number: int,
        *,
        on: date,
        days: Decimal,
        cleared: bool,
        rules: tuple[str, ...],
        note: str = "",
        attended: int | None = None,
        missing: tuple[str, ...] = (),
    ) -> None:
        """Record that a planned session took place; day and length may differ from the plan. Where the specialist was
        not cleared, it is recorded as held in breach of what was `missing`.

        Raises NoSuchSession, DeliveredInTheFuture, OutsideTheAgreedDates, MoreThanAgreed.
        """
        session = self._planned(number)
        if on > self.today:
            raise DeliveredInTheFuture("The date must be today or in the past", field="on")
        self._must_be_within(on)
        check_count(attended, "attended")
        self._must_fit(half_days(days), instead_of=session.days)
        delivered = events.SessionDelivered(
            number=number,
            on=on,
            days=half_days(days),
            specialist=self.work.specialist,
            net=self._share(half_days(days)),
            note=plain(note),
            attended=attended,
        )
        self.record(delivered, occurred=on, rules=rules)
        if missing or not cleared:
            breach = breach_events.BreachRecorded(
                number=number,
                on=on,
                specialist=self.work.specialist,
                kind=self.work.kind,
                missing=missing or ("The specialist was not cleared",),
            )
            self.record(breach, rules=rules)

    @requires(must_have_an_open_breach)
    def follow_up_breach(self, number: int, *, told: str, followed: str) -> None:
        """Record who was told of a session held in breach, and what was done. Raises NoOpenBreach, ReasonNeeded."""
        session = self.sessions.get(number)
        if session is None or not session.is_open_breach:
            raise NoOpenBreach("Choose a session that was held in breach and is not followed up", field="number")
        for field, said in (("told", told), ("followed", followed)):
            if not plain(said):
                raise ReasonNeeded("Enter who was informed and what was done", field=field)
        self.record(breach_events.BreachFollowedUp(number=number, told=plain(told), followed=plain(followed)))

    def find_breach(self, number: int, *, missing: tuple[str, ...], rules: tuple[str, ...]) -> None:
        """Record that a delivered session was held in breach of what was `missing`, as is known only now; nothing
        where that is recorded already. Raises NoSuchSession."""
        session = self._delivered(number)
        new = tuple(each for each in missing if each not in session.missing)
        if new and session.specialist is not None:
            found = breach_events.BreachFoundLater(
                number=number,
                on=session.on,
                specialist=session.specialist,
                kind=self.work.kind,
                missing=new,
                was_known=bool(session.missing),
            )
            self.record(found, rules=rules)

    def must_be_ready_to_close(self, number: int) -> None:
        """Raises NoBreachToClose unless a session was held in breach, was followed up and is not closed."""
        session = self.sessions.get(number)
        if session is None or not session.is_followed_up_breach:
            raise NoBreachToClose("Choose a session held in breach that was followed up", field="number")

    @requires(must_have_a_breach_to_close)
    def close_breach(
        self, number: int, *, answer: BreachAnswer, reason: str, granted: Granted, rules: tuple[str, ...] = ()
    ) -> None:
        """Say what a breach came to, as somebody decided who did not arrange the work. Raises NoBreachToClose,
        NotCovered, ReasonNeeded."""
        self.must_be_ready_to_close(number)
        granted.must_cover(Act.CLOSE_BREACH, self.id)
        closed = breach_events.BreachClosed(number=number, answer=answer)
        self.record(closed, reason=reasoned(reason), rules=rules, decision=granted.decision)

    @requires(must_have_a_delivered_session)
    def withdraw_report(self, number: int, *, reason: str) -> None:
        """Record that a session which was reported never took place. Raises NoSuchSession, ReasonNeeded."""
        session = self._delivered(number)
        wrong = breach_events.SessionWronglyReported(
            number=number,
            on=session.on,
            days=session.days,
            net=session.net,
            specialist=session.specialist or self.work.specialist,
            goes_on=self.status in GOING_ON,
            in_breach=bool(session.missing),
        )
        self.record(wrong, reason=reasoned(reason))

    @requires(must_have_a_session_to_correct)
    def correct_session(
        self,
        number: int,
        *,
        reason: str,
        on: date | None = None,
        days: Decimal | None = None,
        minutes: int | None = None,
        place: str | None = None,
        note: str | None = None,
        attended: int | None = None,
        missing: tuple[str, ...] = (),
        rules: tuple[str, ...] = (),
    ) -> None:
        """Put right what was entered wrongly of a session that is planned or was held. `missing` is what the
        specialist was not cleared by on the day that was meant, of a session that was held.

        Raises NothingToCorrect, NoSuchSession, DeliveredInTheFuture, OutsideTheAgreedDates, MoreThanAgreed,
        RestsOnIt, NotHalfDays, ReasonNeeded.
        """
        session = self.sessions.get(number)
        if session is None or session.status not in KEPT:
            raise NoSuchSession("Choose a session that is planned or recorded as held", field="number")
        is_held = session.status is SessionStatus.DELIVERED
        if not is_held and (note or attended):
            raise NoSuchSession("Choose a session that is recorded as held", field="number")
        check_count(minutes, "minutes")
        check_count(attended, "attended")
        if on is not None and on != session.on:
            if is_held and on > self.today:
                raise DeliveredInTheFuture("The date must be today or in the past", field="on")
            self._must_be_within(on)
        exact = session.days if days is None else half_days(days)
        if exact != session.days:
            self._total_must_be_open()
            self._must_fit(exact, instead_of=session.days)
        net = self._share(exact, instead_of=session) if is_held and exact != session.days else None
        lifts = bool(session.missing) and on not in (None, session.on) and missing != session.missing
        if lifts and session.answer is None:
            raise RestsOnIt(
                f"Session {number} is recorded as held in breach on {day_in_words(session.on)}. Whether it was, is "
                "answered before its date is corrected: close the breach first",
                field="on",
            )
        corrected = corrections.SessionCorrected.of(
            session,
            {
                "on": on,
                "days": exact,
                "minutes": minutes,
                "place": None if place is None else plain(place),
                "note": None if note is None else plain(note),
                "attended": attended,
                "net": net,
            },
            number=number,
            status=session.status,
            specialist=session.specialist,
            lifts_breach=lifts,
        )
        self.record(
            corrected, reason=reasoned(reason, "Enter what was wrong"), people=(session.specialist,), rules=rules
        )
        session = self.sessions[number]
        if corrected.on is not None and is_held and missing and not session.missing and session.specialist:
            breach = breach_events.BreachRecorded(
                number=number, on=session.on, specialist=session.specialist, kind=self.work.kind, missing=missing
            )
            self.record(breach, rules=rules)

    def _total_must_be_open(self) -> None:
        """Raises RestsOnIt where the days and cost of all sessions are settled."""
        if self.status is EngagementStatus.CLOSED:
            raise RestsOnIt(
                f"The engagement was closed after {counted(self.used_days, 'day')}, at a cost of "
                f"{in_pounds(self.cost)}, which a session of another length would make untrue",
                field="days",
            )

    @requires(only_when(*GOING_ON), must_have_a_planned_session)
    def cancel_session(self, number: int, *, side: Side, chargeable: bool, reason: str) -> None:
        """A planned session will not take place. Raises NoSuchSession."""
        session = self._planned(number)
        cancelled = events.SessionCancelled(
            number=number,
            side=side,
            chargeable=chargeable,
            days=session.days if chargeable else Decimal(0),
            net=self._share(session.days) if chargeable else Decimal(0),
        )
        self.record(cancelled, reason=reasoned(reason))

    @requires(only_when(*GOING_ON), must_have_a_session_whose_day_has_come)
    def miss_session(self, number: int, *, side: Side, chargeable: bool, reason: str) -> None:
        """The day of a planned session came, and nobody held it. Raises NoSuchSession, ReasonNeeded."""
        session = self._planned(number)
        if session.on > self.today:
            raise NoSuchSession("Choose a planned session whose date is today or in the past", field="number")
        missed = events.SessionNotHeld(
            number=number,
            on=session.on,
            side=side,
            chargeable=chargeable,
            days=session.days if chargeable else Decimal(0),
            net=self._share(session.days) if chargeable else Decimal(0),
        )
        self.record(missed, occurred=session.on, reason=reasoned(reason))

"""Brokered engagement, the record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Event, must_have_come, reasoned, requires
from domain.delegation import Act, Granted
from domain.engagement import breach_events, corrections, events
from domain.engagement.parts import (
    AWAITING_AGREEMENT,
    AWAITING_EVALUATION,
    BEFORE_START,
    GOING_ON,
    RUNNING,
    Consent,
    EngagementStatus,
    Outcome,
    Work,
)
from domain.engagement.rules import (
    DatesOutOfOrder,
    LessThanUsed,
    OnePersonForBoth,
    SameSpecialist,
    all_must_have_agreed,
    check_outcomes,
    check_price,
    check_ratings,
    check_work,
    evaluation_must_not_be_waived,
    may_still_be_agreed,
    must_await,
    must_be_cleared,
    must_have_been_delivered,
    must_have_been_evaluated,
    must_have_no_planned_session,
    must_not_have_started,
    must_rest_on_agreements,
    only_when,
)
from domain.engagement.sessions import Sessions
from domain.money import half_days, pounds
from domain.on_behalf import (
    EvidenceNeeded,
    Heard,
    NotYours,
    OnBehalf,
    evidenced,
    must_await_word,
    must_not_be_recorder,
)
from domain.signature import on_behalf_of
from domain.text import plain
from domain.vocabulary import Personal, Side


class BrokeredEngagement(Sessions):
    """A specialist or trainer at work in a school on agreed terms.

    Whether a specialist is cleared on a day is worked out by the caller and handed in with the versions of the
    rules that it used. Folded: milestones and interim reviews into the notes of sessions, the exit plan into the
    outcomes of the objectives; invoices are matched elsewhere.
    """

    KIND = "engagement"
    prefix = "BE"

    Proposed: TypeAlias = events.Proposed
    AgreedBySchool: TypeAlias = events.AgreedBySchool
    AgreedByProvider: TypeAlias = events.AgreedByProvider
    AgreedByService: TypeAlias = events.AgreedByService
    AgreementRecorded: TypeAlias = events.AgreementRecorded
    AgreementConfirmed: TypeAlias = events.AgreementConfirmed
    AgreementDisowned: TypeAlias = events.AgreementDisowned
    ClearanceConfirmed: TypeAlias = events.ClearanceConfirmed
    Confirmed: TypeAlias = events.Confirmed
    SessionPlanned: TypeAlias = events.SessionPlanned
    SessionDelivered: TypeAlias = events.SessionDelivered
    BreachRecorded: TypeAlias = breach_events.BreachRecorded
    BreachFoundLater: TypeAlias = breach_events.BreachFoundLater
    BreachFollowedUp: TypeAlias = breach_events.BreachFollowedUp
    BreachClosed: TypeAlias = breach_events.BreachClosed
    SessionWronglyReported: TypeAlias = breach_events.SessionWronglyReported
    SessionCorrected: TypeAlias = corrections.SessionCorrected
    SessionCancelled: TypeAlias = events.SessionCancelled
    SessionNotHeld: TypeAlias = events.SessionNotHeld
    SpecialistSubstituted: TypeAlias = events.SpecialistSubstituted
    VariationAgreed: TypeAlias = events.VariationAgreed
    Paused: TypeAlias = events.Paused
    Resumed: TypeAlias = events.Resumed
    Completed: TypeAlias = events.Completed
    EndedEarly: TypeAlias = events.EndedEarly
    Evaluated: TypeAlias = events.Evaluated
    EvaluationWaived: TypeAlias = events.EvaluationWaived
    Closed: TypeAlias = events.Closed
    Cancelled: TypeAlias = events.Cancelled

    @classmethod
    def propose(
        cls,
        reference: str,
        work: Work,
        *,
        request: UUID,
        tender: UUID | None = None,
        rules: tuple[str, ...] = (),
        reason: str = "",
        decision: UUID | None = None,
    ) -> BrokeredEngagement:
        """Put terms to school, provider and service; without a tender it needs a reason.

        `rules` are the versions of those by which the specialist was found to be cleared, `decision` is what granted
        that no quotes are asked for.

        Raises TermsIncomplete, DatesOutOfOrder, NotHalfDays, NotAPrice, ReasonNeeded.
        """
        check_work(work)
        engagement = cls.named(reference)
        engagement.record(
            cls.Proposed(
                reference=reference,
                request=request,
                tender=tender,
                school=work.school,
                provider=work.provider,
                specialist=work.specialist,
                kind=work.kind,
                subject=work.subject,
                phase=work.phase,
                scope=plain(work.scope),
                objectives=tuple(plain(each) for each in work.objectives if plain(each)),
                days=half_days(work.days),
                net=pounds(work.net),
                vat=pounds(work.vat),
                fund=plain(work.fund),
                begins=work.begins,
                ends=work.ends,
            ),
            rules=rules,
            reason=plain(reason) if tender else reasoned(reason, "Enter why no quotes were asked for"),
            decision=decision,
        )
        return engagement

    @requires(may_still_be_agreed)
    def agree(self, side: Side) -> None:
        """One of the three sides agrees to the terms. Raises AlreadyAgreed."""
        must_await(side)(self, self.today)
        agreed: dict[Side, type[Event]] = {
            Side.SCHOOL: self.AgreedBySchool,
            Side.PROVIDER: self.AgreedByProvider,
            Side.SERVICE: self.AgreedByService,
        }
        self.record(agreed[side]())

    @requires(may_still_be_agreed)
    def record_agreement(
        self,
        side: Side,
        *,
        whose: UUID | None = None,
        heard: Heard,
        came_on: date,
        evidence: str,
        confirm_by: date | None = None,
    ) -> None:
        """Record that a side, or the person `whose` word it is, agreed to the terms elsewhere on `came_on`; they are
        asked to confirm that by a day.

        Raises AlreadyAgreed, EvidenceNeeded, OccurredInTheFuture, DatesOutOfOrder, NotYours.
        """
        must_await(side)(self, self.today)
        must_have_come(came_on, self.today, "came_on")
        if came_on < self.proposed_on:
            raise DatesOutOfOrder("The date must not be before the terms were proposed", field="came_on")
        if whose is not None and whose == self.signature.actor:
            raise NotYours("This is your own agreement, so it is not recorded for somebody else", field="whose")
        recorded = self.AgreementRecorded(
            side=side, whose=whose, heard=heard, evidence=evidenced(evidence), confirm_by=confirm_by
        )
        sides = {Side.SCHOOL: self.work.school, Side.PROVIDER: self.work.provider}
        theirs = whose or sides.get(side)
        if theirs is None:
            raise EvidenceNeeded("Choose who agreed for the service", field="whose")
        with on_behalf_of(theirs):
            self.record(recorded, occurred=came_on, people=(whose,))

    def confirm_agreement(self, side: Side) -> None:
        """A side says that it agreed, as others recorded. Raises AlreadyAnswered, NotYours."""
        recorded = self.must_speak_for(side, self.signature.actor)
        self.record(self.AgreementConfirmed(side=side), people=(recorded.recorder,))

    def disown_agreement(self, side: Side, *, reason: str) -> None:
        """A side says that it did not agree, whatever others recorded: it is asked again, and nothing more rests on
        the terms. Raises AlreadyAnswered, NotYours, ReasonNeeded."""
        recorded = self.must_speak_for(side, self.signature.actor)
        self.record(
            self.AgreementDisowned(side=side, kind=self.work.kind),
            reason=reasoned(reason),
            people=(recorded.recorder,),
        )

    def must_speak_for(self, side: Side, person: UUID | None) -> OnBehalf:
        """What others recorded for a side, where somebody may say whether it is so. Raises AlreadyAnswered,
        NotYours."""
        agreed = self.agreements.get(side)
        recorded = must_await_word(agreed.recorded if agreed else None)
        must_not_be_recorder(recorded, person)
        if side is Side.SERVICE and recorded.whose != person:
            raise NotYours("Only the person whose agreement was recorded can say whether it is theirs")
        return recorded

    @requires(only_when(*AWAITING_AGREEMENT))
    def confirm_clearance(
        self,
        *,
        cleared: bool,
        valid_to: date | None,
        rules: tuple[str, ...],
        exempt: tuple[str, ...] = (),
        conditions: tuple[str, ...] = (),
    ) -> None:
        """Note that the specialist is cleared for the work, from which checks exempt, and what has to be renewed by
        when. Raises NotCleared."""
        must_be_cleared(cleared)
        seen = self.ClearanceConfirmed(
            specialist=self.work.specialist, valid_to=valid_to, exempt=exempt, conditions=conditions
        )
        self.record(seen, rules=rules)

    @requires(must_rest_on_agreements, all_must_have_agreed, only_when(EngagementStatus.AGREED))
    def confirm(self) -> None:
        """The work may start. Raises NotAllAgreed, NotCleared."""
        must_be_cleared(self.cleared)
        self.record(self.Confirmed())

    @requires(only_when(*GOING_ON))
    def substitute(
        self,
        new: UUID,
        *,
        cleared: bool,
        valid_to: date | None,
        rules: tuple[str, ...],
        reason: str,
        exempt: tuple[str, ...] = (),
        conditions: tuple[str, ...] = (),
    ) -> None:
        """Another specialist of the provider takes confirmed work on; terms not yet confirmed are proposed anew.

        Raises SameSpecialist, NotCleared.
        """
        if new == self.work.specialist:
            raise SameSpecialist("This person already does the work", field="specialist")
        must_be_cleared(cleared)
        substituted = self.SpecialistSubstituted(
            old=self.work.specialist, new=new, valid_to=valid_to, exempt=exempt, conditions=conditions
        )
        self.record(substituted, people=(self.work.specialist, new), rules=rules, reason=reasoned(reason))

    @requires(only_when(*GOING_ON), must_rest_on_agreements)
    def agree_variation(
        self,
        *,
        days: Decimal,
        net: Decimal,
        ends: date,
        consent: Consent,
        reason: str,
        granted: Granted | None = None,
        counted: Decimal | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """All have agreed to other days, price or end. VAT stays at the rate of the terms. `granted` is the decision
        about a price of which `counted` (all of it where none is given) is above what was approved, `rules` the
        version of those that say who may decide.

        Raises LessThanUsed, DatesOutOfOrder, NotAPrice, OccurredInTheFuture, OnePersonForBoth, NotCovered.
        """
        if granted is not None:
            act = granted.act if granted.act is Act.VARY_ALONE_ABOVE else Act.VARY_ABOVE_LIMIT
            granted.must_cover(act, self.id, net=net if counted is None else counted, field="net")
        price = self.work.price_at(net)
        check_price(price.net, price.vat)
        for field, day in (("school_on", consent.school_on), ("provider_on", consent.provider_on)):
            must_have_come(day, self.today, field)
        if consent.school_by == consent.provider_by:
            raise OnePersonForBoth(
                "Choose two different people: one for the school and one for the provider", field="provider_by"
            )
        if half_days(days) < self.used_days + self.planned_days:
            raise LessThanUsed("More days than that are already delivered or planned", field="days")
        if pounds(net) < self.cost:
            raise LessThanUsed("More than that is already spent", field="net")
        if half_days(days) == self.used_days and pounds(net) != self.cost:
            raise LessThanUsed("All those days are already delivered, at a different cost", field="net")
        if ends < max([self.work.begins, *(session.on for session in self._kept_sessions())]):
            raise DatesOutOfOrder("Sessions are delivered or planned after that date", field="ends")
        varied = self.VariationAgreed(
            days=half_days(days),
            net=price.net,
            vat=price.vat,
            ends=ends,
            school_by=consent.school_by,
            school_on=consent.school_on,
            provider_by=consent.provider_by,
            provider_on=consent.provider_on,
        )
        self.record(
            varied,
            people=(consent.school_by, consent.provider_by),
            reason=reasoned(reason),
            rules=rules,
            decision=granted.decision if granted else None,
        )

    @requires(only_when(*RUNNING))
    def pause(self, *, reason: str) -> None:
        """Stop the work for a while; sessions are neither planned nor delivered meanwhile."""
        self.record(self.Paused(), reason=reasoned(reason))

    @requires(only_when(EngagementStatus.PAUSED), must_rest_on_agreements)
    def resume(self, *, reason: str) -> None:
        """Go on with paused work."""
        self.record(self.Resumed(), reason=reasoned(reason))

    @requires(only_when(*RUNNING), must_have_no_planned_session, must_have_been_delivered)
    def complete(self, *, evaluate_by: date | None = None, rules: tuple[str, ...] = ()) -> None:
        """All that was to be done is done. Raises NothingDelivered, SessionsStillPlanned.

        `evaluate_by` is the last day for the school's evaluation, `rules` the version of the settings behind it.
        """
        self.record(self.Completed(evaluate_by=evaluate_by), rules=rules)

    @requires(only_when(*GOING_ON))
    def end_early(
        self, *, side: Side, reason: str, evaluate_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Stop the work for good before all is done; `evaluate_by` is the last day for the school's evaluation."""
        self.record(self.EndedEarly(side=side, evaluate_by=evaluate_by), reason=reasoned(reason), rules=rules)

    @requires(must_not_have_started, only_when(*BEFORE_START))
    def cancel(self, *, side: Side, reason: str) -> None:
        """Give the work up before it starts. Raises HasStarted."""
        self.record(self.Cancelled(side=side), reason=reasoned(reason))

    @requires(only_when(*AWAITING_EVALUATION), evaluation_must_not_be_waived)
    def evaluate(
        self,
        *,
        quality: int,
        impact: int,
        comment: str,
        outcomes: tuple[Outcome, ...],
        evaluator: UUID,
        close_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """The school says what the work was worth; `close_by` is the last day to close it then.

        Raises NotARating, OutcomeNeeded.
        """
        check_ratings(quality=quality, impact=impact)
        check_outcomes(outcomes, self.work.objectives)
        evaluated = self.Evaluated(
            quality=quality,
            impact=impact,
            comment=Personal(self.work.specialist, plain(comment)),
            outcomes=outcomes,
            evaluator=evaluator,
            close_by=close_by,
        )
        self.record(evaluated, people=(evaluator,), rules=rules)

    @requires(only_when(*AWAITING_EVALUATION), evaluation_must_not_be_waived)
    def waive_evaluation(
        self, *, reason: str, granted: Granted, close_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Do without the school's evaluation; `close_by` is the last day to close the work then. Raises
        ReasonNeeded, NotCovered."""
        granted.must_cover(Act.WAIVE_EVALUATION, self.id, net=self.cost)
        waived = self.EvaluationWaived(close_by=close_by)
        self.record(waived, reason=reasoned(reason), rules=rules, decision=granted.decision)

    @requires(must_have_been_evaluated, only_when(EngagementStatus.EVALUATED, *AWAITING_EVALUATION))
    def close(self) -> None:
        """Put the finished work away. Raises EvaluationDue."""
        self.record(self.Closed(days=self.used_days, net=self.cost))

"""Support request, the record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import must_have_come, reasoned, requires
from domain.delegation import Act, Granted
from domain.money import in_pounds
from domain.subjects import SubjectList
from domain.support_request import events
from domain.support_request.parts import (
    BEFORE_INVITING,
    ENDS,
    UNPLACED,
    WITH_BROKER,
    InHouse,
    Ranked,
    RequestStatus,
    Route,
    SupportLevel,
    UnmetCause,
    Urgency,
    status_with,
)
from domain.support_request.payment import PaidFor, Payer, Payment
from domain.support_request.rules import (
    AnswerByIsPast,
    NobodyShortlisted,
    NoMoreThanBefore,
    NotInRanking,
    SameRequest,
    SameSubject,
    council_must_pay,
    days_ahead,
    enough_delegates,
    given,
    must_be_triaged_for_brokering,
    nobody_must_be_invited,
    nothing_must_be_asked,
    nothing_must_rest_on_it,
    only_when,
    positive,
    school_must_pay,
    somebody_must_be_shortlisted,
    something_must_be_asked,
)
from domain.text import plain
from domain.vocabulary import About, Phase, Side, SupportKind


class SupportRequest(PaidFor):
    """A school's need and what became of it.

    `brokers` are all who brokered it, who wrote what it asks for on the way. `answer_by` moves on by the days that
    the school took to answer questions. Folded: a draft is kept with its form, not as an event; the search and the
    shortlist are one event that keeps the whole ranking as seen; invitations and quotes stand in the tender.
    Training for one school is a request like any other (source report, paragraphs 11, 12, 14 and 16).
    """

    KIND = "support-request"
    prefix = "SR"

    status: RequestStatus
    school: UUID
    raised_by: Side
    kind: SupportKind
    subject: str
    phase: Phase
    area: str
    need: str
    outcome_wanted: str
    needed_from: date
    needed_by: date
    urgency: Urgency
    budget: Decimal | None
    fund: str
    delegates: int | None
    visit: UUID | None
    concern: UUID | None
    raised_on: date

    Raised: TypeAlias = events.Raised
    Corrected: TypeAlias = events.Corrected
    Acknowledged: TypeAlias = events.Acknowledged
    Triaged: TypeAlias = events.Triaged
    MoreInformationAsked: TypeAlias = events.MoreInformationAsked
    MoreInformationGiven: TypeAlias = events.MoreInformationGiven
    Reassigned: TypeAlias = events.Reassigned
    ApprovedToBroker: TypeAlias = events.ApprovedToBroker
    SpendingApproved: TypeAlias = events.SpendingApproved
    PayerStated: TypeAlias = events.PayerStated
    PriceAgreedBySchool: TypeAlias = events.PriceAgreedBySchool
    ProvidersShortlisted: TypeAlias = events.ProvidersShortlisted
    ProviderRemovedFromShortlist: TypeAlias = events.ProviderRemovedFromShortlist
    TenderOpened: TypeAlias = events.TenderOpened
    TenderEnded: TypeAlias = events.TenderEnded
    Placed: TypeAlias = events.Placed
    PlacementFellThrough: TypeAlias = events.PlacementFellThrough
    Withdrawn: TypeAlias = events.Withdrawn
    Declined: TypeAlias = events.Declined
    Signposted: TypeAlias = events.Signposted
    MetInHouse: TypeAlias = events.MetInHouse
    Unmet: TypeAlias = events.Unmet
    SubjectChanged: TypeAlias = events.SubjectChanged
    Merged: TypeAlias = events.Merged
    Closed: TypeAlias = events.Closed
    Reopened: TypeAlias = events.Reopened

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.broker: UUID | None = None
        self.brokers: tuple[UUID, ...] = ()
        self.route: Route | None = None
        self.level: SupportLevel | None = None
        self.answer_by: date | None = None
        self.waiting_since: date | None = None
        self.waited = 0
        self.ranking: tuple[Ranked, ...] = ()
        self.shortlist: tuple[UUID, ...] = ()
        self.tender: UUID | None = None
        self.engagement: UUID | None = None
        self.merged_into: UUID | None = None
        self.met_by: InHouse | None = None
        self.met_by_whom: UUID | None = None

    @classmethod
    def raise_(
        cls,
        reference: str,
        *,
        school: UUID,
        raised_by: Side,
        kind: SupportKind,
        subject: str,
        phase: Phase,
        need: str,
        outcome_wanted: str,
        needed_from: date,
        needed_by: date,
        area: str = "",
        urgency: Urgency = Urgency.ROUTINE,
        budget: Decimal | None = None,
        fund: str = "",
        delegates: int | None = None,
        visit: UUID | None = None,
        concern: UUID | None = None,
        payer: Payer | None = None,
        council_part: Decimal | None = None,
    ) -> SupportRequest:
        """A school, or an officer for it, asks for help. `budget` is net of VAT; `area` is where help is needed.

        `council_part` is the most that the council pays where it shares the cost.

        Raises AnswerNeeded, NeededTooEarly, DelegatesAreForTraining, NotASum, CouncilPartNeeded.
        """
        request = cls.named(reference)
        paid = Payment.of(payer or Payer.COUNCIL, council_part)
        days_ahead(needed_from, needed_by, request.today)
        enough_delegates(kind, delegates)
        request.record(
            cls.Raised(
                reference=reference,
                school=school,
                raised_by=raised_by,
                kind=kind,
                subject=given(subject, "subject"),
                phase=phase,
                area=plain(area),
                need=given(need, "need"),
                outcome_wanted=given(outcome_wanted, "outcome_wanted"),
                needed_from=needed_from,
                needed_by=needed_by,
                urgency=urgency,
                budget=None if budget is None else positive(budget, "budget"),
                fund=plain(fund),
                delegates=delegates,
                visit=visit,
                concern=concern,
                payer=payer,
                council_part=paid.council_part,
            )
        )
        return request

    @requires(nothing_must_rest_on_it)
    def correct(
        self,
        *,
        reason: str,
        needed_from: date | None = None,
        needed_by: date | None = None,
        phase: Phase | None = None,
        area: str | None = None,
        urgency: Urgency | None = None,
        need: str | None = None,
        outcome_wanted: str | None = None,
        delegates: int | None = None,
    ) -> None:
        """Put right what was entered wrongly, before anything rests on it.

        Raises RestsOnIt, NothingToCorrect, NeededTooEarly, DelegatesAreForTraining, AnswerNeeded, ReasonNeeded.
        """
        days_ahead(needed_from or self.needed_from, needed_by or self.needed_by, self.raised_on)
        enough_delegates(self.kind, self.delegates if delegates is None else delegates)
        corrected = self.Corrected.of(
            self,
            {
                "needed_from": needed_from,
                "needed_by": needed_by,
                "phase": phase,
                "area": None if area is None else plain(area),
                "urgency": urgency,
                "need": None if need is None else given(need, "need"),
                "outcome_wanted": None if outcome_wanted is None else given(outcome_wanted, "outcome_wanted"),
                "delegates": delegates,
            },
        )
        self.record(corrected, reason=reasoned(reason, "Enter what was wrong"))

    @requires(only_when(RequestStatus.RAISED))
    def acknowledge(self, *, officer: UUID, answer_by: date) -> None:
        """Promise the school an answer by a day. Raises AnswerByIsPast, NotAtThisStage."""
        if answer_by < self.today:
            raise AnswerByIsPast("The date must be today or in the future", field="answer_by")
        self.record(self.Acknowledged(officer=officer, answer_by=answer_by), people=(officer,))

    @requires(only_when(RequestStatus.RAISED, RequestStatus.ACKNOWLEDGED, RequestStatus.TRIAGED))
    def triage(self, *, broker: UUID, level: SupportLevel, route: Route, note: str = "") -> None:
        """Judge the need and give it to a broker; may be judged anew until brokering is approved."""
        self.record(self.Triaged(broker=broker, level=level, route=route, note=plain(note)))

    @requires(only_when(*UNPLACED), nothing_must_be_asked)
    def ask_for_information(
        self, question: str, *, respond_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Ask the school, and stop the clock until it answers. Raises InformationAlreadyAsked.

        `respond_by` is the last day for its answer, `rules` the version of the settings that it follows from.
        """
        asked = self.MoreInformationAsked(question=given(question, "question"), respond_by=respond_by)
        self.record(asked, rules=rules)

    @requires(something_must_be_asked)
    def give_information(self, answer: str) -> None:
        """The school answers, and the clock runs again. Raises NothingWasAsked."""
        self.record(self.MoreInformationGiven(answer=given(answer, "answer")))

    @requires(only_when(*WITH_BROKER))
    def reassign(self, *, broker: UUID, reason: str) -> None:
        """Give the request to another broker."""
        self.record(self.Reassigned(broker=broker), reason=reasoned(reason), people=(self.broker,))

    @requires(only_when(*(WITH_BROKER - {RequestStatus.PLACED})))
    def state_payer(self, payer: Payer, *, council_part: Decimal | None = None, reason: str = "") -> None:
        """Say who pays, once the request is triaged and before a provider is found. Raises CouncilPartNeeded."""
        paid = Payment.of(payer, council_part)
        self.record(self.PayerStated(payer=paid.payer, council_part=paid.council_part), reason=plain(reason))

    @requires(only_when(*WITH_BROKER), must_be_triaged_for_brokering, school_must_pay)
    def agree_price(self, price: Decimal, *, reason: str = "", came_on: date | None = None) -> None:
        """The school agrees to pay up to a net sum from its own budget; given anew, it replaces the last one.
        `came_on` is the day on which that reached the service, today where none is given.

        Raises NotToBeBrokered, SchoolPaysNothing, NotASum, OccurredInTheFuture, NoMoreThanBefore.
        """
        if came_on is not None:
            must_have_come(came_on, self.today, "came_on")
        agreed, before = positive(price, "price"), self.price_agreed
        if self.status is RequestStatus.PLACED and before is not None and agreed <= before.price:
            raise NoMoreThanBefore(
                f"A provider has been found. Enter more than the {in_pounds(before.price)} agreed before",
                field="price",
            )
        self.record(self.PriceAgreedBySchool(price=agreed), occurred=came_on, reason=plain(reason))

    @requires(only_when(*WITH_BROKER), must_be_triaged_for_brokering, council_must_pay)
    def approve_spending(self, ceiling: Decimal, *, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """Allow brokering up to a net sum, as a decision granted it; given anew, it replaces the last ceiling.

        Once the request is placed, more may be approved, as for a variation of the work, and never less. `rules` are
        the versions of those that say who may approve so much. Selecting a quote above the ceiling, or agreeing to a
        higher price of the work, approves so much too. Raises NotToBeBrokered, SchoolPays, NotASum, NoMoreThanBefore,
        NotCovered.
        """
        approved = self.SpendingApproved(ceiling=positive(ceiling, "ceiling"))
        raised_by = {
            Act.RAISE_LIMIT: self.id,
            Act.SELECT_ABOVE_LIMIT: self.tender,
            Act.SELECT_ALONE_ABOVE: self.tender,
            Act.VARY_ABOVE_LIMIT: self.engagement,
            Act.VARY_ALONE_ABOVE: self.engagement,
        }
        act = granted.act if granted.act in raised_by else Act.APPROVE_SPENDING
        granted.must_cover(act, raised_by.get(act) or self.id, net=approved.ceiling, field="ceiling")
        if self.status is RequestStatus.PLACED and self.ceiling is not None and approved.ceiling <= self.ceiling:
            raise NoMoreThanBefore(
                f"A provider has been found. Approve more than the {in_pounds(self.ceiling)} approved before",
                field="ceiling",
            )
        self.record(approved, rules=rules, decision=granted.decision)

    @requires(only_when(RequestStatus.APPROVED, RequestStatus.SHORTLISTED))
    def shortlist_providers(
        self, ranking: tuple[Ranked, ...], *, chosen: tuple[UUID, ...], rules: tuple[str, ...]
    ) -> None:
        """Keep the ranking as seen and the providers chosen from it. Raises NobodyShortlisted, NotInRanking."""
        if not chosen:
            raise NobodyShortlisted(
                "Choose at least one provider, or record that the request could not be met", field="chosen"
            )
        fitting = {each.provider for each in ranking if each.excluded_because is None}
        if not fitting.issuperset(chosen):
            raise NotInRanking("Choose only providers that the ranking did not exclude", field="chosen")
        self.record(self.ProvidersShortlisted(ranking=ranking, chosen=tuple(dict.fromkeys(chosen))), rules=rules)

    @requires(only_when(RequestStatus.SHORTLISTED), somebody_must_be_shortlisted)
    def remove_from_shortlist(self, provider: UUID, *, reason: str) -> None:
        """Take one provider off the shortlist. Raises NotInRanking."""
        if provider not in self.shortlist:
            raise NotInRanking("This provider is not on the shortlist", field="provider")
        self.record(self.ProviderRemovedFromShortlist(provider=provider), reason=reasoned(reason), provider=provider)

    @requires(only_when(RequestStatus.SHORTLISTED), somebody_must_be_shortlisted)
    def open_tender(self, tender: UUID) -> None:
        """Begin to invite those on the shortlist. Raises NobodyShortlisted."""
        self.record(self.TenderOpened(tender=tender))

    @requires(only_when(RequestStatus.INVITING))
    def end_tender(self, *, reason: str) -> None:
        """The invitations ended without a choice; the shortlist stands again."""
        if self.tender is not None:
            self.record(self.TenderEnded(tender=self.tender), reason=reasoned(reason))

    @requires(only_when(RequestStatus.APPROVED, RequestStatus.SHORTLISTED, RequestStatus.INVITING))
    def place(self, *, engagement: UUID, provider: UUID) -> None:
        """Somebody was found: the engagement is proposed."""
        self.record(self.Placed(engagement=engagement, provider=provider), provider=provider)

    @requires(only_when(RequestStatus.PLACED))
    def take_up_again(self, *, reason: str) -> None:
        """The proposed engagement will not take place: search on."""
        if self.engagement is not None:
            self.record(self.PlacementFellThrough(engagement=self.engagement), reason=reasoned(reason))

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def withdraw(self, *, side: Side, reason: str) -> None:
        """The need is no longer put. Raises StillInvited."""
        self.record(self.Withdrawn(side=side), reason=reasoned(reason))

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def decline(self, *, side: Side, reason: str) -> None:
        """The service, or the school whose approval was needed, says no."""
        self.record(self.Declined(side=side), reason=reasoned(reason))

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def signpost(self, *, to: str, reason: str) -> None:
        """Point the school to help that needs no broker."""
        self.record(self.Signposted(to=given(to, "to")), reason=reasoned(reason))

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def meet_in_house(
        self, met_by: InHouse, *, note: str = "", person: UUID | None = None, provider: UUID | None = None
    ) -> None:
        """The need was met from within, by a person or a school-based provider if one is named."""
        self.record(
            self.MetInHouse(met_by=met_by, person=person, provider=provider, note=plain(note)),
            people=(person,),
            provider=provider,
        )

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def record_unmet(self, *, cause: UnmetCause, reason: str) -> None:
        """Nobody suitable was found; subject, phase, area and cause stay as evidence of a gap."""
        unmet = self.Unmet(subject=self.subject, phase=self.phase, area=self.area, cause=cause)
        self.record(unmet, reason=reasoned(reason))

    @requires(only_when(*UNPLACED, RequestStatus.UNMET), nobody_must_be_invited)
    def change_subject(self, subject: str, *, listed: SubjectList, reason: str) -> None:
        """Ask for another subject, or for the same one by its name on the list. Where it is another, what was
        approved and who was shortlisted for the former no longer counts. Raises SameSubject, StillInvited."""
        subject = given(listed.name_of(subject), "subject")
        if subject == self.subject:
            raise SameSubject("The request already has this subject", field="subject")
        is_another = not listed.are_one(subject, self.subject)
        undoes = is_another and self.status in BEFORE_INVITING
        changed = self.SubjectChanged(subject=subject, was=self.subject, is_another=is_another, undoes=undoes)
        self.record(changed, reason=reasoned(reason))

    @requires(only_when(*UNPLACED), nobody_must_be_invited)
    def merge(self, into: UUID, *, reason: str) -> None:
        """The same need is met by another request. Raises SameRequest."""
        if into == self.id:
            raise SameRequest("Choose another request", field="into")
        self.record(self.Merged(into=into), reason=reasoned(reason))

    @requires(only_when(RequestStatus.PLACED))
    def close(self, *, outcome: str) -> None:
        """The engagement is over, and this is what came of it."""
        self.record(self.Closed(outcome=given(outcome, "outcome")))

    @requires(only_when(*ENDS))
    def reopen(self, *, reason: str) -> None:
        """Take up an ended request; brokering needs fresh approval."""
        self.record(self.Reopened(), reason=reasoned(reason))

    def waiting_days(self, today: date) -> int:
        """Days so far on which the service waited for the school and its own clock stood still."""
        running = 0 if self.waiting_since is None else max(0, (today - self.waiting_since).days)
        return self.waited + running

    def stop_waiting(self, day: date) -> None:
        """Remember that the school's answer came, or is no longer awaited."""
        waited = self.waiting_days(day) - self.waited
        self.waited += waited
        self.waiting_since = None
        if self.answer_by is not None:
            self.answer_by += timedelta(days=waited)

    def remember_broker(self, broker: UUID) -> None:
        """Remember who brokers it, beside those who did before."""
        self.broker = broker
        self.brokers = tuple(dict.fromkeys((*self.brokers, broker)))

    def remember_approval(self) -> None:
        """Remember whether brokering is approved by whoever pays."""
        own = self.paid.payer is Payer.SCHOOL
        approved = self.price_agreed is not None if own else self.ceiling is not None
        self.status = status_with(self.status, approved=approved)

    def ended(self, status: RequestStatus, day: date) -> None:
        """Remember the way in which the request came to its end."""
        self.status = status
        self.stop_waiting(day)

    def about(self) -> About:
        return About(school=self.school, request=self.id, people=() if self.broker is None else (self.broker,))

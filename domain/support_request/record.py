"""Support request, the record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, reasoned
from domain.support_request import events
from domain.support_request.parts import ENDS, UNPLACED, InHouse, Ranked, RequestStatus, Route, SupportLevel, Urgency
from domain.support_request.rules import (
    AnswerByIsPast,
    InformationAlreadyAsked,
    NobodyShortlisted,
    NoMoreThanBefore,
    NotAtThisStage,
    NothingWasAsked,
    NotInRanking,
    NotToBeBrokered,
    SameRequest,
    StillInvited,
    days_ahead,
    enough_delegates,
    given,
    positive,
)
from domain.text import plain
from domain.vocabulary import About, Phase, Side, SupportKind


class SupportRequest(Aggregate):
    """A school's need and what became of it.

    `answer_by` moves on by the days that the school took to answer questions; `ceiling` is the most, net of VAT,
    that may be committed. Folded: a draft is a working copy at the door, not an event; the search and the
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
    Acknowledged: TypeAlias = events.Acknowledged
    Triaged: TypeAlias = events.Triaged
    MoreInformationAsked: TypeAlias = events.MoreInformationAsked
    MoreInformationGiven: TypeAlias = events.MoreInformationGiven
    Reassigned: TypeAlias = events.Reassigned
    ApprovedToBroker: TypeAlias = events.ApprovedToBroker
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
    Merged: TypeAlias = events.Merged
    Closed: TypeAlias = events.Closed
    Reopened: TypeAlias = events.Reopened

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.broker: UUID | None = None
        self.route: Route | None = None
        self.level: SupportLevel | None = None
        self.answer_by: date | None = None
        self.waiting_since: date | None = None
        self.waited = 0
        self.ceiling: Decimal | None = None
        self.ranking: tuple[Ranked, ...] = ()
        self.shortlist: tuple[UUID, ...] = ()
        self.tender: UUID | None = None
        self.engagement: UUID | None = None
        self.merged_into: UUID | None = None

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
    ) -> SupportRequest:
        """A school, or an officer for it, asks for help. `budget` is net of VAT; `area` is where help is needed.

        Raises AnswerNeeded, NeededTooEarly, DelegatesAreForTraining, NotASum.
        """
        request = cls.named(reference)
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
            )
        )
        return request

    def acknowledge(self, *, officer: UUID, answer_by: date) -> None:
        """Promise the school an answer by a day. Raises AnswerByIsPast, NotAtThisStage."""
        self._only_when(RequestStatus.RAISED)
        if answer_by < self.today:
            raise AnswerByIsPast("The answer must be promised for today or later", field="answer_by")
        self.record(self.Acknowledged(officer=officer, answer_by=answer_by), people=(officer,))

    def triage(self, *, broker: UUID, level: SupportLevel, route: Route, note: str = "") -> None:
        """Judge the need and give it to a broker; may be judged anew until brokering is approved."""
        self._only_when(RequestStatus.RAISED, RequestStatus.ACKNOWLEDGED, RequestStatus.TRIAGED)
        self.record(self.Triaged(broker=broker, level=level, route=route, note=plain(note)))

    def ask_for_information(
        self, question: str, *, respond_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Ask the school, and stop the clock until it answers. Raises InformationAlreadyAsked.

        `respond_by` is the last day for its answer, `rules` the version of the settings that it follows from.
        """
        self._only_when(*UNPLACED)
        if self.waiting_since is not None:
            raise InformationAlreadyAsked("The school has not yet answered the last question")
        asked = self.MoreInformationAsked(question=given(question, "question"), respond_by=respond_by)
        self.record(asked, rules=rules)

    def give_information(self, answer: str) -> None:
        """The school answers, and the clock runs again. Raises NothingWasAsked."""
        if self.waiting_since is None:
            raise NothingWasAsked("Nobody has asked for more information")
        self.record(self.MoreInformationGiven(answer=given(answer, "answer")))

    def reassign(self, *, broker: UUID, reason: str) -> None:
        """Give the request to another broker."""
        self._only_when(
            RequestStatus.TRIAGED,
            RequestStatus.APPROVED,
            RequestStatus.SHORTLISTED,
            RequestStatus.INVITING,
            RequestStatus.PLACED,
        )
        self.record(self.Reassigned(broker=broker), reason=reasoned(reason), people=(self.broker,))

    def approve_to_broker(self, *, ceiling: Decimal, approver: UUID, rules: tuple[str, ...] = ()) -> None:
        """Allow brokering up to a net sum; given anew, it replaces the last ceiling.

        Once the request is placed, more may be approved, as for a variation of the work, and never less. `rules` are
        the versions of those that say who may approve so much. Raises NotToBeBrokered, NotASum, NoMoreThanBefore.
        """
        self._only_when(
            RequestStatus.TRIAGED,
            RequestStatus.APPROVED,
            RequestStatus.SHORTLISTED,
            RequestStatus.INVITING,
            RequestStatus.PLACED,
        )
        if self.route is not Route.BROKERED:
            raise NotToBeBrokered("The request was not triaged for brokering. Triage it again first.")
        approved = self.ApprovedToBroker(ceiling=positive(ceiling, "ceiling"), approver=approver)
        if self.status is RequestStatus.PLACED and self.ceiling is not None and approved.ceiling <= self.ceiling:
            raise NoMoreThanBefore(
                f"Somebody is engaged already. Approve more than the £{self.ceiling:,.2f} approved before",
                field="ceiling",
            )
        self.record(approved, people=(approver,), rules=rules)

    def shortlist_providers(
        self, ranking: tuple[Ranked, ...], *, chosen: tuple[UUID, ...], rules: tuple[str, ...]
    ) -> None:
        """Keep the ranking as seen and the providers chosen from it. Raises NobodyShortlisted, NotInRanking."""
        self._only_when(RequestStatus.APPROVED, RequestStatus.SHORTLISTED)
        if not chosen:
            raise NobodyShortlisted("Choose at least one provider, or record the need as unmet", field="chosen")
        fitting = {each.provider for each in ranking if each.excluded_because is None}
        if not fitting.issuperset(chosen):
            raise NotInRanking("Choose only providers whom the ranking did not exclude", field="chosen")
        self.record(self.ProvidersShortlisted(ranking=ranking, chosen=tuple(dict.fromkeys(chosen))), rules=rules)

    def remove_from_shortlist(self, provider: UUID, *, reason: str) -> None:
        """Take one provider off the shortlist. Raises NotInRanking."""
        self._only_when(RequestStatus.SHORTLISTED)
        if provider not in self.shortlist:
            raise NotInRanking("This provider is not on the shortlist", field="provider")
        self.record(self.ProviderRemovedFromShortlist(provider=provider), reason=reasoned(reason), provider=provider)

    def open_tender(self, tender: UUID) -> None:
        """Begin to invite those on the shortlist. Raises NobodyShortlisted."""
        self._only_when(RequestStatus.SHORTLISTED)
        if not self.shortlist:
            raise NobodyShortlisted("Put at least one provider on the shortlist first")
        self.record(self.TenderOpened(tender=tender))

    def end_tender(self, *, reason: str) -> None:
        """The invitations ended without a choice; the shortlist stands again."""
        self._only_when(RequestStatus.INVITING)
        if self.tender is not None:
            self.record(self.TenderEnded(tender=self.tender), reason=reasoned(reason))

    def place(self, *, engagement: UUID, provider: UUID) -> None:
        """Somebody was found: the engagement is proposed."""
        self._only_when(RequestStatus.APPROVED, RequestStatus.SHORTLISTED, RequestStatus.INVITING)
        self.record(self.Placed(engagement=engagement, provider=provider), provider=provider)

    def take_up_again(self, *, reason: str) -> None:
        """The proposed engagement will not take place: search on."""
        self._only_when(RequestStatus.PLACED)
        if self.engagement is not None:
            self.record(self.PlacementFellThrough(engagement=self.engagement), reason=reasoned(reason))

    def withdraw(self, *, side: Side, reason: str) -> None:
        """The need is no longer put. Raises StillInvited."""
        self._may_leave()
        self.record(self.Withdrawn(side=side), reason=reasoned(reason))

    def decline(self, *, side: Side, reason: str) -> None:
        """The service, or the school whose approval was needed, says no."""
        self._may_leave()
        self.record(self.Declined(side=side), reason=reasoned(reason))

    def signpost(self, *, to: str, reason: str) -> None:
        """Point the school to help that needs no broker."""
        self._may_leave()
        self.record(self.Signposted(to=given(to, "to")), reason=reasoned(reason))

    def meet_in_house(
        self, met_by: InHouse, *, note: str = "", person: UUID | None = None, provider: UUID | None = None
    ) -> None:
        """The need was met from within, by a person or a school-based provider if one is named."""
        self._may_leave()
        self.record(
            self.MetInHouse(met_by=met_by, person=person, provider=provider, note=plain(note)),
            people=(person,),
            provider=provider,
        )

    def record_unmet(self, *, reason: str) -> None:
        """Nobody suitable was found; subject, phase and area stay as evidence of a gap."""
        self._may_leave()
        self.record(self.Unmet(subject=self.subject, phase=self.phase, area=self.area), reason=reasoned(reason))

    def merge(self, into: UUID, *, reason: str) -> None:
        """The same need is met by another request. Raises SameRequest."""
        self._may_leave()
        if into == self.id:
            raise SameRequest("Choose another request", field="into")
        self.record(self.Merged(into=into), reason=reasoned(reason))

    def close(self, *, outcome: str) -> None:
        """The engagement is over, and this is what came of it."""
        self._only_when(RequestStatus.PLACED)
        self.record(self.Closed(outcome=given(outcome, "outcome")))

    def reopen(self, *, reason: str) -> None:
        """Take up an ended request; brokering needs fresh approval."""
        self._only_when(*ENDS)
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

    def ended(self, status: RequestStatus, day: date) -> None:
        """Remember the way in which the request came to its end."""
        self.status = status
        self.stop_waiting(day)

    def about(self) -> About:
        return About(school=self.school, request=self.id, people=() if self.broker is None else (self.broker,))

    def _only_when(self, *statuses: RequestStatus) -> None:
        if self.status not in statuses:
            raise NotAtThisStage(f"The request is {self.status.label.lower()}, so this cannot be done now")

    def _may_leave(self) -> None:
        self._only_when(*UNPLACED)
        if self.status is RequestStatus.INVITING:
            raise StillInvited("Providers are invited to quote. End the invitations first.")

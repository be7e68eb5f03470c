"""Brokerage: the commands that need a request and providers at once, from the shortlist to proposed work.

What a command changes is saved together or not at all, and held to what it looked at: a provider suspended at the
same moment is not invited. Nobody is invited or engaged who is suspended, tied to the school or not cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Refusal, reasoned
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement
from domain.engagement import Work as Terms
from domain.provider import Provider, ProviderKind
from domain.service import Service, UnitOfWork
from domain.signature import on_behalf_of
from domain.subjects import USUAL_LIST, SubjectList
from domain.support_request import Payer, SupportRequest
from domain.tender import Quote, Tender
from domain.tender import Terms as QuoteTerms
from providers.eligibility import (
    VettingOn,
    clear,
    clearance_of,
    in_words,
    may_be_asked,
    must_be_cleared,
    must_be_within_ceiling,
    must_work_there,
    need_of,
)
from providers.matching import MatchingPolicy, Offer, Ranking, SupportNeed, rank

WITHOUT_QUOTES = frozenset({ProviderKind.INTERNAL, ProviderKind.SCHOOL_BASED})
"""Whom the service may engage without asking for quotes (source report, paragraphs 12 and 16)."""


class NotOnTheShortlist(Refusal):
    """A provider is invited who was not shortlisted for the request."""


class NotDecided(Refusal):
    """One provider alone is asked, and nobody has decided that."""


class QuotesNeeded(Refusal):
    """A provider from outside is engaged without having quoted."""


class SelectedAsPaid(Refusal):
    """Who pays would change after a quote was selected as it was paid until then."""


class NobodySelected(Refusal):
    """Work is proposed from a tender in which nobody was selected."""


@dataclass(frozen=True, slots=True)
class EngagementTerms:
    """What is added to a selected quote to make terms: what is to be done, to what end, and when."""

    scope: str
    objectives: tuple[str, ...]
    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class Brokerage:
    """What a broker does: each method is one command, given inside a signature.

    `at` is the version of the record named first that the command was decided on. Raises the refusals of the
    records and of eligibility, NotFound, Stale, AlreadyDone.
    """

    service: Service
    vetting: VettingOn
    subjects: SubjectList = USUAL_LIST

    def shortlist(
        self,
        request_id: UUID,
        *,
        offers: Callable[[SupportNeed], Iterable[Offer]],
        policy: MatchingPolicy,
        chosen: Collection[UUID] | None = None,
        days: Decimal | None = None,
        at: int | None = None,
    ) -> Ranking:
        """Rank what is on offer and shortlist those chosen, or all who fit."""

        def decide(work: UnitOfWork) -> Ranking:
            request = work.find(SupportRequest, request_id, at=at)
            need = need_of(request, on=request.today, listed=self.subjects, days=days)
            ranking = rank(need, offers(need), policy)
            wanted = (each.provider for each in ranking.fitting) if chosen is None else chosen
            rules = (ranking.version, self.vetting(need.first).version)
            request.shortlist_providers(ranking.seen, chosen=tuple(wanted), rules=rules)
            return ranking

        return self.service.do(decide)

    def open_tender(
        self,
        request_id: UUID,
        reference: str,
        *,
        brief: str,
        reply_by: date,
        invite: Collection[UUID],
        question_deadline: date | None = None,
        alone: Granted | None = None,
        reason: str = "",
        at: int | None = None,
    ) -> UUID:
        """Open a tender for a shortlisted request and invite providers; inviting one alone takes a decision (`alone`)
        and a reason. Raises NotDecided."""

        def decide(work: UnitOfWork) -> UUID:
            if len(set(invite)) == 1 and alone is None:
                raise NotDecided("Asking one provider alone has to be decided first", field="invite")
            request = work.find(SupportRequest, request_id, at=at)
            tender = Tender.open(
                reference,
                request=request.id,
                school=request.school,
                brief=brief,
                reply_by=reply_by,
                question_deadline=question_deadline,
                alone=alone if len(set(invite)) == 1 else None,
                reason=reason,
            )
            request.open_tender(tender.id)
            for provider in dict.fromkeys(invite):
                self._invite(work, request, tender, provider)
            return work.add(tender).id

        return self.service.do(decide)

    def invite(self, tender_id: UUID, *invited: UUID, at: int | None = None) -> None:
        """Invite more of the shortlist, all or none. Raises NotOnTheShortlist, NotCleared, ProviderSuspended."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            for provider in dict.fromkeys(invited):
                self._invite(work, work.find(SupportRequest, tender.request), tender, provider)

        self.service.do(decide)

    def quote(
        self,
        tender_id: UUID,
        provider: UUID,
        terms: QuoteTerms,
        *,
        rules: tuple[str, ...] = (),
        at: int | None = None,
    ) -> None:
        """Take a provider's quote in; `rules` gave its rate of VAT. Raises NotASpecialist where the named person does
        not work for it."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            must_work_there(work.find(Provider, provider), terms.specialist, tender.today)
            tender.quote(provider, terms, rules=rules)

        self.service.do(decide)

    def revise_quote(
        self,
        tender_id: UUID,
        provider: UUID,
        terms: QuoteTerms,
        *,
        reason: str,
        rules: tuple[str, ...] = (),
        at: int | None = None,
    ) -> None:
        """Take a provider's changed quote in. Raises NotASpecialist."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            must_work_there(work.find(Provider, provider), terms.specialist, tender.today)
            tender.revise_quote(provider, terms, rules=rules, reason=reason)

        self.service.do(decide)

    def record_quote(
        self,
        tender_id: UUID,
        provider: UUID,
        terms: QuoteTerms,
        *,
        came_on: date,
        reason: str,
        rules: tuple[str, ...] = (),
        at: int | None = None,
    ) -> None:
        """Write down on a provider's behalf a quote that came otherwise than by its own hand, `reason` being how; a
        quote that stands is revised. Raises NotASpecialist."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            must_work_there(work.find(Provider, provider), terms.specialist, came_on)
            take_in = tender.revise_quote if provider in tender.quotes else tender.quote
            take_in(provider, terms, rules=rules, reason=reasoned(reason), came_on=came_on)

        with on_behalf_of(provider):
            self.service.do(decide)

    def select(
        self,
        tender_id: UUID,
        provider: UUID,
        *,
        rationale: str,
        granted: Granted,
        tie: str = "",
        rules: tuple[str, ...] = (),
        at: int | None = None,
    ) -> None:
        """Choose one quote, as a decision granted it; one above the ceiling of the request raises that."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            request = work.find(SupportRequest, tender.request)
            may_be_asked(work.find(Provider, provider), request.school, tender.today)
            ceiling, quote = request.ceiling or Decimal(0), tender.quotes.get(provider)
            counted = None if quote is None else request.paid.council_pays(quote.net)
            tender.select(
                provider, rationale=rationale, granted=granted, ceiling=ceiling, tie=tie, counted=counted, rules=rules
            )
            request.must_be_paid_for(tender.quotes[provider].net, field="provider")
            if counted is not None and counted > ceiling:
                request.approve_spending(counted, granted=granted, rules=rules)

        self.service.do(decide)

    def state_payer(
        self,
        request_id: UUID,
        payer: Payer,
        *,
        council_part: Decimal | None = None,
        reason: str = "",
        at: int | None = None,
    ) -> None:
        """Say who pays for a request. Raises SelectedAsPaid once a quote is selected."""

        def decide(work: UnitOfWork) -> None:
            request = work.find(SupportRequest, request_id, at=at)
            if request.tender is not None and work.find(Tender, request.tender).selected is not None:
                raise SelectedAsPaid("A quote has been selected. Withdraw the selection first", field="payer")
            request.state_payer(payer, council_part=council_part, reason=reason)

        self.service.do(decide)

    def end_tender(self, tender_id: UUID, *, reason: str, at: int | None = None) -> None:
        """End the invitations without a choice; the request's shortlist stands again."""

        def decide(work: UnitOfWork) -> None:
            tender = work.find(Tender, tender_id, at=at)
            tender.close(reason=reason)
            work.find(SupportRequest, tender.request).end_tender(reason=reason)

        self.service.do(decide)

    def end_request(
        self, request_id: UUID, leave: Callable[[SupportRequest], None], *, reason: str, at: int | None = None
    ) -> None:
        """Let a request go by one of its exits, after ending the invitations that are still out."""

        def decide(work: UnitOfWork) -> None:
            request = work.find(SupportRequest, request_id, at=at)
            if request.tender is not None:
                tender = work.find(Tender, request.tender)
                if tender.selected is not None:
                    tender.withdraw_selection(reason=reason)
                tender.close(reason=reason)
                request.end_tender(reason=reason)
            leave(request)

        self.service.do(decide)

    def engage_selected(
        self, tender_id: UUID, reference: str, agreement: EngagementTerms, *, at: int | None = None
    ) -> UUID:
        """Propose work on the terms of the selected quote, and place the request. Raises NobodySelected."""

        def decide(work: UnitOfWork) -> UUID:
            tender = work.find(Tender, tender_id, at=at)
            if tender.selected is None:
                raise NobodySelected("Select a provider first")
            request = work.find(SupportRequest, tender.request)
            terms = _terms(request, tender.selected, tender.quotes[tender.selected], agreement)
            rules = self._may_take_on(work, request, terms)
            proposed = BrokeredEngagement.propose(reference, terms, request=request.id, tender=tender.id, rules=rules)
            return _engage(work, request, proposed)

        return self.service.do(decide)

    def engage_directly(
        self,
        request_id: UUID,
        reference: str,
        terms: Terms,
        *,
        granted: Granted,
        reason: str,
        at: int | None = None,
    ) -> UUID:
        """Engage a service of the authority's own or a school's specialist without asking for quotes, as a decision
        granted it.

        School, kind, subject and phase are the request's. Raises QuotesNeeded, AboveCeiling, SchoolHasNotAgreed,
        NotCovered.
        """

        def decide(work: UnitOfWork) -> UUID:
            request = work.find(SupportRequest, request_id, at=at)
            may_be_engaged_without_quotes(work.find(Provider, terms.provider))
            must_be_within_ceiling(request, terms.net)
            request.must_be_paid_for(terms.net, field="net")
            counted = request.paid.council_pays(terms.net)
            granted.must_cover(Act.ASK_ONE_ALONE, request.id, net=counted or None, field="net")
            own = replace(
                terms, school=request.school, kind=request.kind, subject=request.subject, phase=request.phase
            )
            rules = self._may_take_on(work, request, own)
            proposed = BrokeredEngagement.propose(
                reference, own, request=request.id, rules=rules, reason=reason, decision=granted.decision
            )
            return _engage(work, request, proposed)

        return self.service.do(decide)

    def _invite(self, work: UnitOfWork, request: SupportRequest, tender: Tender, provider_id: UUID) -> None:
        provider = work.find(Provider, provider_id)
        may_be_invited(provider, request, tender.today)
        need = need_of(request, on=tender.today, listed=self.subjects)
        clearance = clearance_of(provider, need, self.vetting)
        must_be_cleared(clearance, provider, work)
        tender.invite(provider_id, clearance=in_words(clearance), rules=(self.vetting(need.first).version,))

    def _may_take_on(self, work: UnitOfWork, request: SupportRequest, terms: Terms) -> tuple[str, ...]:
        """The versions of the rules by which the provider may take the work on; refuses where it may not."""
        provider = work.find(Provider, terms.provider)
        may_be_asked(provider, request.school, request.today)
        clear(
            provider, terms.specialist, terms.begins, max(terms.begins, terms.ends), vetting=self.vetting, work=work
        )
        return (self.vetting(terms.begins).version,)


def may_be_invited(provider: Provider, request: SupportRequest, today: date) -> None:
    """Raises NotOnTheShortlist, and what stands against asking a provider at all."""
    if provider.id not in request.shortlist:
        raise NotOnTheShortlist(f"{provider.name} is not on the shortlist", field="provider")
    may_be_asked(provider, request.school, today)


def may_be_engaged_without_quotes(provider: Provider) -> None:
    """Raises QuotesNeeded for a provider from outside."""
    if provider.kind not in WITHOUT_QUOTES:
        raise QuotesNeeded("Ask this provider for a quote first", field="provider")


def _engage(work: UnitOfWork, request: SupportRequest, engagement: BrokeredEngagement) -> UUID:
    request.place(engagement=engagement.id, provider=engagement.work.provider)
    return work.add(engagement).id


def _terms(request: SupportRequest, provider: UUID, quote: Quote, agreement: EngagementTerms) -> Terms:
    return Terms(
        school=request.school,
        provider=provider,
        specialist=quote.specialist,
        kind=request.kind,
        subject=request.subject,
        phase=request.phase,
        scope=agreement.scope,
        objectives=agreement.objectives,
        days=quote.days,
        net=quote.net,
        vat=quote.vat,
        begins=agreement.begins,
        ends=agreement.ends,
        fund=request.fund,
    )

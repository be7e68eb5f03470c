"""The language of the tests of brokerage: a desk with providers and a request, at each stage of its life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from operator import methodcaller
from typing import Any
from uuid import UUID, uuid4

from domain.engagement import BrokeredEngagement
from domain.person import Person
from domain.provider import Evidence, Provider, ProviderKind, Requirement
from domain.service import Service
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.vocabulary import Phase, Role, ServiceType, Side
from providers.brokerage import Brokerage, EngagementTerms
from providers.delivery import Delivery
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY, Offer, SupportNeed
from providers.vetting import Demand, VettingPolicy
from tests.domain.brokered import BEGINS, BROKER, ENDS, IMRAN, REPLY_BY, SCHOOL, a_need, terms
from tests.grants import approve, for_one_alone, for_selection, reinstate
from tests.scenario import TODAY, signed

POLICY = VettingPolicy("vetting-1", {ProviderKind.PRIVATE: (Demand(Requirement.ENHANCED_DBS),)})
AGREEMENT = EngagementTerms("Planning in mathematics", ("Schemes of work are in use",), BEGINS, ENDS)
LONG = date(2028, 8, 31)


class BrokerageScenario:
    """What brokers of a small authority see. `meanwhile` happens once, while a command looks at its policy."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.brokerage = Brokerage(service, self.vetting)
        self.delivery = Delivery(service, self.vetting)
        self.meanwhile: Callable[[], None] | None = None

    def vetting(self, _day: date) -> VettingPolicy:
        event, self.meanwhile = self.meanwhile, None
        if event is not None:
            event()
        return POLICY

    def a_provider(
        self,
        reference: str,
        person: UUID,
        *,
        kind: ProviderKind = ProviderKind.PRIVATE,
        cleared_to: date | None = LONG,
        day_rate: Decimal = Decimal(450),
        host_school: UUID | None = None,
    ) -> UUID:
        """A provider of mathematics with one specialist; not vetted where `cleared_to` is None."""
        with signed(TODAY - timedelta(days=30)):
            provider = Provider.register(
                reference, trading_as=f"Provider {reference}", kind=kind, host_school=host_school
            )
            for service in (ServiceType.SPECIALIST_SUPPORT, ServiceType.TRAINING):
                provider.offer(subject="Mathematics", phase=Phase.SECONDARY, service=service)
            provider.add_specialist(person=person, teaches=False)
            provider.set_rate(from_=TODAY, day_rate=day_rate, vat_registered=True)
            if cleared_to is not None:
                provider.meet(
                    Requirement.ENHANCED_DBS,
                    checked_on=provider.today,
                    evidence=next(iter(Evidence)),
                    person=person,
                    expires=cleared_to,
                )
            return self.service.add(lambda: provider).id

    def a_head(self, reference: str, school: UUID = SCHOOL) -> UUID:
        """The headteacher of a school since a month ago."""

        def register() -> Person:
            person = Person.register(reference, name="Hana Head")
            person.take_post(Role.HEADTEACHER, from_=TODAY - timedelta(days=30), school=school)
            return person

        with signed():
            return self.service.add(register).id

    def offers(self, *providers: UUID) -> Callable[[SupportNeed], list[Offer]]:
        return lambda need: [offer_of(self.service.find(Provider, each), need, self.vetting) for each in providers]

    def an_approved_request(self, reference: str = "SR-2026-0001", *, ceiling: int = 2500, **changes: Any) -> UUID:
        with signed():
            request = SupportRequest.raise_(reference, **a_need(**changes))
            request.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Route.BROKERED)
            approve(request, ceiling)
            return self.service.add(lambda: request).id

    def a_shortlisted_request(self, *providers: UUID, ceiling: int = 2500) -> UUID:
        request = self.an_approved_request(ceiling=ceiling)
        with signed():
            self.brokerage.shortlist(request, offers=self.offers(*providers), policy=USUAL_POLICY)
        return request

    def a_tender(self, *providers: UUID) -> UUID:
        request = self.a_shortlisted_request(*providers)
        with signed():
            return self.brokerage.open_tender(
                request,
                "TN-2026-0001",
                brief="Planning",
                reply_by=REPLY_BY,
                invite=providers,
                alone=for_one_alone(request) if len(providers) == 1 else None,
                reason="One if one",
            )

    def a_selection(self, selected: UUID, other: UUID) -> UUID:
        tender = self.a_tender(selected, other)
        for provider, quote in ((selected, terms()), (other, terms(specialist=IMRAN))):
            with signed():
                self.brokerage.quote(tender, provider, quote)
        with signed():
            self.brokerage.select(tender, selected, rationale="Knows the school", granted=for_selection(tender))
        return tender

    def proposed_work(self, selected: UUID, other: UUID, agreement: EngagementTerms = AGREEMENT) -> UUID:
        tender = self.a_selection(selected, other)
        with signed():
            return self.brokerage.engage_selected(tender, "BE-2026-0001", agreement)

    def agreed_work(self, selected: UUID, other: UUID, agreement: EngagementTerms = AGREEMENT) -> UUID:
        engagement = self.proposed_work(selected, other, agreement)
        for side in Side:
            with signed():
                self.service.change(BrokeredEngagement, engagement, methodcaller("agree", side))
        return engagement

    def confirmed_work(self, selected: UUID, other: UUID, agreement: EngagementTerms = AGREEMENT) -> UUID:
        engagement = self.agreed_work(selected, other, agreement)
        with signed():
            self.delivery.confirm(engagement)
        return engagement

    def suspend(self, provider: UUID, on: date = TODAY) -> None:
        with signed(on):
            self.service.change(Provider, provider, methodcaller("suspend", reason="A complaint"))

    def reinstate(self, provider: UUID, on: date = TODAY) -> None:
        with signed(on):
            self.service.change(Provider, provider, reinstate)

    def a_colleague(self, provider: UUID) -> UUID:
        """Another cleared specialist of a provider."""
        person = uuid4()

        def add(one: Provider) -> None:
            one.add_specialist(person=person, teaches=False)
            evidence = next(iter(Evidence))
            one.meet(Requirement.ENHANCED_DBS, checked_on=TODAY, evidence=evidence, person=person, expires=LONG)

        with signed():
            self.service.change(Provider, provider, add)
        return person

"""A school in need and two providers who could help: the stages of brokerage, for the tests of its doors.

stages = BrokerageStages(sample)
tender = stages.a_tender()          # both providers are invited
engagement = stages.confirmed()     # the first one was selected, and all agreed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from operator import methodcaller
from uuid import UUID

from domain.engagement import BrokeredEngagement
from domain.provider import Evidence, Provider, ProviderKind, Requirement
from domain.references import record_id, reference
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import Tender, Terms
from domain.vocabulary import Phase, ServiceType, Side
from providers.brokerage import Brokerage, EngagementTerms
from providers.delivery import Delivery
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY
from tests.domain.brokered import BEGINS, ENDS, REPLY_BY, a_need, terms
from tests.grants import approve, for_one_alone, for_selection
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.scenario import TODAY
from web.brokerage.vetting_policy import policy_on

CHECKED_ON = date(2026, 9, 1)
AGREEMENT = EngagementTerms(
    "Planning with two new teachers", ("Schemes of work are in use", "Both teachers plan alone"), BEGINS, ENDS
)


@dataclass(frozen=True)
class Firm:
    """A provider with its one specialist."""

    id: UUID
    specialist: UUID
    name: str


class BrokerageStages:
    def __init__(self, sample: SampleAuthority) -> None:
        self.sample = sample
        self.service = sample.services.service
        self.school = sample.school("Ashgrove High School", town="Wexmoor", postcode="WX3 1AB")
        self.head = sample.headteacher(self.school)
        self.broker = sample.broker()
        self.director = sample.director()
        self.calder = self.firm(1, "Calder Learning", "Grace Calder")
        self.harrop = self.firm(2, "Harrop Associates", "Imran Harrop")
        vetting = partial(policy_on, sample.services)
        self.brokerage = Brokerage(self.service, vetting)
        self.delivery = Delivery(self.service, vetting)
        self.request: UUID
        self.tender: UUID

    @contextmanager
    def brokering(self) -> Iterator[None]:
        with self.sample.acting(self.broker, "broker"):
            yield

    def firm(
        self,
        number: int,
        name: str,
        specialist: str,
        *,
        kind: ProviderKind = ProviderKind.INTERNAL,
        vat_registered: bool | None = True,
    ) -> Firm:
        """A provider of mathematics whose one specialist is cleared."""
        provider = self._register(number, name, kind)
        person = self.sample.specialist(provider, specialist)

        def furnish(one: Provider) -> None:
            for service in (ServiceType.SPECIALIST_SUPPORT, ServiceType.TRAINING):
                one.offer(subject="Mathematics", phase=Phase.SECONDARY, service=service)
            one.set_rate(from_=LONG_AGO, day_rate=Decimal(450), vat_registered=vat_registered)

        self._change(provider, furnish)
        self.staff(provider, person)
        return Firm(provider, person, name)

    def staff(self, provider: UUID, person: UUID, *, vetted: bool = True) -> None:
        """Let somebody work for a provider, vetted unless told otherwise."""

        def add(one: Provider) -> None:
            one.add_specialist(person=person, teaches=True)
            if vetted:
                meet = partial(one.meet, checked_on=CHECKED_ON, person=person)
                meet(Requirement.LETTER_OF_ASSURANCE, evidence=Evidence.EMPLOYERS_LETTER)
                meet(Requirement.SAFEGUARDING_TRAINING, evidence=Evidence.CERTIFICATE_SEEN)

        self._change(provider, add)

    def lose_clearance(self, firm: Firm, on: date) -> None:
        """Take the letter of assurance of a provider's specialist back, from a day on."""
        self._change(
            firm.id,
            lambda one: one.revoke(
                Requirement.LETTER_OF_ASSURANCE, person=firm.specialist, reason="The employer took it back", on=on
            ),
        )

    def suspend(self, firm: Firm) -> None:
        """Suspend a provider from today."""
        self._change(firm.id, methodcaller("suspend", reason="A complaint"))

    def limit_clearance(self, firm: Firm, last: date) -> None:
        """Put a letter of assurance that ends after this day in the place of the present one."""
        today = self.sample.services.today()
        self.lose_clearance(firm, today)
        self._change(
            firm.id,
            lambda one: one.meet(
                Requirement.LETTER_OF_ASSURANCE,
                checked_on=today,
                evidence=Evidence.EMPLOYERS_LETTER,
                person=firm.specialist,
                expires=last,
            ),
        )

    def _register(self, number: int, name: str, kind: ProviderKind) -> UUID:
        made_as = reference("PV", self.sample.services.today().year, number)
        with self.sample.acting():
            return self.service.add(lambda: Provider.register(made_as, trading_as=name, kind=kind)).id

    def _change(self, provider: UUID, decide: Callable[[Provider], None]) -> None:
        with self.sample.acting():
            self.service.change(Provider, provider, decide)

    def an_approved_request(self, number: int = 1, *, ceiling: int = 2500) -> UUID:
        """A request of the school for a specialist of mathematics, which may be brokered."""

        def raise_() -> SupportRequest:
            request = SupportRequest.raise_(reference("SR", TODAY.year, number), **a_need(school=self.school))
            request.triage(broker=self.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
            approve(request, ceiling)
            return request

        with self.brokering():
            self.request = self.service.add(raise_).id
        return self.request

    def a_tender(self, *invited: Firm, number: int = 1) -> UUID:
        """A tender to which these providers are invited, both unless told otherwise."""
        firms = invited or (self.calder, self.harrop)
        request = self.an_approved_request(number)
        with self.brokering():
            self.brokerage.shortlist(
                request,
                offers=lambda need: [
                    offer_of(self.service.find(Provider, each.id), need, self.brokerage.vetting) for each in firms
                ],
                policy=USUAL_POLICY,
                chosen=[each.id for each in firms],
            )
        with self.brokering():
            self.tender = self.brokerage.open_tender(
                request,
                reference("TN", TODAY.year, number),
                brief="Help two new teachers to plan mathematics at key stage 3",
                reply_by=REPLY_BY,
                question_deadline=TODAY,
                invite=[each.id for each in firms],
                alone=for_one_alone(request) if len(firms) == 1 else None,
                reason="Nobody else offers this" if len(firms) == 1 else "",
            )
        return self.tender

    def quote(self, firm: Firm, **changes: object) -> None:
        """Take in a quote of a provider."""
        offered: Terms = terms(specialist=firm.specialist, **changes)
        with self.sample.acting(firm.specialist, "specialist"):
            self.brokerage.quote(self.tender, firm.id, offered)

    def a_selection(self, number: int = 1) -> UUID:
        """A tender in which the first provider was selected."""
        self.a_tender(number=number)
        self.quote(self.calder)
        self.quote(self.harrop)
        with self.brokering():
            why = "Cheaper than Harrop, knows the school"
            self.brokerage.select(self.tender, self.calder.id, rationale=why, granted=for_selection(self.tender))
        return self.tender

    def proposed(self, number: int = 1, agreement: EngagementTerms = AGREEMENT) -> str:
        """Terms put to all sides; the reference of the engagement."""
        self.a_selection(number)
        made_as = reference("BE", TODAY.year, number)
        with self.brokering():
            self.brokerage.engage_selected(self.tender, made_as, agreement)
        return made_as

    def confirmed(self, number: int = 1, agreement: EngagementTerms = AGREEMENT) -> str:
        """Work that may start."""
        made_as = self.proposed(number, agreement)
        self.all_agree(made_as)
        with self.brokering():
            self.delivery.confirm(self.engagement(made_as).id)
        return made_as

    def all_agree(self, made_as: str = "BE-2026-0001") -> None:
        """Let the three sides agree to the terms."""
        for side in Side:
            with self.brokering():
                self.service.change(BrokeredEngagement, self.engagement(made_as).id, methodcaller("agree", side))

    def engagement(self, made_as: str) -> BrokeredEngagement:
        return self.service.find(BrokeredEngagement, record_id(BrokeredEngagement.KIND, made_as))

    def tender_now(self) -> Tender:
        return self.service.find(Tender, self.tender)

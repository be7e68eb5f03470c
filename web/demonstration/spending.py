"""How spending on a request of the demonstration is decided: by the broker, or by the director who is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from domain.decision import Condition, Decision, Heard, Question
from domain.delegation import Decider, Granted, row_for
from domain.service import UnitOfWork
from domain.signature import on_behalf_of
from domain.support_request import SupportRequest
from providers.approval import question_of_approval
from web.commands.decided import route_of
from web.demonstration.calendar import working_day
from web.demonstration.decided import ask_or_decide, give
from web.demonstration.sample_authority import SampleAuthority
from web.runtime.authority import settings_of

CONDITION = "The school informs its governors what the support costs and what it is for"


@dataclass
class Spending:
    """The decisions on what one request may cost; `broker` decides as `post`, and asks for `reason`."""

    sample: SampleAuthority
    request: UUID
    school: str
    broker: UUID
    post: Decider
    director: UUID
    reason: str
    decision: UUID | None = None

    def ask(self, net: Decimal) -> None:
        """Within the broker's own limit nobody is asked."""
        self.decision = ask_or_decide(
            self.sample.services,
            partial(self._question, net),
            partial(self._approve, net),
            decider=self.director,
            reason=self.reason,
            held={self.post},
        )

    def give(self, net: Decimal, *, on_condition: bool = False) -> None:
        """The director gives what is asked, if anything is."""
        services = self.sample.services
        due = working_day(services.today() + timedelta(days=21))
        give(
            services,
            self.decision,
            partial(self._question, net),
            partial(self._approve, net),
            held=Decider.DIRECTOR,
            condition=Condition(CONDITION, self.broker, due) if on_condition else None,
        )

    def refuse(self, reason: str) -> None:
        """The director refuses what is asked."""
        if self.decision is not None:
            self.sample.services.service.change(
                Decision, self.decision, lambda it: it.refuse(held={Decider.DIRECTOR}, reason=reason)
            )

    def meet_condition(self, note: str) -> None:
        """The broker says that what it was given on is done."""
        if self.decision is not None:
            self.sample.services.service.change(Decision, self.decision, lambda it: it.meet_condition(note))

    def record(self, net: Decimal) -> None:
        """The broker records what the director decided in a meeting, for the director to confirm."""
        services = self.sample.services
        settings, version = settings_of(services)
        reference, rules = services.next_reference(Decision), (version,)

        def decide(work: UnitOfWork) -> UUID:
            question = self._question(net, work)
            row = row_for(settings.scheme, question.act, question.net)
            decision, granted = Decision.record_for(
                reference,
                question,
                route_of(row, services),
                decider=self.director,
                held={Decider.DIRECTOR},
                heard=Heard.MEETING,
                decided_on=services.today(),
                evidence="Minutes of the service's weekly meeting, item 4",
                rules=rules,
            )
            work.add(decision)
            with on_behalf_of(self.director):
                self._approve(net, work, granted, rules)
            return decision.id

        self.decision = services.service.do(decide)

    def confirm(self) -> None:
        """The director confirms what was recorded for them."""
        if self.decision is not None:
            self.sample.services.service.change(Decision, self.decision, Decision.confirm)

    def disown(self) -> None:
        """The director says that what was recorded for them is not their decision."""
        why = "The meeting spoke of phonics. Nobody asked me what the training may cost"
        if self.decision is not None:
            self.sample.services.service.change(Decision, self.decision, lambda it: it.disown(reason=why))

    def decide_anew(self) -> None:
        """The director decides the same by a decision of their own."""
        services, recorded = self.sample.services, self.decision
        _, version = settings_of(services)
        reference = services.next_reference(Decision)

        def decide(work: UnitOfWork) -> None:
            decision = work.find(Decision, recorded) if recorded else None
            if decision is not None:
                work.add(
                    decision.decide_afterwards(
                        reference,
                        decision.route,
                        held={Decider.DIRECTOR},
                        reason="The price is right, and the teachers are waiting for it",
                        excluded=(),
                        rules=(version,),
                    )
                )

        services.service.do(decide)

    def _question(self, net: Decimal, work: UnitOfWork) -> Question:
        return question_of_approval(work.find(SupportRequest, self.request), net, school=self.school)

    def _approve(self, net: Decimal, work: UnitOfWork, granted: Granted, rules: tuple[str, ...]) -> None:
        work.find(SupportRequest, self.request).approve_spending(net, granted=granted, rules=rules)

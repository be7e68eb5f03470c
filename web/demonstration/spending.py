"""How spending on a request of the demonstration is decided: by the broker, or by the director who is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from domain.decision import Condition, Decision, Heard, Question, Route
from domain.delegation import Decider, DelegationRow, row_for
from domain.service import UnitOfWork
from domain.signature import on_behalf_of
from domain.support_request import SupportRequest
from providers.approval import question_of_approval
from web.commands.decided import route_of
from web.demonstration.calendar import working_day
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
        reference = self.sample.services.next_reference(Decision)

        def decide(work: UnitOfWork) -> None:
            request = work.find(SupportRequest, self.request)
            question, row, route, rules = self._asked(request, net)
            if row.may_decide_own:
                decision, granted = Decision.decide_alone(reference, question, route, held={self.post}, rules=rules)
                request.approve_spending(net, granted=granted, rules=rules)
            else:
                decision = Decision.ask(
                    reference, question, route, reason=self.reason, deciders=[self.director], rules=rules
                )
                self.decision = decision.id
            work.add(decision)

        self.sample.services.service.do(decide)

    def give(self, net: Decimal, *, on_condition: bool = False) -> None:
        """The director gives what is asked, if anything is."""
        if self.decision is None:
            return
        asked = self.decision

        def decide(work: UnitOfWork) -> None:
            request, decision = work.find(SupportRequest, self.request), work.find(Decision, asked)
            question, _, _, rules = self._asked(request, net)
            due = working_day(decision.today + timedelta(days=21))
            granted = decision.give(
                question,
                shown=decision.question.fingerprint,
                held={Decider.DIRECTOR},
                condition=Condition(CONDITION, self.broker, due) if on_condition else None,
            )
            if granted is not None:
                request.approve_spending(net, granted=granted, rules=rules)

        self.sample.services.service.do(decide)

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
        """The broker records what the director decided in a meeting, who has not confirmed it yet."""
        reference = self.sample.services.next_reference(Decision)

        def decide(work: UnitOfWork) -> None:
            request = work.find(SupportRequest, self.request)
            question, _, route, rules = self._asked(request, net)
            decision, granted = Decision.record_for(
                reference,
                question,
                route,
                decider=self.director,
                held={Decider.DIRECTOR},
                heard=Heard.MEETING,
                decided_on=request.today,
                evidence="Minutes of the service's weekly meeting, item 4",
                rules=rules,
            )
            work.add(decision)
            with on_behalf_of(self.director):
                request.approve_spending(net, granted=granted, rules=rules)

        self.sample.services.service.do(decide)

    def _asked(self, request: SupportRequest, net: Decimal) -> tuple[Question, DelegationRow, Route, tuple[str, ...]]:
        settings, version = settings_of(self.sample.services)
        question = question_of_approval(request, net, school=self.school)
        row = row_for(settings.scheme, question.act, question.net)
        return question, row, route_of(row, self.sample.services), (version,)

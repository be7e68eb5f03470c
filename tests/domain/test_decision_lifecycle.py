"""Whatever is asked, given, refused, recorded and changed in whatever order, nothing stands that nobody decided.

Spending and selections stand only on a decision that somebody with the authority gave themselves, or is recorded to
have given; and what was given is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.decision import Basis, Decision, DecisionStatus, Heard, Question, Route
from domain.delegation import Decider, Deputising, Granted, is_held, row_for, scheme_with_limit
from domain.service import Service, UnitOfWork
from domain.signature import on_behalf_of
from domain.support_request import SupportRequest
from domain.tender import Tender
from projections.database import open_database
from projections.event_log import LogFactory, open_log
from projections.follower import Follower
from providers.approval import APPROVE, question_of_approval, question_of_selection
from providers.matching import USUAL_POLICY
from tests.databases import Databases, with_log
from tests.domain.brokered import GRACE, IMRAN, terms
from tests.grants import DECISION
from tests.providers.brokerage_scenario import BrokerageScenario
from tests.randomness import FUZZING
from tests.scenario import TODAY, signed

PEOPLE = [UUID(f"0e0b1e00-0000-4000-8000-00000000010{number}") for number in range(5)]
BEGUN_AS = [{Decider.BROKER}, {Decider.SENIOR_OFFICER}, {Decider.DIRECTOR}, {Decider.COUNTERSIGNER}, set[Decider]()]
SCHEME = scheme_with_limit(Decimal(2500))
Held = tuple[UUID, frozenset[Decider]]

SUMS = st.sampled_from([Decimal(each) for each in (2000, 2500, 3600, 9900, 10100, 26000)])
RATES = st.sampled_from([Decimal(each) for each in (400, 450, 600, 2300, 6000)])
ANYBODY, FIRMS = st.integers(0, len(PEOPLE) - 1), st.sampled_from([0, 1])
TIES = st.sampled_from(["", "My sister works there"])
DECIDED = {DecisionStatus.GIVEN, DecisionStatus.UNCONFIRMED, DecisionStatus.CONFIRMED, DecisionStatus.DISOWNED}
NUMBERS = count(1)


@pytest.fixture(scope="module", autouse=True)
def desk(databases: Databases) -> Iterator[None]:
    with databases.like(with_log) as url:
        database = open_database(url)
        with closing(Service(LogFactory(open_log(database), Follower([])))) as service:
            DecisionLifecycle.desk = BrokerageScenario(service)
            firms = ("PV-2026-0001", GRACE), ("PV-2026-0002", IMRAN)
            DecisionLifecycle.firms = [DecisionLifecycle.desk.a_provider(name, person) for name, person in firms]
            yield
        database.close()


class DecisionLifecycle(RuleBasedStateMachine):
    desk: ClassVar[BrokerageScenario]
    firms: ClassVar[list[UUID]]

    @initialize()
    def invite(self) -> None:
        self.today, number = TODAY, next(NUMBERS)
        self.held = {person: set(posts) for person, posts in zip(PEOPLE, BEGUN_AS, strict=True)}
        self.deputies: dict[UUID, UUID] = {}
        self.decisions: list[UUID] = []
        self.deciders: dict[UUID, list[Held]] = {}
        desk = self.desk
        self.request = desk.an_approved_request(f"SR-2026-{number:04d}", ceiling=1000)
        with signed():
            desk.brokerage.shortlist(self.request, offers=desk.offers(*self.firms), policy=USUAL_POLICY)
        with signed():
            self.tender = desk.brokerage.open_tender(
                self.request,
                f"TN-2026-{number:04d}",
                brief="Planning",
                reply_by=TODAY + timedelta(days=60),
                invite=self.firms,
            )
        for firm, person in zip(self.firms, (GRACE, IMRAN), strict=True):
            with signed():
                desk.brokerage.quote(self.tender, firm, terms(specialist=person))

    def attempt(self, who: UUID, command: Callable[[UnitOfWork], UUID]) -> UUID | None:
        """What somebody does in one transaction: the decision that it was about, None where it was refused."""
        with signed(self.today, by=who):
            try:
                return self.desk.service.do(command)
            except Refusal:
                return None

    def change(self, who: UUID, decision: UUID, change: Callable[[Decision], object]) -> None:
        def command(work: UnitOfWork) -> UUID:
            change(work.find(Decision, decision))
            return decision

        self.attempt(who, command)

    def approval(self, ceiling: Decimal) -> Question:
        request = self.desk.service.find(SupportRequest, self.request)
        return question_of_approval(request, ceiling, school="Ashgrove High")

    def selection(self, firm: UUID, tie: str) -> Question:
        request, tender = (
            self.desk.service.find(SupportRequest, self.request),
            self.desk.service.find(Tender, self.tender),
        )
        return question_of_selection(tender, request, firm, rationale="The best", tie=tie, names={})

    def as_it_stands(self, asked: Question) -> Question:
        answers = json.loads(asked.answers)
        if asked.command == APPROVE:
            return self.approval(Decimal(answers["ceiling"]))
        return self.selection(UUID(answers["provider"]), answers["tie"])

    def carry_out(self, asked: Question, granted: Granted) -> None:
        answers = json.loads(asked.answers)
        if asked.command == APPROVE:
            ceiling = min(Decimal(answers["ceiling"]), granted.net or Decimal(0))
            self.desk.service.change(
                SupportRequest, self.request, lambda request: request.approve_spending(ceiling, granted=granted)
            )
        else:
            chosen = {"rationale": answers["rationale"], "tie": answers["tie"], "granted": granted}
            self.desk.brokerage.select(self.tender, UUID(answers["provider"]), **chosen)

    def route(self, question: Question) -> Route:
        row = row_for(SCHEME, question.act, question.net)
        return Route(
            row=row.code,
            decides=row.decides,
            countersigns=row.countersigns,
            may_decide_own=row.may_decide_own,
            lapses_on=self.today + timedelta(days=14),
        )

    def ask_or_decide(self, who: UUID, question_now: Callable[[], Question]) -> None:
        def command(work: UnitOfWork) -> UUID:
            question = question_now()
            route, reference = self.route(question), f"DN-2026-{next(NUMBERS):04d}"
            if route.may_decide_own and is_held(route.decides, self.held[who]):
                held = self.held[who]
                decision, granted = Decision.decide_alone(reference, question, route, held=held, rules=())
                self.carry_out(question, granted)
            else:
                may = [person for person, held in self.held.items() if is_held(route.decides, held)]
                decision = Decision.ask(reference, question, route, reason="Needed", deciders=may, rules=())
            return work.add(decision).id

        self.note(self.attempt(who, command), who)

    def note(self, decision: UUID | None, who: UUID) -> None:
        """Remember who has decided, and as what they could on that day."""
        if decision is not None:
            theirs = {who: frozenset(self.held[who])}
            theirs |= {each.principal: frozenset(self.held[each.principal]) for each in self.deputises(who)}
            self.deciders.setdefault(decision, []).extend(theirs.items())
            self.decisions = list(dict.fromkeys([*self.decisions, decision]))

    @rule(who=ANYBODY, ceiling=SUMS)
    def ask_for_spending(self, who: int, ceiling: Decimal) -> None:
        self.ask_or_decide(PEOPLE[who], lambda: self.approval(ceiling))

    @rule(who=ANYBODY, firm=FIRMS, tie=TIES)
    def ask_for_a_selection(self, who: int, firm: int, tie: str) -> None:
        self.ask_or_decide(PEOPLE[who], lambda: self.selection(self.firms[firm], tie))

    @rule(who=ANYBODY, nth=st.integers(0, 3), limit=st.none() | SUMS)
    def give(self, who: int, nth: int, limit: Decimal | None) -> None:
        if nth >= len(self.decisions):
            return
        asked = self.decisions[-1 - nth]

        def command(work: UnitOfWork) -> UUID:
            decision = work.find(Decision, asked)
            granted = decision.give(
                self.as_it_stands(decision.question),
                shown=decision.question.fingerprint,
                held=self.held[PEOPLE[who]],
                deputises=self.deputises(PEOPLE[who]),
                limit=limit,
            )
            if granted is not None:
                self.carry_out(decision.question, granted)
            return decision.id

        self.note(self.attempt(PEOPLE[who], command), PEOPLE[who])

    @rule(who=ANYBODY, whose=ANYBODY)
    def name_or_call_off_a_deputy(self, who: int, whose: int) -> None:
        deputy, principal = PEOPLE[who], PEOPLE[whose]
        if self.deputies.get(principal) == deputy:
            del self.deputies[principal]
        elif deputy != principal:
            self.deputies[principal] = deputy

    def deputises(self, who: UUID) -> list[Deputising]:
        """For whom somebody decides: by what these hold themselves, and not as deputies."""
        return [
            Deputising(post, principal)
            for principal, deputy in self.deputies.items()
            if deputy == who
            for post in self.held[principal]
        ]

    @rule(who=ANYBODY, nth=st.integers(0, 3))
    def ask_a_question(self, who: int, nth: int) -> None:
        if nth < len(self.decisions):
            held = self.held[PEOPLE[who]]
            self.change(PEOPLE[who], self.decisions[-1 - nth], lambda it: it.ask_more("Why?", held=held))

    @rule(nth=st.integers(0, 3))
    def answer_it(self, nth: int) -> None:
        """Whoever asked answers, and asks on as it stands now."""
        if nth >= len(self.decisions):
            return
        asked = self.decisions[-1 - nth]
        until = self.today + timedelta(days=14)

        def answer(decision: Decision) -> None:
            now = self.as_it_stands(decision.question)
            decision.answer("As it stands now", now, passes_on=None, lapses_on=until)

        asker = self.desk.service.find(Decision, asked).asker
        if asker is not None:
            self.change(asker, asked, answer)

    @rule(who=ANYBODY, nth=st.integers(0, 3), by_act=st.booleans())
    def overtake(self, who: int, nth: int, by_act: bool) -> None:
        """Another act leaves nothing to decide, or the terms have changed when somebody is about to give it."""
        if nth < len(self.decisions):

            def end(decision: Decision) -> None:
                decision.overtaken_by_act("Done already") if by_act else decision.overtake(("Another price",))

            self.change(PEOPLE[who], self.decisions[-1 - nth], end)

    @rule(who=ANYBODY, whose=ANYBODY, firm=FIRMS)
    def record_for_another(self, who: int, whose: int, firm: int) -> None:
        def command(work: UnitOfWork) -> UUID:
            question, decider = self.selection(self.firms[firm], ""), PEOPLE[whose]
            decision, granted = Decision.record_for(
                f"DN-2026-{next(NUMBERS):04d}",
                question,
                self.route(question),
                decider=decider,
                held=self.held[decider],
                heard=Heard.EMAIL,
                decided_on=self.today,
                evidence="An email",
                rules=(),
            )
            with on_behalf_of(decider):
                self.carry_out(question, granted)
            return work.add(decision).id

        self.note(self.attempt(PEOPLE[who], command), PEOPLE[whose])

    @rule(who=ANYBODY, nth=st.integers(0, 3), how=st.sampled_from(["refuse", "withdraw", "confirm", "disown"]))
    def answer(self, who: int, nth: int, how: str) -> None:
        if nth < len(self.decisions):
            person, asked = PEOPLE[who], self.decisions[-1 - nth]
            answers: dict[str, Callable[[Decision], object]] = {
                "refuse": lambda decision: decision.refuse(held=self.held[person], reason="No"),
                "withdraw": lambda decision: decision.withdraw(reason="No longer"),
                "confirm": lambda decision: decision.confirm(),
                "disown": lambda decision: decision.disown(reason="Not mine"),
            }
            self.change(person, asked, answers[how])

    @rule(firm=FIRMS, rate=RATES, writer=st.none() | ANYBODY)
    def revise(self, firm: int, rate: Decimal, writer: int | None) -> None:
        offer = terms(specialist=(GRACE, IMRAN)[firm], day_rate=rate)
        with signed(self.today, by=None if writer is None else PEOPLE[writer]):
            try:
                if writer is None:
                    self.desk.brokerage.revise_quote(self.tender, self.firms[firm], offer, reason="Another price")
                else:
                    said = {"came_on": self.today, "reason": "By telephone"}
                    self.desk.brokerage.record_quote(self.tender, self.firms[firm], offer, **said)
            except Refusal:
                return

    @rule()
    def select_again(self) -> None:
        with signed(self.today):
            try:
                self.desk.service.change(Tender, self.tender, lambda it: it.withdraw_selection(reason="Again"))
            except Refusal:
                return

    @rule(who=ANYBODY, post=st.sampled_from(Decider))
    def appoint_or_dismiss(self, who: int, post: Decider) -> None:
        self.held[PEOPLE[who]] ^= {post}

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def what_stands_was_decided_by_somebody_with_the_authority(self) -> None:
        if not hasattr(self, "tender"):
            return
        service = self.desk.service
        request, spent = service.find_with_history(SupportRequest, self.request)
        _, tendered = service.find_with_history(Tender, self.tender)
        approved = [event for event in spent if isinstance(event, SupportRequest.SpendingApproved)]
        selected = [event for event in tendered if isinstance(event, Tender.QuoteSelected)]
        assert request.ceiling == approved[-1].ceiling
        sums = [(event, event.ceiling) for event in approved] + [(event, event.net) for event in selected]
        for event, sum_ in sums:
            if event.meta.decision == DECISION:
                continue
            assert event.meta.decision is not None
            decision = service.find(Decision, event.meta.decision)
            asked, actor = decision.question, event.meta.signature.actor
            assert decision.status in DECIDED
            assert sum_ <= min(asked.net or Decimal(0), decision.limit or asked.net or Decimal(0))
            posts = {*decision.route.decides, *decision.route.countersigns}
            assert (decision.decided_for or decision.decider, True) in [
                (who, bool(posts & held)) for who, held in self.deciders[decision.id]
            ], "they held a post of the row when they decided"
            if decision.basis is Basis.OWN_AUTHORITY:
                assert decision.route.may_decide_own
                assert actor == decision.decider == decision.asker
            elif decision.basis is Basis.ON_BEHALF:
                assert event.meta.signature.on_behalf_of == decision.decider != actor
                assert decision.evidence
            else:
                assert actor == decision.decider != decision.asker
                two = {decision.decider, decision.decided_for}
                assert not two & {decision.asker, *asked.authors}
                if decision.route.countersigns:
                    assert decision.first_by not in {None, *two}
                    assert decision.first_for is None or decision.first_for not in two
                assert (decision.basis is Basis.DEPUTY) == (decision.decided_for is not None)
        done = {event.meta.decision for event, _ in sums}
        for id in self.decisions:
            if service.find(Decision, id).status in DECIDED:
                assert id in done, "what was given is done"


TestDecisionLifecycle = DecisionLifecycle.TestCase
TestDecisionLifecycle.settings = settings(max_examples=40 * FUZZING, stateful_step_count=30)

"""Whatever is checked, exempted, revoked and recorded in whatever order, one computation says who was cleared when,
and no session of somebody not cleared on its day stands without a breach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from operator import methodcaller
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.aggregate import Refusal
from domain.engagement import BrokeredEngagement, NotCleared
from domain.engagement.parts import SessionOutlook
from domain.engagement.rules import NoSuchSession
from domain.provider import Provider, ProviderKind, Requirement
from domain.provider.rules import NotASpecialist
from domain.service import Service, UnitOfWork
from domain.vocabulary import Side
from projections.database import open_database
from projections.event_log import LogFactory, open_log
from projections.follower import Follower
from providers.breaches import change_what_clears
from providers.clearance import ClearanceStatus
from providers.delivery import Delivery
from providers.eligibility import ProviderSuspended
from providers.known import NOW, cleared_on_day, known_by
from providers.outlook import outlook_on, vetted
from providers.vetting import Demand, VettingPolicy, cleared_on
from tests.databases import Databases, with_log
from tests.domain.brokered import ENDS, GRACE, IMRAN, the_work
from tests.grants import exempt, reinstate
from tests.randomness import FUZZING
from tests.scenario import TODAY, signed

TRAINING, INSURANCE = Requirement.SAFEGUARDING_TRAINING, Requirement.PUBLIC_LIABILITY
POLICY = VettingPolicy("vetting-1", {ProviderKind.PRIVATE: (Demand(TRAINING), Demand(INSURANCE))})
HALF, ONE = Decimal("0.5"), timedelta(days=1)
NUMBERS = count(1)

PEOPLE, FEW = st.sampled_from([GRACE, IMRAN]), st.integers(0, 9)
HOLDERS = st.sampled_from([GRACE, IMRAN, None])


def vetting(_: date) -> VettingPolicy:
    return POLICY


@dataclass
class Paper:
    """A check or an exemption, as plainly as can be: the days on which it counts."""

    whose: UUID | None
    first: date
    last: date
    is_exemption: bool = False
    revoked_from: date | None = None

    def counts_on(self, day: date) -> bool:
        return self.first <= day <= self.last and (self.revoked_from is None or day < self.revoked_from)


@dataclass
class Model:
    """What there is of papers, and who was not there or not allowed when."""

    papers: list[Paper] = field(default_factory=list)
    left: dict[UUID, date] = field(default_factory=dict)
    suspended: list[tuple[date, date]] = field(default_factory=list)

    def has(self, whose: UUID | None, day: date, *, exempt: bool = True) -> bool:
        papers = [each for each in self.papers if each.whose == whose and (exempt or not each.is_exemption)]
        return any(each.counts_on(day) for each in papers)

    def is_cleared(self, person: UUID, day: date) -> bool:
        return self.has(person, day) and self.has(None, day)

    def may_work(self, person: UUID, day: date) -> bool:
        is_there = person not in self.left or day < self.left[person]
        return self.is_cleared(person, day) and is_there and not self.is_suspended(day)

    def is_suspended(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.suspended)


@pytest.fixture(scope="module", autouse=True)
def desk(databases: Databases) -> Iterator[None]:
    with databases.like(with_log) as url:
        database = open_database(url)
        with closing(Service(LogFactory(open_log(database), Follower([])))) as service:
            ClearanceLifecycle.service = service
            yield
        database.close()


class ClearanceLifecycle(RuleBasedStateMachine):
    service: ClassVar[Service]

    @initialize()
    def begin(self) -> None:
        self.today, number = TODAY, next(NUMBERS)
        self.model, self.then = Model(), dict[date, Model]()
        self.in_breach: dict[int, bool] = {}

        def register() -> Provider:
            provider = Provider.register(f"PV-2026-{number:04d}", trading_as="Calder", kind=ProviderKind.PRIVATE)
            for person in (GRACE, IMRAN):
                provider.add_specialist(person=person, teaches=False)
            return provider

        with signed(TODAY - 30 * ONE):
            self.provider = self.service.add(register).id
        terms = the_work(provider=self.provider, begins=TODAY - 9 * ONE, ends=ENDS, days=Decimal(12))

        def propose() -> BrokeredEngagement:
            work = BrokeredEngagement.propose(f"BE-2026-{number:04d}", terms, request=uuid4(), tender=uuid4())
            for side in Side:
                work.agree(side)
            return work

        self.delivery = Delivery(self.service, vetting)
        with signed(self.today):
            self.work = self.service.add(propose).id
        for whose in (GRACE, None):
            self.meet(whose, 9, 8)
        with signed(self.today):
            self.delivery.confirm(self.work)
        for ahead in (0, 0, 3, 6):
            self.plan(ahead)
        self.deliver(0, 0)

    @property
    def engagement(self) -> BrokeredEngagement:
        return self.service.find(BrokeredEngagement, self.work)

    def change(self, decide: Callable[[Provider], object]) -> bool:
        """Change the provider, with all that shows of sessions held before; False where that is refused."""

        def both(work: UnitOfWork) -> None:
            provider = work.find(Provider, self.provider)
            change_what_clears(work, provider, partial(decide, provider), [self.work], vetting)

        try:
            with signed(self.today):
                self.service.do(both)
        except Refusal:
            return False
        return True

    @rule(whose=HOLDERS, back=FEW, lasts=FEW)
    def meet(self, whose: UUID | None, back: int, lasts: int) -> None:
        item = INSURANCE if whose is None else TRAINING
        first, last = self.today - back * ONE, self.today + lasts * ONE
        evidence = item.evidence[0]
        if self.change(methodcaller("meet", item, checked_on=first, expires=last, evidence=evidence, person=whose)):
            self.model.papers.append(Paper(whose, first, last))

    @rule(whose=HOLDERS, lasts=FEW)
    def exempt(self, whose: UUID | None, lasts: int) -> None:
        item, until = (INSURANCE if whose is None else TRAINING), self.today + lasts * ONE
        if self.change(lambda provider: exempt(provider, item, until=until, person=whose)):
            assert whose is not None, "nobody is exempt from insurance"
            self.model.papers.append(Paper(whose, self.today, until, is_exemption=True))

    @rule(whose=HOLDERS, back=FEW)
    def revoke(self, whose: UUID | None, back: int) -> None:
        item, on = (INSURANCE if whose is None else TRAINING), self.today - back * ONE
        if self.change(methodcaller("revoke", item, reason="It was forged", person=whose, on=on)):
            for paper in self.model.papers:
                if paper.whose == whose and paper.first <= on and paper.revoked_from is None:
                    paper.revoked_from = on
            self.look_back()

    @rule(person=PEOPLE, back=FEW)
    def leave(self, person: UUID, back: int) -> None:
        on = self.today - back * ONE
        if self.change(methodcaller("note_leaving", person=person, reason="Moved away", on=on)):
            self.model.left[person] = on
            self.look_back()

    @rule(person=PEOPLE)
    def come_back(self, person: UUID) -> None:
        if self.change(methodcaller("add_specialist", person=person, teaches=False)):
            del self.model.left[person]

    @rule(back=FEW)
    def suspend(self, back: int) -> None:
        from_ = self.today - back * ONE
        if self.change(methodcaller("suspend", reason="A complaint", from_=from_)):
            self.model.suspended.append((from_, date.max))
            self.look_back()

    @precondition(lambda self: self.model.suspended and self.model.suspended[-1][1] == date.max)
    @rule()
    def reinstate(self) -> None:
        if self.change(reinstate):
            from_, _ = self.model.suspended.pop()
            self.model.suspended.append((from_, self.today - ONE))

    @rule(ahead=FEW)
    def plan(self, ahead: int) -> None:
        on, person = self.today + ahead * ONE, self.engagement.work.specialist
        known = vetted(self.service.find(Provider, self.provider))
        outlook = outlook_on(known, person, on, POLICY, today=self.today)
        if outlook.state is SessionOutlook.READY:
            assert self.model.may_work(person, on)
        else:
            assert not self.model.may_work(person, on)
        try:
            with signed(self.today):
                self.delivery.plan_session(self.work, on=on, days=HALF)
        except (NotCleared, NotASpecialist, ProviderSuspended):
            assert outlook.state is SessionOutlook.ON_HOLD
        except Refusal:
            assert self.engagement.left_days < HALF
        else:
            assert outlook.state is not SessionOutlook.ON_HOLD

    @precondition(lambda self: self.engagement.planned_sessions)
    @rule(which=FEW, back=FEW)
    def deliver(self, which: int, back: int) -> None:
        engagement, on = self.engagement, self.today - back * ONE
        session = engagement.planned_sessions[which % len(engagement.planned_sessions)]
        with signed(self.today):
            self.delivery.deliver_session(self.work, session.number, on=on, days=HALF)
        self.in_breach[session.number] = not self.model.may_work(engagement.work.specialist, on)

    @precondition(lambda self: self.engagement.planned_sessions)
    @rule(which=FEW, chargeable=st.booleans())
    def miss(self, which: int, chargeable: bool) -> None:
        planned = self.engagement.planned_sessions
        session = planned[which % len(planned)]
        missed = methodcaller("miss_session", session.number, side=Side.SCHOOL, chargeable=chargeable, reason="Ill")
        try:
            with signed(self.today):
                self.service.change(BrokeredEngagement, self.work, missed)
        except NoSuchSession:
            assert session.on > self.today

    @precondition(lambda self: self.in_breach)
    @rule(which=FEW)
    def withdraw(self, which: int) -> None:
        number = list(self.in_breach)[which % len(self.in_breach)]
        with signed(self.today):
            wrong = methodcaller("withdraw_report", number, reason="Nobody came")
            self.service.change(BrokeredEngagement, self.work, wrong)
        del self.in_breach[number]

    @rule(person=PEOPLE)
    def substitute(self, person: UUID) -> None:
        try:
            with signed(self.today):
                self.delivery.substitute(self.work, person, reason="Ill")
        except Refusal:
            return
        assert self.model.may_work(person, self.today)

    @rule(days=st.integers(1, 6))
    def pass_days(self, days: int) -> None:
        for each in range(days):
            self.then[self.today + each * ONE] = deepcopy(self.model)
        self.today += days * ONE

    def look_back(self) -> None:
        """What is now known to have been missing when a session was held."""
        sessions = self.engagement.sessions
        for number in self.in_breach:
            session = sessions[number]
            assert session.specialist is not None
            self.in_breach[number] |= not self.model.may_work(session.specialist, session.on)

    @invariant()
    def who_was_cleared_is_what_the_papers_say(self) -> None:
        if not hasattr(self, "work"):
            return
        provider = self.service.find(Provider, self.provider)
        for person in (GRACE, IMRAN):
            for day in (self.today + offset * ONE for offset in (-5, -1, 0, 1, 5)):
                found = cleared_on(provider.facts, person, day, POLICY)
                assert found.cleared == self.model.is_cleared(person, day)
                without = self.model.has(person, day, exempt=False)
                assert (found.status is ClearanceStatus.EXEMPT) == (found.cleared and not without)
                assert str(found).startswith("Cleared") <= without

    @invariant()
    def nobody_not_cleared_held_a_session_without_a_breach(self) -> None:
        if not hasattr(self, "work"):
            return
        engagement = self.engagement
        held = {each.number: bool(each.missing) for each in engagement.delivered_sessions}
        assert held == self.in_breach
        assert engagement.left_days >= 0
        charged = [each for each in engagement.sessions.values() if each.chargeable]
        assert engagement.used_days == HALF * (len(held) + len(charged))

    @invariant()
    def what_was_known_on_the_day_is_what_the_papers_said_then(self) -> None:
        if not hasattr(self, "work"):
            return
        sessions = [each for each in self.engagement.delivered_sessions if each.on in self.then]
        _, history = self.service.find_with_history(Provider, self.provider)
        known = known_by(history, [NOW, *(each.on for each in sessions)])
        for each in sessions:
            assert each.specialist is not None
            then = cleared_on_day(known[each.on], each.specialist, each.on, POLICY)
            now = cleared_on_day(known[NOW], each.specialist, each.on, POLICY)
            assert bool(then.against) != self.then[each.on].may_work(each.specialist, each.on)
            assert bool(now.against) != self.model.may_work(each.specialist, each.on)
            assert not now.against or each.missing


TestClearanceLifecycle = ClearanceLifecycle.TestCase
TestClearanceLifecycle.settings = settings(max_examples=15 * FUZZING, stateful_step_count=25)

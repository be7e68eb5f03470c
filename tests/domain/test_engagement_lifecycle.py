"""Whatever is asked of an engagement in whatever order, it never reaches a state that the rules forbid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.engagement import BrokeredEngagement, EngagementStatus, SessionStatus
from domain.engagement.parts import KEPT
from domain.on_behalf import Heard
from domain.vocabulary import Side
from tests.domain.brokered import (
    BEGINS,
    BROKER,
    ENDS,
    GRACE,
    HEAD,
    IMRAN,
    RULES,
    a_confirmed_engagement,
    a_proposed_engagement,
    consent,
    outcomes,
)
from tests.grants import close_breach, waive_evaluation
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

DAYS = st.integers(1, 5).map(lambda halves: Decimal(halves) / 2)
NEARBY = st.integers(-3, 12).map(lambda days: TODAY + timedelta(days=days))
NUMBERS = st.integers(1, 4)
WHO = st.sampled_from([BROKER, HEAD])
OWN_ACT = {
    BrokeredEngagement.AgreedBySchool: Side.SCHOOL,
    BrokeredEngagement.AgreedByProvider: Side.PROVIDER,
    BrokeredEngagement.AgreedByService: Side.SERVICE,
}
RESTS_ON_TERMS = (
    BrokeredEngagement.Confirmed,
    BrokeredEngagement.SessionPlanned,
    BrokeredEngagement.VariationAgreed,
    BrokeredEngagement.Resumed,
)
STARTED = {
    EngagementStatus.CONFIRMED,
    EngagementStatus.IN_DELIVERY,
    EngagementStatus.PAUSED,
    EngagementStatus.COMPLETED,
    EngagementStatus.ENDED_EARLY,
    EngagementStatus.EVALUATED,
    EngagementStatus.CLOSED,
}


class EngagementLifecycle(RuleBasedStateMachine):
    today: date = TODAY

    @initialize(confirmed=st.booleans())
    def propose(self, confirmed: bool) -> None:
        self.engagement = a_confirmed_engagement() if confirmed else a_proposed_engagement()

    def act(self, command: Callable[[BrokeredEngagement], None], who: UUID | None = None) -> bool:
        with signed(self.today, by=who):
            try:
                command(self.engagement)
            except Refusal:
                return False
        return True

    @rule(days=st.integers(1, 6))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(side=st.sampled_from(Side))
    def agree(self, side: Side) -> None:
        self.act(lambda engagement: engagement.agree(side))

    @rule(side=st.sampled_from(Side), who=WHO)
    def record_agreement(self, side: Side, who: UUID) -> None:
        how = {"heard": Heard.MEETING, "came_on": self.today, "evidence": "Minute"}
        self.act(lambda engagement: engagement.record_agreement(side, whose=HEAD, **how), who)

    @rule(side=st.sampled_from(Side), who=WHO, theirs=st.booleans())
    def say_whether_it_is_theirs(self, side: Side, who: UUID, theirs: bool) -> None:
        if theirs:
            self.act(lambda engagement: engagement.confirm_agreement(side), who)
        else:
            self.act(lambda engagement: engagement.disown_agreement(side, reason="Not so"), who)

    @rule(cleared=st.booleans())
    def confirm(self, cleared: bool) -> None:
        self.act(lambda engagement: engagement.confirm_clearance(cleared=cleared, valid_to=ENDS, rules=RULES))
        self.act(lambda engagement: engagement.confirm())

    @rule(on=NEARBY, days=DAYS, cleared=st.booleans())
    def plan(self, on: date, days: Decimal, cleared: bool) -> None:
        done = self.act(lambda engagement: engagement.plan_session(on=on, days=days, cleared=cleared, rules=RULES))
        assert cleared or not done

    @rule(number=NUMBERS, days=DAYS, cleared=st.booleans())
    def deliver(self, number: int, days: Decimal, cleared: bool) -> None:
        done = self.act(
            lambda engagement: engagement.deliver_session(
                number, on=self.today, days=days, cleared=cleared, rules=RULES
            )
        )
        assert not done or bool(self.engagement.sessions[number].missing) is not cleared

    @rule(number=NUMBERS)
    def find_a_breach_later(self, number: int) -> None:
        self.act(lambda engagement: engagement.find_breach(number, missing=("Revoked",), rules=RULES))

    @rule(number=NUMBERS)
    def follow_up(self, number: int) -> None:
        self.act(lambda engagement: engagement.follow_up_breach(number, told="The head", followed="Renewed"))

    @rule(number=NUMBERS)
    def close_a_breach(self, number: int) -> None:
        session = self.engagement.sessions.get(number)
        if self.act(lambda engagement: close_breach(engagement, number)):
            assert session is not None
            assert session.missing
            assert session.followed
            assert session.answer is None

    @rule(number=NUMBERS)
    def find_it_never_took_place(self, number: int) -> None:
        before = self.engagement.sessions.get(number)
        if self.act(lambda engagement: engagement.withdraw_report(number, reason="Nobody came")):
            assert before is not None
            assert before.status is SessionStatus.DELIVERED

    @rule(number=NUMBERS, on=st.none() | NEARBY, days=st.none() | DAYS, cleared=st.booleans())
    def correct_session(self, number: int, on: date | None, days: Decimal | None, cleared: bool) -> None:
        missing = () if cleared else ("Identity: not checked",)
        self.act(
            lambda it: it.correct_session(number, on=on, days=days, missing=missing, reason="Misread", rules=RULES)
        )

    @rule(number=NUMBERS, chargeable=st.booleans())
    def cancel_session(self, number: int, chargeable: bool) -> None:
        self.act(
            lambda engagement: engagement.cancel_session(
                number, side=Side.SCHOOL, chargeable=chargeable, reason="Snow"
            )
        )

    @rule(person=st.sampled_from([GRACE, IMRAN]), cleared=st.booleans())
    def substitute(self, person: object, cleared: bool) -> None:
        new = IMRAN if person is IMRAN else GRACE
        self.act(
            lambda engagement: engagement.substitute(
                new, cleared=cleared, valid_to=ENDS, rules=RULES, reason="Illness"
            )
        )

    @rule(days=DAYS, pounds=st.integers(0, 2000), ends=st.sampled_from([ENDS, TODAY, BEGINS]))
    def vary(self, days: Decimal, pounds: int, ends: date) -> None:
        self.act(
            lambda engagement: engagement.agree_variation(
                days=days, net=Decimal(pounds), ends=ends, consent=consent(), reason="Less to do"
            )
        )

    @rule()
    def pause(self) -> None:
        self.act(lambda engagement: engagement.pause(reason="Inspection"))

    @rule()
    def resume(self) -> None:
        self.act(lambda engagement: engagement.resume(reason="It is over"))

    @rule()
    def complete(self) -> None:
        self.act(lambda engagement: engagement.complete())

    @rule(before_start=st.booleans())
    def give_up(self, before_start: bool) -> None:
        if before_start:
            self.act(lambda engagement: engagement.cancel(side=Side.SCHOOL, reason="Funds withdrawn"))
        else:
            self.act(lambda engagement: engagement.end_early(side=Side.SCHOOL, reason="Funds withdrawn"))

    @rule(waived=st.booleans())
    def evaluate(self, waived: bool) -> None:
        if waived:
            self.act(lambda engagement: waive_evaluation(engagement, reason="The school has closed"))
        else:
            self.act(
                lambda engagement: engagement.evaluate(
                    quality=4, impact=3, comment="", outcomes=outcomes(engagement), evaluator=HEAD
                )
            )

    @rule()
    def close(self) -> None:
        self.act(lambda engagement: engagement.close())

    @invariant()
    def no_more_is_delivered_and_planned_than_agreed(self) -> None:
        assert self.engagement.used_days + self.engagement.planned_days <= self.engagement.work.days

    @invariant()
    def no_more_is_spent_than_committed(self) -> None:
        engagement = self.engagement
        assert 0 <= engagement.cost <= engagement.work.net
        if engagement.used_days == engagement.work.days:
            assert engagement.cost == engagement.work.net

    @invariant()
    def work_starts_only_with_three_agreements_and_clearance(self) -> None:
        if self.engagement.status in STARTED:
            assert self.engagement.agreed_by | set(self.engagement.disowned) == frozenset(Side)
            assert self.engagement.cleared

    @invariant()
    def nothing_more_rests_on_an_agreement_that_is_disowned(self) -> None:
        disowned: set[Side] = set()
        for event in self.engagement._pending:
            match event:
                case BrokeredEngagement.AgreementDisowned():
                    disowned.add(event.side)
                case BrokeredEngagement.AgreementRecorded():
                    disowned.discard(event.side)
                case _ if type(event) in OWN_ACT:
                    disowned.discard(OWN_ACT[type(event)])
            assert not (disowned and isinstance(event, RESTS_ON_TERMS))

    @invariant()
    def only_what_took_place_is_paid_for_or_in_breach(self) -> None:
        for session in self.engagement.sessions.values():
            assert session.is_used or session.net == 0
            assert not session.missing or session.status is SessionStatus.DELIVERED

    @invariant()
    def sessions_lie_within_the_agreed_dates(self) -> None:
        work = self.engagement.work
        for session in self.engagement.sessions.values():
            assert session.status not in KEPT or work.begins <= session.on <= work.ends

    @invariant()
    def nothing_is_planned_once_the_work_is_over(self) -> None:
        over = STARTED - {EngagementStatus.CONFIRMED, EngagementStatus.IN_DELIVERY, EngagementStatus.PAUSED}
        if self.engagement.status in over | {EngagementStatus.CANCELLED}:
            assert self.engagement.planned_sessions == []

    @invariant()
    def closed_work_is_evaluated_or_that_was_waived(self) -> None:
        if self.engagement.status is EngagementStatus.CLOSED:
            assert self.engagement.evaluation is not None or self.engagement.evaluation_waived

    def teardown(self) -> None:
        if hasattr(self, "engagement"):
            assert_replays(self.engagement)


TestEngagementLifecycle = EngagementLifecycle.TestCase
TestEngagementLifecycle.settings = settings(max_examples=60 * FUZZING, stateful_step_count=25)

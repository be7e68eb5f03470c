"""Whatever is asked, decided and recorded in whatever order, no power is used before its time, without consultation
and consent, at an academy, or without a decision of two people who hold the posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.aggregate import Refusal
from domain.concern import ConcernCase, Institution
from domain.concern.ladder import (
    Body,
    Compliance,
    Contact,
    Ground,
    InspectionCategory,
    NationalStep,
    NoticeKind,
    Power,
    Waivable,
)
from domain.concern.ladder.parts import TWO_MONTHS_ONLY, two_months_after
from domain.concern.ladder.record import ACTS
from domain.decision import Decision, Question, Route
from domain.delegation import COMMON_SCHEME, Act, Decider, Granted, row_for
from tests.domain.test_concern import an_assessed_concern
from tests.domain.test_formal_ladder import informal, moderate
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

POSTS = {
    UUID(int=31): Decider.DIRECTOR,
    UUID(int=32): Decider.DIRECTOR,
    UUID(int=33): Decider.CHIEF_OFFICER,
    UUID(int=34): Decider.COUNTERSIGNER,
    UUID(int=35): Decider.SENIOR_OFFICER,
}
"""The people of these histories, and what each holds all the time."""

ASKER = UUID(int=35)
ALL_THREE = (UUID(int=31), UUID(int=33), UUID(int=34))
PAIRS = st.just([*ALL_THREE]) | st.lists(st.sampled_from([*POSTS]), min_size=1, max_size=3, unique=True)
"""Those who answer an ask, in their order."""

CONVERTS = TODAY + timedelta(days=120)
SCHOOL = Institution("St Anne's", "Voluntary aided school", of_a_church=True)
ACADEMY = Institution("St Anne's Academy", "Academy converter", opened=CONVERTS, of_a_church=True)
NUMBERS = count(1)
BEFORE = st.integers(0, 12).map(lambda days: timedelta(days=days))


class LadderMachine(RuleBasedStateMachine):
    @initialize(climbed=st.integers(0, 3), category=st.booleans())
    def begin(self, climbed: int, category: bool) -> None:
        self.case, self.today = an_assessed_concern(), TODAY
        if climbed:
            self.record(informal)
            self.record(moderate)
        if climbed > 1:
            self.pre_warn(ALL_THREE)
            self.give_notice(ALL_THREE, NoticeKind.WARNING, 20, timedelta(0))
        if climbed > 2:
            self.today += timedelta(days=21)
            self.assess(ALL_THREE, Compliance.NOT_MET, timedelta(0))
            self.notify(ALL_THREE)
        if category:
            self.inspect(InspectionCategory.SPECIAL_MEASURES)

    @property
    def institution(self) -> Institution:
        """What the register says of the school today."""
        return ACADEMY if self.today >= CONVERTS else SCHOOL

    def record(self, act: Callable[[ConcernCase], object]) -> None:
        with signed(self.today, by=ASKER):
            before = self.case.version
            try:
                act(self.case)
            except Refusal:
                assert self.case.version == before

    def decide(self, act: Act, people: tuple[UUID, ...] | list[UUID], step: Callable[[Granted], object]) -> None:
        """Ask for an act and have people answer, each once; where they give it, the step is taken."""
        row = row_for(COMMON_SCHEME, act, None)
        question = Question(
            act=act,
            kind=ConcernCase.KIND,
            subject=self.case.id,
            subject_reference=self.case.reference,
            command="step",
            answers="{}",
            terms=(),
            excluded=self.case.excluded_from(act),
        )
        route = Route(row.code, row.decides, row.countersigns)
        with signed(self.today, by=ASKER):
            decision = Decision.ask(
                f"DN-2026-{next(NUMBERS):04d}", question, route, reason="Needed", deciders=[*POSTS], rules=()
            )
        for person in people:
            with signed(self.today, by=person):
                before = self.case.version
                try:
                    granted = decision.give(question, shown=question.fingerprint, held={POSTS[person]})
                    if granted is not None:
                        step(granted)
                        return
                except Refusal:
                    assert self.case.version == before

    @rule(days=st.sampled_from([1, 5, 25, 70]))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def climb_informally(self) -> None:
        self.record(informal)
        self.record(moderate)

    @rule(step=st.sampled_from(Waivable), people=PAIRS)
    def waive(self, step: Waivable, people: list[UUID]) -> None:
        review_by = self.today + timedelta(days=14)
        self.decide(
            Act.WAIVE_STEP,
            people,
            lambda granted: self.case.waive_step(step=step, reason="Urgent", review_by=review_by, granted=granted),
        )

    @rule(people=PAIRS)
    def pre_warn(self, people: tuple[UUID, ...] | list[UUID]) -> None:
        self.decide(
            Act.PRE_WARN,
            people,
            lambda granted: self.case.pre_warn(
                text="Results have to rise",
                answer_by=self.today + timedelta(days=10),
                holds_until=self.today + timedelta(days=80),
                institution=self.institution,
                granted=granted,
            ),
        )

    @rule(people=PAIRS, kind=st.sampled_from(NoticeKind), period=st.sampled_from([0, 1, 20]), ago=BEFORE)
    def give_notice(
        self, people: tuple[UUID, ...] | list[UUID], kind: NoticeKind, period: int, ago: timedelta
    ) -> None:
        self.decide(
            Act.GIVE_NOTICE,
            people,
            lambda granted: self.case.give_notice(
                kind=kind,
                notice_ground=Ground.STANDARDS if kind is NoticeKind.WARNING else None,
                matters="Low results",
                action_required="Agree a plan",
                comply_by=self.today - ago + timedelta(days=period),
                intends=[Power.APPOINT_GOVERNORS],
                copies=[],
                on=self.today - ago,
                institution=self.institution,
                granted=granted,
            ),
        )

    @rule(people=PAIRS, compliance=st.sampled_from(Compliance), ago=BEFORE)
    def assess(self, people: tuple[UUID, ...] | list[UUID], compliance: Compliance, ago: timedelta) -> None:
        self.decide(
            Act.ASSESS_COMPLIANCE,
            people,
            lambda granted: self.case.assess_compliance(
                compliance=compliance, text="Seen", on=self.today - ago, granted=granted
            ),
        )

    @rule(people=PAIRS)
    def notify(self, people: tuple[UUID, ...] | list[UUID]) -> None:
        self.decide(
            Act.NOTIFY_INTENTION,
            people,
            lambda granted: self.case.notify_intention(
                text="Powers", intends=[Power.APPOINT_GOVERNORS], institution=self.institution, granted=granted
            ),
        )

    @rule(category=st.sampled_from(InspectionCategory))
    def inspect(self, category: InspectionCategory) -> None:
        self.record(lambda case: case.record_category(inspection_category=category, on=self.today))

    @rule(body=st.sampled_from([Body.GOVERNING_BODY, Body.DIOCESE]), contact=st.sampled_from(Contact))
    def contact(self, body: Body, contact: Contact) -> None:
        self.record(lambda case: case.record_contact(contacted=body, contact=contact))

    @rule()
    def consent(self) -> None:
        self.record(lambda case: case.record_consent(on=self.today, letter="Letter"))

    @rule(step=st.sampled_from(NationalStep))
    def national(self, step: NationalStep) -> None:
        self.record(lambda case: case.record_national_step(step=step, on=self.today, letter="Letter"))

    @rule(people=PAIRS)
    def withdraw(self, people: list[UUID]) -> None:
        self.decide(
            Act.WITHDRAW_NOTICE,
            people,
            lambda granted: self.case.withdraw_notice(reason="A plan was agreed", granted=granted),
        )

    @precondition(lambda self: self.today >= CONVERTS)
    @rule()
    def conversion_is_confirmed(self) -> None:
        self.record(lambda case: case.cease_to_be_maintained(CONVERTS, "It became an academy"))

    @rule(people=PAIRS, power=st.sampled_from(Power), ago=BEFORE)
    def use(self, people: list[UUID], power: Power, ago: timedelta) -> None:
        before, on = len(self.case.powers), self.today - ago
        notice, category = self.case.notice, self.case.category_on(on)
        self.decide(
            ACTS[power],
            people,
            lambda granted: self.case.use_power(
                power, text="As said", on=on, members=2, institution=self.institution, granted=granted
            ),
        )
        if len(self.case.powers) == before:
            return
        assert on < CONVERTS
        if power in (Power.REQUIRE_ARRANGEMENTS, Power.INTERIM_BOARD):
            asked = {each.body for each in self.case.contacts if each.contact is Contact.CONSULTED and each.on <= on}
            assert {Body.GOVERNING_BODY, Body.DIOCESE} <= asked
        if power is Power.INTERIM_BOARD:
            assert self.case.consent is not None
        if power is Power.SUSPEND_FOR_MISMANAGEMENT or category is not InspectionCategory.NONE:
            return
        assert notice is not None
        assert notice.comply_by < on
        assert notice.compliance in (Compliance.NOT_MET, Compliance.PARTLY_MET)
        assert notice.intention_on is not None
        assert power not in TWO_MONTHS_ONLY or on <= two_months_after(notice.comply_by)

    @rule(people=PAIRS, power=st.sampled_from(Power))
    def end(self, people: list[UUID], power: Power) -> None:
        self.decide(
            Act.END_POWER,
            people,
            lambda granted: self.case.end_power(power=power, reason="Secure", granted=granted),
        )

    @invariant()
    def notices_and_powers_stand_on_a_decision_of_two(self) -> None:
        by_two = (
            ConcernCase.NoticeGiven
            | ConcernCase.ComplianceAssessed
            | ConcernCase.IntentionNotified
            | ConcernCase.PowerTaken
        )
        waived: set[UUID] = set()
        for event in self.case.pending:
            if isinstance(event, ConcernCase.StepWaived):
                waived.add(event.decider)
            if isinstance(event, by_two):
                assert event.first is not None
                posts = {POSTS[event.decider], POSTS[event.first]}
                assert posts == {Decider.CHIEF_OFFICER, Decider.COUNTERSIGNER}
                assert event.meta.decision is not None
                if isinstance(event, ConcernCase.NoticeGiven):
                    assert waived.isdisjoint({event.decider, event.first})
                    waived.clear()

    @invariant()
    def nothing_is_open_once_the_school_is_known_to_be_an_academy(self) -> None:
        if self.case.ceased_on is not None:
            assert self.case.notice is None
            assert all(power.ended_on is not None for power in self.case.powers)

    @invariant()
    def no_board_and_additional_governors_are_appointed_at_once(self) -> None:
        boards = [each for each in self.case.powers if each.power is Power.INTERIM_BOARD]
        for each in self.case.powers:
            if each.power is Power.APPOINT_GOVERNORS:
                appointed_first = [
                    board for board in boards if self.case.powers.index(board) < self.case.powers.index(each)
                ]
                assert not any(board.in_use_on(each.on) for board in appointed_first)

    @invariant()
    def replay_is_the_live_record(self) -> None:
        assert_replays(self.case)

    def teardown(self) -> None:
        days: list[date] = [each.on for each in self.case.ladder]
        assert all(day <= self.today for day in days)


LadderMachine.TestCase.settings = settings(max_examples=60 * FUZZING, stateful_step_count=25)
TestCase = LadderMachine.TestCase

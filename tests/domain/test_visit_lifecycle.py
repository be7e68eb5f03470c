"""Whatever is asked of a visit in whatever order, it never reaches a state that the rules forbid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.calendar import default_term_on
from domain.on_behalf import Heard
from domain.visit import STANDING_ITEM, AgendaKind, CancelledBy, Visit, Visitor, VisitStatus
from domain.vocabulary import Purpose, Side, VisitKind
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

OFFICER, HEAD, SCHOOL = uuid4(), uuid4(), uuid4()
WHO = st.sampled_from([OFFICER, HEAD])
AGREED = (Visit.Confirmed, Visit.AgreementRecorded, Visit.AgreementConfirmed)
OF_THE_DAY = (*AGREED, Visit.Planned, Visit.Rescheduled, Visit.AgreementDisowned)
NEARBY = st.integers(-3, 10).map(lambda days: TODAY + timedelta(days=days))


@dataclass
class Written:
    visit: UUID
    is_issued: bool
    reference: str = "ROV-2026-0001"
    id: UUID = field(default_factory=uuid4)


class VisitLifecycle(RuleBasedStateMachine):
    today: date = TODAY
    record: Written | None = None

    @initialize(on=NEARBY.filter(lambda day: day >= TODAY), planned=st.booleans())
    def begin(self, on: date, planned: bool) -> None:
        with signed(self.today):
            if planned:
                self.visit = Visit.plan(
                    "V-2026-0001",
                    school=SCHOOL,
                    kind=VisitKind.CORE,
                    purpose=Purpose.MONITORING,
                    on=on,
                    term=default_term_on(on),
                    visitors=[Visitor(OFFICER, "officer")],
                    lead=OFFICER,
                    focus="Attendance",
                )
            else:
                self.visit = Visit.record_unplanned(
                    "V-2026-0001",
                    school=SCHOOL,
                    kind=VisitKind.CORE,
                    purpose=Purpose.MONITORING,
                    on=self.today,
                    term=default_term_on(self.today),
                    visitors=[Visitor(OFFICER, "officer")],
                    lead=OFFICER,
                    focus="Attendance",
                    minutes=60,
                    attendees="the headteacher",
                    reason="The school rang",
                )
        self.happened = [type(event) for event in self.visit._pending]

    def act(self, command: Callable[[Visit], None], who: UUID = OFFICER) -> bool:
        with signed(self.today, by=who):
            try:
                command(self.visit)
            except Refusal:
                return False
        self.happened = [type(event) for event in self.visit._pending]
        return True

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(who=WHO, side=st.sampled_from([Side.SCHOOL, Side.SERVICE]))
    def confirm(self, who: UUID, side: Side) -> None:
        self.act(lambda visit: visit.confirm(side=side, on=visit.on), who)

    @rule(who=WHO, days=st.integers(-1, 2))
    def record_agreement(self, who: UUID, days: int) -> None:
        came_on = self.today - timedelta(days=days)
        self.act(
            lambda visit: visit.record_agreement(whose=HEAD, heard=Heard.EMAIL, came_on=came_on, evidence="An email"),
            who,
        )

    @rule(who=WHO)
    def disown_agreement(self, who: UUID) -> None:
        self.act(lambda visit: visit.disown_agreement(reason="Nobody asked us"), who)

    @rule(on=NEARBY)
    def reschedule(self, on: date) -> None:
        self.act(lambda visit: visit.reschedule(on=on, term=default_term_on(on), side=Side.SCHOOL, reason="Illness"))

    @rule(number=st.integers(1, 4))
    def change_the_agenda(self, number: int) -> None:
        self.act(lambda visit: visit.add_to_agenda(kind=AgendaKind.SCHOOL, text="Library", side=Side.SCHOOL))
        self.act(lambda visit: visit.withdraw_from_agenda(number))

    @rule(on=NEARBY)
    def hold(self, on: date) -> None:
        self.act(lambda visit: visit.hold(on=on, minutes=60, attendees="the headteacher"))

    @rule()
    def miss(self) -> None:
        self.act(lambda visit: visit.miss(reason="Illness"))

    @rule()
    def cancel(self) -> None:
        self.act(lambda visit: visit.cancel(cause=CancelledBy.OTHER, reason="Illness"))

    @rule(own=st.booleans(), issued=st.booleans())
    def start_its_record(self, own: bool, issued: bool) -> None:
        record = Written(self.visit.id if own else uuid4(), issued)
        if self.act(lambda visit: visit.start_record(record)):
            self.record = record

    @rule(own=st.booleans())
    def close(self, own: bool) -> None:
        record = self.record if own else Written(self.visit.id, is_issued=True)
        self.act(lambda visit: visit.close(record))

    @invariant()
    def it_is_confirmed_only_while_the_school_agrees_its_last_day_or_is_recorded_to(self) -> None:
        about_the_day = [event for event in self.happened if event in OF_THE_DAY]
        if self.visit.is_ahead:
            is_agreed = about_the_day[-1] in AGREED
            assert (self.visit.status is VisitStatus.CONFIRMED) is is_agreed

    @invariant()
    def nobody_speaks_for_the_school_of_what_they_recorded_for_it(self) -> None:
        recorded = [event for event in self.visit._pending if isinstance(event, Visit.AgreementRecorded)]
        spoken = Visit.AgreementConfirmed | Visit.AgreementDisowned
        for event in self.visit._pending:
            if isinstance(event, spoken):
                before = [each for each in recorded if each.meta.version < event.meta.version]
                assert event.meta.signature.actor != before[-1].meta.signature.actor

    @invariant()
    def it_ends_in_one_way_only(self) -> None:
        ends = (Visit.Held, Visit.HeldUnplanned, Visit.NotMade, Visit.Cancelled)
        assert sum(self.happened.count(end) for end in ends) <= 1
        assert self.happened.count(Visit.Closed) <= 1

    @invariant()
    def it_was_not_held_on_a_day_to_come(self) -> None:
        assert self.visit.held_on is None or self.visit.held_on <= self.today

    @invariant()
    def a_held_visit_is_closed_only_with_its_issued_record(self) -> None:
        if self.visit.status is VisitStatus.CLOSED and self.visit.held_on is not None:
            assert self.record is not None
            assert self.record.is_issued
            assert self.record.id == self.visit.written_up

    @invariant()
    def the_standing_item_stands(self) -> None:
        assert self.visit.items[0].text == STANDING_ITEM

    @invariant()
    def its_replay_equals_it(self) -> None:
        assert_replays(self.visit)


TestVisitLifecycle = VisitLifecycle.TestCase
TestVisitLifecycle.settings = settings(
    max_examples=30 * FUZZING,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)

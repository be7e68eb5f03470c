"""The caseload of the formal ladder: what is due next, until when, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from domain.concern import ConcernCase
from domain.concern.ladder import Compliance, NationalStep, Power
from domain.concern.ladder.parts import two_months_after
from domain.service import Service
from projections import caseload
from projections.caseload import Task
from tests.domain.test_concern import an_assessed_concern
from tests.domain.test_formal_ladder import (
    AFTER,
    PERIOD_ENDS,
    Act_,
    assess,
    give_notice,
    informal,
    moderate,
    notify,
    pre_warn,
    use,
    withdraw,
)
from tests.grants import refer
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]
LAST = two_months_after(PERIOD_ENDS)


def waits(ask: Ask) -> list[tuple[Task | None, date | None]]:
    found = ask(caseload.waiting)
    return [(each.task, each.due) for each in found if each.part == caseload.formal_steps.LADDER]


def test_each_formal_step_says_what_is_due_next(service: Service, ask: Ask) -> None:
    case = an_assessed_concern()
    with signed():
        service.add(lambda: case)

    def take(*steps: Act_, on: date = TODAY) -> list[tuple[Task | None, date | None]]:
        for step in steps:
            with signed(on):
                service.change(ConcernCase, case.id, step)
        return waits(ask)

    assert take(informal, moderate) == []
    assert take(pre_warn()) == [(Task.RECORD_ANSWER, TODAY + timedelta(days=15))]
    assert take(lambda it: it.answer(text="We have a plan")) == []
    assert take(give_notice()) == [(Task.ASSESS_COMPLIANCE, PERIOD_ENDS)]
    assert take(lambda it: it.answer(text="We are at it")) == [(Task.ASSESS_COMPLIANCE, PERIOD_ENDS)]
    assert take(lambda it: it.pause(reason="Holidays")) == []
    assert take(lambda it: it.resume(reason="Back"), on=AFTER) == [(Task.ASSESS_COMPLIANCE, PERIOD_ENDS)]
    assert take(assess(), on=AFTER) == [(Task.NOTIFY_INTENTION, LAST)]
    assert take(notify, on=AFTER) == [(Task.USE_POWER, LAST)]
    assert take(use(Power.APPOINT_GOVERNORS), on=AFTER) == []


def test_a_notice_that_ends_asks_for_nothing(service: Service, ask: Ask) -> None:
    def national(case: ConcernCase) -> None:
        case.record_national_step(step=NationalStep.NOTICE, on=case.today, letter="Letter of that day")

    case = an_assessed_concern()
    with signed():
        service.add(lambda: case)
    for step in (informal, moderate):
        with signed():
            service.change(ConcernCase, case.id, step)
    ends: list[Callable[[ConcernCase], object]] = [assess(Compliance.MET), withdraw, national]
    for end in ends:
        for step in (pre_warn(), give_notice(), end):
            with signed():
                service.change(ConcernCase, case.id, step)
        assert waits(ask) == []


def test_a_referral_waits_for_its_answer(service: Service, ask: Ask) -> None:
    case = an_assessed_concern()
    with signed():
        service.add(lambda: case)
    with signed():
        service.change(ConcernCase, case.id, refer)
    assert waits(ask) == [(Task.RECORD_REFERRAL_ANSWER, None)]
    with signed():
        service.change(ConcernCase, case.id, lambda it: it.record_referral_answer(text="They will write"))
    assert waits(ask) == []


def test_what_is_recorded_late_of_the_time_before_a_school_left_asks_for_nothing(service: Service, ask: Ask) -> None:
    case = an_assessed_concern()
    with signed():
        service.add(lambda: case)
    for step in (informal, moderate, pre_warn()):
        with signed():
            service.change(ConcernCase, case.id, step)
    assert len(waits(ask)) == 1
    left, known = TODAY + timedelta(days=5), TODAY + timedelta(days=9)
    for late in (lambda it: it.cease_to_be_maintained(left, "It became an academy"), give_notice(on=TODAY)):
        with signed(known):
            service.change(ConcernCase, case.id, late)
        assert waits(ask) == []

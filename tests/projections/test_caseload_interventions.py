"""The caseload of an intervention: objectives are work from their day, promised meetings by theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from domain.concern import ConcernCase, Finding, Rag, ReviewDecision, StepKind
from domain.service import Service
from projections import caseload
from projections.caseload import Task
from tests.domain.test_concern import DIRECTOR, an_intervention, end_intervention
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]
"""What these tests ask of."""


def test_an_objective_is_work_until_a_review_on_its_day_or_later_finds_it_reached(service: Service, ask: Ask) -> None:
    case = an_intervention()
    first, second = case.objectives
    with signed():
        service.add(lambda: case)

    def waits() -> list[tuple[date | None, str]]:
        found = ask(caseload.waiting)
        return [(each.due, each.detail) for each in found if each.task is Task.REACH_OBJECTIVE]

    def take(what: Callable[[ConcernCase], object], on: date) -> list[tuple[date | None, str]]:
        with signed(on):
            service.change(ConcernCase, case.id, what)
        return waits()

    def review(
        first: Rag, second: Rag, advice: ReviewDecision = ReviewDecision.CONTINUE
    ) -> Callable[[ConcernCase], None]:
        return lambda it: it.hold_review(
            on=it.today,
            evidence="Lessons",
            findings=[Finding(1, first, "Seen"), Finding(2, second, "Seen")],
            advice=advice,
            reason="As seen",
        )

    early = min(first, second, key=lambda each: each.due)
    ahead, after = early.due - timedelta(days=1), max(first.due, second.due)
    assert waits() == [(early.due, f"Objective {early.number}: {early.text}")]
    assert take(review(Rag.GREEN, Rag.GREEN), ahead) == [
        (early.due, f"Objective {early.number}: {early.text} (green when last reviewed)")
    ], "on course before its day is not reached"
    assert take(review(Rag.AMBER, Rag.GREEN), after) == [
        (first.due, f"Objective 1: {first.text} (amber when last reviewed)")
    ]
    later = replace(first, due=after + timedelta(days=30))
    assert take(lambda it: it.revise_plan(plan="As before", objectives=[later, second], reason="Later"), after) == [
        (later.due, f"Objective 1: {first.text} (amber when last reviewed)")
    ]
    assert take(lambda it: it.pause(reason="Holidays"), after) == []
    assert take(lambda it: it.resume(reason="Back"), after)[0][0] == later.due
    assert take(review(Rag.GREEN, Rag.GREEN, ReviewDecision.END), later.due) == []
    assert take(lambda it: end_intervention(it, by=DIRECTOR, outcome="Better", reason="Done"), later.due) == []


def test_a_promised_meeting_is_work_until_it_is_held_and_then_the_next(service: Service, ask: Ask) -> None:
    case = an_intervention()
    with signed():
        service.add(lambda: case)

    def take(what: Callable[[ConcernCase], object], on: date = TODAY) -> list[date | None]:
        with signed(on):
            service.change(ConcernCase, case.id, what)
        return [each.due for each in ask(caseload.waiting) if each.task is Task.MEET_SCHOOL]

    def meet(it: ConcernCase) -> None:
        it.record_step(on=it.today, kind=StepKind.MEETING, text="Met head and chair")

    def promise(weeks: int) -> Callable[[ConcernCase], None]:
        return lambda it: it.promise_meetings(weeks=weeks, reason="As the plan says")

    four = timedelta(weeks=4)
    assert take(meet) == [], "nothing was promised"
    assert take(promise(4)) == [TODAY + four]
    assert take(lambda it: it.record_step(on=TODAY, kind=StepKind.INFORMAL, text="A letter")) == [TODAY + four]
    assert take(meet, TODAY + timedelta(days=30)) == [TODAY + timedelta(days=30) + four]
    late = TODAY + timedelta(days=31)
    assert take(lambda it: it.record_step(on=TODAY, kind=StepKind.MEETING, text="Recorded late"), late) == [
        TODAY + timedelta(days=30) + four
    ]
    assert take(promise(1), late) == [late + timedelta(weeks=1)]
    assert take(promise(0), late) == []
    take(promise(1), late)
    found = [Finding(number, Rag.GREEN, "Seen") for number in (1, 2)]
    told = {"evidence": "Seen", "findings": found, "advice": ReviewDecision.END, "reason": "Done"}
    take(lambda it: it.hold_review(on=late, **told), late)
    assert take(lambda it: end_intervention(it, by=DIRECTOR, outcome="Better", reason="Done"), late) == []

"""Who was in school: who comes, who came, and what became of each visit and session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.calendar import default_term_on
from domain.engagement import BrokeredEngagement
from domain.service import Service
from domain.visit import CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Side, VisitKind
from projections import presences as view
from projections.presences import Certainty
from tests.domain.brokered import GRACE, IMRAN, RULES, SCHOOL, a_confirmed_engagement
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [view.VIEW]
OFFICER, COLLEAGUE = uuid4(), uuid4()
TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=8)


def certainties(connection: sa.Connection, **narrowed: Any) -> dict[tuple[UUID, int], Certainty]:
    first, last = TODAY - timedelta(days=30), TODAY + timedelta(days=30)
    found = view.presences(connection, first=first, last=last, **narrowed)
    assert len({(each.record, each.number, each.person) for each in found}) == len(found)
    return {(each.person, each.number): each.certainty(TODAY) for each in found}


@pytest.fixture
def work(service: Service) -> Callable[..., None]:
    """A confirmed engagement on which several acts follow, each on a day."""
    with signed():
        engagement = service.add(a_confirmed_engagement)

    def act(*acts: Callable[[BrokeredEngagement], object], on: date = TODAY) -> None:
        for each in acts:
            with signed(on):
                service.change(BrokeredEngagement, engagement.id, each)

    act(plan(), plan(), plan())
    return act


def plan(in_days: int = 0) -> Callable[[BrokeredEngagement], object]:
    return lambda work: work.plan_session(
        on=TODAY + timedelta(days=in_days), days=Decimal("0.5"), cleared=True, rules=RULES
    )


def deliver(number: int, missing: tuple[str, ...] = ()) -> Callable[[BrokeredEngagement], object]:
    return lambda work: work.deliver_session(
        number, on=TODAY, days=Decimal("0.5"), cleared=not missing, missing=missing, rules=RULES
    )


def test_whoever_took_over_comes_to_what_is_planned_and_whoever_came_stays(
    work: Callable[..., None], ask: Ask
) -> None:
    work(
        deliver(1, ("The letter had ended",)),
        lambda one: one.substitute(IMRAN, cleared=True, valid_to=None, rules=RULES, reason="Grace is ill"),
        deliver(2),
    )

    assert set(ask(certainties)) == {(GRACE, 1), (IMRAN, 2), (IMRAN, 3)}
    assert ask(certainties)[IMRAN, 3] is Certainty.EXPECTED
    assert set(ask(certainties, person=GRACE)) == {(GRACE, 1)}
    [breach] = ask(view.presences, first=TODAY, last=TODAY, person=GRACE)
    assert breach.missing == ("The letter had ended",)


def test_a_session_called_off_before_its_day_brought_nobody_and_one_called_off_on_it_is_said(
    work: Callable[..., None], ask: Ask
) -> None:
    work(plan(7), plan(8))
    cancel = {"side": Side.SCHOOL, "chargeable": False, "reason": "Snow"}
    work(lambda one: one.cancel_session(1, **cancel), lambda one: one.cancel_session(4, **cancel))
    work(deliver(2), lambda one: one.withdraw_report(2, reason="Nobody came"))

    found = ask(certainties, schools=[SCHOOL])

    assert {number: certainty for (_, number), certainty in found.items()} == {
        1: Certainty.CANCELLED_LATE,
        2: Certainty.WRONGLY_REPORTED,
        3: Certainty.EXPECTED,
        5: Certainty.EXPECTED,
    }
    work(lambda one: one.end_early(side=Side.SCHOOL, reason="No longer needed"))
    assert {number for _, number in ask(certainties)} == {1, 2, 3}
    assert ask(certainties, schools=[uuid4()]) == {}


def test_everybody_who_visits_was_there_and_whoever_says_so_themselves_held_it(service: Service, ask: Ask) -> None:
    def planned(number: int) -> Visit:
        return Visit.plan(
            f"V-2026-000{number}",
            school=SCHOOL,
            on=TODAY,
            term=default_term_on(TODAY),
            kind=VisitKind.CORE,
            purpose=Purpose.CHALLENGE,
            visitors=[Visitor(OFFICER, "officer"), Visitor(COLLEAGUE, "consultant")],
            lead=OFFICER,
            focus="Targets",
        )

    visits = []
    for number in (1, 2, 3):
        with signed():
            visits.append(service.add(lambda number=number: planned(number)).id)
    steps: list[Callable[[Visit], object]] = [
        lambda visit: visit.hold(on=TODAY, minutes=60, attendees="Headteacher"),
        lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="Snow"),
        lambda visit: visit.miss(reason="Nobody was there"),
    ]
    for visit, step in zip(visits, steps, strict=True):
        with signed(by=OFFICER):
            service.change(Visit, visit, step)

    found = ask(view.presences, first=TODAY, last=TODAY)

    assert {(each.record, each.person): each.certainty(TODAY) for each in found} == {
        (visits[0], OFFICER): Certainty.HELD,
        (visits[0], COLLEAGUE): Certainty.REPORTED,
        **{(visits[1], each): Certainty.CANCELLED_LATE for each in (OFFICER, COLLEAGUE)},
        **{(visits[2], each): Certainty.NOT_HELD for each in (OFFICER, COLLEAGUE)},
    }
    assert {(each.record, each.person) for each in ask(view.parties)} == {
        (each.record, each.person) for each in found
    }


def test_whoever_restates_the_day_of_a_session_says_so_then_and_nobody_before(
    work: Callable[..., None], ask: Ask
) -> None:
    work(deliver(1))
    restated = TODAY - timedelta(days=1)
    work(lambda one: one.correct_session(1, on=restated, reason="It was the day before", rules=RULES), on=LATER)

    [found] = ask(view.presences, first=restated, last=restated)
    assert (found.on, found.recorded_on) == (restated, LATER)

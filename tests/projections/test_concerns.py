"""The concerns view: which cases are open, how far they are, and which reviews are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.concern import (
    CaseStatus,
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    Rating,
    ReviewDecision,
    Severity,
)
from domain.service import Service
from domain.vocabulary import Purpose
from projections import concerns
from projections.concerns import (
    reviews_due,
)
from tests import grants
from tests.projections.conftest import Ask, row_where, rows_of, rows_where
from tests.scenario import TODAY, signed

list_rows = rows_of(concerns.cases, concerns.listed)
VIEWS = [concerns.VIEW]
OPEN = [status for status in CaseStatus if status.is_open]

LARK_HILL, ST_ANNES, DIRECTOR, LEAD = uuid4(), uuid4(), uuid4(), uuid4()
DECEMBER, JANUARY = date(2026, 12, 7), date(2027, 1, 11)
READING = Objective(1, "Raise reading", "80%", JANUARY)

Do = Callable[[UUID, Callable[[ConcernCase], None]], None]


def raise_(service: Service, number: int, school: UUID, on: date = TODAY) -> UUID:
    with signed(on):
        return service.add(
            lambda: ConcernCase.raise_(
                f"CC-2026-000{number}",
                school=school,
                kind=ConcernKind.TEACHING,
                source=ConcernSource.DATA,
                severity=Severity.MEDIUM,
                detail="Results fell twice",
                purpose=Purpose.MONITORING,
            )
        ).id


@pytest.fixture
def first(service: Service) -> UUID:
    return raise_(service, 1, LARK_HILL)


@pytest.fixture
def second(service: Service) -> UUID:
    return raise_(service, 2, ST_ANNES)


@pytest.fixture
def do(service: Service) -> Do:
    def act(id: UUID, decide: Callable[[ConcernCase], None]) -> None:
        with signed():
            service.change(ConcernCase, id, decide)

    return act


def intervene(do: Do, id: UUID, review_on: date) -> None:
    do(id, lambda case: grants.assess_as_causing_concern(case, "Weak"))
    do(
        id,
        lambda case: grants.start_intervention(case, plan="Support", objectives=[READING], review_on=review_on),
    )


def review(do: Do, id: UUID, advice: ReviewDecision, next_review_on: date | None = None) -> None:
    do(
        id,
        lambda case: case.hold_review(
            on=TODAY,
            evidence="Seen",
            findings=[Finding(1, Rag.GREEN, "Reached")],
            advice=advice,
            reason="As seen",
        ),
    )
    if next_review_on is not None:
        do(id, lambda case: grants.decide_review(case, advice, next_review_on))


def references(found: list[concerns.ConcernRow]) -> list[str]:
    return [case.reference for case in found]


def test_a_raised_concern_stands_with_its_school(ask: Ask, first: UUID, second: UUID) -> None:
    assert references(ask(rows_where, concerns.cases, school=LARK_HILL)) == ["CC-2026-0001"]
    case = ask(row_where, concerns.cases, reference="CC-2026-0002")
    assert (case.id, case.school, case.status, case.purpose) == (
        second,
        ST_ANNES,
        CaseStatus.RAISED,
        Purpose.MONITORING,
    )


def test_only_the_assessed_case_moves_on(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    intervene(do, first, DECEMBER)

    cases = ask(list_rows, statuses=OPEN)[::-1]
    assert [case.status for case in cases] == [CaseStatus.INTERVENTION, CaseStatus.RAISED]
    assert (cases[0].rating, cases[0].assessed_on, cases[0].intervention_on) == (
        Rating.CAUSING_CONCERN,
        TODAY,
        TODAY,
    )


def test_reviews_are_due_in_order_and_not_while_paused(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    intervene(do, first, JANUARY)
    intervene(do, second, DECEMBER)

    assert references(ask(reviews_due, date(2027, 2, 1))) == ["CC-2026-0002", "CC-2026-0001"]
    assert references(ask(reviews_due, JANUARY)) == ["CC-2026-0002"]
    assert references(ask(reviews_due, date(2027, 2, 1), schools=[LARK_HILL])) == ["CC-2026-0001"]
    do(second, lambda case: case.pause(reason="Head is away"))
    assert references(ask(reviews_due, date(2027, 2, 1))) == ["CC-2026-0001"]
    do(second, lambda case: case.resume(reason="Head is back"))
    assert len(ask(reviews_due, date(2027, 2, 1))) == 2


def test_a_review_moves_the_next_one(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    intervene(do, first, DECEMBER)
    intervene(do, second, DECEMBER)
    review(do, first, ReviewDecision.CONTINUE, next_review_on=JANUARY)

    assert [case.next_review_on for case in ask(list_rows, statuses=OPEN)[::-1]] == [JANUARY, DECEMBER]


def test_a_case_that_is_over_leaves_the_open_ones_and_comes_back_when_reopened(
    ask: Ask, do: Do, first: UUID, second: UUID
) -> None:
    intervene(do, first, DECEMBER)
    review(do, first, ReviewDecision.END)
    do(first, lambda case: grants.end_intervention(case, outcome="Secure", reason="Reached"))

    assert references(ask(list_rows, statuses=OPEN)[::-1]) == ["CC-2026-0002"]
    ended = ask(row_where, concerns.cases, reference="CC-2026-0001")
    assert (ended.status, ended.ended_on, ended.next_review_on) == (CaseStatus.ENDED, TODAY, None)
    do(second, lambda case: case.close(reason="Nothing in it"))
    assert ask(list_rows, statuses=OPEN)[::-1] == []
    assert ask(row_where, concerns.cases, reference="CC-2026-0002").status is CaseStatus.CLOSED
    do(second, lambda case: grants.reopen(case, reason="After all"))
    do(second, lambda case: case.withdraw(reason="Another school"))
    assert ask(list_rows, statuses=OPEN)[::-1] == []
    assert ask(row_where, concerns.cases, reference="CC-2026-0002").status is CaseStatus.WITHDRAWN
    do(first, lambda case: grants.reopen(case, reason="Fell back"))
    reopened = ask(list_rows, statuses=OPEN)[::-1]
    assert [(case.reference, case.status, case.rating, case.ended_on) for case in reopened] == [
        ("CC-2026-0001", CaseStatus.RAISED, None, None)
    ]


def test_cases_are_read_page_by_page(service: Service, ask: Ask) -> None:
    for number in (1, 2, 3):
        raise_(service, number, LARK_HILL)

    assert references(ask(list_rows, limit=2)) == ["CC-2026-0003", "CC-2026-0002"]
    assert references(ask(list_rows, after="CC-2026-0002", limit=2)) == ["CC-2026-0001"]
    assert references(ask(list_rows, statuses=OPEN, after="CC-2026-0003", limit=1)) == ["CC-2026-0002"]

"""The caseload of a school: its need category is reviewed in time by whoever looks after it; and what was told before
events named a last day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.calendar import default_term_on
from domain.school import School, Source
from domain.service import Service
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, VisitKind
from projections import caseload
from projections.caseload import Item, Task, WaitingFor, waiting
from tests.grants import set_need_category
from tests.projections.conftest import Ask
from tests.projections.test_caseload import OFFICER, SCHOOL
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]

REVIEW_DUE, NEXT_REVIEW = date(2026, 11, 16), date(2027, 11, 16)


@pytest.fixture
def school(service: Service) -> UUID:
    """A rated school, with an unrated one beside it."""
    made = [begun(service, urn, name) for urn, name in ((900001, "Lark Hill"), (900002, "Moorside"))]
    rate(service, made[0], "C", REVIEW_DUE)
    return made[0]


def begun(service: Service, urn: int, name: str) -> UUID:
    source = Source("register_2026-04.csv", date(2026, 4, 25))
    with signed(TODAY):
        return service.add(
            lambda: School.register(urn, name=name, details={"status": "Open"}, head=None, source=source)
        ).id


def rate(service: Service, school: UUID, category: str, review_due: date) -> None:
    with signed(TODAY):
        service.change(
            School,
            school,
            lambda it: set_need_category(
                it,
                category,
                among="ABCD",
                from_=TODAY,
                review_due=review_due,
                rationale="Results",
                scheme="settings-0",
            ),
        )


def tell(service: Service, school: UUID, status: str) -> None:
    told = {"status": status, "closed": TODAY.isoformat() if status == "Closed" else None}
    with signed(TODAY):
        service.change(School, school, lambda it: it.refresh(told, source=Source("register_2026-11.csv", TODAY)))


def test_a_need_category_is_reviewed_by_its_day_by_whoever_looks_after_the_school(ask: Ask, school: UUID) -> None:
    items: list[Item] = ask(waiting)

    assert [(item.task, item.waiting_for, item.due, item.detail) for item in items] == [
        (Task.REVIEW_NEED, WaitingFor.OFFICER, REVIEW_DUE, "Category C")
    ]
    assert (items[0].kind, items[0].record, items[0].school, items[0].person) == ("school", school, school, None)


def test_a_school_rated_anew_is_reviewed_by_the_new_day(service: Service, ask: Ask, school: UUID) -> None:
    rate(service, school, "B", NEXT_REVIEW)

    assert [(item.due, item.detail) for item in ask(waiting)] == [(NEXT_REVIEW, "Category B")]


def test_a_closed_school_is_not_reviewed_and_one_that_opens_again_is(
    service: Service, ask: Ask, school: UUID
) -> None:
    tell(service, school, "Closed")
    assert ask(waiting) == []
    rate(service, school, "B", REVIEW_DUE)
    assert ask(waiting) == [], "a late rating of its last days"

    tell(service, school, "Open")
    assert [(item.task, item.detail) for item in ask(waiting)] == [(Task.REVIEW_NEED, "Category B")]


def test_a_school_that_went_into_another_is_not_reviewed(service: Service, ask: Ask, school: UUID) -> None:
    other = begun(service, 900003, "Lark Hill Academy")
    with signed(TODAY):
        service.change(School, school, lambda it: it.merge_into(other, on=TODAY, reason="Amalgamated"))

    assert ask(waiting) == []


def test_a_record_is_due_ten_days_after_a_visit_whose_event_names_no_day(service: Service, ask: Ask) -> None:
    with signed(TODAY):
        service.add(
            lambda: Visit.record_unplanned(
                "V-2026-0001",
                school=SCHOOL,
                kind=VisitKind.CORE,
                purpose=Purpose.CHALLENGE,
                on=TODAY,
                term=default_term_on(TODAY),
                visitors=(Visitor(OFFICER, "link officer"),),
                lead=OFFICER,
                focus="Target setting",
                minutes=90,
                attendees="the headteacher",
                reason="The school asked",
            )
        )

    assert [(item.task, item.due) for item in ask(waiting)] == [(Task.WRITE_RECORD, TODAY + timedelta(days=10))]


def test_nothing_waits_at_a_school_that_belongs_to_another_authority_until_it_comes_back(
    service: Service, ask: Ask, school: UUID
) -> None:
    beside: list[Item] = ask(waiting)
    rate(service, begun(service, 900003, "Cedar High"), "D", NEXT_REVIEW)
    with signed(TODAY):
        planned = service.add(
            lambda: Visit.plan(
                "V-2026-0002",
                school=school,
                kind=VisitKind.CORE,
                purpose=Purpose.MONITORING,
                on=TODAY,
                term=default_term_on(TODAY),
                visitors=(Visitor(OFFICER, "link officer"),),
                lead=OFFICER,
                focus="Target setting",
            )
        ).id
    assert planned in {item.record for item in ask(waiting)}
    source = Source("register_2026-11.csv", TODAY)

    with signed(TODAY):
        service.change(School, school, lambda it: it.move_to(la_name="Bolton", la_code="350", source=source))

    assert [item.detail for item in ask(waiting)] == ["Category D"]

    with signed(TODAY):
        service.change(School, school, lambda it: it.come_back(source=source))

    assert {item.record for item in ask(waiting)} >= {planned, beside[0].record}

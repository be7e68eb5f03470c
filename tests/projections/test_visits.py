"""The diary of visits: one visit's events change one visit's row, and core visits are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calendar import Term, default_term_on
from domain.on_behalf import Confirmation, Heard
from domain.record_of_visit import RecordOfVisit
from domain.service import Service
from domain.signature import acting, current_signature
from domain.visit import CancelledBy, Visit, Visitor, VisitStatus
from domain.vocabulary import Purpose, Side, VisitKind
from projections import visits
from projections.recorded import RecordedForOther
from projections.visits import (
    CoreCount,
    core_visits,
)
from tests.projections.conftest import Ask, row_where, rows_of
from tests.scenario import TODAY, signed

list_rows = rows_of(visits.visits, visits.listed)
VIEWS = [visits.VIEW]

LARK_HILL, ST_ANNES, OFFICER, COLLEAGUE, HEAD = (uuid4() for _ in range(5))
TUESDAY, FRIDAY, JANUARY = date(2026, 11, 3), date(2026, 11, 6), date(2027, 1, 12)

Do = Callable[..., None]


def plan(service: Service, number: int, school: UUID = LARK_HILL, on: date = TUESDAY, **chosen: Any) -> UUID:
    details: dict[str, Any] = {
        "kind": VisitKind.CORE,
        "purpose": Purpose.CHALLENGE,
        "visitors": [Visitor(OFFICER, "officer")],
        "lead": OFFICER,
        "focus": "Targets",
        **chosen,
    }
    with signed(TODAY):
        return service.add(
            lambda: Visit.plan(f"V-2026-000{number}", school=school, on=on, term=default_term_on(on), **details)
        ).id


@pytest.fixture
def first(service: Service) -> UUID:
    return plan(service, 1, starts_at=time(9), minutes=60)


@pytest.fixture
def second(service: Service) -> UUID:
    return plan(service, 2, ST_ANNES, FRIDAY)


@pytest.fixture
def do(service: Service) -> Do:
    def act(visit: UUID, command: Callable[[Visit], None], on: date = TODAY) -> None:
        with signed(on):
            service.change(Visit, visit, command)

    return act


def confirm(visit: Visit) -> None:
    visit.confirm(side=Side.SCHOOL, on=visit.on, minutes=75)


def confirm_as_it_stands(visit: Visit) -> None:
    visit.confirm(side=Side.SCHOOL, on=visit.on)


def recorded_as_agreed(visit: Visit) -> None:
    with acting(replace(current_signature(), actor=OFFICER)):
        visit.record_agreement(whose=HEAD, heard=Heard.EMAIL, came_on=TODAY, evidence="Email of today")


def as_school(command: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """A command that the headteacher gives."""

    def act(visit: Visit) -> None:
        with acting(replace(current_signature(), actor=HEAD)):
            command(visit)

    return act


IN_DOUBT, IS_CONFIRMED, IS_DISOWNED = (
    (RecordedForOther(Side.SCHOOL, OFFICER, HEAD, confirmation),)
    for confirmation in (Confirmation.NOT_CONFIRMED, Confirmation.CONFIRMED, Confirmation.DISOWNED)
)


def hold(visit: Visit) -> None:
    visit.hold(on=visit.on, minutes=90, attendees="the headteacher")


def references(found: list[visits.PlannedVisit]) -> list[str]:
    return [visit.reference for visit in found]


def test_a_planned_visit_stands_in_the_diary(ask: Ask, first: UUID) -> None:
    row = ask(row_where, visits.visits, school=LARK_HILL)

    assert (row.id, row.reference, row.kind, row.purpose) == (first, "V-2026-0001", VisitKind.CORE, Purpose.CHALLENGE)
    assert (row.on, row.starts_at, row.minutes, row.status) == (TUESDAY, time(9), 60, VisitStatus.PLANNED)
    assert (row.academic_year, row.term, row.lead, row.visitors) == (2026, Term.AUTUMN, OFFICER, (OFFICER,))


@pytest.mark.parametrize(
    ("commands", "changed"),
    [
        ([confirm], {"status": VisitStatus.CONFIRMED, "minutes": 75}),
        ([confirm, hold], {"status": VisitStatus.HELD, "held_on": TUESDAY, "minutes": 90}),
        ([recorded_as_agreed], {"status": VisitStatus.CONFIRMED, "recorded_for_others": IN_DOUBT}),
        ([recorded_as_agreed, as_school(confirm_as_it_stands)], {"recorded_for_others": IS_CONFIRMED}),
        (
            [recorded_as_agreed, as_school(lambda visit: visit.disown_agreement(reason="Not so"))],
            {"status": VisitStatus.PLANNED, "recorded_for_others": IS_DISOWNED},
        ),
        ([recorded_as_agreed, as_school(confirm)], {"status": VisitStatus.CONFIRMED, "recorded_for_others": ()}),
        (
            [lambda visit: visit.miss(reason="Illness")],
            {"status": VisitStatus.NOT_MADE, "missed_on": TUESDAY},
        ),
        (
            [lambda visit: visit.miss(reason="Illness"), lambda visit: visit.close()],
            {"status": VisitStatus.CLOSED, "missed_on": TUESDAY},
        ),
        ([lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="Trip")], {"status": VisitStatus.CANCELLED}),
        (
            [
                confirm,
                lambda visit: visit.reschedule(
                    on=JANUARY, term=default_term_on(JANUARY), side=Side.SCHOOL, reason="Trip", starts_at=time(13)
                ),
            ],
            {"status": VisitStatus.PLANNED, "on": JANUARY, "term": Term.SPRING, "starts_at": time(13)},
        ),
        (
            [lambda visit: visit.change_visitors([Visitor(COLLEAGUE, "director")], lead=COLLEAGUE, reason="Illness")],
            {"lead": COLLEAGUE, "visitors": (COLLEAGUE,)},
        ),
    ],
)
def test_what_happens_to_one_visit_changes_its_row_alone(
    ask: Ask, do: Do, first: UUID, second: UUID, commands: list[Callable[[Visit], None]], changed: dict[str, Any]
) -> None:
    other = ask(row_where, visits.visits, school=ST_ANNES)
    for command in commands:
        do(first, command, on=TUESDAY)

    row = ask(row_where, visits.visits, school=LARK_HILL)
    assert {name: getattr(row, name) for name in changed} == changed
    assert ask(row_where, visits.visits, school=ST_ANNES) == other
    assert other.id == second


def test_an_unplanned_visit_stands_in_the_diary_as_held(ask: Ask, service: Service) -> None:
    with signed(TODAY):
        service.add(
            lambda: Visit.record_unplanned(
                "V-2026-0009",
                school=LARK_HILL,
                kind=VisitKind.MONITORING,
                purpose=Purpose.MONITORING,
                on=TODAY,
                term=default_term_on(TODAY),
                visitors=[Visitor(OFFICER, "officer")],
                lead=OFFICER,
                focus="Attendance",
                minutes=30,
                attendees="the headteacher",
                reason="The school rang",
            )
        )

    row = ask(row_where, visits.visits, reference="V-2026-0009")
    assert (row.status, row.held_on, row.minutes) == (VisitStatus.HELD, TODAY, 30)


def test_a_visit_leads_to_its_record(ask: Ask, service: Service, do: Do, first: UUID) -> None:
    do(first, confirm)
    do(first, hold, on=TUESDAY)
    with signed(TUESDAY):
        record = RecordOfVisit.start(
            "ROV-2026-0001",
            visit=first,
            school=LARK_HILL,
            kind=VisitKind.CORE,
            purpose=Purpose.CHALLENGE,
            author=OFFICER,
            visited_on=TUESDAY,
        )
        service.change(Visit, first, lambda visit: visit.start_record(record))

    row = ask(row_where, visits.visits, reference="V-2026-0001")
    assert (row.record, row.record_reference) == (record.id, "ROV-2026-0001")


def test_the_visits_of_a_school_are_paged_from_the_latest(ask: Ask, service: Service, second: UUID) -> None:
    for number, on in ((3, JANUARY), (4, TUESDAY), (5, TUESDAY), (6, FRIDAY)):
        plan(service, number, on=on)

    pages = [
        ask(list_rows, schools=[LARK_HILL], latest_first=True, limit=3),
        ask(list_rows, schools=[LARK_HILL], latest_first=True, after="V-2026-0005", limit=3),
    ]
    assert [references(page) for page in pages] == [["V-2026-0003", "V-2026-0006", "V-2026-0005"], ["V-2026-0004"]]
    assert ask(list_rows, schools=[LARK_HILL], latest_first=True, after="V-1999-0001") == []


def test_an_officer_sees_the_visits_they_make_between_two_days(ask: Ask, service: Service, do: Do) -> None:
    plan(service, 1)
    both = plan(service, 2, on=FRIDAY)
    plan(service, 3, on=JANUARY)
    given_away = plan(service, 4)
    do(
        both,
        lambda visit: visit.change_visitors(
            [Visitor(OFFICER, "officer"), Visitor(COLLEAGUE, "consultant")], lead=OFFICER, reason="Mathematics"
        ),
    )
    do(given_away, lambda visit: visit.change_visitors([Visitor(COLLEAGUE, "officer")], lead=COLLEAGUE, reason="Ill"))

    mine = ask(list_rows, officers=[OFFICER], first=TUESDAY, last=FRIDAY)
    theirs = ask(list_rows, officers=[COLLEAGUE], first=TUESDAY, last=JANUARY)
    assert references(mine) == ["V-2026-0001", "V-2026-0002"]
    assert references(theirs) == ["V-2026-0004", "V-2026-0002"]
    assert references(ask(list_rows, officers=[OFFICER], first=TUESDAY, last=FRIDAY, after="V-2026-0001")) == [
        "V-2026-0002"
    ]


def test_the_diary_is_narrowed_by_school_and_status(ask: Ask, do: Do, first: UUID, second: UUID) -> None:
    do(second, confirm)

    assert references(ask(list_rows)) == ["V-2026-0001", "V-2026-0002"]
    assert references(ask(list_rows, limit=1)) == ["V-2026-0001"]
    assert references(ask(list_rows, schools=[ST_ANNES])) == ["V-2026-0002"]
    assert references(ask(list_rows, statuses=[VisitStatus.PLANNED])) == ["V-2026-0001"]
    assert references(ask(list_rows, first=FRIDAY)) == ["V-2026-0002"]
    assert references(ask(list_rows, last=TUESDAY)) == ["V-2026-0001"]
    assert ask(list_rows, schools=[]) == []


def test_core_visits_are_counted_for_each_school_and_term(ask: Ask, service: Service, do: Do) -> None:
    held = plan(service, 1)
    do(held, confirm)
    do(held, hold, on=TUESDAY)
    do(plan(service, 2), lambda visit: visit.miss(reason="Illness"), on=TUESDAY)
    do(plan(service, 3), lambda visit: visit.cancel(cause=CancelledBy.WEATHER, reason="Snow"))
    plan(service, 4, on=JANUARY)
    do(plan(service, 5, on=JANUARY), confirm)
    plan(service, 6, ST_ANNES)
    plan(service, 7, kind=VisitKind.FOLLOW_UP)
    plan(service, 8, on=date(2027, 11, 2))

    counts = ask(core_visits, 2026)
    assert [count for count in counts if count.school == LARK_HILL] == [
        CoreCount(school=LARK_HILL, term=Term.AUTUMN, planned=0, held=1, missed=1),
        CoreCount(school=LARK_HILL, term=Term.SPRING, planned=2, held=0, missed=0),
    ]
    assert [count for count in counts if count.school == ST_ANNES] == [
        CoreCount(school=ST_ANNES, term=Term.AUTUMN, planned=1, held=0, missed=0)
    ]

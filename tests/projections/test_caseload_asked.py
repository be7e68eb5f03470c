"""What is asked of the caseload: by school, by person, by post, by provider, by day, and page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from domain.concern import ConcernCase, ReviewDecision
from domain.service import Service
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import Tender
from projections import caseload
from projections.caseload import CaseloadCount, Item, Task, WaitingFor, counted, cursor_of, waiting
from tests import grants
from tests.domain.brokered import CALDER, HARROP, REPLY_BY
from tests.projections.conftest import Ask
from tests.projections.test_caseload import (
    BROKER,
    IN_A_MONTH,
    OFFICER,
    OTHER_SCHOOL,
    SCHOOL,
    begun,
    concern,
    invite,
    record,
    request,
    review,
    start_intervention,
    tender,
    visit,
)
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]


@pytest.fixture
def two_cases(service: Service) -> tuple[UUID, UUID]:
    """One at each school; the second is an intervention, to be reviewed in a month."""
    one, other = (
        begun(service, concern, f"CC-2026-000{number}", school)
        for number, school in enumerate((SCHOOL, OTHER_SCHOOL), 1)
    )
    for step in (
        lambda case: grants.assess_as_causing_concern(case, "Weak"),
        start_intervention,
        review(ReviewDecision.CONTINUE),
        lambda case: grants.decide_review(case, ReviewDecision.CONTINUE, IN_A_MONTH),
    ):
        with signed(TODAY):
            service.change(ConcernCase, other, step)
    return one, other


def records(items: list[Item]) -> list[UUID]:
    """The records about which something waits, but for the objectives of an intervention."""
    return [item.record for item in items if item.task is not Task.REACH_OBJECTIVE]


def test_what_is_due_first_stands_first_and_what_has_no_date_last(ask: Ask, two_cases: tuple[UUID, UUID]) -> None:
    without_date, in_a_month = two_cases

    assert records(ask(waiting)) == [in_a_month, without_date]


def test_a_list_is_narrowed_to_schools(ask: Ask, two_cases: tuple[UUID, UUID]) -> None:
    one, other = two_cases

    assert records(ask(waiting, schools=[SCHOOL])) == [one]
    assert records(ask(waiting, schools=[OTHER_SCHOOL])) == [other]
    assert records(ask(waiting, schools=[])) == []


def test_what_is_ones_own_by_name_is_found_at_any_school(service: Service, ask: Ask) -> None:
    own = begun(service, visit, "V-2026-0001")
    begun(service, concern, "CC-2026-0001")

    assert records(ask(waiting, schools=[], person=OFFICER)) == [own]
    assert records(ask(waiting, schools=[], person=uuid4())) == []


def test_what_waits_for_a_post_is_found_by_its_moves_unless_somebody_is_named(service: Service, ask: Ask) -> None:
    nobodys, somebodys = (begun(service, request, f"SR-2026-000{n}") for n in (1, 2))
    with signed(TODAY):
        service.change(SupportRequest, somebodys, lambda one: one.acknowledge(officer=BROKER, answer_by=REPLY_BY))
    with signed(TODAY):
        service.change(
            SupportRequest,
            somebodys,
            lambda one: one.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Route.BROKERED),
        )

    assert records(ask(waiting, schools=[], moves=[WaitingFor.BROKER])) == [nobodys]
    assert set(records(ask(waiting, schools=[], moves=[WaitingFor.BROKER], person=BROKER))) == {nobodys, somebodys}
    assert records(ask(waiting, schools=[], moves=[WaitingFor.HEADTEACHER])) == []


def test_what_waits_for_a_provider_is_found_by_it(service: Service, ask: Ask) -> None:
    asked = begun(service, tender, "TN-2026-0001")
    with signed(TODAY):
        service.change(Tender, asked, invite(CALDER))

    assert [item.provider for item in ask(waiting, schools=[], providers=[CALDER])] == [CALDER]
    assert ask(waiting, schools=[], providers=[HARROP]) == []


def test_a_list_is_narrowed_to_whose_move_it_is_and_to_what_is_due(ask: Ask, two_cases: tuple[UUID, UUID]) -> None:
    _, in_a_month = two_cases

    assert records(ask(waiting, waiting_for=[WaitingFor.SCHOOL])) == []
    assert records(ask(waiting, due_before=IN_A_MONTH)) == []
    assert records(ask(waiting, due_before=IN_A_MONTH + timedelta(days=1))) == [in_a_month]


def test_how_much_waits_is_counted_as_the_list_is_narrowed_and_no_further_than_told(
    service: Service, ask: Ask
) -> None:
    for number in range(1, 4):
        begun(service, visit, f"V-2026-000{number}")
    begun(service, concern, "CC-2026-0001", OTHER_SCHOOL)
    tomorrow = TODAY + timedelta(days=1)

    def count(**more: Any) -> CaseloadCount:
        shown, count = ask(counted, **more)
        assert shown == ask(waiting, schools=more.get("schools"), limit=more.get("limit", 50))
        return cast("CaseloadCount", count)

    assert count(today=TODAY) == CaseloadCount(7, 0)
    assert count(today=tomorrow) == CaseloadCount(7, 6)
    assert count(today=tomorrow, limit=2) == CaseloadCount(7, 6)
    assert count(today=tomorrow, schools=[OTHER_SCHOOL]) == CaseloadCount(1, 0)
    assert count(today=tomorrow, schools=[]) == CaseloadCount(0, 0)
    assert count(today=tomorrow, up_to=2) == CaseloadCount(3, 3)


def test_pages_follow_each_other_without_a_gap(service: Service, ask: Ask) -> None:
    begun(service, record, "ROV-2026-0001")
    for number in range(1, 4):
        begun(service, visit, f"V-2026-000{number}")
    whole = ask(waiting)

    walked: list[Item] = []
    while page := ask(waiting, after=cursor_of(walked[-1]) if walked else None, limit=1):
        walked += page

    assert walked == whole
    assert len(whole) == 7

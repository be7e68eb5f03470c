"""The view of requests: how far each is, for whom it waits, and its next day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.service import Service
from domain.support_request import InHouse, RequestStatus, SupportRequest, UnmetCause, Urgency
from domain.tender import DeclineReason, Tender
from domain.vocabulary import Phase, Side, SupportKind
from projections import open_requests as view
from projections.open_requests import RequestRow, RequestWaitsFor, open_requests, request_of_reference
from tests.domain.brokered import (
    AFTER_REPLY_BY,
    BEGINS,
    BROKER,
    CALDER,
    HARROP,
    LEAD,
    REPLY_BY,
    RULES,
    SCHOOL,
    a_need,
    a_raised_request,
    a_shortlisted_request,
    a_tender,
    an_acknowledged_request,
    terms,
)
from tests.projections.conftest import Ask, rows_of
from tests.scenario import TODAY, signed

all_requests = rows_of(view.requests, view.listed)
VIEWS = [view.VIEW]


@pytest.fixture
def other(service: Service) -> UUID:
    """A second request, which nothing may change."""
    with signed():
        return service.add(
            lambda: SupportRequest.raise_("SR-2026-0002", **a_need(school=uuid4(), subject="French"))
        ).id


@pytest.fixture
def row(ask: Ask) -> Callable[[UUID], RequestRow]:
    return lambda request: ask(view.requests.get, request)


def keep(service: Service, request: SupportRequest) -> UUID:
    with signed():
        return service.add(lambda: request).id


def test_a_raised_request_waits_for_the_service(
    service: Service, other: UUID, row: Callable[[UUID], RequestRow]
) -> None:
    raised = row(keep(service, a_raised_request()))

    assert (raised.reference, raised.school, raised.subject) == ("SR-2026-0001", SCHOOL, "Mathematics")
    assert (raised.status, raised.waiting_for, raised.next_on) == (
        RequestStatus.RAISED,
        RequestWaitsFor.SERVICE,
        BEGINS,
    )
    assert row(other).subject == "French"


def test_the_promised_answer_moves_on_while_the_school_is_asked(
    service: Service, other: UUID, row: Callable[[UUID], RequestRow]
) -> None:
    request = keep(service, an_acknowledged_request())
    with signed():
        service.change(SupportRequest, request, lambda request: request.ask_for_information("Which years?"))
    asked = row(request)
    assert asked.waiting_for is RequestWaitsFor.SCHOOL
    assert not asked.is_overdue(REPLY_BY + timedelta(days=30))

    with signed(TODAY + timedelta(days=3)):
        service.change(SupportRequest, request, lambda request: request.give_information("Year 7"))

    answered = row(request)
    assert (answered.waiting_for, answered.next_on) == (RequestWaitsFor.SERVICE, REPLY_BY + timedelta(days=3))
    assert answered.next_on == service.find(SupportRequest, request).answer_by
    assert answered.is_overdue(REPLY_BY + timedelta(days=4))
    assert row(other).waiting_for is RequestWaitsFor.SERVICE


def test_an_inviting_request_waits_for_the_providers_who_have_not_answered(
    service: Service, other: UUID, row: Callable[[UUID], RequestRow]
) -> None:
    request, tender = keep(service, a_shortlisted_request()), a_tender()
    with signed():
        service.add(lambda: tender)
        service.change(SupportRequest, request, lambda request: request.open_tender(tender.id))
    for provider in (CALDER, HARROP):
        with signed():
            service.change(
                Tender,
                tender.id,
                lambda tender, provider=provider: tender.invite(provider, clearance="", rules=RULES),
            )
    invited = row(request)
    assert (invited.status, invited.waiting_for) == (RequestStatus.INVITING, RequestWaitsFor.PROVIDERS)
    assert (invited.next_on, invited.unanswered) == (REPLY_BY, (CALDER, HARROP))

    with signed():
        service.change(Tender, tender.id, lambda tender: tender.quote(CALDER, terms()))
    with signed():
        service.change(Tender, tender.id, lambda tender: tender.extend(reply_by=AFTER_REPLY_BY, reason="Half term"))
    assert (row(request).unanswered, row(request).next_on) == ((HARROP,), AFTER_REPLY_BY)

    with signed():
        service.change(
            Tender, tender.id, lambda tender: tender.decline(HARROP, why=DeclineReason.DATES, reason="Away")
        )
    assert row(request).waiting_for is RequestWaitsFor.SERVICE
    assert row(other).unanswered == ()


def test_a_placed_request_waits_for_its_engagement_until_the_placement_falls_through(
    service: Service, other: UUID, row: Callable[[UUID], RequestRow]
) -> None:
    request, engagement = keep(service, a_shortlisted_request()), uuid4()
    with signed():
        service.change(SupportRequest, request, lambda request: request.place(engagement=engagement, provider=CALDER))
    placed = row(request)
    assert (placed.status, placed.engagement, placed.waiting_for) == (
        RequestStatus.PLACED,
        engagement,
        RequestWaitsFor.ENGAGEMENT,
    )

    with signed():
        service.change(SupportRequest, request, lambda request: request.take_up_again(reason="Illness"))

    assert row(request).status is service.find(SupportRequest, request).status is RequestStatus.SHORTLISTED
    assert row(other).status is RequestStatus.RAISED


@pytest.mark.parametrize(
    "leave",
    [
        lambda request: request.withdraw(side=Side.SCHOOL, reason="Met otherwise"),
        lambda request: request.decline(side=Side.SERVICE, reason="Out of scope"),
        lambda request: request.signpost(to="The maths hub", reason="Free"),
        lambda request: request.meet_in_house(InHouse.LEAD_TEACHER),
        lambda request: request.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="Nobody within reach"),
        lambda request: request.merge(uuid4(), reason="Asked twice"),
    ],
)
def test_an_ended_request_is_no_longer_open_until_it_is_taken_up_again(
    service: Service, ask: Ask, other: UUID, leave: Callable[[SupportRequest], None]
) -> None:
    request = keep(service, a_shortlisted_request())
    with signed():
        service.change(SupportRequest, request, leave)

    assert [each.id for each in ask(open_requests)] == [other]
    ended = ask(request_of_reference, "SR-2026-0001")
    assert (ended.status, ended.ended_on) == (service.find(SupportRequest, request).status, TODAY)

    with signed():
        service.change(SupportRequest, request, lambda request: request.reopen(reason="Needed after all"))
    assert [each.reference for each in ask(open_requests)] == ["SR-2026-0001", "SR-2026-0002"]
    assert ask(request_of_reference, "SR-2026-0001").status is RequestStatus.TRIAGED


def test_requests_are_found_by_school_broker_and_what_they_ask_for(service: Service, ask: Ask, other: UUID) -> None:
    keep(service, a_shortlisted_request())

    def found(**wanted: object) -> list[str]:
        return [each.reference for each in ask(all_requests, **wanted)]

    assert found() == ["SR-2026-0002", "SR-2026-0001"]
    assert found(schools=[SCHOOL]) == ["SR-2026-0001"]
    assert found(schools=[]) == []
    assert found(broker=BROKER) == ["SR-2026-0001"]
    assert found(statuses=[RequestStatus.RAISED]) == ["SR-2026-0002"]
    assert found(subject_keys=["maths", "mathematics"]) == ["SR-2026-0001"]
    assert found(kind=SupportKind.TRAINING) == []
    assert found(phase=Phase.SECONDARY, limit=1) == ["SR-2026-0002"]
    assert found(urgency=Urgency.URGENT) == []
    assert found(is_open=True) == ["SR-2026-0002", "SR-2026-0001"]
    assert found(is_open=False) == []
    assert found(after="SR-2026-0002") == ["SR-2026-0001"]
    assert ask(all_requests, broker=LEAD) == []


def test_a_request_that_changes_hands_is_on_the_other_broker_s_list(service: Service, ask: Ask, other: UUID) -> None:
    request = keep(service, a_shortlisted_request())
    with signed():
        service.change(SupportRequest, request, lambda request: request.reassign(broker=LEAD, reason="Leave"))

    assert [each.id for each in ask(all_requests, broker=LEAD)] == [request]


def test_requests_are_found_by_whose_turn_it_is(service: Service, ask: Ask, other: UUID) -> None:
    request, tender = keep(service, a_shortlisted_request()), a_tender()

    def found() -> dict[RequestWaitsFor, list[UUID]]:
        by_turn = {turn: ask(all_requests, waiting_for=turn) for turn in RequestWaitsFor}
        assert all(row.waiting_for is turn for turn, rows in by_turn.items() for row in rows)
        return {turn: [row.id for row in rows if row.id == request] for turn, rows in by_turn.items()}

    def after(act: Callable[[SupportRequest], None]) -> RequestWaitsFor:
        with signed():
            service.change(SupportRequest, request, act)
        (turn,) = [turn for turn, ids in found().items() if ids]
        return turn

    assert after(lambda request: request.ask_for_information("Which years?")) is RequestWaitsFor.SCHOOL
    assert after(lambda request: request.give_information("Year 7")) is RequestWaitsFor.SERVICE
    with signed():
        service.add(lambda: tender)
    assert after(lambda request: request.open_tender(tender.id)) is RequestWaitsFor.SERVICE
    with signed():
        service.change(Tender, tender.id, lambda tender: tender.invite(CALDER, clearance="", rules=RULES))
    assert found()[RequestWaitsFor.PROVIDERS] == [request]
    assert after(lambda request: request.place(engagement=uuid4(), provider=CALDER)) is RequestWaitsFor.ENGAGEMENT
    assert found()[RequestWaitsFor.SERVICE] == []
    assert [row.id for row in ask(all_requests, waiting_for=RequestWaitsFor.SERVICE)] == [other]

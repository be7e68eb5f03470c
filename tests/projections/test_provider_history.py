"""The brokered history of providers and specialists: sums and the cases beneath them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.engagement import BrokeredEngagement
from domain.service import Service
from domain.tender import DeclineReason, Tender
from domain.vocabulary import Side
from projections import provider_history as view
from projections.provider_history import CaseKind, Holder, cases_of, histories_of, history_of
from tests.domain.brokered import (
    AFTER_REPLY_BY,
    CALDER,
    GRACE,
    HARROP,
    HEAD,
    IMRAN,
    RULES,
    SCHOOL,
    a_confirmed_engagement,
    a_tender_with_two_invited,
    outcomes,
    terms,
)
from tests.grants import for_one_alone, for_selection
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [view.VIEW]


@pytest.fixture
def tender(service: Service) -> Callable[[Callable[[Tender], None]], None]:
    """Two providers are invited; what is done is done in that tender."""
    invited = a_tender_with_two_invited()
    with signed():
        service.add(lambda: invited)

    def act(decide: Callable[[Tender], None], on: date = TODAY) -> None:
        with signed(on):
            service.change(Tender, invited.id, decide)

    return act


@pytest.fixture
def work(service: Service) -> Callable[..., None]:
    """A confirmed engagement of Grace, of Calder; what is done is done in it."""
    engagement = a_confirmed_engagement()
    with signed():
        service.add(lambda: engagement)

    def act(*acts: Callable[[BrokeredEngagement], None]) -> None:
        for each in acts:
            with signed():
                service.change(BrokeredEngagement, engagement.id, each)

    return act


def plan(engagement: BrokeredEngagement) -> None:
    engagement.plan_session(on=TODAY, days=Decimal(1), cleared=True, rules=RULES)


def deliver(number: int) -> Callable[[BrokeredEngagement], None]:
    return lambda engagement: engagement.deliver_session(number, on=TODAY, days=Decimal(1), cleared=True, rules=RULES)


def substitute(engagement: BrokeredEngagement) -> None:
    engagement.substitute(IMRAN, cleared=True, valid_to=None, rules=RULES, reason="Maternity leave")


def evaluate(engagement: BrokeredEngagement) -> None:
    engagement.evaluate(quality=5, impact=4, comment="", outcomes=outcomes(engagement), evaluator=HEAD)


Acts = Callable[..., None]


def test_declining_is_remembered_by_its_reason_and_for_as_long_as_was_asked(tender: Acts, ask: Ask) -> None:
    until = date(2027, 1, 31)
    tender(
        lambda tender: tender.decline(CALDER, why=DeclineReason.NO_CAPACITY, reason="Full", unavailable_until=until)
    )

    calder = ask(history_of, CALDER)
    assert (calder.kind, calder.invited, calder.declined) == (Holder.PROVIDER, 1, 1)
    assert (calder.declined_for, calder.last_declined, calder.unavailable_until) == ({"no_capacity": 1}, TODAY, until)
    harrop = ask(history_of, HARROP)
    assert (harrop.invited, harrop.declined, harrop.last_declined) == (1, 0, None)
    case = ask(cases_of, CALDER)[0]
    assert (case.kind, case.outcome, case.declined_for, case.reason) == (
        CaseKind.INVITATION,
        "declined",
        DeclineReason.NO_CAPACITY,
        "Full",
    )


def test_an_invitation_called_off_by_the_service_is_not_held_against_the_provider(tender: Acts, ask: Ask) -> None:
    tender(lambda tender: tender.decline(CALDER, why=DeclineReason.OTHER, reason="Our mistake", side=Side.SERVICE))

    assert (ask(history_of, CALDER).declined, ask(history_of, CALDER).last_declined) == (0, None)


def test_lapsed_withdrawn_and_selected_are_counted_apart(tender: Acts, ask: Ask) -> None:
    tender(lambda tender: tender.quote(CALDER, terms()))
    tender(lambda tender: tender.lapse_unanswered(), on=AFTER_REPLY_BY)
    tender(
        lambda tender: tender.select(
            CALDER, rationale="Best", granted=for_selection(tender.id), ceiling=Decimal(9000)
        )
    )

    calder, grace, harrop = (ask(history_of, each) for each in (CALDER, GRACE, HARROP))
    assert (calder.quoted, calder.selected, calder.lapsed) == (1, 1, 0)
    assert (grace.kind, grace.quoted, grace.selected, grace.invited) == (Holder.SPECIALIST, 1, 1, 0)
    assert (harrop.lapsed, harrop.quoted) == (1, 0)
    assert [case.outcome for case in ask(cases_of, GRACE)] == ["selected"]
    assert [case.outcome for case in ask(cases_of, HARROP)] == ["lapsed"]


def test_a_quote_taken_back_is_counted(tender: Acts, ask: Ask) -> None:
    tender(lambda tender: tender.quote(CALDER, terms()))
    tender(lambda tender: tender.withdraw_quote(CALDER, reason="Ill"))

    assert (ask(history_of, CALDER).quoted, ask(history_of, CALDER).withdrawn) == (1, 1)
    assert ask(cases_of, CALDER)[0].outcome == "withdrawn"


def test_work_done_is_summed_for_provider_and_specialist(work: Acts, ask: Ask) -> None:
    work(plan, deliver(1), lambda engagement: engagement.complete(), evaluate)

    for holder in (CALDER, GRACE):
        history = ask(history_of, holder)
        assert (history.engaged, history.schools, history.days) == (1, (SCHOOL,), Decimal(1))
        assert (history.net_cost, history.rated) == (Decimal("333.33"), 1)
        assert (history.ratings_sum, history.mean_rating) == (Decimal("4.5"), Decimal("4.5"))
        case = ask(cases_of, holder, kind=CaseKind.ENGAGEMENT)[0]
        assert (case.outcome, case.days, case.quality, case.impact) == ("evaluated", Decimal(1), 5, 4)
    assert ask(history_of, IMRAN) is None


def test_each_specialist_is_credited_with_their_own_sessions(work: Acts, ask: Ask) -> None:
    work(plan, deliver(1), substitute, plan, deliver(2), lambda engagement: engagement.complete(), evaluate)

    calder, grace, imran = (ask(history_of, each) for each in (CALDER, GRACE, IMRAN))
    assert (calder.engaged, calder.days, calder.rated) == (1, Decimal(2), 1)
    assert (grace.engaged, grace.days, grace.rated) == (1, Decimal(1), 0)
    assert (imran.engaged, imran.days, imran.rated, imran.schools) == (1, Decimal(1), 1, (SCHOOL,))
    assert [case.outcome for case in ask(cases_of, GRACE)] == ["handed_over"]
    assert [case.outcome for case in ask(cases_of, IMRAN)] == ["evaluated"]
    assert grace.mean_rating is None


def test_a_session_cancelled_at_a_charge_costs_but_counts_no_day(work: Acts, ask: Ask) -> None:
    work(plan, lambda engagement: engagement.cancel_session(1, side=Side.SCHOOL, chargeable=True, reason="Snow"))

    assert (ask(history_of, CALDER).days, ask(history_of, CALDER).net_cost) == (Decimal(0), Decimal("333.33"))


def test_work_given_up_is_counted_as_such(work: Acts, ask: Ask) -> None:
    work(
        lambda engagement: engagement.pause(reason="Inspection"),
        lambda engagement: engagement.resume(reason="Over"),
        lambda engagement: engagement.cancel(side=Side.SCHOOL, reason="Funds withdrawn"),
    )

    assert ask(history_of, CALDER).cancelled == 1
    assert ask(cases_of, CALDER)[0].outcome == "cancelled"


def test_the_cases_are_paged_the_latest_first(service: Service, tender: Acts, work: Acts, ask: Ask) -> None:
    request = uuid4()
    with signed(TODAY + timedelta(days=5)):
        later = Tender.open(
            "TN-2026-0007",
            request=request,
            school=SCHOOL,
            brief="French",
            reply_by=AFTER_REPLY_BY,
            alone=for_one_alone(request),
            reason="In a hurry",
        )
        later.invite(CALDER, clearance="cleared", rules=RULES)
        service.add(lambda: later)

    seen: list[UUID] = []
    while page := ask(cases_of, CALDER, after=seen[-1] if seen else None, limit=1):
        seen.extend(case.record for case in page)

    assert seen == [case.record for case in ask(cases_of, CALDER)]
    assert (len(seen), seen[0]) == (3, later.id)
    assert ask(histories_of, [CALDER, IMRAN]).keys() == {CALDER}

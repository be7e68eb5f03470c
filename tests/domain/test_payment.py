"""Limits count what the council pays; what a school pays from its own budget, the school agrees to."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, Refusal
from domain.delegation import Act
from domain.signature import on_behalf_of
from domain.support_request import Payer, Payment, RequestStatus, SupportRequest, UnmetCause
from domain.support_request.payment import CouncilPartNeeded, SchoolHasNotAgreed, SchoolPays, SchoolPaysNothing
from domain.support_request.rules import NoMoreThanBefore, NotASum, NotAtThisStage
from tests.domain.brokered import (
    CALDER,
    HARROP,
    HEAD,
    SCHOOL,
    TOMORROW,
    YESTERDAY,
    a_placed_request,
    a_raised_request,
    a_tender_with_two_quotes,
    a_triaged_request,
    an_approved_request,
)
from tests.grants import approve, for_selection
from tests.scenario import given, signed


def paid_by(
    payer: Payer, part: int | None = None, stage: Callable[[], SupportRequest] = a_triaged_request
) -> SupportRequest:
    request = stage()
    with signed(YESTERDAY):
        request.state_payer(payer, council_part=None if part is None else Decimal(part))
    return request


@pytest.mark.parametrize(
    ("payment", "council", "school"),
    [
        (Payment(), 3600, 0),
        (Payment(Payer.SCHOOL), 0, 3600),
        (Payment(Payer.SHARED, Decimal(1000)), 1000, 2600),
        (Payment(Payer.SHARED, Decimal(5000)), 3600, 0),
    ],
)
def test_of_a_price_the_council_pays_its_part_and_the_school_the_rest(
    payment: Payment, council: int, school: int
) -> None:
    assert (payment.council_pays(Decimal(3600)), payment.school_pays(Decimal(3600))) == (council, school)


def test_where_nobody_has_said_who_pays_it_counts_as_the_council() -> None:
    request = a_raised_request()
    assert request.payment is None
    assert request.paid.council_pays(Decimal(3600)) == 3600


def test_the_school_says_who_pays_when_it_asks() -> None:
    assert a_raised_request(payer=Payer.SCHOOL).paid == Payment(Payer.SCHOOL)
    with pytest.raises(CouncilPartNeeded):
        a_raised_request(payer=Payer.SHARED)
    with pytest.raises(CouncilPartNeeded):
        a_raised_request(council_part=Decimal(100))


@pytest.mark.parametrize(
    ("payer", "part"), [(Payer.SHARED, None), (Payer.SHARED, 0), (Payer.COUNCIL, 100), (Payer.SCHOOL, 100)]
)
def test_the_councils_part_is_named_where_both_pay_and_only_there(payer: Payer, part: int | None) -> None:
    council_part = None if part is None else Decimal(part)
    given(a_triaged_request()).when(
        lambda request: request.state_payer(payer, council_part=council_part)
    ).then_refused(CouncilPartNeeded)


def test_who_pays_is_said_again_until_a_provider_is_found() -> None:
    given(a_placed_request()).when(lambda request: request.state_payer(Payer.COUNCIL)).then_refused(NotAtThisStage)


def test_the_agreement_of_a_school_that_pays_is_the_approval_and_nobody_else_gives_one() -> None:
    request = paid_by(Payer.SCHOOL)
    given(request).when(lambda request: approve(request, 3600)).then_refused(SchoolPays)
    given(request).when(lambda request: request.agree_price(Decimal(3600)), by=HEAD).then(
        SupportRequest.PriceAgreedBySchool, price=Decimal("3600.00")
    ).then_holds(lambda request: request.status is RequestStatus.APPROVED and request.ceiling is None)


def test_it_is_recorded_for_the_school_with_the_day_on_which_it_came() -> None:
    def record(request: SupportRequest) -> None:
        with on_behalf_of(SCHOOL):
            request.agree_price(Decimal(3600), reason="The head's email", came_on=YESTERDAY)

    request = paid_by(Payer.SCHOOL)
    given(request).when(record).then(SupportRequest.PriceAgreedBySchool, occurred_on=YESTERDAY)
    agreed = request.price_agreed
    assert agreed is not None
    assert (agreed.on_behalf, agreed.on, agreed.reason) == (True, YESTERDAY, "The head's email")


REFUSED: list[tuple[Callable[[], SupportRequest], Callable[[SupportRequest], None], type[Refusal]]] = [
    (a_triaged_request, lambda request: request.agree_price(Decimal(1)), SchoolPaysNothing),
    (lambda: paid_by(Payer.SCHOOL), lambda request: request.agree_price(Decimal(0)), NotASum),
    (
        lambda: paid_by(Payer.SCHOOL),
        lambda request: request.agree_price(Decimal(1), came_on=TOMORROW),
        OccurredInTheFuture,
    ),
]


@pytest.mark.parametrize(("stage", "act", "refusal"), REFUSED)
def test_a_school_agrees_to_pay_a_sum_where_it_pays(
    stage: Callable[[], SupportRequest], act: Callable[[SupportRequest], None], refusal: type[Refusal]
) -> None:
    given(stage()).when(act).then_refused(refusal)


def test_what_was_agreed_for_placed_work_only_rises() -> None:
    request = paid_by(Payer.SCHOOL)
    with signed():
        request.agree_price(Decimal(2000))
        request.place(engagement=uuid4(), provider=CALDER)
    given(request).when(lambda request: request.agree_price(Decimal(2000))).then_refused(NoMoreThanBefore)


def test_the_school_pays_no_more_than_it_agreed_to() -> None:
    request = paid_by(Payer.SHARED, 1000, an_approved_request)
    request.must_be_paid_for(Decimal(1000), field="net")
    with pytest.raises(SchoolHasNotAgreed, match="has not agreed yet, and it would pay £500"):
        request.must_be_paid_for(Decimal(1500), field="net")
    with signed():
        request.agree_price(Decimal(500))
    request.must_be_paid_for(Decimal(1500), field="net")
    with pytest.raises(SchoolHasNotAgreed, match="has agreed to pay £500, and it would pay £501"):
        request.must_be_paid_for(Decimal(1501), field="net")


def test_before_anybody_is_looked_for_spending_is_approved_by_whoever_pays_now() -> None:
    request = paid_by(Payer.SCHOOL)
    with signed():
        request.agree_price(Decimal(2000))
    given(request).when(lambda request: request.state_payer(Payer.COUNCIL)).then(
        SupportRequest.PayerStated
    ).then_holds(lambda request: request.status is RequestStatus.TRIAGED)
    given(request).when(lambda request: request.state_payer(Payer.SCHOOL)).then(
        SupportRequest.PayerStated
    ).then_holds(lambda request: request.status is RequestStatus.APPROVED)


def test_a_reopened_request_is_agreed_to_anew() -> None:
    request = paid_by(Payer.SCHOOL)
    with signed():
        request.agree_price(Decimal(2000))
        request.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="Nobody offers it")
        request.reopen(reason="Somebody does now")
    assert request.price_agreed is None


def test_the_limits_count_the_councils_part_of_a_quote() -> None:
    tender = a_tender_with_two_quotes()
    limit, dear = Decimal(1000), HARROP
    with signed():
        assert tender.authority_for(dear, ceiling=limit) is Act.SELECT_ABOVE_LIMIT
        assert tender.authority_for(dear, ceiling=limit, counted=limit) is Act.SELECT_NOT_BEST
        assert tender.authority_for(dear, ceiling=Decimal(0), counted=Decimal(0)) is Act.SELECT_PROVIDER
        tied = tender.authority_for(dear, ceiling=Decimal(0), counted=Decimal(0), tie="A cousin")
        assert tied is Act.SELECT_NOT_BEST
        tender.select(
            dear,
            rationale="The school prefers it",
            granted=for_selection(tender.id, Act.SELECT_PROVIDER),
            ceiling=Decimal(0),
            counted=Decimal(0),
        )
    assert tender.selected == dear

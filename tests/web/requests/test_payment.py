"""Who pays for a request: limits count what the council pays, and a school that pays agrees to the price itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import methodcaller
from uuid import UUID

import pytest

from domain.decision import Decision
from domain.references import record_id
from domain.support_request import Payer, RequestStatus, SupportRequest
from domain.tender import Tender
from tests.domain.brokered import AFTER_REPLY_BY
from tests.sample_authority import Clock, SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REQUEST, TENDER = "/requests/SR-2026-0001", "/tenders/TN-2026-0001"
HARROP = {"provider": "PV-2026-0002", "rationale": "The school knows them"}
"""The dearer of two quotes, at £2,700."""


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


@pytest.fixture
def quoted(stages: BrokerageStages, clock: Clock) -> SupportRequest:
    """Two providers have quoted; £2,500 is approved, of the council's money as long as nobody says otherwise."""
    stages.a_tender()
    stages.quote(stages.calder)
    stages.quote(stages.harrop, day_rate=Decimal(600))
    clock.go_to(AFTER_REPLY_BY)
    return stages.service.find(SupportRequest, stages.request)


def state(stages: BrokerageStages, payer: Payer, part: int | None = None) -> None:
    with stages.brokering():
        stages.brokerage.state_payer(stages.request, payer, council_part=None if part is None else Decimal(part))


def request(stages: BrokerageStages) -> SupportRequest:
    return stages.service.find(SupportRequest, stages.request)


def selected(stages: BrokerageStages) -> UUID | None:
    return stages.service.find(Tender, stages.tender).selected


def test_a_school_that_pays_agrees_to_the_price_and_nobody_in_the_service_is_asked(
    quoted: SupportRequest, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    broker, head = sign_in(stages.broker), sign_in(stages.head)
    broker.send(f"{REQUEST}/state-payer", {"payer": "school", "reason": "The head told me"})
    assert "The school, from its own budget" in broker.get(REQUEST)
    assert (
        "The school has not agreed yet, and it would pay £2,700"
        in broker.send(f"{TENDER}/select", HARROP, status=422).text
    )

    head.send_and_check(f"{REQUEST}/agree-price", {"price": "2,700"})
    assert "Hana Head agreed for the school to pay up to £2,700 excluding VAT" in broker.get(REQUEST)
    broker.send_and_check(f"{TENDER}/select", HARROP)

    assert selected(stages) == stages.harrop.id
    own = sample.services.service.find(Decision, record_id(Decision.KIND, "DN-2026-0001"))
    assert (own.decider, own.route.row, own.question.net) == (stages.broker, "S5", None)
    assert request(stages).ceiling == 2500


def test_where_both_pay_the_limit_counts_the_councils_part(
    quoted: SupportRequest, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    state(stages, Payer.SHARED, 2600)
    with stages.sample.acting(stages.head, "headteacher"):
        stages.service.change(SupportRequest, stages.request, methodcaller("agree_price", Decimal(100)))
    sign_in(stages.broker).send_and_check(f"{TENDER}/select", HARROP)
    asked = sample.services.service.find(Decision, record_id(Decision.KIND, "DN-2026-0001"))
    assert (asked.question.net, asked.route.row, selected(stages)) == (2600, "S2", None)
    page = sign_in(stages.director).get("/decisions/DN-2026-0001/give")
    assert "The council up to £2,600 excluding VAT, and the school the rest" in page


def test_once_a_quote_is_selected_who_pays_stays_until_the_selection_is_withdrawn(
    stages: BrokerageStages, sign_in: SignIn
) -> None:
    stages.a_selection()
    broker = sign_in(stages.broker)
    assert (
        "Withdraw the selection first" in broker.send(f"{REQUEST}/state-payer", {"payer": "school"}, status=422).text
    )


def test_a_school_that_agreed_by_email_is_told_as_recorded_and_by_whom(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    stages.an_approved_request()
    state(stages, Payer.SCHOOL)
    assert request(stages).status is RequestStatus.TRIAGED
    assert "Agree what the school pays" in sign_in(stages.head).get("/caseload")
    came_on = sample.services.today().isoformat()
    program(stages.broker).post(
        f"{REQUEST}/record-price-agreement",
        {"price": "3600", "came_on": came_on, "reason": "Her email of today"},
        key="agreed-by-email",
        at=f'"{request(stages).version}"',
    )
    told = program(stages.head).get(REQUEST).json
    assert (told["payer"], told["school_agreed"], told["status"]) == ("school", "3600.00", "approved")
    page = sign_in(stages.head).get(REQUEST)
    assert "£3,600 excluding VAT, recorded by Bea Broker on 2 November 2026: Her email of today" in page
    assert "Bea Broker recorded that the school agreed to pay up to £3,600" in page


def test_of_an_older_request_it_is_said_that_nobody_has_said_who_pays(
    stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    stages.an_approved_request()
    assert "The council (nobody has said who pays)" in sign_in(stages.broker).get(REQUEST)
    assert program(stages.broker).get(REQUEST).json["payer"] is None

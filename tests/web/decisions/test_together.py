"""Beside each sum stands what went before in twelve months, and what a limit would have caught together is marked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from domain.decision import Decision
from domain.delegation import Act
from domain.support_request import Payer, SupportRequest
from domain.tender import Tender
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

SECOND = "/requests/SR-2026-0002"


def shown(decision: Decision) -> dict[str, str]:
    return {term.label: term.value for term in decision.question.terms if "12 months" in term.label}


def test_a_second_request_for_the_same_school_and_need_is_marked_where_both_are_above_a_limit(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    stages.an_approved_request(1, ceiling=2500)
    stages.an_approved_request(2, ceiling=1000)
    broker = sign_in(stages.broker)
    assert "£2,500" in broker.get(f"{SECOND}/change-ceiling")
    broker.send(f"{SECOND}/change-ceiling", {"ceiling": "2,500"})
    assert (shown(decision(sample)), decision(sample).question.together) == (
        {"The same school and need in the last 12 months": "£2,500"},
        None,
    )
    broker.send(f"{SECOND}/change-ceiling", {"ceiling": "2,600"})

    marked = decision(sample, 2)
    assert (marked.decider, marked.question.together) == (stages.broker, Decimal(5100))
    assert "Together with the last 12 months this is £5,100" in broker.get("/decisions/DN-2026-0002")
    assert "£5,100 with the last 12 months, above a limit" in broker.get("/decisions/?marked=true")
    director = program(stages.director)
    assert [row["reference"] for row in director.get("/decisions?marked=true").json["items"]] == ["DN-2026-0002"]
    assert director.get("/decisions/DN-2026-0002").json["together"] == "5100.00"


def test_what_the_school_pays_itself_is_not_counted(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.an_approved_request(1, ceiling=2500)
    with stages.brokering():
        stages.brokerage.state_payer(stages.request, Payer.SCHOOL)
    stages.an_approved_request(2, ceiling=1000)
    sign_in(stages.broker).send(f"{SECOND}/change-ceiling", {"ceiling": "2,600"})
    assert shown(decision(sample)) == {"The same school and need in the last 12 months": "Nothing"}


def test_the_provider_that_had_as_much_at_another_time_is_told_beside_its_quote(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.proposed(1)
    stages.a_tender(number=2)
    stages.quote(stages.calder, day_rate=Decimal(700))
    stages.quote(stages.harrop, day_rate=Decimal(500))
    broker = sign_in(stages.broker)
    assert "£2,025" in broker.get("/tenders/TN-2026-0002/select")
    answers = {"provider": "PV-2026-0001", "rationale": "They know the school"}
    broker.send_and_check("/tenders/TN-2026-0002/select", answers)
    asked = decision(sample)
    assert shown(asked)["The same provider in the last 12 months"] == "£2,025"
    assert (asked.question.net, asked.question.together) == (3150, 5175)


def test_once_prices_are_known_the_broker_asks_others_to_raise_the_limit_within_their_own_too(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    broker = sign_in(stages.broker)
    stages.quote(stages.harrop, day_rate=Decimal(600))
    broker.send("/requests/SR-2026-0001/change-ceiling", {"ceiling": "2,700", "reason": "The quote is dearer"})
    asked = decision(sample)
    assert (asked.question.act, asked.route.row, asked.decider) == (Act.RAISE_LIMIT, "S2", None)
    director = sign_in(stages.director)
    answers = {"shown": asked.question.fingerprint}
    director.send("/decisions/DN-2026-0001/give", answers)
    assert sample.services.service.find(SupportRequest, stages.request).ceiling == 2700
    assert sample.services.service.find(Tender, stages.tender).selected is None

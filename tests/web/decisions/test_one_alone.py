"""One provider alone is asked, or engaged without quotes: by the broker up to their limit, above it by a director."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.engagement import BrokeredEngagement
from domain.provider import Provider
from domain.references import record_id
from domain.support_request import SupportRequest
from domain.tender import Tender
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program
from tests.web.decisions.conftest import REQUEST, SignIn, decision
from tests.web.decisions.test_selecting import Programs, give

ALTERNATIVES = "Harrop Associates, whose specialist is booked until summer"
ONE = {
    "brief": "Plan with two teachers",
    "invite": "PV-2026-0001",
    "reply_by-day": "13",
    "reply_by-month": "11",
    "reply_by-year": "2026",
    "reason": "Nobody else is free",
}


def shortlisted(stages: BrokerageStages, *, ceiling: int) -> UUID:
    """A request with a shortlist of one, for which so much is approved."""
    request = stages.an_approved_request(ceiling=ceiling)
    calder = stages.service.find(Provider, stages.calder.id)
    with stages.brokering():
        stages.brokerage.shortlist(
            request, offers=lambda need: [offer_of(calder, need, stages.brokerage.vetting)], policy=USUAL_POLICY
        )
    return request


def tender(sample: SampleAuthority, request: UUID) -> Tender | None:
    opened = sample.services.service.find(SupportRequest, request).tender
    return None if opened is None else sample.services.service.find(Tender, opened)


def begun_by(sample: SampleAuthority, record: UUID) -> tuple[UUID | None, UUID | None]:
    """Who signed the first event of a record, and by which decision."""
    first = next(iter(sample.services.store.get(record)))
    return first.meta.signature.actor, first.meta.decision


def test_up_to_their_limit_a_broker_asks_one_alone_with_a_reason(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    request = shortlisted(stages, ceiling=2500)
    broker = sign_in(stages.broker)
    broker.send_and_check(f"{REQUEST}/open-tender", ONE)
    opened, decided = tender(sample, request), decision(sample)
    assert opened is not None
    assert (opened.single_provider, opened.alone_up_to) == (True, 2500)
    assert begun_by(sample, opened.id) == (stages.broker, decided.id)
    assert (decided.route.row, decided.asker, decided.decider) == ("S7", stages.broker, stages.broker)
    assert "DN-2026-0001" in broker.get("/decisions/?act=ask_one_provider_alone")
    assert "DN-2026-0001" not in broker.get("/decisions/?act=approve_spending")


def test_above_it_a_director_is_told_the_alternatives_and_decides_before_anybody_is_invited(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    request = shortlisted(stages, ceiling=6000)
    broker, director = sign_in(stages.broker), sign_in(stages.director)
    refused = broker.send(f"{REQUEST}/open-tender", ONE, status=422).text
    assert "Enter which alternatives were considered, and why not" in refused
    past = {**ONE, "alternatives": ALTERNATIVES, "reply_by-year": "2025"}
    assert (
        "The date for replies must be today or in the future"
        in broker.send(f"{REQUEST}/open-tender", past, status=422).text
    )
    answer = broker.send_and_check(f"{REQUEST}/open-tender", {**ONE, "alternatives": ALTERNATIVES})
    assert answer.headers["Location"] == "/decisions/DN-2026-0001"
    assert tender(sample, request) is None
    assert decision(sample).route.row == "S7D"
    page = director.get("/decisions/DN-2026-0001/give")
    for told in ("Calder", "£6,000", ALTERNATIVES, "Nobody else is free"):
        assert told in page, told

    give(director, sample)
    opened = tender(sample, request)
    assert opened is not None
    assert (opened.alone_up_to, set(opened.invitations)) == (6000, {stages.calder.id})
    assert begun_by(sample, opened.id) == (stages.director, decision(sample).id)


@pytest.fixture
def direct(stages: BrokerageStages) -> dict[str, Any]:
    """Answers that engage the authority's own service without quotes, for more than a broker decides alone."""
    stages.an_approved_request(ceiling=6000)
    return {
        "request": "SR-2026-0001",
        "provider": "PV-2026-0001",
        "specialist": stages.sample.reference(stages.calder.specialist),
        "scope": "Planning with two new teachers",
        "work_objectives": ["Schemes of work are in use"],
        "days": "12",
        "net": "5400",
        "vat": "0",
        "begins": "2026-11-09",
        "ends": "2027-03-26",
        "reason": "The authority's own service",
        "alternatives": ALTERNATIVES,
    }


def test_work_without_quotes_begins_when_a_director_gives_it(
    direct: dict[str, Any], sample: SampleAuthority, stages: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    asking: Program = program(stages.broker)
    without = {**direct, "alternatives": " "}
    refused = asking.post("/engagements/propose", without, key="no-alternatives", status=422)
    assert "alternatives" in refused.json["errors"]["json"]
    for _ in range(2):
        answer = asking.post("/engagements/propose", direct, key="engage-0001", status=202)
        assert answer.headers["Location"] == "/api/v1/decisions/DN-2026-0001"
        assert answer.json["reference"] == "DN-2026-0001"
    again = asking.post("/engagements/propose", direct, key="engage-0002", status=422)
    assert "DN-2026-0001 already asks this of a director" in again.json["detail"]
    begun = record_id(BrokeredEngagement.KIND, "BE-2026-0001")
    request = sample.services.service.find(SupportRequest, stages.request)
    assert request.engagement is None

    give(sign_in(stages.director), sample)
    assert sample.services.service.find(SupportRequest, stages.request).engagement == begun
    assert begun_by(sample, begun) == (stages.director, decision(sample).id)


def test_a_form_that_asked_instead_of_beginning_leads_to_the_decision_each_time_it_is_sent(
    direct: dict[str, Any], stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    days = {f"{name}-{part}": number for name in ("begins", "ends") for part, number in _parts(direct[name])}
    form = {**direct, **days, "work_objectives": "Schemes of work are in use", "confirmed": "yes"}
    command = {"command": "00000000-0000-4000-8000-000000000077"}
    for _ in range(2):
        answer = broker.send_page("/engagements/propose", "", {**form, **command}, status=303)
        assert answer.headers["Location"] == "/decisions/DN-2026-0001"


def _parts(day: str) -> list[tuple[str, str]]:
    return list(zip(("year", "month", "day"), day.split("-"), strict=True))

"""The broker selects the lowest quote within the limit; any other is selected by whoever is asked, who acts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.decision import DecisionStatus
from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import Tender, TenderStatus
from domain.vocabulary import Team
from tests.domain.brokered import terms
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

TENDER, ASKED = "/tenders/TN-2026-0001", "/decisions/DN-2026-0001"
CALDER, HARROP = "PV-2026-0001", "PV-2026-0002"
WHY = "The only one who can come in time"


@pytest.fixture
def quoted(stages: BrokerageStages) -> UUID:
    """A tender with two quotes, of £2,025 and £2,700; £2,500 is approved."""
    tender = stages.a_tender()
    stages.quote(stages.calder)
    stages.quote(stages.harrop, day_rate=Decimal(600))
    return tender


def tender(sample: SampleAuthority) -> Tender:
    return sample.services.service.find(Tender, record_id(Tender.KIND, "TN-2026-0001"))


def request(sample: SampleAuthority) -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, "SR-2026-0001"))


def select(browser: Browser, provider: str, **answers: str) -> None:
    browser.send_and_check(f"{TENDER}/select", {"provider": provider, "rationale": WHY, **answers})


def give(browser: Browser, sample: SampleAuthority, *, status: int = 303, number: int = 1, **answers: str) -> str:
    asked = decision(sample, number)
    shown = {"shown": asked.question.fingerprint, "version": str(asked.version), "command": str(uuid4())}
    return browser.send_page(f"/decisions/{asked.reference}/give", "", {**shown, **answers}, status=status).text


def revise(stages: BrokerageStages, day_rate: int) -> None:
    with stages.brokering():
        offer = terms(specialist=stages.harrop.specialist, day_rate=Decimal(day_rate))
        stages.brokerage.revise_quote(stages.tender, stages.harrop.id, offer, reason="Another price")


def test_the_lowest_quote_within_the_limit_is_the_brokers_own_to_select(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    select(sign_in(stages.broker), CALDER)
    assert tender(sample).selected == stages.calder.id
    selected = list(sample.services.store.get(quoted))[-1]
    assert (selected.meta.signature.actor, selected.meta.decision) == (stages.broker, decision(sample).id)
    assert decision(sample).route.row == "S5"
    assert (decision(sample).asker, decision(sample).decider) == (stages.broker, stages.broker)
    assert request(sample).ceiling == 2500


def test_above_the_limit_somebody_else_is_asked_and_giving_raises_it_and_selects(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    broker, director = sign_in(stages.broker), sign_in(stages.director)
    select(broker, HARROP)
    assert (tender(sample).status, request(sample).ceiling) == (TenderStatus.OPEN, 2500)
    assert decision(sample).route.row == "S2"
    next_step = "Next: a team lead or director decides whether to select a provider above the approved limit"
    assert next_step in broker.get("/requests/SR-2026-0001")
    mine = program(stages.broker).get("/caseload?whose=mine").json["items"]
    assert "compare_quotes_and_choose" not in [each["task"] for each in mine]
    page = director.get(f"{ASKED}/give")
    for told in ("Harrop Associates", "Imran Harrop", "£2,700", "£540", "£3,240", "2 of 2", "£2,500", WHY):
        assert told in page, told

    give(director, sample)
    assert (tender(sample).selected, request(sample).ceiling) == (stages.harrop.id, 2700)
    assert request(sample).status is RequestStatus.INVITING
    selected = list(sample.services.store.get(quoted))[-1]
    raised = list(sample.services.store.get(request(sample).id))[-1]
    for event in (selected, raised):
        assert (event.meta.signature.actor, event.meta.decision) == (stages.director, decision(sample).id)
    assert "Dora Director selected Harrop Associates" in director.get(TENDER)


def test_what_is_asked_about_a_tender_ends_with_its_request(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    select(broker, HARROP)
    broker.send_and_check("/requests/SR-2026-0001/withdraw", {"reason": "The school found help itself"})
    assert decision(sample).status is DecisionStatus.OVERTAKEN
    assert "This tender is closed" in broker.get(ASKED)


def test_another_than_the_lowest_quote_is_asked_of_somebody_else_within_the_limit_too(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    revise(stages, 500)
    select(sign_in(stages.broker), HARROP)
    assert tender(sample).selected is None
    assert decision(sample).route.row == "S2"
    give(sign_in(sample.officer("Lea Lead", team=Team.SECONDARY, leads=True)), sample)
    assert (tender(sample).selected, request(sample).ceiling) == (stages.harrop.id, 2500)


def test_whoever_declares_a_connection_does_not_select(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    select(sign_in(stages.broker), CALDER, tie="My sister works for Calder")
    assert tender(sample).selected is None
    assert "My sister works for Calder" in sign_in(stages.director).get(f"{ASKED}/give")


@pytest.mark.parametrize(("day_rate", "net"), [(700, None), (590, 2655), (300, 1350)])
def test_a_dearer_quote_has_to_be_asked_again_and_a_cheaper_one_is_covered(
    quoted: UUID,
    sample: SampleAuthority,
    stages: BrokerageStages,
    sign_in: SignIn,
    day_rate: int,
    net: int | None,
) -> None:
    select(sign_in(stages.broker), HARROP)
    revise(stages, day_rate)
    if net is None:
        told = give(sign_in(stages.director), sample, status=422)
        assert "£2,700 was shown, and it is now £3,150" in told
        assert decision(sample).status is DecisionStatus.OVERTAKEN
        assert (tender(sample).selected, request(sample).ceiling) == (None, 2500)
    else:
        give(sign_in(stages.director), sample)
        assert decision(sample).status is DecisionStatus.GIVEN
        assert (tender(sample).selected, request(sample).ceiling) == (stages.harrop.id, max(net, 2500))


def test_whoever_recorded_a_quote_for_its_provider_does_not_decide_about_it(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    stages.quote(stages.calder)
    lead = sample.officer("Lea Lead", team=Team.SECONDARY, leads=True)
    with sample.acting(lead, "senior officer"):
        offer = terms(specialist=stages.harrop.specialist, day_rate=Decimal(600))
        today = sample.services.today()
        stages.brokerage.record_quote(stages.tender, stages.harrop.id, offer, came_on=today, reason="By telephone")
    select(sign_in(stages.broker), HARROP)
    assert "You wrote part of what is to be decided" in give(sign_in(lead), sample, status=409)
    give(sign_in(stages.director), sample)
    assert tender(sample).selected == stages.harrop.id


def test_nothing_is_given_where_the_provider_was_suspended_meanwhile_and_whoever_asked_is_told(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    select(sign_in(stages.broker), HARROP)
    stages.suspend(stages.harrop)
    assert "suspended" in give(sign_in(stages.director), sample, status=422)
    director = program(stages.director)
    body = {"shown": director.get(ASKED).json["fingerprint"]}
    for version in (2, 3):
        director.post(f"{ASKED}/give", body, key="failing-1", at=f'"{version}"', status=422)
    assert (decision(sample).status, decision(sample).version) == (DecisionStatus.ASKED, 4), "each time is kept"
    assert (tender(sample).selected, request(sample).ceiling) == (None, 2500)
    assert "could not be carried out" in sign_in(stages.director).get(ASKED)

    def to_read() -> list[str]:
        mine = program(stages.broker).get("/caseload?whose=mine").json["items"]
        return [each["detail"] for each in mine if each["task"] == "read_the_outcome"]

    [told] = to_read()
    assert told.startswith("Select a provider above the approved limit at £2,700: could not be carried out. ")
    sign_in(stages.broker).send(f"{ASKED}/mark-read", {})
    assert to_read() == []


def test_a_lower_limit_than_the_price_selects_nothing(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    select(sign_in(stages.broker), HARROP)
    assert "The decision is for £2,600" in give(sign_in(stages.director), sample, status=422, lower_limit="2,600")
    assert (tender(sample).selected, request(sample).ceiling) == (None, 2500)


def test_a_choice_made_in_a_meeting_is_recorded_for_whoever_made_it(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    meeting = {
        "decider": sample.reference(stages.director),
        "heard": "meeting",
        "decided_on-day": "2",
        "decided_on-month": "11",
        "decided_on-year": "2026",
        "evidence": "Minute of 2 November",
    }
    answers = {"provider": HARROP, "rationale": WHY, **meeting}
    sign_in(stages.broker).send_and_check(f"{TENDER}/record-selection", answers)
    assert (tender(sample).selected, request(sample).ceiling) == (stages.harrop.id, 2700)
    assert decision(sample).status is DecisionStatus.UNCONFIRMED
    assert "Bea Broker recorded the selection by Dora Director of Harrop" in sign_in(stages.broker).get(TENDER)


def test_by_the_api_too_and_no_approver_can_be_named(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    broker, at = program(stages.broker), f'"{tender(sample).version}"'
    answers = {"provider": HARROP, "rationale": WHY}
    for name in ("approver", "approved_above_ceiling_by"):
        named = {**answers, name: sample.reference(stages.director)}
        assert name in broker.post(f"{TENDER}/select", named, key=f"named-{name}", at=at, status=422).text
    broker.post(f"{TENDER}/select", answers, key="selecting-1", at=at, status=202)
    assert decision(sample).status is DecisionStatus.ASKED
    director = program(stages.director)
    fingerprint = director.get(ASKED).json["fingerprint"]
    director.post(f"{ASKED}/give", {"shown": fingerprint}, key="selecting-2", at='"1"')
    assert tender(sample).selected == stages.harrop.id

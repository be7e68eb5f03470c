"""Exemptions from a check are granted by somebody else than whoever asks, for a while, and shown as what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from domain.decision import DecisionStatus
from domain.provider import Evidence, Provider, Requirement
from projections import decisions as view
from providers.brokerage import EngagementTerms
from providers.eligibility import clearance_of, in_words
from tests.providers.test_matching import NEED
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

ASKED = "/decisions/DN-2026-0001"
UNTIL = date(2026, 11, 16)
TRAINING = Requirement.SAFEGUARDING_TRAINING


def lose_training(stages: BrokerageStages, firm: Firm) -> None:
    with stages.brokering():
        stages.service.change(
            Provider, firm.id, lambda it: it.revoke(TRAINING, person=firm.specialist, reason="Another's certificate")
        )


@pytest.fixture
def firm(stages: BrokerageStages) -> Firm:
    """A provider whose one specialist lost the safeguarding training."""
    lose_training(stages, stages.calder)
    return stages.calder


def page_of(firm: Firm, sample: SampleAuthority) -> str:
    return f"/providers/{sample.services.service.find(Provider, firm.id).reference}"


def answers(firm: Firm, sample: SampleAuthority, item: Requirement = TRAINING, until: date = UNTIL) -> dict[str, str]:
    return {
        "item": item.value,
        "person": sample.reference(firm.specialist),
        "until-day": str(until.day),
        "until-month": str(until.month),
        "until-year": str(until.year),
        "reason": "Training is booked for 12 November",
    }


def give(browser: Browser, sample: SampleAuthority, *, status: int = 303) -> str:
    shown = {"shown": decision(sample).question.fingerprint, "version": str(decision(sample).version)}
    return browser.send_page(f"{ASKED}/give", "", {**shown, "command": str(uuid4())}, status=status).text


def test_a_broker_asks_a_director_grants_and_every_page_says_exempt(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    broker, director, page = sign_in(stages.broker), sign_in(stages.director), page_of(firm, sample)
    broker.send(f"{page}/exempt", answers(firm, sample))
    assert "Not cleared" in broker.get(page)
    asked = director.get(f"{ASKED}/give")
    for said in ("Safeguarding training", "Grace Calder", "Training is booked", "16 November 2026", "Revoked on"):
        assert said in asked

    give(director, sample)

    shown = broker.get(page)
    assert "Exempt until 16 November 2026 (DN-2026-0001): Safeguarding training" in shown
    assert ">Cleared<" not in shown
    assert "Dora Director granted an exemption from safeguarding training" in shown
    event = list(sample.services.store.get(firm.id))[-1]
    assert (event.meta.signature.actor, event.meta.decision) == (stages.director, decision(sample).id)
    reference = sample.services.service.find(Provider, firm.id).reference
    [told] = program(stages.broker).get(f"/clearances?provider={reference}").json["items"]
    assert (told["status"], told["cleared"]) == ("exempt", True)
    assert told["exemptions"] == ["Exempt until 16 November 2026 (DN-2026-0001): Safeguarding training"]
    assert "Not cleared" in broker.get(f"{page}?on=2026-11-17")


def test_what_rests_on_an_exemption_says_so_in_ranking_invitation_and_engagement(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    short = EngagementTerms("Planning", ("Plans are in use",), TODAY, UNTIL)
    made_as, firm = stages.proposed(agreement=short), stages.calder
    lose_training(stages, firm)
    broker = sign_in(stages.broker)
    broker.send(f"{page_of(firm, sample)}/exempt", answers(firm, sample))
    give(sign_in(stages.director), sample)

    stages.all_agree(made_as)
    said = "Exempt until 16 November 2026 (DN-2026-0001): Safeguarding training"
    with stages.brokering():
        stages.delivery.confirm(stages.engagement(made_as).id)
    page = broker.get(f"/engagements/{made_as}")
    assert page.split('id="history"')[0].count(said) == 2
    assert program(stages.broker).get(f"/engagements/{made_as}").json["exemptions"] == [said]
    [row] = program(stages.broker).get("/engagements").json["items"]
    assert row["exemptions"] == [said]

    provider = stages.service.find(Provider, firm.id)
    clearance = clearance_of(provider, replace(NEED, first=TODAY, last=UNTIL), stages.brokerage.vetting)
    assert in_words(clearance) == "exempt until 16 November 2026 (DN-2026-0001): Safeguarding training"


@pytest.mark.parametrize(
    ("item", "until", "said"),
    [
        (Requirement.IDENTITY, UNTIL, "nobody can be exempt from this"),
        (Requirement.BARRED_LIST, UNTIL, "nobody can be exempt from this"),
        (Requirement.PROHIBITION_CHECK, UNTIL, "nobody can be exempt from this"),
        (TRAINING, TODAY - timedelta(days=7), "holds from the day it is granted"),
        (TRAINING, date(2026, 12, 1), "until 30 November 2026 at the latest"),
        (Requirement.ENHANCED_DBS, UNTIL, "Barred list check before the DBS certificate: record this before"),
    ],
)
def test_what_cannot_be_granted_is_not_even_asked(
    firm: Firm,
    item: Requirement,
    until: date,
    said: str,
    sample: SampleAuthority,
    stages: BrokerageStages,
    program: Programs,
) -> None:
    answer = program(stages.broker).post(
        f"{page_of(firm, sample)}/exempt",
        {
            "item": item.value,
            "person": sample.reference(firm.specialist),
            "until": until.isoformat(),
            "reason": "The work is urgent",
        },
        key="exempting-1",
        at=f'"{stages.service.find(Provider, firm.id).version}"',
        status=422,
    )
    assert said in answer.text
    with sample.services.read() as connection:
        assert view.about(connection, firm.id) == []


def test_the_form_offers_no_check_that_nobody_is_exempt_from(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    form = sign_in(stages.broker).get(f"{page_of(firm, sample)}/exempt")
    assert 'value="second_reference"' in form
    assert 'value="identity"' not in form


def test_nobody_grants_their_own_ask_and_two_people_s_exemptions_are_asked_side_by_side(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, page = sign_in(stages.broker), page_of(firm, sample)
    broker.send(f"{page}/exempt", answers(firm, sample))
    assert "already asks this" in broker.send(f"{page}/exempt", answers(firm, sample), status=422).text
    broker.send(f"{page}/exempt", answers(firm, sample, Requirement.SECOND_REFERENCE))
    give(broker, sample, status=403)
    assert decision(sample, 2).status is DecisionStatus.ASKED


def test_a_check_that_is_met_overtakes_what_was_asked_at_once(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{page_of(firm, sample)}/exempt", answers(firm, sample))
    with stages.brokering():
        stages.service.change(
            Provider,
            firm.id,
            lambda it: it.meet(TRAINING, person=firm.specialist, checked_on=TODAY, evidence=Evidence.DOCUMENT_SEEN),
        )
    assert decision(sample).status is DecisionStatus.OVERTAKEN
    assert "the check is met, so that no exemption is needed" in sign_in(stages.broker).get(ASKED)


def test_a_check_that_ends_before_the_exemption_does_leaves_something_to_decide(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{page_of(firm, sample)}/exempt", answers(firm, sample))
    before_then = {"checked_on": TODAY, "evidence": Evidence.DOCUMENT_SEEN, "expires": UNTIL - timedelta(days=1)}
    with stages.brokering():
        stages.service.change(Provider, firm.id, lambda it: it.meet(TRAINING, person=firm.specialist, **before_then))
    assert decision(sample).status is DecisionStatus.ASKED
    assert "How it stands" in give(sign_in(stages.director), sample, status=422)
    assert decision(sample).status is DecisionStatus.OVERTAKEN


def test_an_exemption_granted_elsewhere_names_who_recorded_it(
    firm: Firm, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    recorded = {
        "decider": sample.reference(stages.director),
        "heard": "email",
        "decided_on-day": "2",
        "decided_on-month": "11",
        "decided_on-year": "2026",
        "evidence": "Email of 2 November",
    }
    broker.send(f"{page_of(firm, sample)}/record-exemption", {**answers(firm, sample), **recorded})
    page = broker.get(page_of(firm, sample))
    assert "Bea Broker recorded that Dora Director granted an exemption from safeguarding training" in page
    assert decision(sample).status is DecisionStatus.UNCONFIRMED

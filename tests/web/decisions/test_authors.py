"""Beyond their own limit nobody decides on what they asked for or wrote a term of, whatever posts they hold."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from uuid import UUID, uuid4

import pytest

from domain.decision import Decision
from domain.person import Person
from domain.references import record_id
from domain.support_request import SupportRequest
from domain.vocabulary import Role, Team
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

REQUEST = "/requests/SR-2026-0001"
MUCH = {"ceiling": "6,000", "reason": "Two terms of help in one department"}


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    stages = BrokerageStages(sample)
    stages.an_approved_request()
    return stages


def becomes_lead(sample: SampleAuthority, person: UUID) -> None:
    take = methodcaller("take_post", Role.OFFICER, from_=LONG_AGO, team=Team.SECONDARY, leads_team=True)
    with sample.acting():
        sample.services.service.change(Person, person, take)


def give(browser: Browser, sample: SampleAuthority, number: int, *, status: int) -> str:
    reference = f"DN-2026-{number:04d}"
    decision = sample.services.service.find(Decision, record_id(Decision.KIND, reference))
    answers = {"shown": decision.question.fingerprint, "version": str(decision.version), "command": str(uuid4())}
    return browser.send_page(f"/decisions/{reference}/give", "", answers, status=status).text


def test_the_broker_of_a_request_does_not_give_what_a_colleague_asks_for_it(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    colleague = sample.broker("Bob Broker")
    sign_in(colleague).send(f"{REQUEST}/change-ceiling", MUCH)
    becomes_lead(sample, stages.broker)
    assert "You wrote part of what is to be decided" in give(sign_in(stages.broker), sample, 1, status=409)
    give(sign_in(stages.director), sample, 1, status=303)
    assert sample.services.service.find(SupportRequest, stages.request).ceiling == 6000


def test_nor_does_whoever_takes_it_over_while_it_is_asked(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/change-ceiling", MUCH)
    colleague = sample.broker("Bob Broker")
    becomes_lead(sample, colleague)
    with stages.brokering():
        sample.services.service.change(
            SupportRequest, stages.request, methodcaller("reassign", broker=colleague, reason="On leave")
        )
    assert "You wrote part of what is to be decided" in give(sign_in(colleague), sample, 1, status=422)
    give(sign_in(stages.director), sample, 1, status=303)


def test_nor_whoever_asked_for_the_same_before_and_asks_no_more(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    first = sample.broker("Bob Broker")
    asking = sign_in(first)
    asking.send(f"{REQUEST}/change-ceiling", MUCH)
    asking.send("/decisions/DN-2026-0001/withdraw", {"reason": "A colleague will ask"})
    sign_in(stages.broker).send(f"{REQUEST}/change-ceiling", MUCH)
    becomes_lead(sample, first)
    assert "You wrote part of what is to be decided" in give(sign_in(first), sample, 2, status=409)

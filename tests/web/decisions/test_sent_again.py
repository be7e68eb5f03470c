"""What is asked is said to be asked, also where it is sent again, and no address decides anything by being read."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.decision import DecisionStatus
from domain.support_request import Route, SupportLevel, SupportRequest
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REQUEST = "/requests/SR-2026-0001"
ASKED = "/decisions/DN-2026-0001"
MUCH = {"ceiling": "6000", "reason": "Two terms of help in one department"}


@pytest.fixture(autouse=True)
def triaged(sample: SampleAuthority, stages: BrokerageStages) -> UUID:
    """A request that is to be brokered, of which no spending is approved yet."""

    def raise_() -> SupportRequest:
        request = SupportRequest.raise_("SR-2026-0001", **a_need(school=stages.school))
        request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
        return request

    with stages.brokering():
        return sample.services.service.add(raise_).id


def test_a_form_that_is_sent_twice_asks_once_and_says_twice_that_it_is_asked(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    page = broker.get(f"{REQUEST}/approve")
    for _ in range(2):
        sent = broker.send_page(f"{REQUEST}/approve", page, MUCH)
        assert sent.headers["Location"] == ASKED
        shown = broker.get(ASKED)
        assert "Sent to a senior officer or a director to decide. Nothing more is approved yet" in shown
        assert "Spending approved" not in shown
    assert [type(entry).TOPIC for entry in sample.services.store.get(decision(sample).id)] == ["decision.asked"]


def test_a_form_that_is_sent_again_after_the_answer_says_that_it_was_asked(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, director = sign_in(stages.broker), sign_in(stages.director)
    page = broker.get(f"{REQUEST}/approve")
    broker.send_page(f"{REQUEST}/approve", page, MUCH)
    director.send(f"{ASKED}/give", {})
    assert broker.send_page(f"{REQUEST}/approve", page, MUCH).headers["Location"] == ASKED
    shown = broker.get(ASKED)
    assert "You have asked for this already. Since then: approved" in shown
    assert "Nothing is approved yet" not in shown
    assert decision(sample).status is DecisionStatus.GIVEN


def test_a_program_that_asks_is_answered_202_with_the_decision_and_so_again(
    sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    broker = program(stages.broker)
    for _ in range(2):
        answer = broker.post(f"{REQUEST}/approve", MUCH, key="asking-1", at='"2"', status=202)
        assert answer.headers["Location"] == "/api/v1/decisions/DN-2026-0001"
        assert (answer.json["reference"], answer.json["ceiling"]) == ("SR-2026-0001", None)
    assert broker.get(ASKED).json["status"] == "asked"
    little = {"ceiling": "4000"}
    done = broker.post(f"{REQUEST}/approve", little, key="asking-2", at='"2"', status=200)
    assert (done.headers["Location"], done.json["ceiling"]) == ("/api/v1/requests/SR-2026-0001", "4000.00")
    again = broker.post(f"{REQUEST}/approve", little, key="asking-2", at='"2"', status=200)
    assert again.json["ceiling"] == "4000.00"


def test_reading_decides_nothing(sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    director = sign_in(stages.director)
    for href in (
        ASKED,
        f"{ASKED}/give",
        f"{ASKED}/refuse",
        f"{ASKED}/give?shown={decision(sample).question.fingerprint}",
    ):
        director.get(href)
    assert decision(sample).version == 1


def test_of_two_who_decide_at_once_one_stands_and_the_other_reads_who_it_was_and_what_they_said(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    other = sample.director("Dario Director")
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    first, second, api = sign_in(stages.director), sign_in(other), program(other)
    page, refusing = second.get(f"{ASKED}/give"), second.get(f"{ASKED}/refuse")
    first.send(f"{ASKED}/refuse", {"reason": "Ask for one term"})
    late = second.send_page(f"{ASKED}/give", page, {}, status=409).text
    assert "Dora Director refused it: Ask for one term" in late
    late = second.send_page(f"{ASKED}/refuse", refusing, {"reason": "Too much"}, status=409).text
    assert "Dora Director refused it: Ask for one term" in late
    fingerprint = decision(sample).question.fingerprint
    api.post(f"{ASKED}/give", {"shown": fingerprint}, key="deciding-1", at='"1"', status=412)
    shown = api.get(ASKED).json
    assert (shown["status"], shown["decider"]) == ("refused", sample.reference(stages.director))
    assert shown["refused_because"] == "Ask for one term"
    assert decision(sample).version == 2

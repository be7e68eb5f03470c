"""Whoever asked finds what came of it, and asks again, withdraws or marks it as read; or who has taken over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.decision import DecisionStatus
from domain.references import record_id
from domain.support_request import SupportRequest
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import MUCH, REQUEST, decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

ASKED, AGAIN = "/decisions/DN-2026-0001", "/decisions/DN-2026-0002"
TO_READ = "Ask again, or mark as read"


def to_read(program: Program) -> list[dict[str, Any]]:
    items = program.get("/caseload?whose=mine").json["items"]
    return [each for each in items if each["task"] == "read_the_outcome"]


def test_a_refusal_is_the_askers_work_until_they_ask_again_with_another_reason(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    broker = program(stages.broker)
    assert to_read(broker) == []
    sign_in(stages.director).send(f"{ASKED}/refuse", {"reason": "Ask for one term"})
    [item] = to_read(broker)
    assert (item["record"], item["detail"]) == (
        "DN-2026-0001",
        "Approve spending of up to £6,000: refused. Ask for one term",
    )
    page = asked.get("/caseload?whose=mine")
    assert TO_READ in page
    assert ASKED in page
    assert to_read(program(stages.director)) == []
    assert TO_READ not in sign_in(stages.head).get("/caseload?whose=everybody")

    form = asked.get(f"{ASKED}/ask-again")
    assert "£6,000" in form
    assert "Refused: Ask for one term" in form
    assert MUCH["reason"] not in form, "another reason is wanted"
    asked.send(f"{ASKED}/ask-again", {"reason": ""}, status=422)
    sent = asked.send(f"{ASKED}/ask-again", {"reason": "One term would end in the exams"})
    assert sent.headers["Location"] == AGAIN
    assert "Sent to a senior officer or a director to decide" in (shown := asked.get(AGAIN))
    assert "as before in DN-2026-0001" in shown
    assert f'href="{AGAIN}"' in asked.get(ASKED)
    assert to_read(broker) == []
    again = decision(sample, 2)
    assert (again.status, again.question) == (DecisionStatus.ASKED, decision(sample).question)
    assert broker.get(AGAIN).json["earlier"] == "DN-2026-0001"
    asked.send(f"{ASKED}/ask-again", {"reason": "Once more"}, status=422)


def test_what_lapsed_is_asked_again_as_it_stands_by_a_program_and_what_is_read_is_listed_no_more(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    broker = program(stages.broker)
    broker.post(f"{ASKED}/ask-again", {"reason": "Again"}, key="again-again-1", at='"1"', status=422)
    sample.clock.go_to(date(2026, 11, 16))
    assert to_read(broker) == []
    sample.clock.go_to(date(2026, 11, 17))
    assert [each["detail"] for each in to_read(broker)] == ["Approve spending of up to £6,000: not decided in time"]
    asked = sign_in(stages.broker)
    assert MUCH["reason"] in asked.get(f"{ASKED}/ask-again")
    asked.send(f"{REQUEST}/approve", {"ceiling": "4,000"})
    assert to_read(broker) == [], "asked again within the own limit"
    changed = "Approved before: Nothing was shown, and it is now £4,000"
    assert changed in asked.get(f"{ASKED}/ask-again")
    answer = broker.post(f"{ASKED}/ask-again", {"reason": "Again"}, key="again-again-2", at='"1"', status=202)
    assert answer.headers["Location"] == "/api/v1/decisions/DN-2026-0003"
    sign_in(stages.director).send("/decisions/DN-2026-0003/refuse", {"reason": "No"})
    assert len(to_read(broker)) == 1
    program(stages.director).post("/decisions/DN-2026-0003/mark-read", {}, key="read-again-1", at='"2"', status=422)
    broker.post("/decisions/DN-2026-0003/mark-read", {}, key="read-again-2", at='"2"')
    assert to_read(broker) == []
    assert "read what came of it" in asked.get("/decisions/DN-2026-0003")
    broker.post("/decisions/DN-2026-0003/mark-read", {}, key="read-again-3", at='"3"', status=422)


def test_who_has_taken_over_the_request_finds_it_and_may_ask_again_or_withdraw(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    other = sample.broker("Bob Broker")
    sign_in(other).get(f"{ASKED}/withdraw", status=409)
    sign_in(stages.director).send(f"{ASKED}/refuse", {"reason": "Ask for one term"})
    assert to_read(program(other)) == []
    reassigned = {"broker": sample.reference(other), "reason": "Bea is away"}
    asked.send(f"{REQUEST}/reassign", reassigned)
    assert [each["record"] for each in to_read(program(other))] == ["DN-2026-0001"]
    sign_in(other).send(f"{ASKED}/ask-again", {"reason": "Governors agreed two terms"})
    assert decision(sample, 2).asker == other
    assert to_read(program(stages.broker)) == []
    asked.get(f"{AGAIN}/withdraw", status=409)
    sign_in(other).send(f"{AGAIN}/withdraw", {"reason": "The school found help"})
    assert decision(sample, 2).status is DecisionStatus.WITHDRAWN


def test_what_another_act_leaves_pointless_is_overtaken_with_it_and_told_unless_it_was_the_askers_own(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    other = sample.broker("Bob Broker")
    sign_in(other).send_and_check(f"{REQUEST}/decline", {"reason": "Out of scope"})
    assert (decision(sample).status, decision(sample).version) == (DecisionStatus.OVERTAKEN, 2)
    *_, declined = sample.services.store.get(record_id(SupportRequest.KIND, "SR-2026-0001"))
    *_, overtaken = sample.services.store.get(decision(sample).id)
    assert declined.meta.signature == overtaken.meta.signature, "one act"
    why = "The status of SR-2026-0001 is now “Declined”"
    [item] = to_read(program(stages.broker))
    assert item["detail"] == f"Approve spending of up to £6,000: nothing left to decide. {why}"
    assert f"There was nothing left to decide after what Bob Broker had done. {why}" in asked.get(ASKED)
    assert "has to be asked again" in sign_in(stages.director).get(f"{ASKED}/give", status=409)
    asked.get(f"{ASKED}/ask-again", status=409)
    asked.send(f"{ASKED}/mark-read", {})
    assert to_read(program(stages.broker)) == []


def test_what_the_asker_ends_themselves_is_not_told_them(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    asked.send_and_check(f"{REQUEST}/decline", {"reason": "Out of scope"})
    assert decision(sample).status is DecisionStatus.OVERTAKEN
    assert to_read(program(stages.broker)) == []

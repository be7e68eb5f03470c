"""Whoever decides may ask first: whoever asked for the decision answers, and it waits no day longer for that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.decision import DecisionStatus
from domain.references import record_id
from domain.support_request import SupportRequest
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import REQUEST, decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

ASKED = "/decisions/DN-2026-0001"


def work(program: Program) -> list[tuple[str, str]]:
    items = program.get("/caseload?whose=mine").json["items"]
    return [(each["task"], each["detail"]) for each in items if each["record"] == "DN-2026-0001"]


def asked_for(program: Program, filters: str = "for_me=true") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = program.get(f"/decisions?{filters}").json["items"]
    return items


def test_a_question_is_the_askers_work_until_they_answer_and_then_the_deciders_for_as_many_days_more(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    director, broker = sign_in(stages.director), program(stages.broker)
    decides = program(stages.director)
    asked.get(f"{ASKED}/ask-more", status=403)
    asked.get(f"{ASKED}/answer", status=409)
    sample.clock.go_to(date(2026, 11, 3))
    director = sign_in(stages.director)
    director.send(f"{ASKED}/ask-more", {"enquiry": ""}, status=422)
    director.send(f"{ASKED}/ask-more", {"enquiry": "Could one term be enough?"})
    [(task, detail)] = work(broker)
    assert (task, detail) == (
        "answer_the_decider",
        "Approve spending of up to £6,000: Could one term be enough?",
    )
    assert (work(decides), asked_for(decides)) == ([], [])
    [row] = asked_for(broker, "status=more_asked")
    assert row["status"] == "more_asked"
    assert "asked: Could one term be enough?" in director.get(ASKED)
    assert "is to answer a question about it first" in director.get(REQUEST)
    director.get(f"{ASKED}/give", status=409)
    waiting = decides.get(ASKED).json
    assert (waiting["passes_on"], waiting["lapses_on"]) == (None, None)
    assert {each["basis"] for each in decides.get("/audit?record=DN-2026-0001").json["items"]} == {None}
    assert decides.get("/audit?basis=own_act").json["items"] == [], "nobody has decided it"
    assert "Nobody has decided it" in director.get(ASKED)
    assert "Asked and decided" not in director.get(ASKED)

    sample.clock.go_to(date(2026, 12, 1))
    broker_page = sign_in(stages.broker)
    assert "Could one term be enough?" in broker_page.get(f"{ASKED}/answer")
    told = {"answer": "For Year 11 alone", "lower_sum": "6,000"}
    broker_page.send(f"{ASKED}/answer", told, status=422)
    broker_page.send(f"{ASKED}/answer", {"answer": "For Year 11 alone", "lower_sum": "2,000"}, status=422)
    before = decision(sample)
    answer = {"answer": "For Year 11 alone", "lower_sum": "5500.00"}
    broker.post(f"{ASKED}/answer", answer, key="answer-once-1", at=f'"{before.version}"')
    assert work(broker) == []
    [(task, _)] = work(decides)
    assert task == "decide_what_is_asked"
    shown = decides.get(ASKED).json
    assert (shown["status"], shown["net"], shown["lapses_on"]) == ("asked", "5500.00", "2026-12-14")
    [said] = shown["enquiries"]
    assert (said["text"], said["answer"], said["answered_on"]) == (
        "Could one term be enough?",
        "For Year 11 alone",
        "2026-12-01",
    )
    director = sign_in(stages.director)
    page = director.get(ASKED)
    assert "£6,000 was shown, and it is now £5,500" in page
    director.send(f"{ASKED}/give", {"shown": before.question.fingerprint}, status=422)
    director.send(f"{ASKED}/give", {"shown": decision(sample).question.fingerprint})
    request = sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, "SR-2026-0001"))
    assert (request.ceiling, decision(sample).decider) == (Decimal(5500), stages.director)


def test_who_has_taken_over_the_request_answers_and_what_is_withdrawn_asks_for_no_answer(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    other = sample.broker("Bob Broker")
    sign_in(stages.director).send(f"{ASKED}/ask-more", {"enquiry": "Why now?"})
    sign_in(other).get(f"{ASKED}/answer", status=409)
    asked.send(f"{REQUEST}/reassign", {"broker": sample.reference(other), "reason": "Bea is away"})
    assert [task for task, _ in work(program(other))] == ["answer_the_decider"]
    sign_in(other).send(f"{ASKED}/answer", {"answer": "The exams", "lower_sum": "5,800"})
    assert (decision(sample).status, decision(sample).question.authors) == (DecisionStatus.ASKED, (other,))
    sign_in(stages.director).send(f"{ASKED}/ask-more", {"enquiry": "Which exams?"})
    sign_in(other).send(f"{ASKED}/withdraw", {"reason": "The school found help"})
    assert work(program(other)) == []

"""Whoever may decide finds what is asked on their first page; nobody else, and never what they asked themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.vocabulary import Team
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import MUCH, REQUEST

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

ASKED = "/decisions/DN-2026-0001"
WAITING = "Waiting for your decision"


def test_a_director_begins_with_what_they_are_to_decide_and_what_is_at_stake(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sample.clock.go_to(date(2026, 11, 5))
    director = sign_in(stages.director)
    page = director.get("/caseload")
    for said in (f"{WAITING}: 1", "up to £6,000 excluding VAT", MUCH["reason"], "Bea Broker", "3 days", ASKED):
        assert said in page
    assert page.count(ASKED) == 1
    assert f"{WAITING}: 1" in director.get("/caseload?whose=mine")
    assert f"{WAITING}: 1" in director.get("/decisions/")
    assert 'href="/decisions"' in page
    broker = sign_in(stages.broker)
    assert WAITING not in broker.get("/caseload")
    assert WAITING not in broker.get("/decisions/")


def test_who_leads_the_team_of_the_school_finds_it_too_and_no_other_lead(
    asked: Browser, sample: SampleAuthority, sign_in: SignIn
) -> None:
    lead = sign_in(sample.officer("Lea Lead", team=Team.SECONDARY, leads=True))
    other = sign_in(sample.officer("Otto Other", team=Team.PRIMARY, leads=True))
    assert f"{WAITING}: 1" in lead.get("/caseload")
    assert WAITING not in other.get("/caseload")


def test_nobody_is_shown_for_themselves_what_they_asked(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    asked.send(f"{ASKED}/withdraw", {"reason": "The director asks"})
    other = sample.director("Dario Director")
    sign_in(stages.director).send(f"{REQUEST}/approve", MUCH)
    assert WAITING not in sign_in(stages.director).get("/caseload?whose=mine")
    assert f"{WAITING}: 1" in sign_in(other).get("/caseload?whose=mine")
    assert program(stages.director).get("/decisions?for_me=true").json["items"] == []
    mine = program(stages.director).get("/caseload?whose=mine").json["items"]
    assert [each["task"] for each in mine if each["task"] == "decide_what_is_asked"] == []
    assert [each["reference"] for each in program(other).get("/decisions?for_me=true").json["items"]] == [
        "DN-2026-0002"
    ]
    theirs = program(other).get("/caseload?whose=mine").json["items"]
    assert [each["record"] for each in theirs if each["task"] == "decide_what_is_asked"] == ["DN-2026-0002"]


def test_what_has_lapsed_waits_for_no_decision(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    sample.clock.go_to(date(2026, 11, 17))
    assert WAITING not in sign_in(stages.director).get("/caseload")
    everybodys = program(stages.director).get("/caseload?whose=everybody").json["items"]
    assert [each for each in everybodys if each["task"] == "decide_what_is_asked"] == []


def test_a_school_is_not_told_of_what_the_service_has_to_decide(
    asked: Browser, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    items = program(stages.head).get("/caseload?whose=everybody").json["items"]
    assert [each["task"] for each in items if "decision" in each["task"] or "asked" in each["task"]] == []
    assert "Approve or refuse" not in sign_in(stages.head).get("/caseload?whose=everybody")


def test_while_it_is_asked_it_is_the_decider_whose_move_it_is_and_not_the_broker(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    page = asked.get(REQUEST)
    assert "Next: a team lead or director decides whether to approve spending" in page
    assert "Asked of a senior officer or a director on 2 November 2026" in page
    assert "Dora Director" in page
    assert ASKED in page
    broker = program(stages.broker)
    tasks = [each["task"] for each in broker.get("/caseload?whose=mine").json["items"]]
    assert "approve_brokering" not in tasks
    row = broker.get("/requests?waiting_for=decider").json["items"][0]
    assert (row["reference"], row["waiting_for"], row["asked_until"]) == ("SR-2026-0001", "decider", "2026-11-16")
    assert broker.get("/requests?waiting_for=service").json["items"] == []
    assert ">Decision<" in asked.get("/requests/").replace(" ", "").replace("\n", "")
    told = broker.get(REQUEST).json["decisions"]
    assert [(each["decision_reference"], each["asked_of"]) for each in told] == [
        ("DN-2026-0001", ["senior_officer", "director"])
    ]
    assert program(stages.head).get(REQUEST).json["decisions"] == []
    assert "DN-2026-0001" not in sign_in(stages.head).get(REQUEST)


@pytest.mark.parametrize("how", ["refused", "withdrawn", "lapsed"])
def test_once_nobody_is_asked_any_more_it_is_the_brokers_move_again(
    how: str, asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    if how == "refused":
        sign_in(stages.director).send(f"{ASKED}/refuse", {"reason": "Ask for one term"})
    elif how == "withdrawn":
        asked.send(f"{ASKED}/withdraw", {"reason": "The school found help"})
    else:
        sample.clock.go_to(date(2026, 11, 17))
    broker = program(stages.broker)
    assert "approve_brokering" in [each["task"] for each in broker.get("/caseload?whose=mine").json["items"]]
    assert broker.get("/requests?waiting_for=decider").json["items"] == []
    assert broker.get("/requests").json["items"][0]["waiting_for"] == "service"
    assert "Next: approve spending" in sign_in(stages.broker).get(REQUEST)
    assert broker.get(REQUEST).json["decisions"] == []


def test_what_is_not_confirmed_is_said_to_be_so_wherever_the_request_is_shown(
    sample: SampleAuthority, stages: BrokerageStages, asked: Browser, sign_in: SignIn, program: Programs
) -> None:
    asked.send(f"{ASKED}/withdraw", {"reason": "The director said yes in the meeting"})
    recorded = {
        "ceiling": "6,000",
        "decider": sample.reference(stages.director),
        "heard": "meeting",
        "decided_on-day": "2",
        "decided_on-month": "11",
        "decided_on-year": "2026",
        "evidence": "Minute 4",
    }
    asked.send(f"{REQUEST}/record-approval", recorded)
    assert "Recorded by Bea Broker; not yet confirmed by Dora Director." in asked.get(REQUEST)
    told = program(stages.broker).get(REQUEST).json["decisions"]
    assert [(each["decision_reference"], each["status"], each["decider"]) for each in told] == [
        ("DN-2026-0002", "unconfirmed", sample.reference(stages.director))
    ]
    sign_in(stages.director).send("/decisions/DN-2026-0002/disown", {"reason": "I said £4,000"})
    assert "Recorded by Bea Broker; disowned by Dora Director." in asked.get(REQUEST)

"""Engagements in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.domain.brokered import BEGINS
from tests.sample_authority import Clock
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program

WORK = "/engagements/BE-2026-0001"
FIRST = BEGINS + timedelta(days=1)

Open = Callable[..., Program]


class Working:
    """Sends commands on the one engagement, each on its present version."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sent = 0

    def __call__(self, command: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        self.sent += 1
        etag = self.program.get(WORK).headers["ETag"]
        key = f"{command}-{self.sent:04d}"
        return self.program.post(f"{WORK}/{command}", body or {}, key=key, at=etag, status=status).json


@pytest.fixture
def broker(stages: BrokerageStages, program: Open) -> Working:
    return Working(program(stages.broker))


def test_an_engagement_lives_its_whole_life(
    stages: BrokerageStages, program: Open, clock: Clock, broker: Working
) -> None:
    stages.proposed()
    head, specialist = Working(program(stages.head)), Working(program(stages.calder.specialist))

    head("agree-for-school")
    specialist("agree-for-provider")
    agreed = broker("agree-for-service")
    assert agreed["status"] == "agreed"
    by_hand = {"by": stages.sample.reference(stages.head), "on": "2026-11-02", "on_behalf": False, "reason": ""}
    by_hand["agreement_recorded"] = None
    assert agreed["agreements"]["school"] == by_hand
    assert broker("confirm")["cleared_under"] == ["vetting-2"]
    long_day = {"on": FIRST.isoformat(), "days": "1.5", "minutes": 540}
    assert specialist("plan-session", long_day, 422)["to_confirm"] == ["more_than_a_day"]
    specialist("plan-session", {**long_day, "unusual": ["more_than_a_day"], "why_unusual": "Until the evening"})
    clock.go_to(FIRST)
    session = {"number": 1, "on": FIRST.isoformat(), "days": "1.5", "note": "Planned two units", "attended": 4}
    told = specialist("deliver-session", session)
    assert [told[name] for name in ("used_days", "left_days", "spent")] == ["1.50", "3.00", "675.00"]
    assert told["sessions"][0]["status"] == "delivered"
    broker("complete")
    outcomes = [{"work_objective": each, "attainment": "met"} for each in told["work_objectives"]]
    judged = head("evaluate", {"quality": 4, "impact": 5, "outcomes": outcomes, "comment": "Grace listened first"})
    assert judged["evaluation"]["comment"] == "Grace listened first"
    assert judged["evaluation"]["evaluator"] == stages.sample.reference(stages.head)
    assert broker("close", {"outcome": "Planning holds"})["status"] == "closed"


def test_the_same_key_records_a_session_once(
    stages: BrokerageStages, program: Open, clock: Clock, broker: Working
) -> None:
    stages.confirmed()
    broker("plan-session", {"on": FIRST.isoformat(), "days": "1"})
    clock.go_to(FIRST)
    specialist = program(stages.calder.specialist)
    etag = specialist.get(WORK).headers["ETag"]
    body = {"number": 1, "on": FIRST.isoformat(), "days": "1", "note": "Planned"}

    answers = [specialist.post(f"{WORK}/deliver-session", body, key="session-1-once", at=etag).json for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["used_days"] == "1.00"
    specialist.post(f"{WORK}/deliver-session", body, key="session-1-again", at=etag, status=412)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": "0.2"}, "days"),
        ({"days": "Infinity"}, "days"),
        ({"days": "9999"}, "days"),
        ({"on": "9999-01-01"}, "on"),
        ({"on": ""}, "on"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10**12}, "minutes"),
        ({"place": "x" * 201}, "place"),
        ({"place": None}, "place"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_answer_is_named(
    stages: BrokerageStages, broker: Working, changes: dict[str, Any], field: str
) -> None:
    stages.confirmed()

    refused = broker("plan-session", {"on": FIRST.isoformat(), "days": "1", **changes}, 422)

    assert field in refused["errors"]["json"]


def test_outcomes_that_are_not_those_of_the_terms_are_refused(
    stages: BrokerageStages, program: Open, clock: Clock, broker: Working
) -> None:
    stages.confirmed()
    broker("plan-session", {"on": FIRST.isoformat(), "days": "1"})
    broker("end-early", {"side": "school", "reason": "Merger"})
    head = Working(program(stages.head))
    body = {"quality": 4, "impact": 5, "comment": "Good", "outcomes": []}

    assert "Select how far each objective was met" in head("evaluate", body, 422)["detail"]
    assert "quality" in head("evaluate", {**body, "quality": 6}, 422)["errors"]["json"]
    outcomes = [{"work_objective": "Another", "attainment": "met"}]
    assert "Select how far each objective was met" in head("evaluate", {**body, "outcomes": outcomes}, 422)["detail"]


def test_the_list_tells_what_comes_next(stages: BrokerageStages, program: Open, broker: Working) -> None:
    stages.confirmed()
    broker("plan-session", {"on": FIRST.isoformat(), "days": "1"})

    row = program(stages.head).get("/engagements?status=confirmed").json["items"][0]

    assert row["coming"] == [{"number": 1, "on": FIRST.isoformat(), "days": "1.00"}]
    assert row["agreed_by"] == ["school", "provider", "service"]
    assert program(stages.harrop.specialist).get("/engagements").json["items"] == []


def test_who_may_not_is_turned_away(stages: BrokerageStages, program: Open) -> None:
    stages.proposed()

    other = program(stages.harrop.specialist)
    other.post(f"{WORK}/agree-for-provider", {}, key="not-mine-1", at='"1"', status=404)
    for person, command in (
        (stages.head, "confirm"),
        (stages.calder.specialist, "agree-variation"),
        (stages.sample.reviewer(), "pause"),
        (stages.sample.link_officer(stages.school), "complete"),
    ):
        program(person).post(f"{WORK}/{command}", {}, key="not-mine-1", at='"1"', status=403)


def test_work_is_proposed_directly(stages: BrokerageStages, program: Open) -> None:
    stages.an_approved_request()
    body = {
        "request": "SR-2026-0001",
        "provider": "PV-2026-0001",
        "specialist": stages.sample.reference(stages.calder.specialist),
        "scope": "Planning",
        "work_objectives": ["Schemes of work are in use"],
        "days": "3",
        "net": "900.00",
        "vat": "0",
        "begins": "2026-11-09",
        "ends": "2027-03-26",
        "reason": "The authority's own service",
    }
    asked = program(stages.broker)

    for wrong, told in (
        ({"ends": "2026-11-01"}, "The last day must be the same as or after the first day"),
        ({"specialist": stages.sample.reference(stages.harrop.specialist)}, "Choose someone who works for Calder"),
        ({"net": "2600"}, "This is more than the amount approved"),
    ):
        refused = asked.post(
            "/engagements/propose", {**body, **wrong}, key="propose-" + next(iter(wrong)), status=422
        )
        assert told in refused.json["detail"]
    made = [asked.post("/engagements/propose", body, key="propose-0001", status=201) for _ in range(2)]

    assert made[0].headers["Location"] == f"/api/v1{WORK}"
    assert made[0].json == made[1].json
    assert made[0].json["school"] == str(stages.sample.urn(stages.school))


def test_a_variation_names_who_agreed_and_takes_no_sum_of_vat(
    stages: BrokerageStages, program: Open, broker: Working
) -> None:
    stages.confirmed()
    agreed = {
        "school_by": stages.sample.reference(stages.head),
        "school_on": "2026-11-01",
        "provider_by": stages.sample.reference(stages.calder.specialist),
        "provider_on": "2026-11-02",
    }
    terms = {"days": "4.5", "net": "1000.00", "ends": "2027-03-26", "reason": "Less to do"}

    assert broker("agree-variation", {**terms, **agreed, "vat": "99999.99"}, 422)["errors"]["json"]["vat"]
    assert set(broker("agree-variation", terms, 422)["errors"]["json"]) == set(agreed)
    other_head = stages.sample.headteacher(stages.sample.school("Beech Lane School"), "Hugo Head")
    elsewhere = {**agreed, "school_by": stages.sample.reference(other_head)}
    assert "headteacher or chair of governors" in broker("agree-variation", {**terms, **elsewhere}, 422)["detail"]

    told = broker("agree-variation", {**terms, **agreed})
    assert (told["net"], told["vat"]) == ("1000.00", "200.00")
    assert told["variations"][0]["consent"] == agreed


@pytest.mark.parametrize("side", ["school", "provider"])
def test_a_side_without_an_account_agrees_by_what_the_broker_writes_down(
    stages: BrokerageStages, program: Open, clock: Clock, broker: Working, side: str
) -> None:
    stages.proposed()
    clock.go_to(BEGINS)
    came = {"came_on": "2026-11-04", "heard": "letter", "evidence": "A signed letter"}

    for wrong in ({"came_on": "2026-11-10"}, {"came_on": "2026-11-01"}):
        refused = broker(f"record-agreement-of-{side}", {**came, **wrong}, 422)
        assert refused["errors"]["json"]["came_on"]
    assert "evidence" in broker(f"record-agreement-of-{side}", {"came_on": "2026-11-04"}, 422)["errors"]["json"]
    told = broker(f"record-agreement-of-{side}", came)["agreements"][side]

    by = stages.sample.reference(stages.broker)
    recorded = told.pop("agreement_recorded")
    assert told == {"by": by, "on": "2026-11-04", "on_behalf": True, "reason": "A signed letter"}
    assert (recorded["recorder"], recorded["on_behalf_of"], recorded["confirmation"]) == (by, None, "not_confirmed")
    assert (recorded["heard"], recorded["evidence"]) == ("letter", "A signed letter")
    listed = program(stages.broker).get("/engagements").json
    assert listed is not None
    assert listed["items"][0]["recorded_for_others"] == [
        {"side": side, "recorder": by, "on_behalf_of": None, "confirmation": "not_confirmed"}
    ]
    signed = list(stages.sample.services.store.get(stages.engagement("BE-2026-0001").id))[-1].meta.signature
    assert (signed.actor, signed.post) == (stages.broker, "broker")
    assert signed.on_behalf_of == (stages.school if side == "school" else stages.calder.id)
    assert broker(f"record-agreement-of-{side}", came, 422)["type"].endswith("already-agreed")


def test_nobody_outside_the_service_records_an_agreement_of_others(stages: BrokerageStages, program: Open) -> None:
    stages.proposed()
    body = {"came_on": "2026-11-02", "heard": "telephone", "evidence": "The partner rang"}

    for person in (stages.head, stages.calder.specialist, stages.sample.officer(), stages.sample.reviewer()):
        for side in ("school", "provider"):
            path = f"{WORK}/record-agreement-of-{side}"
            program(person).post(path, body, key="not-mine-1", at='"1"', status=403)


def test_a_day_that_a_specialist_has_given_to_other_work_is_asked_about(
    stages: BrokerageStages, program: Open
) -> None:
    stages.confirmed()
    stages.confirmed(2)
    specialist, other = program(stages.calder.specialist), "/engagements/BE-2026-0002"
    Working(specialist)("plan-session", {"on": FIRST.isoformat(), "days": "1"})

    def plan(key: str, status: int, **answers: Any) -> Any:
        etag, session = specialist.get(other).headers["ETag"], {"on": FIRST.isoformat(), "days": "0.5"}
        return specialist.post(f"{other}/plan-session", {**session, **answers}, key=key, at=etag, status=status).json

    asked = plan("plan-again-1", 422)
    assert asked["to_confirm"] == ["more_than_a_day"]
    assert "Grace Calder has 1.5 days of sessions on" in str(asked["errors"])
    plan("plan-again-2", 200, unusual=["more_than_a_day"], why_unusual="Morning here, evening there")

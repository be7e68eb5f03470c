"""Visits for programs: the same commands, held to the version that was read, each carried out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.account import TokenScopes
from tests.scenario import TODAY
from tests.web.conftest import Program
from tests.web.visits.conftest import Ashgrove


def plan(ashgrove: Ashgrove, **changes: Any) -> dict[str, Any]:
    return {
        "school": ashgrove.urn,
        "kind": "core",
        "purpose": "challenge",
        "on": "2026-11-10",
        "starts_at": "09:30:00",
        "minutes": 120,
        "visitors": [{"person": ashgrove.reference(ashgrove.officer), "capacity": "officer"}],
        "focus": "Progress in mathematics",
        **changes,
    }


@pytest.fixture
def api(ashgrove: Ashgrove, program: Callable[..., Program]) -> Program:
    return program(ashgrove.officer)


def test_a_visit_is_planned_read_confirmed_and_listed(api: Program, ashgrove: Ashgrove) -> None:
    made = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201)
    assert made.headers["Location"] == "/api/v1/visits/V-2026-0001"
    read = api.get("/visits/V-2026-0001")
    assert read.json is not None
    assert read.json["school"] == ashgrove.urn
    assert read.json["term"] == "autumn"
    assert read.json["agenda"][0]["text"] == "Celebrations and good practice"
    at = read.headers["ETag"]
    api.post("/visits/V-2026-0001/confirm", {"on": "2026-11-10"}, key="confirm-1", at=at, status=403)
    how = {"heard": "telephone", "came_on": TODAY.isoformat(), "evidence": "The head rang"}
    agreed = api.post("/visits/V-2026-0001/record-agreement", how, key="agree-day-1", at=at).json
    assert agreed is not None
    assert agreed["status"] == "confirmed"
    recorder, stands = ashgrove.reference(ashgrove.officer), "not_confirmed"
    told = agreed["agreement_recorded"]
    assert (told["recorder"], told["on_behalf_of"], told["confirm_by"], told["confirmation"]) == (
        recorder,
        None,
        "2026-11-09",
        stands,
    )
    listed = api.get("/visits?status=confirmed&mine=true").json
    assert listed is not None
    assert [row["reference"] for row in listed["items"]] == ["V-2026-0001"]
    assert listed["items"][0]["recorded_for_others"] == [
        {"side": "school", "recorder": recorder, "on_behalf_of": None, "confirmation": stands}
    ]


def test_the_same_key_plans_once(api: Program, ashgrove: Ashgrove) -> None:
    first = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201)
    again = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201)
    assert first.json == again.json
    api.get("/visits/V-2026-0002", 404)


def test_a_change_names_the_version_that_was_read(api: Program, ashgrove: Ashgrove) -> None:
    at = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201).headers["ETag"]
    body = {"cause": "school", "reason": "An inspection"}
    api.post("/visits/V-2026-0001/cancel", body, key="cancel-1", status=428)
    api.post("/visits/V-2026-0001/add-agenda-item", {"kind": "school", "text": "Choir"}, key="agenda-1", at=at)
    api.post("/visits/V-2026-0001/cancel", body, key="cancel-2", at=at, status=412)
    api.post("/visits/V-2026-0001/cancel", body, key="cancel-3", at='"2"')


@pytest.mark.parametrize(
    "wrong",
    [
        {"school": "1"},
        {"school": ""},
        {"on": "2026-02-30"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"minutes": 10**30},
        {"minutes": -5},
        {"visitors": []},
        {"visitors": [{"person": "PE-2026-9999", "capacity": "officer"}]},
        {"visitors": [{"person": None, "capacity": "officer"}]},
        {"focus": ""},
        {"focus": "   "},
        {"focus": 7},
        {"kind": "party"},
        {"purpose": None},
        {"concern": "CC-2026-0001"},
        {"starts_at": "late"},
        {"colour": "blue"},
    ],
    ids=str,
)
def test_wrong_answers_are_named_and_nothing_is_saved(
    api: Program, ashgrove: Ashgrove, wrong: dict[str, Any]
) -> None:
    refused = api.post("/visits/plan", plan(ashgrove, **wrong), key="plan-0001", status=422)
    assert refused.json is not None
    assert refused.json["errors"]
    api.get("/visits/V-2026-0001", 404)


def test_a_school_is_refused_what_is_the_officers(
    ashgrove: Ashgrove, api: Program, program: Callable[..., Program]
) -> None:
    at = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201).headers["ETag"]
    head = program(ashgrove.head)
    head.post("/visits/plan", plan(ashgrove), key="plan-0002", status=403)
    api.post("/visits/V-2026-0001/add-agenda-item", {"kind": "programme", "text": "Targets"}, key="agenda-1", at=at)
    head.post("/visits/V-2026-0001/withdraw-agenda-item", {"number": 2}, key="take-0001", at='"2"', status=403)
    head.post(
        "/visits/V-2026-0001/cancel", {"cause": "school", "reason": "Ill"}, key="cancel-1", at='"2"', status=403
    )


def test_the_standing_item_stays_on_the_agenda(api: Program, ashgrove: Ashgrove) -> None:
    at = api.post("/visits/plan", plan(ashgrove), key="plan-0001", status=201).headers["ETag"]
    item = {"kind": "programme", "text": "Targets"}
    at = api.post("/visits/V-2026-0001/add-agenda-item", item, key="agenda-1", at=at).headers["ETag"]
    refused = api.post("/visits/V-2026-0001/withdraw-agenda-item", {"number": 1}, key="take-0001", at=at, status=422)
    assert refused.json is not None
    assert "stays on the agenda" in refused.json["detail"]


def test_a_reading_token_changes_nothing(ashgrove: Ashgrove, program: Callable[..., Program]) -> None:
    reading = program(ashgrove.officer, TokenScopes.READ)
    reading.post("/visits/plan", plan(ashgrove), key="plan-0001", status=403)

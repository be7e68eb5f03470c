"""A day that is seldom meant is asked about once, taken with a reason, and the reason stands in the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.scenario import TODAY
from tests.web.conftest import Browser, Program, text_of
from tests.web.visits.conftest import Ashgrove, day

SATURDAY = date(2026, 11, 14)
TUESDAY = date(2026, 11, 10)


def test_a_page_asks_why_a_saturday_is_right_and_another_unusual_day_anew(
    officer: Browser, ashgrove: Ashgrove
) -> None:
    page = officer.get("/visits/plan")
    assert "Why this is right" not in text_of(page)
    refused = officer.send_page("/visits/plan", page, ashgrove.plan(SATURDAY), status=422).text
    assert "14 November 2026 is a Saturday. If this is right, say why. If not, change it" in text_of(refused)
    form = refused[refused.index("<form") :]
    assert form.index("Date of the visit") < form.index("Why this is right") < form.index("Start time")
    why = {"why_unusual": "An open morning for parents"}
    holiday = officer.send_page("/visits/plan", refused, ashgrove.plan(date(2026, 12, 25), **why), status=422).text
    assert "25 December 2026 is a bank holiday" in text_of(holiday)
    href = officer.send_page("/visits/plan", refused, ashgrove.plan(SATURDAY, **why)).headers["Location"]
    told = text_of(officer.get(href))
    assert "14 November 2026 is a Saturday. Confirmed as right: An open morning for parents" in told
    assert "Why this is right" not in told


def test_a_program_is_told_what_to_confirm(
    ashgrove: Ashgrove, program: Callable[..., Program], officer: Browser
) -> None:
    api = program(ashgrove.officer)
    body: dict[str, Any] = {
        "school": ashgrove.urn,
        "kind": "core",
        "purpose": "challenge",
        "on": "2027-08-14",
        "visitors": [{"person": ashgrove.reference(ashgrove.officer), "capacity": "officer"}],
        "focus": "Progress in mathematics",
    }
    refused = api.post("/visits/plan", body, key="plan-0001", status=422).json
    assert refused is not None
    assert refused["type"].endswith("#not-confirmed-as-right")
    assert refused["to_confirm"] == ["weekend"]
    assert "14 August 2027 is a Saturday" in refused["errors"]["json"]["why_unusual"][0]
    confirmed = {"unusual": refused["to_confirm"], "why_unusual": "A summer school"}
    other_day = {**body, "on": "2027-08-11", **confirmed}
    asked = api.post("/visits/plan", other_day, key="plan-0002", status=422).json
    assert asked is not None
    assert asked["to_confirm"] == ["school_holiday"]
    made = api.post("/visits/plan", {**body, **confirmed}, key="plan-0003", status=201)
    again = api.post("/visits/plan", {**body, **confirmed}, key="plan-0003", status=201)
    assert made.json == again.json
    history = api.get("/visits/V-2026-0001/history").json
    assert history is not None
    assert history["items"][0]["reason"].endswith("Confirmed as right: A summer school")


def test_two_visits_of_one_officer_at_one_hour_are_asked_about(officer: Browser, ashgrove: Ashgrove) -> None:
    first = officer.send("/visits/plan", ashgrove.plan(TUESDAY)).headers["Location"]
    later = {"starts_at": "11:30am", "kind": "follow_up"}
    officer.send("/visits/plan", ashgrove.plan(TUESDAY, **later))
    within = {"starts_at": "11:29am", "minutes": "", "kind": "follow_up"}
    refused = officer.send("/visits/plan", ashgrove.plan(TUESDAY, **within), status=422).text
    assert "makes another visit at 9:30am on 10 November 2026" in text_of(refused)
    officer.send(f"{first}/cancel", {"cause": "school", "reason": "An inspection"})
    clash = {"starts_at": "9:30am", "minutes": "", "kind": "follow_up"}
    officer.send("/visits/plan", ashgrove.plan(TUESDAY, **clash))


def test_what_is_refused_whatever_is_answered_is_refused_first(officer: Browser, ashgrove: Ashgrove) -> None:
    yesterday = TODAY - timedelta(days=1)
    refused = officer.send("/visits/plan", ashgrove.plan(yesterday), status=422).text
    assert "The date must be today or in the future" in refused
    assert "is a Sunday" not in refused


def test_a_visit_of_years_ago_is_recorded_with_a_reason_and_moved_with_one(
    officer: Browser, ashgrove: Ashgrove
) -> None:
    old = ashgrove.plan(date(2019, 3, 5), attendees="Headteacher", reason="The head telephoned")
    refused = officer.send("/visits/record-unplanned", old, status=422).text
    assert "5 March 2019 is more than a year ago" in text_of(refused)
    href = officer.send("/visits/plan", ashgrove.plan(TUESDAY)).headers["Location"]
    moved = {**day("on", SATURDAY), "starts_at": "9am", "side": "school", "reason": "Exams"}
    page = officer.send(f"{href}/reschedule", moved, status=422).text
    officer.send_page(f"{href}/reschedule", page, {**moved, "why_unusual": "An open morning"})
    told = text_of(officer.get(href))
    assert "Exams" in told
    assert "Confirmed as right: An open morning" in told

"""A case as whoever reviews the work reads it: each finding beside what it was about, and who answers for what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.deciders import Deciders
from tests.web.test_doors import A_CONCERN

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

CASE = "/concerns/CC-2026-0001"
SOON, LATER = str(TODAY + timedelta(days=30)), str(TODAY + timedelta(days=90))
FULL_TEAM = {"text": "A full team", "measure": "Posts filled", "due": LATER}
CALM = {"text": "Calm corridors", "measure": "Exclusions halved", "due": LATER}


class Case:
    """The concern about one school, taken from step to step by a program."""

    def __init__(self, api: Program, deciders: Deciders) -> None:
        self.api = api
        self.deciders = deciders
        self.number = 0

    def does(self, step: str, status: int = 200, **body: Any) -> Any:
        self.number += 1
        at = self.api.get(CASE).headers["ETag"]
        return self.api.post(f"{CASE}/{step}", body, key=f"step-no-{self.number}", at=at, status=status).json

    def starts(self, *objectives: dict[str, Any], **changes: Any) -> None:
        self.causes_concern()
        told = {"plan": "Weekly visits", "objectives": list(objectives), "review_on": SOON, "reason": "It is needed"}
        self.does("start-intervention", 202, **{**told, **changes})
        self.deciders.give()

    def causes_concern(self) -> None:
        self.does("assess", 202, assessment="Weak", rating="causing_concern")
        self.deciders.give()

    def finds(self, rag: str, *objectives: int, decision: str = "continue", **changes: Any) -> Any:
        found = [{"objective": number, "rag": rag, "commentary": "As seen"} for number in objectives]
        told = {
            "on": str(TODAY),
            "evidence": "Lessons",
            "findings": found,
            "advice": decision,
            "reason": "It is so",
        }
        answer = self.does("hold-review", **{**told, **changes})
        if decision != "end":
            self.does("continue-intervention", 202, next_review_on=SOON, reason="It goes on")
            self.deciders.give()
        return answer

    def revises(self, *objectives: dict[str, Any], status: int = 200) -> Any:
        told = {"plan": "Daily visits", "objectives": list(objectives), "reason": "It is not enough"}
        return self.does("revise-plan", status, **told)


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


@pytest.fixture
def officer(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.link_officer(school)


@pytest.fixture
def browser(sign_in: SignIn, officer: UUID) -> Browser:
    return sign_in(officer)


@pytest.fixture
def answers(sample: SampleAuthority, school: UUID) -> dict[str, Any]:
    return {**A_CONCERN, "school": str(sample.urn(school))}


@pytest.fixture
def case(sample: SampleAuthority, program: Use, sign_in: SignIn, officer: UUID, answers: dict[str, Any]) -> Case:
    api = program(officer)
    api.post("/concerns/raise", answers, key="raise-the-case", status=201)
    return Case(api, Deciders(sample, sign_in, sample.director()))


def rows(page: str) -> list[str]:
    """The rows of every table and summary list of a page, in words."""
    found = re.findall(r"<tr.*?</tr>|<div class=\"govuk-summary-list__row.*?</div>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


# Reviews and the objectives that they rated


def test_each_finding_is_read_beside_the_objective_as_it_was(case: Case, browser: Browser) -> None:
    case.starts(FULL_TEAM, CALM)
    case.finds("red", 1, 2)

    page = rows(browser.get(CASE))

    assert "1. A full team Red As seen" in page
    assert "2. Calm corridors Red As seen" in page


def test_what_was_rated_is_withdrawn_and_never_becomes_something_else(case: Case, browser: Browser) -> None:
    case.starts(FULL_TEAM)
    case.finds("red", 1)

    refused = case.revises(CALM, status=422)
    assert refused["type"].endswith("#objective-with-findings")
    assert "A full team" in refused["detail"]
    revised = case.revises({**FULL_TEAM, "withdrawn": True}, CALM)
    case.finds("green", 2)

    assert [each["withdrawn"] for each in revised["objectives"]] == [True, False]
    page = rows(browser.get(CASE))
    assert "1. A full team Red As seen" in page
    assert "2. Calm corridors Green As seen" in page
    assert any(row.startswith("1. A full team Withdrawn") for row in page)


def test_an_objective_is_withdrawn_on_the_page(case: Case, browser: Browser) -> None:
    case.starts(FULL_TEAM, CALM)
    case.finds("amber", 1, 2)
    due = {
        f"objectives-{n}-due-{part}": getattr(TODAY + timedelta(days=90), part)
        for n in (0, 1)
        for part in ("day", "month", "year")
    }
    kept = {
        f"objectives-{n}-{name}": each[name]
        for n, each in enumerate((FULL_TEAM, CALM))
        for name in ("text", "measure")
    }
    said = {"plan": "Weekly visits", "reason": "It is met"}

    page = browser.get(f"{CASE}/revise-plan")
    assert "A full team" in page
    assert "You cannot reword an objective that a review has rated" in page
    browser.send(f"{CASE}/revise-plan", {**said, **kept, **due, "objectives-0-withdrawn": "yes"})

    assert [each["withdrawn"] for each in case.api.get(CASE).json["objectives"]] == [True, False]
    review = browser.get(f"{CASE}/hold-review")
    assert "2. Calm corridors" in review
    assert "1. A full team" not in review


def test_a_review_is_recorded_beside_its_objectives(case: Case, browser: Browser) -> None:
    case.starts(FULL_TEAM, CALM)

    page = browser.get(f"{CASE}/hold-review")

    assert '<option value="1" selected>1. A full team</option>' in page
    assert '<option value="2" selected>2. Calm corridors</option>' in page
    assert any(row.startswith("1. A full team Posts filled") for row in rows(page))


# Days


@pytest.mark.parametrize("day", ["0001-01-01", "1100-06-01", "9999-12-31"])
def test_a_day_out_of_all_reason_is_not_taken(
    program: Use, officer: UUID, answers: dict[str, Any], case: Case, day: str
) -> None:
    def refused(step: str, **told: Any) -> list[str]:
        return list(case.does(step, 422, **told)["errors"]["json"])

    raised = {**answers, "on": day}
    program(officer).post("/concerns/raise", raised, key="raise-out-of-reason", status=422)
    assert refused("record-step", on=day, kind="informal", text="Met the head") == ["on"]
    case.causes_concern()
    told = {"plan": "Weekly visits", "objectives": [FULL_TEAM], "review_on": SOON, "reason": "It is needed"}
    assert refused("start-intervention", **{**told, "review_on": day}) == ["review_on"]
    assert refused("start-intervention", **{**told, "objectives": [{**FULL_TEAM, "due": day}]}) == ["objectives"]


def test_what_a_plan_asks_for_lies_ahead_and_is_looked_at_within_a_year(case: Case) -> None:
    case.causes_concern()
    told = {"plan": "Weekly visits", "objectives": [FULL_TEAM], "review_on": SOON, "reason": "It is needed"}
    yesterday, far = str(TODAY - timedelta(days=1)), str(TODAY + timedelta(days=367))

    past = case.does("start-intervention", 422, **{**told, "objectives": [{**FULL_TEAM, "due": yesterday}]})
    late = case.does("start-intervention", 422, **{**told, "review_on": far})

    assert past["type"].endswith("#due-before-the-plan")
    assert late["type"].endswith("#review-too-far-ahead")
    assert list(late["errors"]["json"]) == ["review_on"]


def test_a_day_that_is_missing_is_asked_for_in_plain_words(case: Case, browser: Browser) -> None:
    case.causes_concern()

    page = browser.send(f"{CASE}/start-intervention", {"objectives-0-text": "A full team"}, status=422).text

    assert "Enter the date of the first review" in page
    assert "Objective 1: enter the date it is due" in page


# What a case tells


def test_the_facts_tell_who_decided_the_intervention_and_its_end(
    sample: SampleAuthority, case: Case, browser: Browser
) -> None:
    case.starts(FULL_TEAM)
    case.finds("green", 1, decision="end")
    case.does("end-intervention", 202, outcome="The team is full", reason="All is met")
    case.deciders.give()
    told = case.api.get(CASE).json

    page = rows(browser.get(CASE))

    for row in ("Started 2 November 2026", "Ended 2 November 2026", "Outcome The team is full"):
        assert row in page
    assert "Reason All is met" in page
    for row in ("Assessed by Lea Lead", "Started by Dora Director", "Ended by Dora Director"):
        assert row in page
    director = sample.reference(case.deciders.director)
    assert (told["end_reason"], told["ended_by"]) == ("All is met", director)
    assert told["intervention_by"] == director
    assert told["last_assessment"]["by"] == sample.reference(case.deciders.lead)


def test_a_case_that_was_closed_tells_why(case: Case, browser: Browser) -> None:
    case.does("close", reason="The school has answered")

    page = rows(browser.get(CASE))

    assert "Closed 2 November 2026" in page
    assert "Reason The school has answered" in page


def test_nobody_is_named_as_having_authorised_what_somebody_else_does(
    sample: SampleAuthority, program: Use, case: Case, browser: Browser, answers: dict[str, Any], officer: UUID
) -> None:
    broker, named = sample.broker(), {"authoriser": sample.reference(officer)}

    program(broker).post("/concerns/raise", {**answers, **named}, key="naming-one-1", status=422)
    raised = program(broker).post("/concerns/raise", answers, key="by-the-broker", status=201).json
    assert raised["raised_by"] == sample.reference(broker)
    assert raised["named_authoriser"] is None
    case.does("pause", 422, reason="Holidays", **named)
    assert "uthorised" not in browser.get(CASE)
    assert "uthorised" not in browser.get(f"{CASE}/assess")


def test_a_case_leads_to_the_visit_that_it_came_from_and_the_requests_that_came_of_it(
    sample: SampleAuthority, program: Use, browser: Browser, officer: UUID, school: UUID, answers: dict[str, Any]
) -> None:
    api = program(officer)
    visit = {
        "school": answers["school"],
        "kind": "core",
        "purpose": "challenge",
        "on": SOON,
        "visitors": [{"person": sample.reference(officer), "capacity": "officer"}],
        "focus": "Mathematics",
    }
    request = {
        "school": answers["school"],
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Planning",
        "outcome_wanted": "Planning that holds",
        "needed_from": str(TODAY),
        "needed_by": LATER,
        "concern": "CC-2026-0001",
    }
    api.post("/visits/plan", visit, key="plan-a-visit", status=201)
    elsewhere = {**visit, "school": str(sample.urn(sample.school("Elm School")))}
    program(sample.director()).post("/visits/plan", elsewhere, key="plan-elsewhere", status=201)
    seen = {**answers, "source": "visit", "visit": "V-2026-0001"}

    refused = [
        api.post("/concerns/raise", wrong, key=f"raise-wrong-{number}", status=422).json["type"].partition("#")[2]
        for number, wrong in enumerate(({**seen, "source": "data"}, {**seen, "visit": "V-2026-0002"}))
    ]
    raised = api.post("/concerns/raise", seen, key="raise-the-case", status=201).json
    for number in (1, 2):
        subject = ("Mathematics", "Science")[number - 1]
        api.post("/requests/raise", request | {"subject": subject}, key=f"raise-request-{number}", status=201)

    assert refused == ["not-by-visit", "belongs-elsewhere"]
    assert raised["visit"] == "V-2026-0001"
    page = browser.get(CASE)
    for href in ("/visits/V-2026-0001", "/requests/SR-2026-0001", "/requests/SR-2026-0002"):
        assert f'href="{href}"' in page
    assert "from visit V-2026-0001), to be assessed by" in page


def test_a_school_is_searched_for(browser: Browser, sample: SampleAuthority, school: UUID) -> None:
    page = browser.get("/concerns/raise")

    assert "data-search" in page
    assert f"Ashgrove High School, Wexmoor ({sample.urn(school)})" in page

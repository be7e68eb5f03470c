"""Concerns at both doors: raised, decided on, paused and ended, by those whose business it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.concern import CaseStatus, ConcernCase
from domain.references import record_id
from domain.vocabulary import Purpose, Sensitivity
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.deciders import Deciders
from tests.web.test_doors import A_CONCERN

CASE = "/concerns/CC-2026-0001"
IN_A_MONTH = TODAY + timedelta(days=30)

SignIn = Callable[[UUID], Browser]


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


@pytest.fixture
def officer(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.link_officer(school)


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def answers(sample: SampleAuthority, school: UUID) -> dict[str, Any]:
    return {**A_CONCERN, "school": str(sample.urn(school))}


@pytest.fixture
def browser(sign_in: SignIn, officer: UUID, answers: dict[str, Any]) -> Browser:
    """The school's officer, who has raised a concern."""
    browser = sign_in(officer)
    browser.send("/concerns/raise", answers)
    return browser


@pytest.fixture
def deciders(sample: SampleAuthority, sign_in: SignIn, director: UUID) -> Deciders:
    return Deciders(sample, sign_in, director)


def case(sample: SampleAuthority) -> ConcernCase:
    return sample.services.service.find(ConcernCase, record_id("concern", "CC-2026-0001"))


def on(question: str, day: date) -> dict[str, Any]:
    return {f"{question}-day": day.day, f"{question}-month": day.month, f"{question}-year": day.year}


def assess(browser: Browser, deciders: Deciders, rating: str = "causing_concern") -> None:
    browser.send(f"{CASE}/assess", {"assessment": "Weak", "rating": rating})
    if rating == "causing_concern":
        deciders.give()


def start(browser: Browser, deciders: Deciders) -> None:
    browser.send_and_check(
        f"{CASE}/start-intervention",
        {
            "plan": "Weekly visits",
            "objectives-0-text": "A full team",
            "objectives-0-measure": "Posts filled",
            **on("objectives-0-due", IN_A_MONTH),
            **on("review_on", TODAY),
            "reason": "The school cannot turn this by itself",
        },
    )
    deciders.give()


def a_review(advice: str) -> dict[str, Any]:
    return {
        **on("on", TODAY),
        "evidence": "Met the governors",
        "findings-0-objective": "1",
        "findings-0-rag": "green",
        "findings-0-commentary": "Posts filled",
        "advice": advice,
        "reason": "It is so",
    }


def test_a_concern_keeps_what_was_said_of_it(
    sample: SampleAuthority, browser: Browser, school: UUID, officer: UUID
) -> None:
    raised = case(sample)

    assert (raised.school, raised.detail, raised.purpose) == (school, A_CONCERN["detail"], Purpose.CHALLENGE)
    assert (raised.raised_by, raised.raised_on) == (officer, TODAY)
    page = browser.get(CASE)
    for words in ("Achievement", "Data", "High", "Lena Link", A_CONCERN["detail"]):
        assert words in page


def test_the_school_is_filled_in_where_its_page_asks_for_a_concern(
    sample: SampleAuthority, sign_in: SignIn, officer: UUID, school: UUID
) -> None:
    page = sign_in(officer).get(f"/concerns/raise?school={sample.urn(school)}")

    assert f'value="{sample.urn(school)}"' in page


def test_a_worry_of_an_earlier_day_is_dated_so(
    sample: SampleAuthority, sign_in: SignIn, officer: UUID, answers: dict[str, Any]
) -> None:
    sign_in(officer).send("/concerns/raise", {**answers, **on("on", date(2026, 10, 5))})

    assert case(sample).raised_on == date(2026, 10, 5)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"detail": ""}, "Enter what the concern is"),
        ({"school": "123456"}, "Select the school"),
        ({"purpose": ""}, "Select"),
        (on("on", TODAY + timedelta(days=1)), "must be today or in the past"),
        ({"on-day": "31", "on-month": "2", "on-year": "2026"}, "must be a real date"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_question_and_all_else_is_kept(
    sign_in: SignIn, officer: UUID, answers: dict[str, Any], wrong: dict[str, Any], said: str, sample: SampleAuthority
) -> None:
    page = sign_in(officer).send("/concerns/raise", {**answers, **wrong}, status=422).text

    assert "There is a problem" in page
    assert said in page
    kept = next(value for name, value in answers.items() if name in {"detail", "school"} and name not in wrong)
    assert kept in page


def test_an_intervention_is_started_reviewed_and_ended(
    sample: SampleAuthority, browser: Browser, deciders: Deciders, director: UUID, officer: UUID
) -> None:
    assess(browser, deciders)
    start(browser, deciders)
    browser.send(f"{CASE}/hold-review", a_review("continue"))
    assert case(sample).next_review_on is None
    ahead = {**on("next_review_on", IN_A_MONTH), "reason": "It needs another term"}
    browser.send(f"{CASE}/continue-intervention", ahead)
    deciders.give()
    assert case(sample).next_review_on == IN_A_MONTH
    browser.send(f"{CASE}/hold-review", a_review("end"))
    browser.send_and_check(f"{CASE}/end-intervention", {"outcome": "A full team", "reason": "All is met"})
    assert case(sample).status is CaseStatus.INTERVENTION
    deciders.give()

    ended = case(sample)
    assert (ended.status, ended.outcome, len(ended.reviews)) == (CaseStatus.ENDED, "A full team", 2)
    assert ended.assessment is not None
    assert (ended.assessment.by, ended.intervention_by, ended.ended_by) == (deciders.lead, director, director)
    assert {review.by for review in ended.reviews} == {officer}


def test_only_what_the_state_invites_is_offered(browser: Browser, deciders: Deciders) -> None:
    raised = browser.get(CASE)
    assert "Assess concern" in raised
    assert "Start intervention" not in raised
    assess(browser, deciders)
    assert "Start intervention" in browser.get(CASE)
    start(browser, deciders)
    under_way = browser.get(CASE)
    assert "Record review" in under_way
    assert "Close without an intervention" not in under_way


def test_a_school_that_does_not_cause_concern_is_not_made_an_intervention(
    sample: SampleAuthority, browser: Browser, deciders: Deciders
) -> None:
    assess(browser, deciders, "watch")
    refused = browser.get(f"{CASE}/start-intervention", status=409)

    assert "The assessment does not rate this school as causing concern" in refused
    assert case(sample).status is CaseStatus.ASSESSED


def test_an_intervention_is_not_ended_before_a_review_decided_to(browser: Browser, deciders: Deciders) -> None:
    assess(browser, deciders)
    start(browser, deciders)
    refused = browser.get(f"{CASE}/end-intervention", status=409)

    assert "First record the review after which the intervention ends" in refused


def test_a_paused_case_offers_only_to_be_resumed(browser: Browser) -> None:
    browser.send(f"{CASE}/pause", {"reason": "The school is closed"})

    page = browser.get(CASE)

    assert "paused" in page
    assert "Resume concern" in page
    assert "Assess concern" not in page


def test_a_concern_raised_in_error_is_reworded_withdrawn_and_waits_for_nobody(
    sample: SampleAuthority, sign_in: SignIn, browser: Browser, officer: UUID, program: Callable[..., Program]
) -> None:
    browser.send(f"{CASE}/reword", {"detail": "Two posts are vacant", "reason": "It named a teacher"})
    page = browser.get(CASE)
    assert "Two posts are vacant" in page
    assert "Until it was reworded on" in page
    assert A_CONCERN["detail"] in page
    assert "CC-2026-0001" in browser.get("/caseload")

    browser.send_and_check(f"{CASE}/withdraw", {"reason": "It is about Elm School"})

    shown = browser.get(CASE)
    assert "Withdrawn as raised in error" in shown
    assert "It is about Elm School" in shown
    assert "CC-2026-0001" not in browser.get("/caseload")
    told = program(officer).get(CASE).json
    assert (told["status"], told["detail"]) == ("withdrawn", "Two posts are vacant")
    assert [each["text"] for each in told["earlier_wordings"]] == [A_CONCERN["detail"]]
    assert "CC-2026-0001" not in browser.get("/concerns/?status=raised&status=assessed&status=intervention")


def test_a_restricted_concern_keeps_its_history_so(
    sample: SampleAuthority, sign_in: SignIn, officer: UUID, answers: dict[str, Any]
) -> None:
    sign_in(officer).send("/concerns/raise", {**answers, "sensitivity": "restricted"})

    assert case(sample).sensitivity is Sensitivity.RESTRICTED


def test_whoever_raises_a_concern_without_reading_them_goes_on_with_their_work(
    sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    broker = sign_in(sample.broker())

    sent = broker.send("/concerns/raise", answers)

    assert sent.headers["Location"] == "/caseload"
    assert "Concern raised" in broker.get("/caseload")
    broker.get(CASE, status=403)


def test_a_headteacher_reads_what_concerns_the_school_and_decides_nothing(
    sample: SampleAuthority, sign_in: SignIn, browser: Browser, school: UUID
) -> None:
    head = sign_in(sample.headteacher(school))
    other = sign_in(sample.headteacher(sample.school("Elm School"), "Hugo Head"))

    head.get(CASE, status=404)
    assert "CC-2026-0001" not in head.get("/concerns/")
    browser.send(f"{CASE}/assess", {"assessment": "Weak", "rating": "watch"})
    browser.send_and_check(f"{CASE}/share", {"with": ["headteacher"], "words": "Results fell twice"})

    assert "Results fell twice" in head.get(CASE)
    head.get(f"{CASE}/assess", status=403)
    assert "CC-2026-0001" in head.get("/concerns/")
    other.get(CASE, status=404)
    assert "CC-2026-0001" not in other.get("/concerns/")


def test_the_list_is_filtered_by_status_school_and_review(
    sample: SampleAuthority,
    sign_in: SignIn,
    browser: Browser,
    deciders: Deciders,
    director: UUID,
    school: UUID,
) -> None:
    assess(browser, deciders)
    start(browser, deciders)
    elm = str(sample.urn(sample.school("Elm School")))
    sign_in(director).send("/concerns/raise", {**A_CONCERN, "school": elm})
    whole = sign_in(director)

    def shown(query: str) -> list[str]:
        page = whole.get(f"/concerns/?{query}")
        return [each for each in ("CC-2026-0001", "CC-2026-0002") if f"/concerns/{each}" in page]

    assert shown("") == ["CC-2026-0001", "CC-2026-0002"]
    assert shown("status=intervention") == ["CC-2026-0001"]
    assert shown("status=raised&status=intervention") == ["CC-2026-0001", "CC-2026-0002"]
    assert shown(f"school={elm}") == ["CC-2026-0002"]
    assert shown(f"review_before={TODAY + timedelta(days=1)}") == ["CC-2026-0001"]
    assert shown("status=closed") == []
    assert "No concerns with these filters" in whole.get("/concerns/?status=closed")


def test_a_program_does_what_the_pages_do(
    sample: SampleAuthority,
    program: Callable[..., Program],
    officer: UUID,
    answers: dict[str, Any],
) -> None:
    api = program(officer)
    raised = api.post("/concerns/raise", answers, key="raise-the-case", status=201)
    assessment = {"assessment": "Weak", "rating": "watch"}

    assessed = api.post(f"{CASE}/assess", assessment, key="assess-the-case", at=raised.headers["ETag"])

    assert (assessed.json["status"], assessed.json["school"]) == ("assessed", answers["school"])
    assert assessed.json["last_assessment"]["by"] == sample.reference(officer)
    assert api.get("/concerns?status=assessed").json["items"][0]["reference"] == "CC-2026-0001"


def test_a_programs_refusal_is_named(program: Callable[..., Program], officer: UUID, answers: dict[str, Any]) -> None:
    api = program(officer)
    raised = api.post("/concerns/raise", answers, key="raise-the-case", status=201)

    problem = api.post(
        f"{CASE}/resume",
        {"reason": "Term begins"},
        key="resume-the-case",
        at=raised.headers["ETag"],
        status=422,
    ).json

    assert problem["type"].endswith("#not-paused")
    assert problem["detail"] == "This concern is not paused"

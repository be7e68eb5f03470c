"""Concerns are assessed, and interventions started and ended, by those who may decide it, who act themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.concern import CaseStatus, ConcernCase
from domain.decision import DecisionStatus
from domain.delegation import Decider
from domain.references import record_id
from domain.vocabulary import Team
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.deciders import Deciders
from tests.web.test_doors import A_CONCERN

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

CASE = "/concerns/CC-2026-0001"
WEAK = {"assessment": "Weak", "rating": "causing_concern"}
ENDING = {"outcome": "A full team", "reason": "All is met"}
LATER = str(TODAY + timedelta(days=90))
PLAN = {
    "plan": "Weekly visits",
    "objectives": [{"text": "A full team", "measure": "Posts filled", "due": LATER}],
    "review_on": str(TODAY + timedelta(days=30)),
    "reason": "The school cannot turn this by itself",
}


class Case:
    """A concern that the school's officer raised, and what people ask about it by program."""

    def __init__(self, sample: SampleAuthority, program: Use, sign_in: SignIn, **details: str) -> None:
        self.sample, self.program = sample, program
        school = sample.school(**details)
        self.officer = sample.link_officer(school)
        self.deciders = Deciders(sample, sign_in, sample.director())
        answers = {**A_CONCERN, "school": str(sample.urn(school))}
        program(self.officer).post("/concerns/raise", answers, key="raise-the-case", status=201)
        self.number = 0

    def ask(self, command: str, body: dict[str, Any], *, by: UUID | None = None, status: int = 202) -> Any:
        self.number += 1
        api = self.program(by or self.officer)
        at = api.get(CASE).headers["ETag"]
        return api.post(f"{CASE}/{command}", body, key=f"ask-no-{self.number}", at=at, status=status).json

    def refused(self, command: str, body: dict[str, Any], *, by: UUID | None = None) -> str:
        return str(self.ask(command, body, by=by, status=422)["type"]).partition("#")[2]

    def starts(self) -> None:
        self.ask("assess", WEAK)
        self.deciders.give()
        self.ask("start-intervention", PLAN)
        self.deciders.give()

    def reviewed(self, decision: str = "end") -> None:
        found = [{"objective": 1, "rag": "green", "commentary": "As seen"}]
        review = {"on": str(TODAY), "evidence": "Lessons", "findings": found, "advice": decision, "reason": "So"}
        self.ask("hold-review", review, status=200)

    @property
    def record(self) -> ConcernCase:
        return self.sample.services.service.find(ConcernCase, record_id(ConcernCase.KIND, "CC-2026-0001"))


@pytest.fixture
def case(sample: SampleAuthority, program: Use, sign_in: SignIn) -> Case:
    return Case(sample, program, sign_in)


def test_a_school_causes_concern_when_the_senior_officer_says_so_and_not_before(case: Case) -> None:
    case.ask("assess", WEAK)
    assert case.record.status is CaseStatus.RAISED
    case.deciders.give()
    assessment = case.record.assessment
    assert assessment is not None
    assert (case.record.status, assessment.by) == (CaseStatus.ASSESSED, case.deciders.lead)
    found = case.record
    assert found.version == 2
    event = list(case.sample.services.store.get(found.id))[-1]
    assert (event.meta.signature.actor, event.meta.decision) == (case.deciders.lead, case.deciders.decision(1).id)


def test_the_trail_says_who_asked_and_who_decided(case: Case, sign_in: SignIn) -> None:
    case.starts()
    page = sign_in(case.officer).get(CASE)
    assert "Lea Lead decided that the school causes concern" in page
    assert "Dora Director decided to start an intervention" in page
    assert re.search(r"DN-2026-0001</a>, asked by [^,]+, decided by Lea Lead\. Asked and decided", page)
    asked = sign_in(case.officer).get("/decisions/DN-2026-0001")
    assert "asked a senior officer to assess the school as causing concern" in asked


def test_what_does_not_cause_concern_is_assessed_in_one_act(case: Case) -> None:
    case.ask("assess", {**WEAK, "rating": "watch"}, status=200)
    assert case.record.status is CaseStatus.ASSESSED


def test_neither_raiser_nor_link_officer_assesses_whatever_posts_they_hold(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    case = Case(sample, program, sign_in)
    case.ask("assess", WEAK, by=case.deciders.director)
    assert {each.why.value for each in case.deciders.decision(1).question.excluded} == {"raised", "link_officer"}
    other = sample.officer("Una Under", team=Team.SECONDARY)
    case.deciders.give(by=other, status=403)
    case.deciders.asked = 0
    case.deciders.give()
    assert case.record.status is CaseStatus.ASSESSED


def test_the_director_who_assessed_where_there_is_no_senior_officer_does_not_start_it(case: Case) -> None:
    case.ask("assess", WEAK, by=case.deciders.lead)
    asked = case.deciders.decision(1)
    assert asked.route.decides == (Decider.DIRECTOR,), "there is no other senior officer, so a director is asked now"
    case.deciders.give(by=case.deciders.director)
    assert case.refused("start-intervention", PLAN) == "nobody-may-decide"
    other = case.sample.director("Dario Director")
    case.ask("start-intervention", PLAN)
    refused = case.deciders.give(by=case.deciders.director, status=409)
    assert "Nobody decides two of assessing the concern, starting the intervention and ending it" in refused
    case.deciders.asked = 1
    case.deciders.give(by=other)
    assert case.record.intervention_by == other


def test_whoever_asks_does_not_give(case: Case) -> None:
    case.ask("assess", WEAK)
    case.deciders.give()
    case.sample.director("Dario Director")
    case.ask("start-intervention", PLAN, by=case.deciders.director)
    refused = case.deciders.give(by=case.deciders.director, status=409)
    assert "You asked for this, so somebody else decides" in refused
    assert case.record.status is CaseStatus.ASSESSED


def test_an_intervention_ends_after_a_review_by_the_director_who_started_it(case: Case) -> None:
    case.starts()
    assert case.refused("end-intervention", ENDING) == "no-decision-to-end"
    case.reviewed()
    case.ask("end-intervention", ENDING)
    case.deciders.give()
    assert (case.record.status, case.record.ended_by) == (CaseStatus.ENDED, case.deciders.director)
    case.ask("reopen", {"reason": "It fell back"})
    case.deciders.give()
    assert case.record.status is CaseStatus.RAISED


def test_a_panel_advises_and_others_decide_what_becomes_of_an_intervention(case: Case, sign_in: SignIn) -> None:
    case.starts()
    ahead = {"next_review_on": LATER, "reason": "It needs another term"}
    assert case.refused("continue-intervention", ahead) == "nothing-to-decide"
    case.reviewed("step_up")
    assert case.record.reviews[-1].decision is None
    case.ask("continue-intervention", ahead)
    case.deciders.give()
    assert case.record.reviews[-1].decided_by == case.deciders.lead
    case.reviewed("step_up")
    case.ask("change-level", {**ahead, "level": "step_up"})
    case.deciders.give()
    assert case.record.reviews[-1].decided_by == case.deciders.director
    assert "Dora Director decided after the review of 2 November 2026: step up" in sign_in(case.officer).get(CASE)


def test_a_pause_of_more_than_20_days_is_decided_by_a_director(case: Case) -> None:
    case.ask("pause", {"reason": "Inspection"}, status=200)
    case.ask("resume", {"reason": "It is over"}, status=200)
    case.ask("pause", {"reason": "Building work", "until": LATER})
    assert not case.record.is_paused
    case.deciders.give()
    assert str(case.record.paused_until) == LATER


def test_nobody_is_asked_for_what_cannot_be_done(case: Case) -> None:
    case.ask("assess", WEAK)
    case.deciders.give()
    far = str(TODAY + timedelta(days=400))
    assert case.refused("start-intervention", {**PLAN, "review_on": far}) == "review-too-far-ahead"
    early = [{**PLAN["objectives"][0], "due": str(TODAY - timedelta(days=1))}]  # type: ignore[index]
    assert case.refused("start-intervention", {**PLAN, "objectives": early}) == "due-before-the-plan"
    assert case.record.version == 2


def test_a_director_refuses_and_nothing_has_happened(case: Case, sign_in: SignIn) -> None:
    case.ask("assess", WEAK)
    sign_in(case.deciders.lead).send("/decisions/DN-2026-0001/refuse", {"reason": "Watch it for a term"})
    assert case.deciders.decision(1).status is DecisionStatus.REFUSED
    assert case.record.status is CaseStatus.RAISED


def test_a_decision_about_a_restricted_concern_is_as_hidden_as_the_concern(case: Case, sign_in: SignIn) -> None:
    case.ask("assess", {**WEAK, "assessment": "Wobble seen"})
    hidden = {"sensitivity": "restricted", "reason": "Names"}
    case.ask("change-sensitivity", hidden, by=case.deciders.director, status=200)
    outsider = case.sample.broker()
    page = sign_in(outsider).get("/decisions/")
    assert "DN-2026-0001" not in page
    sign_in(outsider).get("/decisions/DN-2026-0001", status=404)
    api = case.program(outsider)
    assert api.get("/decisions").json["items"] == []
    api.get("/decisions/DN-2026-0001", status=404)
    assert "Wobble" not in sign_in(outsider).get("/caseload")
    assert "DN-2026-0001" in sign_in(case.deciders.director).get("/decisions/")

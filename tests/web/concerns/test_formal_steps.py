"""Formal steps at both doors: asked of those who may decide, in the notice's own words, and shown in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.concern.ladder import Compliance, NoticeEnd
from domain.decision import Decision, DecisionStatus, Route
from domain.delegation import Act, Decider
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.concerns.test_deciding import CASE, WEAK, Case
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import propose

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

WHY = {"reason": "Half the teachers do not follow the plan"}
LETTER = {"text": "Results have to rise", "answer_by": str(TODAY + timedelta(days=15)), **WHY}
NOTICE = {
    "kind": "warning",
    "notice_ground": "standards",
    "matters": "Results have been low for three years",
    "action_required": "Agree a plan with the authority",
    "comply_by": str(TODAY + timedelta(days=30)),
    "intends": ["appoint_governors"],
    "copies": ["headteacher", "secretary_of_state"],
    **WHY,
}


class Ladder(Case):
    """A case of a school causing concern, with a chief officer and a countersigner."""

    def __init__(self, sample: SampleAuthority, program: Use, sign_in: SignIn, **details: str) -> None:
        super().__init__(sample, program, sign_in, **details)
        self.chief = sample.person("Chi Chief", Role.CHIEF_OFFICER)
        self.legal = sample.person("Lou Legal", Role.COUNTERSIGNER)
        self.ask("assess", WEAK)
        self.deciders.give()

    def fact(self, command: str, **body: Any) -> None:
        self.ask(command, body, status=200)

    def pre_warned(self) -> None:
        self.fact("record-step", on=str(TODAY), kind="informal", text="Met head and chair")
        self.fact("record-step", on=str(TODAY), kind="evidence", text="Three years of results")
        self.fact("record-panel", text="The evidence is sound")
        self.ask("send-pre-warning", LETTER)
        self.deciders.give()

    def given_by_two(self, command: str, body: dict[str, Any]) -> None:
        self.ask(command, body, by=self.deciders.director)
        self.deciders.give(by=self.chief)
        self.deciders.asked -= 1
        self.deciders.give(by=self.legal)


@pytest.fixture
def case(sample: SampleAuthority, program: Use, sign_in: SignIn) -> Ladder:
    return Ladder(sample, program, sign_in, school_type="Community school")


def test_a_notice_is_given_by_two_in_its_own_words_and_followed_to_compliance(
    case: Ladder, sign_in: SignIn, sample: SampleAuthority
) -> None:
    case.pre_warned()
    case.ask("give-notice", NOTICE, by=case.deciders.director)
    asked = sign_in(case.chief).get(f"/decisions/{case.deciders.decision(3).reference}")
    assert NOTICE["matters"] in asked
    assert NOTICE["action_required"] in asked
    case.deciders.give(by=case.chief)
    assert case.record.notice is None
    case.deciders.asked -= 1
    refused = case.deciders.give(by=case.chief, status=409)
    assert "You approved it as the first of two people" in refused
    case.deciders.asked -= 1
    case.deciders.give(by=case.legal)
    page = sign_in(case.officer).get(CASE)
    assert "Lou Legal, with Chi Chief, decided on the notice of 2 November 2026" in page
    assert "The compliance period runs" in page
    assert "2 December 2026" in page
    assert "Lou Legal and Chi Chief" in page

    case.given_by_two("assess-compliance", {"compliance": "met", "text": "A plan is agreed", **WHY})
    assert [each.compliance for each in case.record.notices] == [Compliance.MET]
    entry = case.program(case.officer).get(CASE).json["ladder"][-1]
    assert (entry["step"], entry["by"]) == ("compliance", sample.reference(case.legal))


def test_what_cannot_be_done_is_not_asked_for(case: Ladder) -> None:
    assert case.refused("send-pre-warning", LETTER) == "not-moderated"
    assert case.refused("give-notice", NOTICE) == "not-moderated"
    assert case.refused("appoint-governors", {"text": "Two governors", **WHY}) == "not-eligible"
    case.fact("record-category", inspection_category="special_measures", on=str(TODAY))
    board = {"text": "Four members", "members": 4, **WHY}
    assert case.refused("appoint-interim-board", board) == "not-consulted"
    case.fact("record-contact", contacted="governing_body", contact="consulted")
    assert case.refused("appoint-interim-board", board) == "no-consent"
    general = case.ask("record-step", {"on": str(TODAY), "kind": "formal", "text": "A notice"}, status=422)
    assert "A formal step is an act of its own" in general["errors"]["json"]["kind"][0]


def test_a_reworded_notice_is_asked_of_both_anew(case: Ladder) -> None:
    case.pre_warned()
    case.ask("give-notice", NOTICE, by=case.deciders.director)
    case.deciders.give(by=case.chief)
    half = case.deciders.decision(3)
    assert half.status is DecisionStatus.HALF_GIVEN
    case.ask("reword", {"detail": "Other words", "reason": "It named a teacher"}, status=200)
    case.deciders.asked -= 1
    case.deciders.give(by=case.legal, status=422)
    assert case.deciders.decision(3).status is DecisionStatus.OVERTAKEN
    assert case.record.notice is None


def test_an_urgent_notice_leaves_out_the_letter_and_whoever_allowed_that_does_not_give_it(case: Ladder) -> None:
    for step in ("moderation", "pre_warning"):
        case.ask("waive-step", {"step": step, "reason": "Pupils are at risk"}, by=case.deciders.lead)
        case.deciders.give()
    case.given_by_two("give-notice", NOTICE)
    assert case.record.notice is not None


def test_the_school_answers_for_itself(case: Ladder, sign_in: SignIn, sample: SampleAuthority) -> None:
    case.pre_warned()
    case.fact("answer", text="We have a plan")
    case.fact("share", words="Both posts of deputy head are vacant", **{"with": ["headteacher", "chair"]})
    case.ask("answer", {"text": "Both posts are filled"}, by=sample.headteacher(case.record.school), status=200)
    page = sign_in(case.officer).get(CASE)
    assert "Lena Link recorded the school&#39;s answer" in page
    assert "Hana Head gave the school&#39;s answer" in page


def test_at_an_academy_nothing_is_asked_for_but_a_referral(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    opened = str(TODAY - timedelta(days=30))
    case = Ladder(sample, program, sign_in, school_type="Academy converter", opened=opened)
    answer = case.ask("send-pre-warning", LETTER, status=422)
    assert answer["type"].endswith("#not-maintained")
    assert "was no maintained school on 2 November 2026 (Academy converter)" in answer["detail"]
    assert "section 59" in answer["detail"]
    page = sign_in(case.officer).get(CASE)
    assert "Give a warning notice" not in page
    case.ask("refer", {"text": "Results fall", "trust_informed": True, **WHY})
    case.deciders.give()
    case.fact("record-referral-answer", text="They will write to the trust")
    assert "Regions Group answered" in sign_in(case.officer).get(CASE)


def test_what_is_open_ends_by_itself_when_a_conversion_is_confirmed(
    case: Ladder, sign_in: SignIn, sample: SampleAuthority
) -> None:
    case.pre_warned()
    case.given_by_two("give-notice", NOTICE)
    academy = sample.school("Ashgrove Academy", school_type="Academy converter", opened="2025-09-01")
    old, new = sample.urn(case.record.school), propose(sample, case.record.school, academy)
    confirmed = {"urn": str(new), "meaning": "goes_on", "reason": "Converted"}
    sign_in(sample.administrator()).send_and_check(f"/schools/{old}/confirm-succession", confirmed)
    [notice] = case.record.notices
    assert (notice.end, notice.ended_on) == (NoticeEnd.CEASED, date(2025, 9, 1))
    page = sign_in(case.officer).get(CASE)
    assert "The school became Ashgrove Academy (Academy converter) on 1 September 2025" in page
    assert "Given without power" in page
    assert case.refused("send-pre-warning", LETTER) == "not-maintained"


def test_what_was_asked_in_an_older_way_is_told_and_not_given(case: Ladder, sign_in: SignIn) -> None:
    asked = case.deciders.decision(1).question
    older = replace(asked, act=Act.TAKE_FORMAL_STEP, command="record-step", answers="{}")
    route = Route("S15", (Decider.DIRECTOR,))
    with case.sample.acting(case.officer, "officer"):
        case.sample.services.service.add(
            lambda: Decision.ask(
                "DN-2026-0002", older, route, reason="It is needed", deciders=[case.deciders.director], rules=()
            )
        )
    assert "Take a formal step" in sign_in(case.deciders.director).get("/decisions/DN-2026-0002")
    refused = case.deciders.give(by=case.deciders.director, status=422)
    assert "This is asked in another way now" in refused

"""A school reads what it was sent, answers it, and its governors see it; the service corrects and closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.record_of_visit import Answered, ExtentOfAgreement, RecordStatus, Respondent
from domain.visit import Visit, VisitStatus
from domain.vocabulary import Side
from projections import caseload
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.records.conftest import HREF, Stage, day

HEAD, CHAIR = f"{HREF}/respond-as-headteacher", f"{HREF}/respond-as-chair"


def test_a_school_sees_nothing_of_a_record_before_it_is_issued(stage: Stage) -> None:
    stage.begun()
    stage.written()
    stage.by_head.get(HREF, 404)
    assert "No records of visit" in stage.by_head.get("/records/")
    assert "You can read it here once it is issued" in stage.by_head.get("/visits/V-2026-0001")


def test_a_school_is_not_told_the_number_of_a_record_before_it_is_issued(
    stage: Stage, program: Callable[..., Program]
) -> None:
    stage.begun()
    stage.written()
    urn = stage.sample.urn(stage.school)
    pages = ("/visits/", "/visits/V-2026-0001", f"/schools/{urn}", f"/schools/{urn}/file", "/caseload", "/records/")
    paths = ("/visits", "/visits/V-2026-0001", "/visits/V-2026-0001/history", f"/schools/{urn}/file", "/caseload")

    def told() -> list[str]:
        answers = [stage.by_head.get(each) for each in pages]
        answers += [program(stage.head).get(each).text for each in (*paths, "/search?q=ROV-2026-0001")]
        return [answer for answer in answers if "ROV-2026-0001" in answer]

    assert told() == []
    assert "ROV-2026-0001" in program(stage.officer).get("/visits/V-2026-0001").text
    stage.by_officer.send(f"{HREF}/issue", {})
    assert "ROV-2026-0001" in program(stage.head).get("/visits/V-2026-0001").text
    assert len(told()) > 3


def test_a_school_reads_the_issued_record_without_restricted_sections_and_without_its_drafting(
    stage: Stage,
) -> None:
    stage.issued()
    page = stage.by_head.get(HREF)
    assert "Six lessons in Year 9" in page
    assert "issued the record" in page
    assert "The chair may resign" not in page
    assert "wrote the section" not in page
    assert "The chair may resign" not in stage.by_head.get(f"{HREF}/versions/1")


def test_the_headteacher_answers_issue_by_issue_with_the_deadline_in_words(stage: Stage) -> None:
    stage.issued()
    form = stage.by_head.get(HEAD)
    assert "Please respond by <strong>Monday 16 November 2026</strong> (in 14 days)" in form
    assert "Few pupils reach the standard" in form
    answers = {"agrees": "agrees_in_part", "answer_to_issue_2": "A new timetable", "overall": "Thank you"}
    stage.by_head.send_and_check(HEAD, answers)
    response = stage.record.responses[0]
    assert (response.respondent, response.person, response.agrees) == (
        Respondent.HEADTEACHER,
        stage.head,
        ExtentOfAgreement.IN_PART,
    )
    assert [(answer.issue, answer.text) for answer in response.answers] == [(2, "A new timetable")]
    page = stage.by_officer.get(HREF)
    assert page.index("Books are marked late") < page.index("A new timetable") < page.index("Agreed actions")


@pytest.mark.parametrize("respondent", Respondent)
def test_who_answered_already_is_told_so_before_they_answer_again(stage: Stage, respondent: Respondent) -> None:
    stage.issued()
    browser, href = (stage.by_head, HEAD) if respondent is Respondent.HEADTEACHER else (stage.by_chair, CHAIR)
    said = f"A response from the {respondent.label.lower()} was sent on 2 November 2026 (agrees)"
    assert "A response from" not in browser.get(href)
    first = browser.send(href, {"agrees": "agrees", "overall": "All well"}, status=200)
    assert "A response from" not in first.text
    browser.send_page(href, first.text, {"agrees": "agrees", "overall": "All well", "confirmed": "yes"})
    other_href, other = (CHAIR, stage.by_chair) if respondent is Respondent.HEADTEACHER else (HEAD, stage.by_head)
    assert "A response from" not in other.get(other_href)
    for page in (
        browser.get(href),
        browser.send(href, {"agrees": "disagrees", "overall": "Not so"}, status=200).text,
    ):
        assert said in page
        assert "it does not replace what was sent before" in page
    browser.send_and_check(href, {"agrees": "disagrees", "overall": "Not so"})
    assert [each.overall for each in stage.record.responses] == ["All well", "Not so"]


def test_a_response_is_not_sent_before_it_was_checked(stage: Stage) -> None:
    stage.issued()
    check = stage.by_head.send(HEAD, {"agrees": "agrees", "overall": "All well"}, status=200)
    assert "Check your answers" in check.text
    assert "All well" in check.text
    assert stage.record.responses == []


def test_whoever_disagrees_says_with_what(stage: Stage) -> None:
    stage.issued()
    refused = stage.by_head.send(HEAD, {"agrees": "disagrees"}, status=422)
    assert "Say what you disagree with" in refused.text


def test_a_headteacher_keeps_a_draft_of_the_response(stage: Stage) -> None:
    stage.issued()
    stage.by_head.send(HEAD, {"answer_to_issue_1": "We are thinking", "draft": "keep"})
    assert "We are thinking" in stage.by_head.get(HEAD)
    assert stage.record.responses == []
    stage.by_head.send_and_check(HEAD, {"agrees": "agrees", "answer_to_issue_1": "We have a plan"})
    assert "We are thinking" not in stage.by_head.get(HEAD)


def test_each_answers_for_the_own_post_alone(stage: Stage) -> None:
    stage.issued()
    stage.by_head.get(CHAIR, 403)
    stage.by_chair.get(HEAD, 403)
    stage.by_officer.get(HEAD, 403)


def test_the_headteacher_of_another_school_neither_reads_nor_answers(
    stage: Stage, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    stage.issued()
    stranger = sign_in(sample.headteacher(sample.school("Birch High School"), "Bert Birch"))
    stranger.get(HREF, 404)
    stranger.get(HEAD, 404)
    stranger.get(f"{HREF}/versions/1", 404)


def test_a_correction_in_progress_is_not_shown_to_the_school(stage: Stage) -> None:
    stage.issued()
    stage.by_officer.send(f"{HREF}/correct", {"reason": "It was Year 8"})
    stage.by_officer.send(f"{HREF}/write", stage.numbered(**{"sections-0-text": "Six lessons in Year 8"}))
    page = stage.by_head.get(HREF)
    assert "Six lessons in Year 9" in page
    assert "Year 8" not in page
    assert "Being corrected" not in page
    assert "Issued" in stage.by_head.get("/records/?status=issued")
    assert "Six lessons in Year 8" in stage.by_officer.get(HREF)


def test_a_new_version_takes_the_place_of_the_old_one_which_stays_readable(stage: Stage) -> None:
    stage.issued()
    stage.by_head.send_and_check(HEAD, {"agrees": "agrees", "overall": "Fair"})
    stage.by_officer.send(f"{HREF}/correct", {"reason": "It was Year 8"})
    stage.by_officer.send(f"{HREF}/write", stage.numbered(**{"sections-0-text": "Six lessons in Year 8"}))
    stage.by_officer.send(f"{HREF}/reissue", {})
    assert "Six lessons in Year 8" in stage.by_head.get(HREF)
    old = stage.by_head.get(f"{HREF}/versions/1")
    assert "Six lessons in Year 9" in old
    assert "A later version has replaced this one" in old
    assert "Fair" in old
    assert "It was Year 8" in stage.by_head.get(f"{HREF}/versions/2")
    stage.by_head.get(f"{HREF}/versions/3", 404)
    assert stage.record.awaited == [Respondent.HEADTEACHER, Respondent.CHAIR]


def test_a_correction_can_be_given_up(stage: Stage) -> None:
    stage.issued()
    stage.by_officer.send(f"{HREF}/correct", {"reason": "It was Year 8"})
    stage.by_officer.send(f"{HREF}/write", stage.numbered(**{"sections-0-text": "Six lessons in Year 8"}))
    stage.by_officer.send(f"{HREF}/abandon-correction", {})
    assert "Six lessons in Year 9" in stage.by_officer.get(HREF)


def test_a_response_is_declined_with_a_reason_or_lapses_after_its_day(stage: Stage) -> None:
    stage.issued()
    early = stage.by_officer.get(f"{HREF}/lapse-response", status=409)
    assert "They can still respond until 16 November 2026" in early
    stage.by_officer.send(f"{HREF}/decline-response", {"respondent": "headteacher", "reason": "On leave"})
    stage.go_to(date(2026, 11, 17))
    stage.by_officer.send(f"{HREF}/lapse-response", {"respondent": "chair"})
    assert list(stage.record.answered.values()) == [Answered.DECLINED, Answered.LAPSED]


def test_the_meeting_of_the_governors_is_recorded_by_the_school(stage: Stage) -> None:
    stage.issued()
    wrong = stage.by_chair.send(
        f"{HREF}/present", {**day("meeting_on", date(2026, 10, 1)), "minute": "6.2"}, status=422
    )
    assert "The meeting must be on or after the date the record was issued" in wrong.text
    stage.by_chair.send(f"{HREF}/present", {**day("meeting_on", TODAY), "minute": "6.2"})
    assert "6.2" in stage.by_officer.get(HREF)


def test_presentation_is_waived_with_a_reason(stage: Stage) -> None:
    stage.issued()
    stage.by_head.get(f"{HREF}/waive-presentation", 403)
    stage.by_officer.send(f"{HREF}/waive-presentation", {"reason": "The school closes in December"})
    assert not stage.record.needs_presentation


def test_a_school_completes_its_own_actions_alone(stage: Stage) -> None:
    stage.issued()
    done = {**day("on", TODAY), "note": "All classes"}
    refused = stage.by_head.send(f"{HREF}/complete-action", {"number": "1", **done}, status=422)
    assert "Select the completed action" in refused.text
    stage.by_head.send(f"{HREF}/complete-action", {"number": "2", **done})
    assert "Completed on 2 Nov 2026" in stage.by_officer.get(HREF)
    stage.by_officer.send(f"{HREF}/reopen-action", {"number": "2", "reason": "One class is missing"})
    assert len(stage.record.open_actions) == 2


def test_an_action_is_handed_over_and_stands_in_the_list_of_whoever_has_it_now(stage: Stage) -> None:
    stage.issued()
    colleague = stage.sample.officer("Cora Colleague")
    answers = {"number": "1", "owner": stage.reference(colleague), **day("due", TODAY), "reason": "Lena leaves"}
    stage.by_head.get(f"{HREF}/hand-over-action", 403)
    outside = stage.by_officer.send(
        f"{HREF}/hand-over-action",
        answers | {"owner": stage.reference(stage.sample.administrator())},
        status=422,
    )
    assert "Select who has it from today" in outside.text
    stage.by_officer.send(f"{HREF}/hand-over-action", answers)

    page = stage.by_head.get(HREF)
    assert "Cora Colleague" in page
    assert "Changed on 2 Nov 2026, after it was issued" in page
    assert "Cora Colleague" not in stage.by_head.get(f"{HREF}/versions/1")
    assert "Send a specialist of mathematics" in stage.browser(colleague).get("/caseload")
    assert stage.record.open_actions[0].owner_side is Side.SERVICE
    stage.by_officer.send(f"{HREF}/hand-over-action", answers | {"owner": stage.reference(stage.head)})
    assert stage.record.open_actions[0].owner_side is Side.SCHOOL
    with stage.sample.services.read() as connection:
        waiting = [each for each in caseload.waiting(connection) if each.person == stage.head]
    assert [each.waiting_for for each in waiting if each.task is caseload.Task.COMPLETE_ACTION] == [
        caseload.WaitingFor.SCHOOL
    ]
    assert len(stage.record.awaited) == 2


def test_a_record_is_closed_with_its_visit_once_all_is_settled(stage: Stage) -> None:
    stage.issued()
    refused = stage.by_officer.get(f"{HREF}/close", status=409)
    assert "Record the response from the headteacher and chair of governors" in refused
    stage.by_head.send_and_check(HEAD, {"agrees": "agrees"})
    stage.by_chair.send_and_check(CHAIR, {"agrees": "agrees"})
    stage.by_head.send(f"{HREF}/present", {**day("meeting_on", TODAY), "minute": "6.2"})
    stage.by_officer.send(f"{HREF}/close", {})
    record = stage.record
    assert record.status is RecordStatus.CLOSED
    assert stage.sample.services.service.find(Visit, record.visit).status is VisitStatus.CLOSED

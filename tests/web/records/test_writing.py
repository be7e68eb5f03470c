"""A record of visit is written, kept as a draft, assured and issued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.authority import Settings
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.record_of_visit import RecordStatus
from domain.school import School
from domain.vocabulary import Purpose
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, text_of
from tests.web.records.conftest import HREF, Stage

A_CONCERN = {
    "kind": ConcernKind.ACHIEVEMENT,
    "source": ConcernSource.DATA,
    "severity": Severity.HIGH,
    "detail": "Results fell twice",
    "purpose": Purpose.CHALLENGE,
}


def rated_lowest(school: School) -> None:
    rating = {"among": "ABCD", "from_": TODAY, "review_due": date(2027, 3, 1), "rationale": "Results fell"}
    set_need_category(school, "D", scheme="settings-0", **rating)  # type: ignore[arg-type]  # as a test names them


def test_everything_is_written_on_one_page(stage: Stage) -> None:
    stage.begun()
    stage.written()
    content = stage.record.content
    assert [section.restricted for section in content.sections] == [False, True]
    assert [issue.number for issue in content.issues] == [1, 2]
    assert content.actions[0].owner == stage.officer
    assert content.good_practice[0].shareable
    page = stage.by_officer.get(HREF)
    for told in ("Six lessons in Year 9", "The chair may resign", "Few pupils reach the standard", "The choir"):
        assert told in page


def test_what_was_written_stands_on_the_form_again_and_keeps_its_numbers(stage: Stage) -> None:
    stage.begun()
    stage.written()
    page = stage.by_officer.get(f"{HREF}/write")
    assert "Send a specialist of mathematics" in page
    assert f'<option value="{stage.reference(stage.officer)}" selected>' in page
    stage.by_officer.send(f"{HREF}/write", stage.numbered(**{"issues-0-text": "Too few reach the standard"}))
    assert [(issue.number, issue.text) for issue in stage.record.content.issues] == [
        (1, "Too few reach the standard"),
        (2, "Books are marked late"),
    ]


def test_a_section_without_text_is_named_and_all_that_was_typed_is_kept(stage: Stage) -> None:
    stage.begun()
    answers = stage.text(**{"sections-0-text": "", "actions-0-due-month": "13"})
    response = stage.by_officer.send(f"{HREF}/write", answers, status=422)
    assert "Section 1: enter the text" in response.text
    assert "must be a real date" in response.text
    assert "Moderate the books" in response.text
    assert stage.record.content.is_empty


def test_a_draft_is_kept_and_is_no_event(stage: Stage) -> None:
    stage.begun()
    version = stage.record.version
    kept = stage.by_officer.send(f"{HREF}/write", {**stage.text(), "sections-0-text": "", "draft": "keep"})
    assert kept.headers["Location"] == f"{HREF}/write"
    assert stage.record.version == version
    page = stage.by_officer.get(f"{HREF}/write")
    assert "You saved this draft on 2 November 2026, 10am" in page
    assert "Moderate the books" in page


def test_a_draft_is_gone_once_it_is_sent(stage: Stage) -> None:
    stage.begun()
    stage.by_officer.send(f"{HREF}/write", {**stage.text(), "draft": "keep"})
    stage.written()
    assert "You saved this draft" not in stage.by_officer.get(f"{HREF}/write")


def test_a_draft_can_be_thrown_away(stage: Stage) -> None:
    stage.begun()
    stage.by_officer.send(f"{HREF}/write", {**stage.text(), "draft": "keep"})
    stage.by_officer.send(f"{HREF}/write", {**stage.text(), "draft": "discard"})
    assert "Moderate the books" not in stage.by_officer.get(f"{HREF}/write")


def test_a_draft_is_seen_by_nobody_else(stage: Stage, sample: SampleAuthority) -> None:
    stage.begun()
    stage.by_officer.send(f"{HREF}/write", {**stage.text(), "draft": "keep"})
    assert "Moderate the books" not in stage.browser(sample.director()).get(f"{HREF}/write")


def test_a_draft_tells_what_others_changed_since_it_was_kept(stage: Stage, sample: SampleAuthority) -> None:
    stage.begun()
    stage.by_officer.send(f"{HREF}/write", {**stage.text(), "draft": "keep"})
    stage.browser(sample.director()).send(f"{HREF}/write", {"good_practice-0-text": "The orchestra"})
    page = stage.by_officer.get(f"{HREF}/write")
    assert "Dora Director recorded good practice: The orchestra" in page
    assert "Moderate the books" in page


def test_the_record_is_checked_before_it_is_issued_to_headteacher_and_chair(stage: Stage) -> None:
    stage.begun()
    stage.written()
    page = stage.by_officer.get(f"{HREF}/issue")
    for told in ("Hana Head", "Chris Chair", "Monday 16 November 2026", "Few pupils reach the standard"):
        assert told in page
    stage.by_officer.send_page(f"{HREF}/issue", page, {})
    version = stage.record.current
    assert set(version.recipients) == {stage.head, stage.chair}
    assert version.respond_by == date(2026, 11, 16)
    assert version.content_hash in stage.by_officer.get(HREF)


def test_bank_holidays_are_no_days_to_respond_in(stage: Stage) -> None:
    stage.begun()
    stage.written()
    stage.go_to(date(2026, 12, 18))
    assert "Wednesday 6 January 2027" in stage.by_officer.get(f"{HREF}/issue")


def test_a_record_that_changed_meanwhile_is_not_issued_unseen(stage: Stage) -> None:
    stage.begun()
    stage.written()
    page = stage.by_officer.get(f"{HREF}/issue")
    stage.by_officer.send(f"{HREF}/write", stage.numbered(**{"sections-0-text": "Seven lessons"}))
    stale = stage.by_officer.send_page(f"{HREF}/issue", page, {}, status=409)
    assert "changed while you were writing" in stale.text
    assert "Seven lessons" in stale.text
    assert stage.record.status is RecordStatus.DRAFT


def test_an_issued_record_cannot_be_written_on(stage: Stage) -> None:
    stage.issued()
    assert "has been issued and cannot be changed" in stage.by_officer.get(f"{HREF}/write", status=409)
    assert "Write the record" not in stage.by_officer.get(HREF)


def test_a_record_is_issued_only_after_a_second_person_assured_it(stage: Stage, sample: SampleAuthority) -> None:
    stage.begun(needs_assurance="yes")
    stage.written()
    officer, director = stage.by_officer, stage.browser(sample.director())
    assert "must quality assure the record before it is issued" in officer.get(f"{HREF}/issue", status=409)
    officer.send(f"{HREF}/submit", {})
    director.send(f"{HREF}/return", {"points": "Name the evidence"})
    officer.send(f"{HREF}/submit", {})
    assert "Quality assure the record" not in officer.get(HREF)
    director.send(f"{HREF}/assure", {})
    officer.send(f"{HREF}/issue", {})
    assert stage.record.status is RecordStatus.ISSUED


def test_nobody_who_was_at_the_visit_assures_its_record_whatever_they_lead(
    stage: Stage, sample: SampleAuthority
) -> None:
    leader = sample.officer("Lea Leader", leads=True)
    stage.begun(came_along=leader, needs_assurance="yes")
    stage.written()
    stage.by_officer.send(f"{HREF}/submit", {})
    assert "Quality assure the record" not in stage.browser(leader).get(HREF)
    assert "You were at the visit" in stage.browser(leader).get(f"{HREF}/assure", status=409)
    assert "Quality assure the record" in stage.browser(sample.director()).get(HREF)


@pytest.mark.parametrize("ask", ["first", "category", "case"])
def test_the_settings_ask_for_a_second_person(stage: Stage, sample: SampleAuthority, ask: str) -> None:
    """Of an officer's first records, at schools of the lowest level of support, and where a concern is open: also
    where that came to be after the record was begun."""
    if ask == "first":
        sample.put_in_force(Settings(assured_first=1))
    stage.begun()
    stage.written()
    with sample.acting():
        if ask == "category":
            sample.services.service.change(School, stage.school, rated_lowest)
        if ask == "case":
            sample.services.service.add(lambda: ConcernCase.raise_("CC-2026-0001", school=stage.school, **A_CONCERN))
    if ask == "first":
        refused = stage.by_officer.get(f"{HREF}/issue", status=409)
    else:
        refused = stage.by_officer.send(f"{HREF}/issue", {}, status=422).text
    assert "must quality assure" in refused
    stage.by_officer.send(f"{HREF}/submit", {})
    stage.browser(sample.director()).send(f"{HREF}/assure", {})
    stage.by_officer.send(f"{HREF}/issue", {})
    assert stage.record.status is RecordStatus.ISSUED


def test_an_author_does_not_assure_the_own_record(stage: Stage, sample: SampleAuthority) -> None:
    leader = sample.officer("Lea Leader", leads=True)
    stage.officer = leader
    stage.begun()
    stage.written()
    stage.by_officer.send(f"{HREF}/submit", {})
    assert "Quality assure the record" not in stage.by_officer.get(HREF)
    refused = stage.by_officer.get(f"{HREF}/assure", status=409)
    assert "Somebody other than the author must quality assure the record" in refused


def test_an_officer_of_other_schools_reads_the_record_without_restricted_sections(
    stage: Stage, sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    stage.issued()
    stranger = sign_in(sample.officer("Otto Other"))
    page = stranger.get(HREF)
    assert "Six lessons in Year 9" in page
    assert "The chair may resign" not in page
    assert "For the service" not in page
    stranger.get(f"{HREF}/write", 403)
    assert "The chair may resign" in sign_in(sample.reviewer()).get(HREF)


def test_the_record_is_narrowed_to_one_purpose(stage: Stage) -> None:
    stage.begun()
    stage.written()
    page = stage.by_officer.get(f"{HREF}?purpose=support")
    shown = page[: page.index('id="history"')]
    assert "Books are marked late" in shown
    assert "Few pupils reach the standard" not in shown
    assert "Six lessons in Year 9" in stage.by_officer.get(f"{HREF}?purpose=nonsense")


def test_records_are_listed_by_status_school_and_awaited_response(stage: Stage) -> None:
    stage.issued()
    officer, urn = stage.by_officer, stage.sample.urn(stage.school)
    for found in ("", "status=issued", f"school={urn}", "awaited=chair"):
        assert "ROV-2026-0001" in officer.get(f"/records/?{found}")
    assert "No records of visit" in officer.get("/records/?status=draft")
    stage.by_chair.send_and_check(f"{HREF}/respond-as-chair", {"agrees": "agrees"})
    assert "No records of visit" in officer.get("/records/?awaited=chair")
    assert "ROV-2026-0001" in officer.get("/records/?awaited=headteacher")


def test_the_day_of_the_visit_is_in_the_title(stage: Stage) -> None:
    stage.begun()
    assert f"Visit to Ashgrove High School on {TODAY.day} November 2026" in stage.by_officer.get(HREF)


ACTION = {
    "actions-4-text": "Moderate the books",
    "actions-4-owner_side": "school",
    "actions-4-purpose": "support",
}


def test_an_action_without_a_date_is_told_as_an_officer_would(stage: Stage) -> None:
    stage.begun()
    page = stage.by_officer.send(f"{HREF}/write", ACTION, status=422).text
    assert '<a href="#actions-4-due-day">Action 1: enter the date it is due</a>' in page


def test_a_rule_that_a_row_breaks_names_the_row(stage: Stage) -> None:
    stage.begun()
    early = {"actions-4-due-day": "1", "actions-4-due-month": "9", "actions-4-due-year": "2026"}
    page = stage.by_officer.send(f"{HREF}/write", {**stage.text(), **ACTION, **early}, status=422).text
    assert "Action 3: enter the date of the visit, 2 November 2026, or a later date" in text_of(page)
    assert '<a href="#actions-4-due-day">' in page


def test_what_is_written_twice_is_told_at_the_second(stage: Stage) -> None:
    stage.begun()
    twice = {"sections-5-heading": stage.text()["sections-0-heading"], "sections-5-text": "The same again"}
    page = stage.by_officer.send(f"{HREF}/write", {**stage.text(), **twice}, status=422).text
    assert ">Section 3: enter a heading that no other section has</a>" in page
    assert '<a href="#sections-5-heading">' in page

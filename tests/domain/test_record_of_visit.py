"""A record of visit, from the first word to its last agreed action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import ReasonNeeded
from domain.record_of_visit import (
    AgreedAction,
    Answered,
    Content,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    IssueAnswer,
    Judgement,
    Priority,
    RecordOfVisit,
    RecordStatus,
    Respondent,
    Section,
)
from domain.record_of_visit.rules import (
    AlreadyCompleted,
    AnsweredTwice,
    AssuranceNeeded,
    BeforeTheVisit,
    CorrectionUnderWay,
    DayStillToCome,
    DisagreementUnexplained,
    HeldAlready,
    IssuedTextStays,
    MeetingBeforeIssue,
    NoPresentationNeeded,
    NoSuchAction,
    NoSuchIssue,
    NotAwaited,
    NotByItsAuthor,
    NotBySomebodyPresent,
    NotCompleted,
    NotCorrecting,
    NotForAssurance,
    NothingCorrected,
    NothingWritten,
    NotIssued,
    PresentationNeeded,
    RecordClosed,
    ResponseDayHasPassed,
    ResponsesAwaited,
    StillTimeToRespond,
    WithItsAssurer,
    WrittenTwice,
)
from domain.vocabulary import Purpose, Sensitivity, Side, VisitKind
from tests.scenario import TODAY, given, replayed, signed

VISIT, SCHOOL, AUTHOR, COLLEAGUE, HEADTEACHER, CHAIR = (uuid4() for _ in range(6))
YESTERDAY = date(2026, 11, 1)
RESPOND_BY = date(2026, 11, 23)
DAY_AFTER = date(2026, 11, 24)
DECEMBER = date(2026, 12, 1)

SUMMARY = Section(heading="Summary", text="A calm school.")
STAFFING = Section(heading="Staffing", text="Two posts are at risk.", restricted=True)
READING = Judgement(
    area="Reading",
    judgement="Good",
    evidence="Work of 30 pupils",
    purpose=Purpose.CHALLENGE,
    school_view=ExtentOfAgreement.IN_PART,
)
ATTENDANCE = Issue(text="Attendance is low", purpose=Purpose.MONITORING, priority=Priority.HIGH)
MARKING = Issue(text="Marking varies", purpose=Purpose.CHALLENGE)
VISIT_CLASSES = AgreedAction(
    text="Visit three classes", owner_side=Side.SERVICE, owner=COLLEAGUE, due=DECEMBER, purpose=Purpose.SUPPORT
)
LIBRARY = GoodPractice(text="The library is open at noon", shareable=True)
CONTENT = Content(
    sections=(SUMMARY, STAFFING),
    judgements=(READING,),
    issues=(ATTENDANCE, MARKING),
    actions=(VISIT_CLASSES,),
    good_practice=(LIBRARY,),
)


def started(kind: VisitKind = VisitKind.CORE, *, needs_assurance: bool = False) -> RecordOfVisit:
    with signed(TODAY, by=AUTHOR):
        return RecordOfVisit.start(
            "ROV-2026-0001",
            visit=VISIT,
            school=SCHOOL,
            kind=kind,
            purpose=Purpose.CHALLENGE,
            author=AUTHOR,
            visited_on=YESTERDAY,
            needs_assurance=needs_assurance,
            rules=("authority/3",),
        )


def a_draft(kind: VisitKind = VisitKind.CORE, *, needs_assurance: bool = False) -> RecordOfVisit:
    record = started(kind, needs_assurance=needs_assurance)
    with signed(TODAY, by=AUTHOR):
        record.write(CONTENT)
    return record


def issue(record: RecordOfVisit) -> None:
    record.issue(recipients=(HEADTEACHER, CHAIR), respond_by=RESPOND_BY, rules=("authority/3",))


def an_issued_record(kind: VisitKind = VisitKind.CORE) -> RecordOfVisit:
    record = a_draft(kind)
    with signed(TODAY, by=AUTHOR):
        issue(record)
    return record


def a_submitted_record() -> RecordOfVisit:
    record = a_draft()
    with signed(TODAY, by=AUTHOR):
        record.submit_for_assurance()
    return record


def a_record_under_correction() -> RecordOfVisit:
    record = an_issued_record()
    with signed(TODAY, by=AUTHOR):
        record.reopen_for_correction("The attendance figure was last year's")
    return record


def a_closed_record() -> RecordOfVisit:
    record = an_issued_record(VisitKind.FOLLOW_UP)
    with signed(TODAY):
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES)
        record.decline_response(Respondent.CHAIR, reason="The chair leaves it to the headteacher")
        record.close()
    return record


def without(content: Content, **parts: Any) -> Content:
    return replace(content, **parts)


# Writing


def test_a_record_begins_with_its_visit_author_and_purpose() -> None:
    [event] = started().collect_events()

    assert isinstance(event, RecordOfVisit.Started)
    assert (event.visit, event.school, event.author, event.kind) == (VISIT, SCHOOL, AUTHOR, VisitKind.CORE)
    assert event.meta.purpose is Purpose.CHALLENGE
    assert event.meta.rules == ("authority/3",)
    assert event.meta.about.school == SCHOOL
    assert event.meta.about.people == (AUTHOR,)


def test_a_whole_record_is_written_in_one_go() -> None:
    record = started()

    given(record).when(lambda record: record.write(CONTENT)).then(
        RecordOfVisit.SectionWritten,
        RecordOfVisit.SectionWritten,
        RecordOfVisit.JudgementRecorded,
        RecordOfVisit.IssueRaised,
        RecordOfVisit.IssueRaised,
        RecordOfVisit.ActionAgreed,
        RecordOfVisit.GoodPracticeNoted,
    )
    assert [issue.number for issue in record.content.issues] == [1, 2]
    assert [action.number for action in record.content.actions] == [1]


def test_each_part_is_recorded_with_its_own_purpose_people_and_sensitivity() -> None:
    _, summary, staffing, reading, attendance, _, action, _ = (each.meta for each in a_draft().collect_events())

    assert (summary.sensitivity, staffing.sensitivity) == (Sensitivity.ORDINARY, Sensitivity.RESTRICTED)
    assert (reading.purpose, attendance.purpose, action.purpose) == (
        Purpose.CHALLENGE,
        Purpose.MONITORING,
        Purpose.SUPPORT,
    )
    assert action.about.people == (AUTHOR, COLLEAGUE)


def test_writing_the_same_again_records_nothing() -> None:
    record = a_draft()

    given(record).when(lambda record: record.write(record.content)).then()


def test_only_what_differs_is_recorded() -> None:
    record = a_draft()
    [attendance, _] = record.content.issues
    [action] = record.content.actions
    changed = Content(
        sections=(replace(SUMMARY, text="A calm and friendly school."),),
        judgements=(replace(READING, judgement="Strong"),),
        issues=(replace(attendance, text="Attendance has fallen"), replace(MARKING, text="Homework varies")),
        actions=(replace(action, due=DAY_AFTER),),
        good_practice=(replace(LIBRARY, shareable=False),),
    )

    given(record).when(lambda record: record.write(changed)).then(
        RecordOfVisit.SectionRemoved,
        RecordOfVisit.IssueWithdrawn,
        RecordOfVisit.SectionWritten,
        RecordOfVisit.JudgementRecorded,
        RecordOfVisit.IssueReworded,
        RecordOfVisit.IssueRaised,
        RecordOfVisit.ActionReworded,
        RecordOfVisit.GoodPracticeNoted,
        shareable=False,
    )
    assert [(issue.number, issue.text) for issue in record.content.issues] == [
        (1, "Attendance has fallen"),
        (3, "Homework varies"),
    ]


def test_everything_can_be_taken_out_before_issue() -> None:
    record = a_draft()

    given(record).when(lambda record: record.write(Content(sections=(SUMMARY,)))).then(
        RecordOfVisit.SectionRemoved,
        RecordOfVisit.JudgementWithdrawn,
        RecordOfVisit.IssueWithdrawn,
        RecordOfVisit.IssueWithdrawn,
        RecordOfVisit.ActionWithdrawn,
        RecordOfVisit.GoodPracticeWithdrawn,
    ).then_holds(lambda record: record.content == Content(sections=(SUMMARY,)))


def test_a_purpose_alone_can_be_changed() -> None:
    record = a_draft()
    attendance, marking = record.content.issues
    changed = without(record.content, issues=(replace(attendance, purpose=Purpose.INTERVENTION), marking))

    given(record).when(lambda record: record.write(changed)).then(
        RecordOfVisit.IssueReworded, purpose=Purpose.INTERVENTION
    ).then_holds(lambda record: record.content == changed)


@pytest.mark.parametrize(
    ("content", "rule", "at"),
    [
        (Content(sections=(SUMMARY, replace(SUMMARY, text="Again"))), WrittenTwice, "sections.1.heading"),
        (Content(judgements=(READING, READING)), WrittenTwice, "judgements.1.area"),
        (Content(good_practice=(LIBRARY, LIBRARY)), WrittenTwice, "good_practice.1.text"),
        (Content(sections=(replace(SUMMARY, heading=" "),)), NothingWritten, "sections.0.heading"),
        (Content(sections=(replace(SUMMARY, text=""),)), NothingWritten, "sections.0.text"),
        (Content(judgements=(replace(READING, area=""),)), NothingWritten, "judgements.0.area"),
        (Content(judgements=(replace(READING, judgement=""),)), NothingWritten, "judgements.0.judgement"),
        (Content(issues=(replace(MARKING, text=" "),)), NothingWritten, "issues.0.text"),
        (Content(actions=(replace(VISIT_CLASSES, text=" "),)), NothingWritten, "actions.0.text"),
        (Content(good_practice=(GoodPractice(text=" "),)), NothingWritten, "good_practice.0.text"),
        (Content(issues=(replace(MARKING, number=7),)), NoSuchIssue, "issues.0.number"),
        (Content(actions=(replace(VISIT_CLASSES, number=7),)), NoSuchAction, "actions.0.number"),
        (
            Content(issues=(replace(MARKING, number=1), replace(ATTENDANCE, number=1))),
            WrittenTwice,
            "issues.1.number",
        ),
        (Content(actions=(replace(VISIT_CLASSES, number=1),) * 2), WrittenTwice, "actions.1.number"),
    ],
)
def test_a_record_that_is_not_well_formed_is_refused(content: Content, rule: Any, at: str) -> None:
    given(a_draft()).when(lambda record: record.write(content)).then_refused(rule, field=at)


def test_the_number_of_a_withdrawn_issue_is_gone() -> None:
    record = a_draft()
    attendance, marking = record.content.issues
    with signed(TODAY):
        record.write(without(record.content, issues=(attendance,)))

    given(record).when(lambda record: record.write(without(record.content, issues=(marking,)))).then_refused(
        NoSuchIssue, field="issues.0.number"
    )


def test_ordinary_copies_leave_restricted_sections_out() -> None:
    assert CONTENT.without_restricted().sections == (SUMMARY,)


# Assurance


def test_a_second_person_assures_a_submitted_record() -> None:
    given(a_draft()).when(lambda record: record.submit_for_assurance(), by=AUTHOR).then(
        RecordOfVisit.SubmittedForAssurance
    ).when(lambda record: record.assure(present=()), by=COLLEAGUE).then(RecordOfVisit.Assured).then_holds(
        lambda record: record.assured_by == COLLEAGUE
    ).when(issue).then(RecordOfVisit.Issued)


def test_the_author_does_not_assure_the_record() -> None:
    given(a_submitted_record()).when(lambda record: record.assure(present=()), by=AUTHOR).then_refused(NotByItsAuthor)


def test_nobody_who_was_at_the_visit_assures_its_record() -> None:
    given(a_submitted_record()).when(lambda record: record.assure(present=[COLLEAGUE]), by=COLLEAGUE).then_refused(
        NotBySomebodyPresent
    )


def test_a_record_of_which_the_settings_ask_it_is_assured_before_it_is_issued() -> None:
    def issued(record: RecordOfVisit) -> None:
        record.issue(recipients=(), respond_by=None, needs_assurance=True)

    given(a_draft()).when(issued).then_refused(AssuranceNeeded)
    given(a_submitted_record()).when(lambda record: record.assure(present=()), by=COLLEAGUE).when(issued).then(
        RecordOfVisit.Issued
    )


def test_a_record_is_assured_or_returned_only_when_submitted() -> None:
    given(a_draft()).when(lambda record: record.assure(present=()), by=COLLEAGUE).then_refused(NotForAssurance)
    given(a_draft()).when(lambda record: record.return_to_author("Say more")).then_refused(NotForAssurance)


def test_a_record_for_which_assurance_was_asked_is_not_issued_before_it() -> None:
    given(a_submitted_record()).when(issue).then_refused(AssuranceNeeded)


def test_where_the_authority_wants_assurance_no_draft_is_issued() -> None:
    given(a_draft(needs_assurance=True)).when(issue).then_refused(AssuranceNeeded)


def test_a_record_with_its_assurer_is_not_changed_until_it_is_returned() -> None:
    given(a_submitted_record()).when(lambda record: record.write(Content())).then_refused(WithItsAssurer).when(
        lambda record: record.return_to_author("Name the evidence"), by=COLLEAGUE
    ).then(RecordOfVisit.Returned, points="Name the evidence").when(
        lambda record: record.write(Content())
    ).then_holds(lambda record: record.content.is_empty)


def test_a_record_is_not_returned_without_points() -> None:
    given(a_submitted_record()).when(lambda record: record.return_to_author(" ")).then_refused(
        NothingWritten, field="points"
    )


def test_an_empty_record_is_neither_submitted_nor_issued() -> None:
    given(started()).when(lambda record: record.submit_for_assurance()).then_refused(NothingWritten)
    given(started()).when(issue).then_refused(NothingWritten)


# Issue and correction


def test_a_record_is_issued_to_people_with_the_hash_of_its_text() -> None:
    record = a_draft()

    given(record).when(issue).then(
        RecordOfVisit.Issued,
        version=1,
        content_hash=sha256(record.content.canonical_text.encode()).hexdigest(),
        recipients=(HEADTEACHER, CHAIR),
        respond_by=RESPOND_BY,
        issues=(1, 2),
        rules=("authority/3",),
    ).then_holds(lambda record: record.current.content == record.content)


def test_the_hash_tells_contents_apart() -> None:
    assert CONTENT.sha256 != without(CONTENT, issues=(MARKING, ATTENDANCE)).sha256
    assert CONTENT.sha256 == without(CONTENT).sha256


def test_an_issued_record_cannot_be_changed() -> None:
    for act in (lambda record: record.write(Content()), lambda record: record.submit_for_assurance(), issue):
        given(an_issued_record()).when(act).then_refused(IssuedTextStays)


def test_the_day_to_respond_by_has_not_passed() -> None:
    given(a_draft()).when(lambda record: record.issue(recipients=(), respond_by=YESTERDAY)).then_refused(
        ResponseDayHasPassed, field="respond_by"
    )


def test_a_correction_is_a_new_version_with_a_reason() -> None:
    record = a_record_under_correction()
    first = record.current
    with signed(TODAY):
        record.write(without(record.content, issues=record.content.issues[1:], actions=()))

    given(record).when(issue).then(
        RecordOfVisit.Reissued,
        version=2,
        reason="The attendance figure was last year's",
        withdrawn=(1,),
        issues=(2,),
    )
    assert replayed(record).versions[0] == first
    assert [(version.number, version.reason) for version in record.versions] == [
        (1, ""),
        (2, "The attendance figure was last year's"),
    ]
    assert len(record.versions[0].content.issues) == 2
    assert record.versions[0].content_hash == record.versions[0].content.sha256


def test_the_issued_version_stands_while_a_correction_is_written() -> None:
    record = a_record_under_correction()
    with signed(TODAY):
        record.write(Content(sections=(SUMMARY,)))

    given(record).when(
        lambda record: record.respond(
            Respondent.HEADTEACHER, agrees=ExtentOfAgreement.DISAGREES, answers=[IssueAnswer(1, "It is 96%")]
        )
    ).then(RecordOfVisit.HeadteacherResponded, version=1)


def test_a_correction_that_changes_nothing_is_not_issued() -> None:
    given(a_record_under_correction()).when(issue).then_refused(NothingCorrected)


def test_a_correction_can_be_given_up() -> None:
    record = a_record_under_correction()
    with signed(TODAY):
        record.write(Content(sections=(SUMMARY,)))

    given(record).when(lambda record: record.abandon_correction()).then(
        RecordOfVisit.CorrectionAbandoned, version=1
    ).then_holds(lambda record: record.status is RecordStatus.ISSUED and record.content == record.versions[0].content)


def test_there_is_no_correction_to_give_up_before_it_is_begun() -> None:
    for record in (a_draft(), an_issued_record(), a_closed_record()):
        given(record).when(lambda record: record.abandon_correction()).then_refused(NotCorrecting)


def test_a_correction_begins_once_after_issue_and_with_a_reason() -> None:
    def reopen(record: RecordOfVisit) -> None:
        record.reopen_for_correction("A wrong figure")

    given(a_draft()).when(reopen).then_refused(NotIssued)
    given(a_record_under_correction()).when(reopen).then_refused(CorrectionUnderWay)
    given(a_closed_record()).when(reopen).then_refused(RecordClosed)
    given(an_issued_record()).when(lambda record: record.reopen_for_correction(" ")).then_refused(ReasonNeeded)


def test_a_correction_is_assured_anew() -> None:
    record = a_submitted_record()
    with signed(TODAY, by=COLLEAGUE):
        record.assure(present=())
        issue(record)
        record.reopen_for_correction("A wrong figure")
        record.write(Content(sections=(SUMMARY,)))
        record.submit_for_assurance()

    given(record).when(issue).then_refused(AssuranceNeeded).when(
        lambda record: record.return_to_author("No"), by=COLLEAGUE
    ).then_holds(lambda record: record.status is RecordStatus.CORRECTING and record.assured_by is None)


# Responses


def test_headteacher_and_chair_respond_issue_by_issue() -> None:
    record = an_issued_record()

    given(record).when(
        lambda record: record.respond(
            Respondent.HEADTEACHER,
            agrees=ExtentOfAgreement.IN_PART,
            overall=" Thank you ",
            answers=[IssueAnswer(2, "We agree"), IssueAnswer(1, " Two classes only ")],
        ),
        by=HEADTEACHER,
        post="headteacher",
    ).then(
        RecordOfVisit.HeadteacherResponded,
        overall="Thank you",
        answers=(IssueAnswer(2, "We agree"), IssueAnswer(1, "Two classes only")),
    ).then_holds(lambda record: record.awaited == [Respondent.CHAIR])
    given(record).when(
        lambda record: record.respond(Respondent.CHAIR, agrees=ExtentOfAgreement.AGREES), by=CHAIR, post="chair"
    ).then(RecordOfVisit.ChairResponded, agrees=ExtentOfAgreement.AGREES).then_holds(
        lambda record: record.awaited == []
    )
    assert [(response.person, response.version) for response in record.responses] == [(HEADTEACHER, 1), (CHAIR, 1)]


def test_a_second_response_is_kept_beside_the_first() -> None:
    record = an_issued_record()
    with signed(TODAY, by=HEADTEACHER):
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.DISAGREES, overall="It is wrong")
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES, overall="It is right after all")

    assert [response.overall for response in replayed(record).responses] == ["It is wrong", "It is right after all"]


def test_each_version_asks_for_responses_anew() -> None:
    record = an_issued_record()
    with signed(TODAY, by=HEADTEACHER):
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.DISAGREES, overall="It is wrong")
        record.reopen_for_correction("It is wrong")
        record.write(Content(sections=(SUMMARY,)))

    given(record).when(issue).then(RecordOfVisit.Reissued).then_holds(
        lambda record: record.awaited == [Respondent.HEADTEACHER, Respondent.CHAIR] and len(record.responses) == 1
    )


@pytest.mark.parametrize(
    ("said", "rule", "at"),
    [
        ({"agrees": ExtentOfAgreement.AGREES, "answers": [IssueAnswer(3, "What?")]}, NoSuchIssue, "answers.0.issue"),
        (
            {"agrees": ExtentOfAgreement.AGREES, "answers": [IssueAnswer(1, "A"), IssueAnswer(1, "B")]},
            AnsweredTwice,
            "answers.1.issue",
        ),
        ({"agrees": ExtentOfAgreement.AGREES, "answers": [IssueAnswer(1, " ")]}, NothingWritten, "answers.0.text"),
        ({"agrees": ExtentOfAgreement.DISAGREES, "overall": " "}, DisagreementUnexplained, "overall"),
        ({"agrees": ExtentOfAgreement.IN_PART}, DisagreementUnexplained, "overall"),
    ],
)
def test_a_response_that_cannot_be_followed_is_refused(said: dict[str, Any], rule: Any, at: str) -> None:
    given(an_issued_record()).when(lambda record: record.respond(Respondent.CHAIR, **said)).then_refused(
        rule, field=at
    )


def test_nobody_responds_before_issue() -> None:
    given(a_draft()).when(
        lambda record: record.respond(Respondent.CHAIR, agrees=ExtentOfAgreement.AGREES)
    ).then_refused(NotIssued).then_holds(lambda record: record.awaited == [])


def test_a_response_is_declined_once_and_for_a_reason() -> None:
    given(an_issued_record()).when(lambda record: record.decline_response(Respondent.CHAIR, reason="")).then_refused(
        ReasonNeeded
    ).when(lambda record: record.decline_response(Respondent.CHAIR, reason="There is no chair")).then(
        RecordOfVisit.ResponseDeclined, reason="There is no chair"
    ).when(lambda record: record.decline_response(Respondent.CHAIR, reason="There is no chair")).then_refused(
        NotAwaited
    )


def test_a_response_lapses_only_when_its_time_is_over() -> None:
    given(an_issued_record()).when(
        lambda record: record.lapse_response(Respondent.CHAIR), on=RESPOND_BY
    ).then_refused(StillTimeToRespond).when(
        lambda record: record.lapse_response(Respondent.CHAIR), on=DAY_AFTER
    ).then(RecordOfVisit.ResponseLapsed, respond_by=RESPOND_BY)
    given(a_draft()).when(lambda record: record.lapse_response(Respondent.CHAIR)).then_refused(NotIssued)


def test_a_late_response_is_taken_although_it_had_lapsed() -> None:
    record = an_issued_record()
    with signed(DAY_AFTER):
        record.lapse_response(Respondent.CHAIR)

    given(record).when(
        lambda record: record.respond(Respondent.CHAIR, agrees=ExtentOfAgreement.AGREES), on=DAY_AFTER
    ).then(RecordOfVisit.ChairResponded).then_holds(
        lambda record: record.answered[Respondent.CHAIR] is Answered.RESPONDED
    )


# Where the school may not read it


def issue_to_nobody(record: RecordOfVisit) -> None:
    record.issue(recipients=(), respond_by=None, present_by=None, rules=("authority/3",))


def withhold(record: RecordOfVisit) -> None:
    record.withhold_from_school()


def send(record: RecordOfVisit) -> None:
    record.send_to_school(
        recipients=(HEADTEACHER, CHAIR), respond_by=DECEMBER, present_by=DECEMBER, rules=("authority/3",)
    )


def test_a_school_that_may_not_read_the_record_is_asked_nothing_until_it_may() -> None:
    given(a_draft()).when(issue_to_nobody).then(RecordOfVisit.Issued, respond_by=None, present_by=None).then_holds(
        lambda record: not record.awaited and not record.needs_presentation
    ).when(send, on=DAY_AFTER).then(
        RecordOfVisit.SentToSchool, respondents=tuple(Respondent), respond_by=DECEMBER, present_by=DECEMBER
    ).then_holds(
        lambda record: (
            record.awaited == list(Respondent) and record.needs_presentation and record.current.respond_by == DECEMBER
        )
    ).when(send).then()


def test_what_was_answered_before_the_record_was_restricted_stays_answered() -> None:
    record = an_issued_record()
    with signed(TODAY, by=HEADTEACHER):
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES)

    answered = {Respondent.HEADTEACHER: Answered.RESPONDED, Respondent.CHAIR: Answered.NOT_ASKED}
    given(record).when(withhold).then(RecordOfVisit.WithheldFromSchool).then_holds(
        lambda record: record.answered == answered
    ).when(withhold).then().when(send).then(RecordOfVisit.SentToSchool, respondents=(Respondent.CHAIR,))


def test_a_record_of_which_nothing_is_asked_stays_as_it_is() -> None:
    for record in (a_draft(), a_closed_record()):
        given(record).when(withhold).then().when(send).then()


# The governing body


def test_the_meeting_that_saw_the_record_is_recorded() -> None:
    given(an_issued_record()).then_holds(lambda record: record.needs_presentation).when(
        lambda record: record.present(meeting_on=RESPOND_BY, minute="7.2"), on=DAY_AFTER
    ).then(
        RecordOfVisit.PresentedToGovernors, meeting_on=RESPOND_BY, minute="7.2", version=1, occurred=RESPOND_BY
    ).then_holds(lambda record: not record.needs_presentation)


@pytest.mark.parametrize(
    ("meeting_on", "minute", "rule", "at"),
    [
        (DAY_AFTER, "7.2", DayStillToCome, "meeting_on"),
        (YESTERDAY, "7.2", MeetingBeforeIssue, "meeting_on"),
        (TODAY, " ", NothingWritten, "minute"),
    ],
)
def test_a_meeting_that_cannot_have_seen_it_is_refused(meeting_on: date, minute: str, rule: Any, at: str) -> None:
    given(an_issued_record()).when(lambda record: record.present(meeting_on=meeting_on, minute=minute)).then_refused(
        rule, field=at
    )


def test_nothing_is_presented_before_issue() -> None:
    given(a_draft()).when(lambda record: record.present(meeting_on=TODAY, minute="1")).then_refused(NotIssued)


def test_presentation_is_waived_for_a_reason_where_there_was_to_be_one() -> None:
    def waive(record: RecordOfVisit) -> None:
        record.waive_presentation("The school has closed")

    given(an_issued_record()).when(waive).then(
        RecordOfVisit.PresentationWaived, reason="The school has closed"
    ).then_holds(lambda record: not record.needs_presentation).when(waive).then_refused(NoPresentationNeeded)
    given(an_issued_record(VisitKind.MONITORING)).when(waive).then_refused(NoPresentationNeeded)
    given(an_issued_record()).when(lambda record: record.waive_presentation("")).then_refused(ReasonNeeded)


# Agreed actions


def test_an_action_is_completed_and_opened_again() -> None:
    given(an_issued_record()).when(lambda record: record.complete_action(1, on=TODAY, note="Three seen ")).then(
        RecordOfVisit.ActionCompleted, number=1, note="Three seen", occurred=TODAY, purpose=Purpose.SUPPORT
    ).then_holds(lambda record: record.open_actions == []).when(
        lambda record: record.reopen_action(1, reason="Only two were seen")
    ).then(RecordOfVisit.ActionReopened, reason="Only two were seen").then_holds(
        lambda record: [action.number for action in record.open_actions] == [1]
    )


def test_an_action_is_completed_once_not_ahead_and_only_if_it_was_issued() -> None:
    def complete(record: RecordOfVisit) -> None:
        record.complete_action(1, on=TODAY)

    given(a_draft()).when(complete).then_refused(NotIssued)
    given(an_issued_record()).when(complete).then(RecordOfVisit.ActionCompleted).when(complete).then_refused(
        AlreadyCompleted
    )
    given(an_issued_record()).when(lambda record: record.complete_action(1, on=DAY_AFTER)).then_refused(
        DayStillToCome, field="on"
    )
    given(an_issued_record()).when(lambda record: record.complete_action(2, on=TODAY)).then_refused(NoSuchAction)


def test_what_was_agreed_at_a_visit_is_neither_due_nor_done_before_it() -> None:
    before = date(2026, 10, 31)
    early = Content(actions=(replace(VISIT_CLASSES, due=before),))
    given(started()).when(lambda record: record.write(early)).then_refused(BeforeTheVisit, field="actions.0.due")
    given(an_issued_record()).when(lambda record: record.complete_action(1, on=before)).then_refused(
        BeforeTheVisit, field="on"
    )
    given(an_issued_record()).when(lambda record: record.complete_action(1, on=YESTERDAY)).then(
        RecordOfVisit.ActionCompleted, occurred=YESTERDAY
    )


def test_an_action_is_opened_again_only_if_completed_and_for_a_reason() -> None:
    record = an_issued_record()
    given(record).when(lambda record: record.reopen_action(1, reason="Not done")).then_refused(NotCompleted)
    with signed(TODAY):
        record.complete_action(1, on=TODAY)
    given(record).when(lambda record: record.reopen_action(1, reason="")).then_refused(ReasonNeeded)


def test_an_action_changes_hands_without_a_word_of_what_was_issued_changing() -> None:
    def hand_over(record: RecordOfVisit) -> None:
        record.hand_over_action(1, owner=HEADTEACHER, due=RESPOND_BY, reason="Lena has left", side=Side.SCHOOL)

    given(an_issued_record()).when(hand_over).then(
        RecordOfVisit.ActionHandedOver,
        number=1,
        owner=HEADTEACHER,
        before=COLLEAGUE,
        was_due=VISIT_CLASSES.due,
        reason="Lena has left",
        purpose=Purpose.SUPPORT,
    ).then_holds(
        lambda record: (
            [(each.owner, each.due, each.owner_side) for each in record.open_actions]
            == [(HEADTEACHER, RESPOND_BY, Side.SCHOOL)]
        )
    ).then_holds(lambda record: record.current.content.actions == (replace(VISIT_CLASSES, number=1),)).then_holds(
        lambda record: record.awaited == [*Respondent]
    ).when(hand_over).then_refused(HeldAlready, field="owner")
    given(a_closed_record()).when(hand_over).then(RecordOfVisit.ActionHandedOver)


def test_an_action_is_handed_over_while_it_is_open_and_for_a_reason() -> None:
    def hand_over(number: int = 1, **changed: Any) -> Callable[[RecordOfVisit], None]:
        return lambda record: record.hand_over_action(
            number, **{"owner": HEADTEACHER, "reason": "Lena has left"} | changed
        )

    given(a_draft()).when(hand_over()).then_refused(NotIssued)
    given(an_issued_record()).when(hand_over(2)).then_refused(NoSuchAction)
    given(an_issued_record()).when(hand_over(due=date(2026, 10, 31))).then_refused(BeforeTheVisit, field="due")
    given(an_issued_record()).when(hand_over(reason=" ")).then_refused(ReasonNeeded)
    given(an_issued_record()).when(lambda record: record.complete_action(1, on=TODAY)).then(
        RecordOfVisit.ActionCompleted
    ).when(hand_over()).then_refused(AlreadyCompleted)


def test_a_correction_goes_on_with_an_action_as_it_was_handed_over() -> None:
    record = an_issued_record()
    with signed(TODAY):
        record.hand_over_action(1, owner=HEADTEACHER, reason="Lena has left")
        record.reopen_for_correction("A wrong name")
    given(record).when(lambda record: record.issue(recipients=(), respond_by=RESPOND_BY)).then_refused(
        NothingCorrected
    )
    with signed(TODAY):
        record.hand_over_action(1, owner=HEADTEACHER, due=RESPOND_BY, reason="Half-term")
        record.abandon_correction()
    assert [(each.owner, each.due) for each in record.content.actions] == [(HEADTEACHER, RESPOND_BY)]
    with signed(TODAY):
        record.reopen_for_correction("A wrong name")
        record.write(replace(record.content, sections=(Section(heading="Seen", text="Other lessons"),)))
        record.issue(recipients=(), respond_by=RESPOND_BY)
    assert record.current.content.actions[0].owner == HEADTEACHER
    assert record.handed_over == {}


def test_agreed_actions_outlive_the_closed_record() -> None:
    given(a_closed_record()).when(lambda record: record.complete_action(1, on=TODAY)).then(
        RecordOfVisit.ActionCompleted
    )


# Closing


def test_a_record_is_closed_when_answered_and_seen() -> None:
    record = an_issued_record()
    with signed(DAY_AFTER):
        record.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES)

    given(record).when(lambda record: record.close(), on=DAY_AFTER).then_refused(ResponsesAwaited).when(
        lambda record: record.lapse_response(Respondent.CHAIR), on=DAY_AFTER
    ).then(RecordOfVisit.ResponseLapsed).when(lambda record: record.close(), on=DAY_AFTER).then_refused(
        PresentationNeeded
    ).when(lambda record: record.present(meeting_on=TODAY, minute="4"), on=DAY_AFTER).then(
        RecordOfVisit.PresentedToGovernors
    ).when(lambda record: record.close(), on=DAY_AFTER).then(RecordOfVisit.Closed)


def test_a_record_that_is_not_settled_is_not_closed() -> None:
    given(a_draft()).when(lambda record: record.close()).then_refused(NotIssued)
    given(a_record_under_correction()).when(lambda record: record.close()).then_refused(CorrectionUnderWay)


@pytest.mark.parametrize(
    "act",
    [
        lambda record: record.close(),
        lambda record: record.write(Content()),
        issue,
        lambda record: record.submit_for_assurance(),
        lambda record: record.respond(Respondent.CHAIR, agrees=ExtentOfAgreement.AGREES),
        lambda record: record.decline_response(Respondent.CHAIR, reason="Late"),
        lambda record: record.lapse_response(Respondent.CHAIR),
        lambda record: record.present(meeting_on=TODAY, minute="1"),
        lambda record: record.waive_presentation("Late"),
    ],
)
def test_a_closed_record_stays_as_it_is(act: Any) -> None:
    given(a_closed_record()).when(act).then_refused(RecordClosed)

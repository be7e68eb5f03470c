"""Whatever is done to a record of visit in whatever order, what was issued stays and nothing is skipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.record_of_visit import (
    AgreedAction,
    Answered,
    Content,
    ExtentOfAgreement,
    Issue,
    IssueAnswer,
    RecordOfVisit,
    RecordStatus,
    Respondent,
    Section,
    Version,
)
from domain.vocabulary import Purpose, Side, VisitKind
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

AUTHOR, COLLEAGUE = uuid4(), uuid4()
WORDS = st.sampled_from(["Reading", "Writing", "Attendance"])
CONTENTS = st.builds(
    Content,
    sections=st.lists(WORDS, unique=True).map(
        lambda headings: tuple(Section(heading=each, text="Good") for each in headings)
    ),
    issues=st.lists(WORDS).map(lambda texts: tuple(Issue(text=each, purpose=Purpose.CHALLENGE) for each in texts)),
    actions=st.lists(WORDS).map(
        lambda texts: tuple(
            AgreedAction(text=each, owner_side=Side.SCHOOL, due=TODAY, purpose=Purpose.SUPPORT) for each in texts
        )
    ),
)
RESPONDENTS = st.sampled_from(Respondent)
NUMBERS = st.integers(1, 4)


class RecordLifecycle(RuleBasedStateMachine):
    today: date = TODAY

    @initialize(kind=st.sampled_from([VisitKind.CORE, VisitKind.FOLLOW_UP]), needs_assurance=st.booleans())
    def start(self, kind: VisitKind, needs_assurance: bool) -> None:
        self.issued: list[Version] = []
        with signed(self.today, by=AUTHOR):
            self.written = RecordOfVisit.start(
                "ROV-2026-0001",
                visit=uuid4(),
                school=uuid4(),
                kind=kind,
                purpose=Purpose.CHALLENGE,
                author=AUTHOR,
                visited_on=TODAY,
                needs_assurance=needs_assurance,
            )

    def act(self, command: Callable[[RecordOfVisit], None], by: UUID = AUTHOR) -> bool:
        with signed(self.today, by=by):
            try:
                command(self.written)
            except Refusal:
                return False
        return True

    @rule(days=st.integers(0, 10))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(content=CONTENTS)
    def write(self, content: Content) -> None:
        self.act(lambda record: record.write(content))

    @rule(keep=st.booleans())
    def rewrite_what_stands(self, keep: bool) -> None:
        content = self.written.content
        issues = content.issues if keep else content.issues[1:]
        self.act(lambda record: record.write(Content(sections=content.sections, issues=issues)))

    @rule(by=st.sampled_from([AUTHOR, COLLEAGUE]), returned=st.booleans())
    def assure(self, by: UUID, returned: bool) -> None:
        self.act(lambda record: record.submit_for_assurance())
        self.act(lambda record: record.return_to_author("More") if returned else record.assure(present=()), by)

    @rule(is_kept=st.booleans())
    def issue(self, is_kept: bool) -> None:
        respond_by = None if is_kept else self.today + timedelta(days=7)
        if self.act(lambda record: record.issue(recipients=(), respond_by=respond_by)):
            self.issued.append(self.written.current)
            assert self.written.assured_by == COLLEAGUE or not self.written.needs_assurance

    @rule(is_kept=st.booleans())
    def follow_the_concern(self, is_kept: bool) -> None:
        day = self.today + timedelta(days=7)
        self.act(
            lambda record: (
                record.withhold_from_school()
                if is_kept
                else record.send_to_school(recipients=(), respond_by=day, present_by=day, rules=())
            )
        )

    @rule(given_up=st.booleans())
    def correct(self, given_up: bool) -> None:
        self.act(lambda record: record.abandon_correction() if given_up else record.reopen_for_correction("Wrong"))

    @rule(respondent=RESPONDENTS, number=NUMBERS)
    def respond(self, respondent: Respondent, number: int) -> None:
        self.act(
            lambda record: record.respond(
                respondent, agrees=ExtentOfAgreement.DISAGREES, answers=[IssueAnswer(number, "No")]
            )
        )

    @rule(respondent=RESPONDENTS, declined=st.booleans())
    def do_without_response(self, respondent: Respondent, declined: bool) -> None:
        self.act(
            lambda record: (
                record.decline_response(respondent, reason="Busy") if declined else record.lapse_response(respondent)
            )
        )

    @rule(waived=st.booleans())
    def present(self, waived: bool) -> None:
        self.act(
            lambda record: (
                record.waive_presentation("Closing") if waived else record.present(meeting_on=self.today, minute="3")
            )
        )

    @rule(number=NUMBERS, again=st.booleans())
    def act_on_an_action(self, number: int, again: bool) -> None:
        self.act(
            lambda record: (
                record.reopen_action(number, reason="Not done")
                if again
                else record.complete_action(number, on=self.today)
            )
        )

    @rule(number=NUMBERS, days=st.integers(0, 2))
    def hand_an_action_over(self, number: int, days: int) -> None:
        due = self.today + timedelta(days=days)
        self.act(lambda record: record.hand_over_action(number, owner=COLLEAGUE, due=due, reason="Leaving"))

    @rule()
    def close(self) -> None:
        self.act(lambda record: record.close())

    @invariant()
    def what_was_issued_stays_word_for_word(self) -> None:
        words = [(each.number, each.content) for each in self.issued]
        assert [(each.number, each.content) for each in self.written.versions] == words
        assert all(version.content_hash == version.content.sha256 for version in self.written.versions)

    @invariant()
    def it_is_closed_only_when_issued_answered_and_seen(self) -> None:
        if self.written.status is RecordStatus.CLOSED:
            assert self.written.versions
            assert Answered.AWAITED not in self.written.answered.values()
            assert not self.written.needs_presentation

    @invariant()
    def of_a_school_that_may_not_read_it_nothing_is_waited_for(self) -> None:
        if self.written.is_withheld:
            assert not self.written.awaited
            assert not self.written.needs_presentation
        elif self.written.versions:
            assert self.written.current.respond_by or not self.written.awaited

    @invariant()
    def every_answer_is_to_an_issue_of_the_version_it_answers(self) -> None:
        for response in self.written.responses:
            issues = {issue.number for issue in self.written.versions[response.version - 1].content.issues}
            assert {answer.issue for answer in response.answers} <= issues

    @invariant()
    def an_issue_never_takes_the_number_of_another(self) -> None:
        raised = [each.number for each in self.written._pending if isinstance(each, RecordOfVisit.IssueRaised)]
        assert raised == list(range(1, len(raised) + 1))

    @invariant()
    def its_replay_equals_it(self) -> None:
        assert_replays(self.written)


TestRecordLifecycle = RecordLifecycle.TestCase
TestRecordLifecycle.settings = settings(max_examples=50 * FUZZING, stateful_step_count=30)

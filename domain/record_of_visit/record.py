"""RecordOfVisit, the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, reasoned, requires
from domain.record_of_visit import events, withheld
from domain.record_of_visit.content import AgreedAction, Content, ExtentOfAgreement
from domain.record_of_visit.parts import (
    Answered,
    Completion,
    HandedOver,
    IssueAnswer,
    Presentation,
    RecordStatus,
    Respondent,
    Response,
    Version,
)
from domain.record_of_visit.rules import (
    AlreadyCompleted,
    AssuranceNeeded,
    DayStillToCome,
    HeldAlready,
    MeetingBeforeIssue,
    NoSuchAction,
    NotAwaited,
    NotCompleted,
    NotIssued,
    ResponseDayHasPassed,
    answerable,
    explained,
    filled,
    known_numbers,
    must_await_a_response,
    must_await_nobody,
    must_be_open,
    must_be_open_to_writing,
    must_be_ready_to_issue,
    must_be_under_correction,
    must_be_with_its_assurer,
    must_differ_from_what_was_issued,
    must_have_been_issued,
    must_have_been_presented,
    must_have_no_correction_under_way,
    must_need_presentation,
    must_not_be_its_author,
    must_not_have_been_present,
    must_say_something,
    must_wait_for_assurance,
    not_before,
    time_to_respond_must_be_over,
    well_formed,
)
from domain.record_of_visit.writing import differences
from domain.text import plain
from domain.vocabulary import About, Purpose, Side, VisitKind


class RecordOfVisit(Aggregate):
    """The Record of Visit: what was found and agreed, issued to the school, answered, and seen by its governors.

    What is issued never changes: a correction is written and issued as the next version, and every version stays
    in `versions`. Until then everybody goes by the last one. Each version asks headteacher and chair anew; what
    they answered before is kept. Agreed actions may outlive the closed record.
    """

    KIND = "record-of-visit"
    prefix = "ROV"

    visit: UUID
    school: UUID
    kind: VisitKind
    purpose: Purpose
    author: UUID
    visited_on: date
    needs_assurance: bool
    status: RecordStatus

    Started: TypeAlias = events.Started
    SectionWritten: TypeAlias = events.SectionWritten
    SectionRemoved: TypeAlias = events.SectionRemoved
    JudgementRecorded: TypeAlias = events.JudgementRecorded
    JudgementWithdrawn: TypeAlias = events.JudgementWithdrawn
    IssueRaised: TypeAlias = events.IssueRaised
    IssueReworded: TypeAlias = events.IssueReworded
    IssueWithdrawn: TypeAlias = events.IssueWithdrawn
    ActionAgreed: TypeAlias = events.ActionAgreed
    ActionReworded: TypeAlias = events.ActionReworded
    ActionWithdrawn: TypeAlias = events.ActionWithdrawn
    GoodPracticeNoted: TypeAlias = events.GoodPracticeNoted
    GoodPracticeWithdrawn: TypeAlias = events.GoodPracticeWithdrawn
    SubmittedForAssurance: TypeAlias = events.SubmittedForAssurance
    Returned: TypeAlias = events.Returned
    Assured: TypeAlias = events.Assured
    Issued: TypeAlias = events.Issued
    Reissued: TypeAlias = events.Reissued
    ReopenedForCorrection: TypeAlias = events.ReopenedForCorrection
    CorrectionAbandoned: TypeAlias = events.CorrectionAbandoned
    HeadteacherResponded: TypeAlias = events.HeadteacherResponded
    ChairResponded: TypeAlias = events.ChairResponded
    ResponseDeclined: TypeAlias = events.ResponseDeclined
    ResponseLapsed: TypeAlias = events.ResponseLapsed
    PresentedToGovernors: TypeAlias = events.PresentedToGovernors
    PresentationWaived: TypeAlias = events.PresentationWaived
    ActionCompleted: TypeAlias = events.ActionCompleted
    ActionReopened: TypeAlias = events.ActionReopened
    ActionHandedOver: TypeAlias = events.ActionHandedOver
    WithheldFromSchool: TypeAlias = withheld.WithheldFromSchool
    SentToSchool: TypeAlias = withheld.SentToSchool
    Closed: TypeAlias = events.Closed

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.content = Content()
        self.issues_numbered = 0
        self.actions_numbered = 0
        self.assured_by: UUID | None = None
        self.correction = ""
        self.versions: list[Version] = []
        self.responses: list[Response] = []
        self.answered = dict.fromkeys(Respondent, Answered.AWAITED)
        self.is_withheld = False
        self.present_by: date | None = None
        self.presentations: list[Presentation] = []
        self.presentation_waived = False
        self.completed: dict[int, Completion] = {}
        self.handed_over: dict[int, HandedOver] = {}

    def about(self) -> About:
        return About(self.school, people=(self.author,))

    @property
    def is_issued(self) -> bool:
        """Whether a version has been issued, be it under correction now."""
        return bool(self.versions)

    @property
    def current(self) -> Version:
        """The version that everybody goes by. Raises NotIssued."""
        if not self.versions:
            raise NotIssued("This record has not been issued yet")
        return self.versions[-1]

    @property
    def in_force(self) -> Content:
        """What the version that everybody goes by says, with its actions in the hands of those who have them now.
        Raises NotIssued."""
        return self.current.content.handed_over(self.handed_over)

    @property
    def awaited(self) -> list[Respondent]:
        """Those who have neither responded nor declined, and whose time has not been declared over."""
        if not self.versions:
            return []
        return [respondent for respondent, answered in self.answered.items() if answered is Answered.AWAITED]

    @property
    def needs_presentation(self) -> bool:
        """Whether the governing body has still to see it, as it routinely does of core visits."""
        return self._is_to_be_presented and not self.is_withheld

    @property
    def _is_to_be_presented(self) -> bool:
        return self.kind is VisitKind.CORE and not self.presentations and not self.presentation_waived

    @property
    def open_actions(self) -> list[AgreedAction]:
        """The agreed actions of the current version that are not completed."""
        issued = self.in_force.actions if self.versions else ()
        return [action for action in issued if action.number not in self.completed]

    @classmethod
    def start(
        cls,
        reference: str,
        *,
        visit: UUID,
        school: UUID,
        kind: VisitKind,
        purpose: Purpose,
        author: UUID,
        visited_on: date,
        needs_assurance: bool = False,
        write_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> RecordOfVisit:
        """Begin the record of a visit that was held. The visit takes note of it in the same transaction.

        `needs_assurance` is the authority's setting of the day, `rules` the version of the settings it stands in;
        `write_by` is the last day to issue it, as the visit tells it.
        """
        record = cls.named(reference)
        started = cls.Started(
            reference=reference,
            visit=visit,
            school=school,
            kind=kind,
            author=author,
            visited_on=visited_on,
            needs_assurance=needs_assurance,
            write_by=write_by,
        )
        record.record(started, purpose=purpose, rules=rules)
        return record

    @requires(must_be_open_to_writing)
    def write(self, content: Content) -> None:
        """Let the record say this and nothing else; records what differs. Issues and actions without number get one.

        Raises IssuedTextStays, WithItsAssurer, RecordClosed, WrittenTwice, NothingWritten, BeforeTheVisit,
        NoSuchIssue, NoSuchAction.
        """
        well_formed(content)
        for row, action in enumerate(content.actions):
            not_before(self.visited_on, action.due, field=f"actions.{row}.due")
        known_numbers(content, self.content)
        numbered = content.numbered(issues=self.issues_numbered, actions=self.actions_numbered)
        for written in list(differences(self.content, numbered)):
            self.record(
                written.event,
                purpose=written.purpose,
                sensitivity=written.sensitivity,
                people=(written.person,),
            )

    @requires(must_be_open_to_writing, must_say_something, must_differ_from_what_was_issued)
    def submit_for_assurance(self) -> None:
        """Ask for a second person.

        Raises IssuedTextStays, WithItsAssurer, RecordClosed, NothingWritten, NothingCorrected.
        """
        self.record(self.SubmittedForAssurance())

    @requires(must_be_with_its_assurer)
    def return_to_author(self, points: str) -> None:
        """Give the record back to be worked on. Raises NotForAssurance, NothingWritten."""
        self.record(self.Returned(points=filled(points, "Enter what needs to change", field="points")))

    @requires(must_wait_for_assurance)
    def assure(self, *, present: Collection[UUID]) -> None:
        """Stand for the record as a second person; `present` made the visit. Raises NotForAssurance, NotByItsAuthor,
        NotBySomebodyPresent."""
        must_not_be_its_author(self, self.signature.actor)
        must_not_have_been_present(present, self.signature.actor)
        self.record(self.Assured())

    @requires(must_be_ready_to_issue, must_say_something, must_differ_from_what_was_issued)
    def issue(
        self,
        *,
        recipients: Sequence[UUID],
        respond_by: date | None,
        present_by: date | None = None,
        needs_assurance: bool = False,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Issue the record, or its next version after a correction, to these people.

        `needs_assurance` says that the settings of the day ask for a second person to have read it.

        `respond_by` is the last day for a response, None where the school may not read the record and is asked for
        nothing, `present_by` the day by which the governing body sees the record
        of a core visit, counted from its first version; `rules` the version of the settings that they follow from.
        Raises IssuedTextStays, RecordClosed, AssuranceNeeded, NothingWritten, NothingCorrected, ResponseDayHasPassed.
        """
        if needs_assurance and self.status is not RecordStatus.ASSURED:
            raise AssuranceNeeded(
                "Somebody else must quality assure this record before it is issued. Submit it first"
            )
        if respond_by is not None and respond_by < self.today:
            raise ResponseDayHasPassed("The date must be today or in the future", field="respond_by")
        if self.versions:
            self._reissue(tuple(recipients), respond_by, rules)
            return
        issued = self.Issued(
            version=1,
            content_hash=self.content.sha256,
            recipients=tuple(recipients),
            respond_by=respond_by,
            issues=tuple(issue.number for issue in self.content.issues),
            actions=self.content.actions,
            present_by=present_by if self.needs_presentation and respond_by else None,
        )
        self.record(issued, purpose=self.purpose, people=issued.recipients, rules=rules)

    def _reissue(self, recipients: tuple[UUID, ...], respond_by: date | None, rules: tuple[str, ...]) -> None:
        before = self.current
        staying = {action.number for action in self.content.actions}
        reissued = self.Reissued(
            version=before.number + 1,
            content_hash=self.content.sha256,
            recipients=recipients,
            respond_by=respond_by,
            issues=tuple(issue.number for issue in self.content.issues),
            actions=self.content.actions,
            withdrawn=tuple(each.number for each in before.content.actions if each.number not in staying),
        )
        self.record(reissued, purpose=self.purpose, reason=self.correction, people=recipients, rules=rules)

    def withhold_from_school(self) -> None:
        """Ask the school for nothing while it may not read the record. Changes nothing where nothing is asked."""
        if self.status is not RecordStatus.CLOSED and (self.awaited or (self.versions and self.needs_presentation)):
            self.record(self.WithheldFromSchool())

    def send_to_school(
        self, *, recipients: Sequence[UUID], respond_by: date, present_by: date, rules: tuple[str, ...]
    ) -> None:
        """Ask the school for what it was not asked for while it might not read the record; the days are those of
        `issue`. Changes nothing where the record was not withheld, or is closed."""
        if not self.is_withheld or self.status is RecordStatus.CLOSED:
            return
        sent = self.SentToSchool(
            recipients=tuple(recipients),
            respondents=tuple(each for each, answered in self.answered.items() if answered is Answered.NOT_ASKED),
            respond_by=respond_by,
            present_by=present_by if self._is_to_be_presented else None,
        )
        self.record(sent, purpose=self.purpose, people=sent.recipients, rules=rules)

    @requires(must_be_open, must_have_been_issued, must_have_no_correction_under_way)
    def reopen_for_correction(self, reason: str) -> None:
        """Begin the next version; the issued one stands until that is issued.

        Raises NotIssued, CorrectionUnderWay, RecordClosed, ReasonNeeded.
        """
        event = self.ReopenedForCorrection(version=self.current.number)
        self.record(event, reason=reasoned(reason, "Enter what needs correcting"))

    @requires(must_be_under_correction)
    def abandon_correction(self) -> None:
        """Go back to the issued version. Raises NotCorrecting."""
        self.record(self.CorrectionAbandoned(version=self.current.number))

    @requires(must_be_open, must_have_been_issued)
    def respond(
        self,
        respondent: Respondent,
        *,
        agrees: ExtentOfAgreement,
        overall: str = "",
        answers: Iterable[IssueAnswer] = (),
    ) -> None:
        """Respond to the current version, issue by issue. Each response is kept, a second one beside the first.

        Raises NotIssued, RecordClosed, NoSuchIssue, AnsweredTwice, NothingWritten, DisagreementUnexplained.
        """
        given = answerable(answers, self.current.content)
        overall = plain(overall)
        explained(agrees, overall, given)
        is_chair = respondent is Respondent.CHAIR
        responded = self.ChairResponded if is_chair else self.HeadteacherResponded
        self.record(responded(version=self.current.number, agrees=agrees, overall=overall, answers=given))

    @requires(must_be_open, must_have_been_issued, must_await_a_response)
    def decline_response(self, respondent: Respondent, *, reason: str) -> None:
        """Record that somebody will not respond. Raises NotIssued, RecordClosed, NotAwaited, ReasonNeeded."""
        self._refuse_unless_awaited(respondent)
        self.record(self.ResponseDeclined(respondent=respondent), reason=reasoned(reason))

    @requires(must_be_open, must_have_been_issued, must_await_a_response, time_to_respond_must_be_over)
    def lapse_response(self, respondent: Respondent) -> None:
        """Wait no longer; a late response is still taken until the record is closed.

        Raises NotIssued, RecordClosed, NotAwaited, StillTimeToRespond.
        """
        self._refuse_unless_awaited(respondent)
        respond_by = self.current.respond_by
        assert respond_by is not None, "whoever is waited for was given a day"
        self.record(self.ResponseLapsed(respondent=respondent, respond_by=respond_by))

    @requires(must_be_open, must_have_been_issued)
    def present(self, *, meeting_on: date, minute: str) -> None:
        """Record the governing-body meeting that saw the record, and the reference of its minute.

        Raises NotIssued, RecordClosed, MeetingBeforeIssue, DayStillToCome, NothingWritten.
        """
        if meeting_on > self.today:
            raise DayStillToCome("The date of the meeting must be today or in the past", field="meeting_on")
        if meeting_on < self.versions[0].issued_on:
            raise MeetingBeforeIssue(
                "The meeting must be on or after the date the record was issued", field="meeting_on"
            )
        minute = filled(minute, "Enter the minute reference", field="minute")
        presented = self.PresentedToGovernors(meeting_on=meeting_on, minute=minute, version=self.current.number)
        self.record(presented, occurred=meeting_on, dated="meeting_on")

    @requires(must_be_open, must_have_been_issued, must_need_presentation)
    def waive_presentation(self, reason: str) -> None:
        """Do without presentation. Raises NotIssued, RecordClosed, NoPresentationNeeded, ReasonNeeded."""
        self.record(self.PresentationWaived(), reason=reasoned(reason))

    @requires(must_have_been_issued)
    def complete_action(self, number: int, *, on: date, note: str = "") -> None:
        """Record an agreed action as done, also after the record was closed.

        Raises NotIssued, NoSuchAction, AlreadyCompleted, DayStillToCome, BeforeTheVisit.
        """
        action = self._open_action(number)
        if on > self.today:
            raise DayStillToCome("The date must be today or in the past", field="on")
        not_before(self.visited_on, on, field="on")
        completed = self.ActionCompleted(number=number, on=on, note=plain(note))
        self.record(completed, occurred=on, purpose=action.purpose, people=(action.owner,))

    @requires(must_have_been_issued)
    def hand_over_action(
        self, number: int, *, owner: UUID, due: date | None = None, reason: str, side: Side | None = None
    ) -> None:
        """Give an agreed action to another person, or another due date, also after the record was closed. What was
        issued stays as it is, and nobody is asked to respond again. `side` is that of the person.

        Raises NotIssued, NoSuchAction, AlreadyCompleted, HeldAlready, BeforeTheVisit, ReasonNeeded.
        """
        action = self._open_action(number)
        due = due or action.due
        if (owner, due) == (action.owner, action.due):
            raise HeldAlready("Choose another person or another due date", field="owner")
        not_before(self.visited_on, due, field="due")
        handed = self.ActionHandedOver(
            number=number, owner=owner, due=due, before=action.owner, was_due=action.due, side=side
        )
        concerned = tuple(dict.fromkeys((action.owner, owner)))
        self.record(handed, purpose=action.purpose, reason=reasoned(reason), people=concerned)

    @requires(must_have_been_issued)
    def reopen_action(self, number: int, *, reason: str) -> None:
        """Take back a completion. Raises NotIssued, NoSuchAction, NotCompleted, ReasonNeeded."""
        action = self._issued_action(number)
        if number not in self.completed:
            raise NotCompleted(f"Action {number} has not been completed")
        event = self.ActionReopened(number=number)
        self.record(event, purpose=action.purpose, reason=reasoned(reason), people=(action.owner,))

    @requires(
        must_be_open,
        must_have_been_issued,
        must_have_no_correction_under_way,
        must_await_nobody,
        must_have_been_presented,
    )
    def close(self) -> None:
        """Close the record.

        Raises NotIssued, CorrectionUnderWay, RecordClosed, ResponsesAwaited, PresentationNeeded.
        """
        self.record(self.Closed())

    def _refuse_unless_awaited(self, respondent: Respondent) -> None:
        if respondent not in self.awaited:
            raise NotAwaited(
                f"This record is not waiting for a response from the {respondent.label.lower()}", field="respondent"
            )

    def _issued_action(self, number: int) -> AgreedAction:
        for action in self.in_force.actions:
            if action.number == number:
                return action
        raise NoSuchAction(f"This record has no agreed action {number}", field="number")

    def _open_action(self, number: int) -> AgreedAction:
        action = self._issued_action(number)
        if number in self.completed:
            raise AlreadyCompleted(f"Action {number} is already complete", field="number")
        return action

"""What happens to a record of visit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast
from uuid import UUID

from domain.aggregate import Event
from domain.record_of_visit.content import (
    AgreedAction,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    Judgement,
    Part,
    Priority,
    Section,
)
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
from domain.record_of_visit.withheld import withhold
from domain.vocabulary import Purpose, SchoolId, Side, VisitKind

if TYPE_CHECKING:
    from domain.record_of_visit.record import RecordOfVisit


class Started(Event):
    TOPIC = "record-of-visit.started"
    says = "{by} started the record of the {kind} visit on {visited_on}"
    reference: str
    visit: UUID
    school: SchoolId
    kind: VisitKind
    author: UUID
    visited_on: date
    needs_assurance: bool
    write_by: date | None = None

    def apply(self, record: RecordOfVisit) -> None:
        record.reference = self.reference
        record.visit, record.school = self.visit, self.school
        record.kind, record.purpose = self.kind, _purpose(self)
        record.author = self.author
        record.visited_on = self.visited_on
        record.needs_assurance = self.needs_assurance
        record.status = RecordStatus.DRAFT


# What is written before issue


class SectionWritten(Event):
    TOPIC = "record-of-visit.section-written"
    says = "{by} wrote the section “{heading}”"
    heading: str
    text: str
    restricted: bool

    def apply(self, record: RecordOfVisit) -> None:
        _put(record, Section(heading=self.heading, text=self.text, restricted=self.restricted))


class SectionRemoved(Event):
    TOPIC = "record-of-visit.section-removed"
    says = "{by} removed the section “{heading}”"
    heading: str

    def apply(self, record: RecordOfVisit) -> None:
        record.content = record.content.drop(Section, self.heading)


class JudgementRecorded(Event):
    TOPIC = "record-of-visit.judgement-recorded"
    says = "{by} judged {area}: {judgement} (the school {school_view})"
    area: str
    judgement: str
    evidence: str
    school_view: ExtentOfAgreement

    def apply(self, record: RecordOfVisit) -> None:
        _put(
            record,
            Judgement(
                area=self.area,
                judgement=self.judgement,
                evidence=self.evidence,
                purpose=_purpose(self),
                school_view=self.school_view,
            ),
        )


class JudgementWithdrawn(Event):
    TOPIC = "record-of-visit.judgement-withdrawn"
    says = "{by} removed the judgement on {area}"
    area: str

    def apply(self, record: RecordOfVisit) -> None:
        record.content = record.content.drop(Judgement, self.area)


class IssueRaised(Event):
    TOPIC = "record-of-visit.issue-raised"
    says = "{by} raised issue {number} ({priority} priority): {text}"
    number: int
    text: str
    priority: Priority

    def apply(self, record: RecordOfVisit) -> None:
        record.issues_numbered = max(record.issues_numbered, self.number)
        _put(record, Issue(number=self.number, text=self.text, purpose=_purpose(self), priority=self.priority))


class IssueReworded(Event):
    TOPIC = "record-of-visit.issue-reworded"
    says = "{by} changed issue {number} ({priority} priority): {text}"
    number: int
    text: str
    priority: Priority

    def apply(self, record: RecordOfVisit) -> None:
        _put(record, Issue(number=self.number, text=self.text, purpose=_purpose(self), priority=self.priority))


class IssueWithdrawn(Event):
    TOPIC = "record-of-visit.issue-withdrawn"
    says = "{by} removed issue {number}"
    number: int

    def apply(self, record: RecordOfVisit) -> None:
        record.content = record.content.drop(Issue, self.number)


class ActionAgreed(Event):
    TOPIC = "record-of-visit.action-agreed"
    says = "{by} recorded agreed action {number}, for the {owner_side} by {due}: {text}"
    number: int
    text: str
    owner_side: Side
    owner: UUID | None
    due: date

    def apply(self, record: RecordOfVisit) -> None:
        record.actions_numbered = max(record.actions_numbered, self.number)
        _put(record, _action(self))


class ActionReworded(Event):
    TOPIC = "record-of-visit.action-reworded"
    says = "{by} changed agreed action {number}, for the {owner_side} by {due}: {text}"
    number: int
    text: str
    owner_side: Side
    owner: UUID | None
    due: date

    def apply(self, record: RecordOfVisit) -> None:
        _put(record, _action(self))


class ActionWithdrawn(Event):
    TOPIC = "record-of-visit.action-withdrawn"
    says = "{by} removed agreed action {number}"
    number: int

    def apply(self, record: RecordOfVisit) -> None:
        record.content = record.content.drop(AgreedAction, self.number)


class GoodPracticeNoted(Event):
    TOPIC = "record-of-visit.good-practice-noted"
    says = "{by} recorded good practice: {text}"
    text: str
    shareable: bool

    def apply(self, record: RecordOfVisit) -> None:
        _put(record, GoodPractice(text=self.text, shareable=self.shareable))


class GoodPracticeWithdrawn(Event):
    TOPIC = "record-of-visit.good-practice-withdrawn"
    says = "{by} removed good practice: {text}"
    text: str

    def apply(self, record: RecordOfVisit) -> None:
        record.content = record.content.drop(GoodPractice, self.text)


# Assurance and issue


class SubmittedForAssurance(Event):
    TOPIC = "record-of-visit.submitted-for-assurance"
    says = "{by} submitted the record for quality assurance"

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.SUBMITTED


class Returned(Event):
    TOPIC = "record-of-visit.returned"
    says = "{by} returned the record to its author: {points}"
    points: str

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.CORRECTING if record.versions else RecordStatus.DRAFT
        record.assured_by = None


class Assured(Event):
    TOPIC = "record-of-visit.assured"
    says = "{by} quality assured the record"

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.ASSURED
        record.assured_by = self.meta.signature.actor


class Issued(Event):
    TOPIC = "record-of-visit.issued"
    says = (
        "{by} issued the record{respond_by:, with responses due by …}"
        "{present_by: and presentation to governors due by …}"
    )
    version: int
    content_hash: str
    recipients: tuple[UUID, ...]
    respond_by: date | None
    issues: tuple[int, ...]
    actions: tuple[AgreedAction, ...]
    present_by: date | None = None

    def apply(self, record: RecordOfVisit) -> None:
        _issue(record, self)
        record.present_by = self.present_by


class Reissued(Event):
    TOPIC = "record-of-visit.reissued"
    says = "{by} issued version {version} of the record{respond_by:, with responses due by …}: {reason}"
    version: int
    content_hash: str
    recipients: tuple[UUID, ...]
    respond_by: date | None
    issues: tuple[int, ...]
    actions: tuple[AgreedAction, ...]
    withdrawn: tuple[int, ...]
    """Numbers of the actions that stood in the version before and no longer do."""

    def apply(self, record: RecordOfVisit) -> None:
        _issue(record, self)


class ReopenedForCorrection(Event):
    TOPIC = "record-of-visit.reopened-for-correction"
    says = "{by} started a correction to version {version}: {reason}"
    version: int

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.CORRECTING
        record.correction = self.meta.reason
        record.assured_by = None


class CorrectionAbandoned(Event):
    TOPIC = "record-of-visit.correction-abandoned"
    says = "{by} discarded the correction. Version {version} still applies"
    version: int

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.ISSUED
        record.correction = ""
        record.content = record.in_force


# Responses and presentation


class HeadteacherResponded(Event):
    TOPIC = "record-of-visit.headteacher-responded"
    says = "{by} responded to version {version} as headteacher: {agrees}"
    version: int
    agrees: ExtentOfAgreement
    overall: str
    answers: tuple[IssueAnswer, ...]

    def apply(self, record: RecordOfVisit) -> None:
        _respond(record, Respondent.HEADTEACHER, self)


class ChairResponded(Event):
    TOPIC = "record-of-visit.chair-responded"
    says = "{by} responded to version {version} as chair of governors: {agrees}"
    version: int
    agrees: ExtentOfAgreement
    overall: str
    answers: tuple[IssueAnswer, ...]

    def apply(self, record: RecordOfVisit) -> None:
        _respond(record, Respondent.CHAIR, self)


class ResponseDeclined(Event):
    TOPIC = "record-of-visit.response-declined"
    says = "{by} recorded that the {respondent} will not respond: {reason}"
    respondent: Respondent

    def apply(self, record: RecordOfVisit) -> None:
        record.answered[self.respondent] = Answered.DECLINED


class ResponseLapsed(Event):
    TOPIC = "record-of-visit.response-lapsed"
    says = "The {respondent} had not responded by {respond_by}"
    respondent: Respondent
    respond_by: date

    def apply(self, record: RecordOfVisit) -> None:
        record.answered[self.respondent] = Answered.LAPSED


class PresentedToGovernors(Event):
    TOPIC = "record-of-visit.presented-to-governors"
    says = "{by} recorded that governors saw version {version} on {meeting_on} (minute {minute})"
    meeting_on: date
    minute: str
    version: int

    def apply(self, record: RecordOfVisit) -> None:
        record.presentations.append(Presentation(self.meeting_on, self.minute, self.version))


class PresentationWaived(Event):
    TOPIC = "record-of-visit.presentation-waived"
    says = "{by} recorded that this record will not be taken to governors: {reason}"

    def apply(self, record: RecordOfVisit) -> None:
        record.presentation_waived = True


# What becomes of the actions, and the end


class ActionCompleted(Event):
    TOPIC = "record-of-visit.action-completed"
    says = "{by} recorded that agreed action {number} was completed on {on}"
    number: int
    on: date
    note: str

    def apply(self, record: RecordOfVisit) -> None:
        record.completed[self.number] = Completion(self.on, self.note)


class ActionReopened(Event):
    TOPIC = "record-of-visit.action-reopened"
    says = "{by} reopened agreed action {number}: {reason}"
    number: int

    def apply(self, record: RecordOfVisit) -> None:
        del record.completed[self.number]


class ActionHandedOver(Event):
    """`before` had it until then, None where nobody did by name; `was_due` is the day by which it was due. It is for
    the `side` of whoever has it; events that do not tell it left it with the side that it was for."""

    TOPIC = "record-of-visit.action-handed-over"
    says = "{by} {did} agreed action {number}{giver: from …}{taker: to …}, due by {due}: {reason}"
    number: int
    owner: UUID
    due: date
    before: UUID | None
    was_due: date
    side: Side | None = None

    @property
    def did(self) -> str:
        return "changed the due date of" if self.owner == self.before else "handed over"

    @property
    def giver(self) -> UUID | None:
        return None if self.owner == self.before else self.before

    @property
    def taker(self) -> UUID | None:
        return None if self.owner == self.before else self.owner

    def apply(self, record: RecordOfVisit) -> None:
        handed = HandedOver(self.owner, self.due, self.meta.occurred_on, self.side)
        record.handed_over[self.number] = handed
        record.content = record.content.handed_over({self.number: handed})


class Closed(Event):
    TOPIC = "record-of-visit.closed"
    says = "{by} closed the record"

    def apply(self, record: RecordOfVisit) -> None:
        record.status = RecordStatus.CLOSED


def _purpose(event: Event) -> Purpose:
    return cast("Purpose", event.meta.purpose)  # these acts are never recorded without one


def _put(record: RecordOfVisit, part: Part) -> None:
    record.content = record.content.put(part)


def _action(event: ActionAgreed | ActionReworded) -> AgreedAction:
    return AgreedAction(
        number=event.number,
        text=event.text,
        owner_side=event.owner_side,
        owner=event.owner,
        due=event.due,
        purpose=_purpose(event),
    )


def _issue(record: RecordOfVisit, event: Issued | Reissued) -> None:
    record.status = RecordStatus.ISSUED
    record.correction = ""
    record.answered = dict.fromkeys(Respondent, Answered.AWAITED)
    record.is_withheld = False
    record.handed_over.clear()
    if event.respond_by is None:
        withhold(record)
    record.versions.append(
        Version(
            event.version,
            record.content,
            event.content_hash,
            event.meta.occurred_on,
            event.recipients,
            event.respond_by,
            event.meta.reason,
        )
    )


def _respond(record: RecordOfVisit, respondent: Respondent, event: HeadteacherResponded | ChairResponded) -> None:
    record.answered[respondent] = Answered.RESPONDED
    record.responses.append(
        Response(
            respondent,
            event.meta.signature.actor,
            event.meta.occurred_on,
            event.version,
            event.agrees,
            event.overall,
            event.answers,
        )
    )

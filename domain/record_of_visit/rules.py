"""What a record of visit refuses, and the checks that need no record."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Refusal
from domain.record_of_visit.content import AgreedAction, Content, ExtentOfAgreement, Issue, Part
from domain.record_of_visit.parts import OPEN_TO_WRITING, WITH_ASSURER, IssueAnswer, RecordStatus
from domain.text import day_in_words, plain

if TYPE_CHECKING:
    from domain.record_of_visit.record import RecordOfVisit


class IssuedTextStays(Refusal):
    """What has been issued never changes; a correction is a new version."""


class WithItsAssurer(Refusal):
    """A record is not changed while somebody else is to assure it, nor after they did."""


class WrittenTwice(Refusal):
    """Each section, judgement, issue and action stands in a record once."""


class NothingWritten(Refusal):
    """Something was left empty."""


class NoSuchIssue(Refusal):
    """The record has no issue of that number."""


class NoSuchAction(Refusal):
    """The record has no agreed action of that number."""


class NotForAssurance(Refusal):
    """Only a record that was submitted for assurance is assured or returned."""


class NotByItsAuthor(Refusal):
    """A record is assured by somebody other than its author."""


class NotBySomebodyPresent(Refusal):
    """A record is assured by somebody who was not at the visit."""


class AssuranceNeeded(Refusal):
    """A record for which assurance was asked is not issued before it."""


class ResponseDayHasPassed(Refusal):
    """The day by which to respond is today or to come."""


class NothingCorrected(Refusal):
    """A new version says something else than the one before."""


class NotIssued(Refusal):
    """Only an issued record can be answered, presented, corrected or closed."""


class NotCorrecting(Refusal):
    """There is no correction under way."""


class CorrectionUnderWay(Refusal):
    """A correction is finished or given up before anything else."""


class RecordClosed(Refusal):
    """A closed record stays as it is."""


class DisagreementUnexplained(Refusal):
    """Whoever disagrees says with what."""


class AnsweredTwice(Refusal):
    """A response answers each issue once."""


class NotAwaited(Refusal):
    """The response was given, declined or has lapsed."""


class StillTimeToRespond(Refusal):
    """A response lapses only after the day by which it was due."""


class MeetingBeforeIssue(Refusal):
    """The governing body sees a record after it was issued."""


class NoPresentationNeeded(Refusal):
    """There is no presentation to be waived."""


class PresentationNeeded(Refusal):
    """The record of a core visit is presented to the governing body, or there is a reason why not."""


class ResponsesAwaited(Refusal):
    """A record is closed when headteacher and chair have responded, declined or let the time pass."""


class AlreadyCompleted(Refusal):
    """The action has been completed."""


class NotCompleted(Refusal):
    """The action has not been completed."""


class HeldAlready(Refusal):
    """The action is that person's already, and due by that day."""


class DayStillToCome(Refusal):
    """What happened, happened today or before."""


class BeforeTheVisit(Refusal):
    """What was agreed at a visit is due, and done, on the day of the visit or later."""


def must_be_open(record: RecordOfVisit, _: date) -> None:
    if record.status is RecordStatus.CLOSED:
        raise RecordClosed("This record has been closed")


def must_have_been_issued(record: RecordOfVisit, _: date) -> None:
    if not record.versions:
        raise NotIssued("This record has not been issued yet")


def must_be_open_to_writing(record: RecordOfVisit, today: date) -> None:
    if record.status in WITH_ASSURER:
        raise WithItsAssurer("This record is being quality assured. Ask for it to be returned before you change it")
    must_be_open(record, today)
    if record.status is RecordStatus.ISSUED:
        raise IssuedTextStays("This record has been issued and cannot be changed. Start a correction instead")


def must_say_something(record: RecordOfVisit, _: date) -> None:
    if record.content.is_empty:
        raise NothingWritten("Write the record first", field="sections")


def must_be_with_its_assurer(record: RecordOfVisit, _: date) -> None:
    if record.status not in WITH_ASSURER:
        raise NotForAssurance("This record has not been submitted for quality assurance")


def must_wait_for_assurance(record: RecordOfVisit, _: date) -> None:
    if record.status is not RecordStatus.SUBMITTED:
        raise NotForAssurance("This record is not waiting for quality assurance")


def must_not_be_its_author(record: RecordOfVisit, actor: UUID | None) -> None:
    if actor in {None, record.author}:
        raise NotByItsAuthor("Somebody other than the author must quality assure the record")


def must_not_have_been_present(present: Collection[UUID], actor: UUID | None) -> None:
    if actor in present:
        raise NotBySomebodyPresent("You were at the visit. Somebody who was not must quality assure its record")


def must_be_ready_to_issue(record: RecordOfVisit, today: date) -> None:
    waits = record.status is RecordStatus.SUBMITTED
    if waits or (record.needs_assurance and record.status in OPEN_TO_WRITING):
        raise AssuranceNeeded("Somebody other than the author must quality assure the record before it is issued")
    if record.status is not RecordStatus.ASSURED:
        must_be_open_to_writing(record, today)


def must_differ_from_what_was_issued(record: RecordOfVisit, _: date) -> None:
    if record.versions and record.content == record.in_force:
        raise NothingCorrected("Nothing has changed. Correct the record or discard the correction")


def must_have_no_correction_under_way(record: RecordOfVisit, _: date) -> None:
    if record.status is not RecordStatus.ISSUED:
        raise CorrectionUnderWay("Issue or discard the correction first")


def must_be_under_correction(record: RecordOfVisit, _: date) -> None:
    if not record.versions or record.status in {RecordStatus.ISSUED, RecordStatus.CLOSED}:
        raise NotCorrecting("There is no correction to discard")


def must_await_a_response(record: RecordOfVisit, _: date) -> None:
    if not record.awaited:
        raise NotAwaited("This record is not waiting for a response")


def time_to_respond_must_be_over(record: RecordOfVisit, today: date) -> None:
    respond_by = record.current.respond_by
    if respond_by is not None and today <= respond_by:
        raise StillTimeToRespond(f"They can still respond until {day_in_words(respond_by)}")


def must_await_nobody(record: RecordOfVisit, _: date) -> None:
    if record.awaited:
        who = " and ".join(respondent.label.lower() for respondent in record.awaited)
        raise ResponsesAwaited(f"Record the response from the {who}, or that there will be none, before you close")


def must_need_presentation(record: RecordOfVisit, _: date) -> None:
    if not record.needs_presentation:
        raise NoPresentationNeeded("This record no longer needs to go to governors")


def must_have_been_presented(record: RecordOfVisit, _: date) -> None:
    if record.needs_presentation:
        raise PresentationNeeded(
            "Governors must see the record of a core visit. Record the meeting, or why it is not going to governors"
        )


def filled(text: str, message: str, *, field: str) -> str:
    """The text without blanks around it. Raises NothingWritten when nothing is left."""
    if not plain(text):
        raise NothingWritten(message, field=field)
    return plain(text)


def well_formed(content: Content) -> None:
    """Raises WrittenTwice, NothingWritten."""
    _each_once("sections", "heading", "Enter a heading that no other section has", content.sections)
    _each_once("judgements", "area", "Enter an area that is not judged already", content.judgements)
    _each_once("issues", "number", "Enter a number that no other issue has", content.issues)
    _each_once("actions", "number", "Enter a number that no other action has", content.actions)
    _each_once("good_practice", "text", "Enter good practice that is not listed already", content.good_practice)
    for row, section in enumerate(content.sections):
        filled(section.heading, "Enter the heading", field=f"sections.{row}.heading")
        filled(section.text, f"Enter the text under “{section.heading}”", field=f"sections.{row}.text")
    for row, judgement in enumerate(content.judgements):
        filled(judgement.area, "Enter the area", field=f"judgements.{row}.area")
        filled(judgement.judgement, "Enter the judgement", field=f"judgements.{row}.judgement")
    for row, issue in enumerate(content.issues):
        filled(issue.text, "Enter the issue", field=f"issues.{row}.text")
    for row, action in enumerate(content.actions):
        filled(action.text, "Enter what was agreed", field=f"actions.{row}.text")
    for row, practice in enumerate(content.good_practice):
        filled(practice.text, "Enter what was done well", field=f"good_practice.{row}.text")


def not_before(visited_on: date, day: date, *, field: str) -> None:
    """Raises BeforeTheVisit."""
    if day < visited_on:
        raise BeforeTheVisit(f"Enter the date of the visit, {day_in_words(visited_on)}, or a later date", field=field)


def known_numbers(content: Content, before: Content) -> None:
    """Raises NoSuchIssue, NoSuchAction for a number that the record did not give, or gave and withdrew."""
    for row, issue in enumerate(content.issues):
        if issue.number and before.find(Issue, issue.number) is None:
            raise NoSuchIssue(f"This record has no issue {issue.number}", field=f"issues.{row}.number")
    for row, action in enumerate(content.actions):
        if action.number and before.find(AgreedAction, action.number) is None:
            raise NoSuchAction(f"This record has no action {action.number}", field=f"actions.{row}.number")


def answerable(answers: Iterable[IssueAnswer], content: Content) -> tuple[IssueAnswer, ...]:
    """The answers, each to another issue of the content. Raises NoSuchIssue, AnsweredTwice, NothingWritten."""
    given: dict[int, IssueAnswer] = {}
    for row, answer in enumerate(answers):
        if answer.issue not in {issue.number for issue in content.issues}:
            raise NoSuchIssue(f"This record has no issue {answer.issue}", field=f"answers.{row}.issue")
        if answer.issue in given:
            raise AnsweredTwice(f"Answer issue {answer.issue} once", field=f"answers.{row}.issue")
        text = filled(answer.text, f"Enter your answer to issue {answer.issue}", field=f"answers.{row}.text")
        given[answer.issue] = IssueAnswer(answer.issue, text)
    return tuple(given.values())


def explained(agrees: ExtentOfAgreement, overall: str, answers: Iterable[IssueAnswer]) -> None:
    """Raises DisagreementUnexplained where somebody does not agree and says nothing."""
    if agrees is not ExtentOfAgreement.AGREES and not overall and not any(answers):
        raise DisagreementUnexplained("Say what you disagree with", field="overall")


def _each_once(group: str, key: str, message: str, parts: Iterable[Part]) -> None:
    """Raises WrittenTwice for the first part whose key an earlier one has; a number of 0 is none yet."""
    seen = set[str | int]()
    for row, part in enumerate(parts):
        if part.key and part.key in seen:
            raise WrittenTwice(message, field=f"{group}.{row}.{key}")
        seen.add(part.key)

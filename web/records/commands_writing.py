"""A record is written, assured, issued and corrected."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.record_of_visit import RecordOfVisit
from domain.record_of_visit.rules import (
    IssuedTextStays,
    must_have_been_issued,
    must_not_be_its_author,
    must_not_have_been_present,
)
from domain.service import UnitOfWork
from domain.visit import Visit
from web.access.awaited_responses import response_request
from web.access.context import RequestContext
from web.access.policy import Action
from web.commands.assurance import asks_for_assurance
from web.commands.resource import Execution, Values
from web.records import choices, schemas
from web.records.resource import records


def _must_be_a_first_version(record: RecordOfVisit, _: date) -> None:
    if record.is_issued:
        raise IssuedTextStays("This record has been issued. Issue the corrected record instead")


@records.command(
    "write",
    "Write the record",
    Action.WRITE_RECORD,
    schemas.WriteRecord,
    done="Record saved",
    submit="Save record",
    method=RecordOfVisit.write,
    lookups=choices.owners,
    initial=choices.answers_of,
    draft=True,
    main=True,
    texts_in=(RecordOfVisit.SectionWritten,),
)
def write(execution: Execution[RecordOfVisit], values: Values) -> None:
    known = {action.owner for action in execution.record.content.actions}
    named = enumerate(values["content"].actions)
    choices.must_own(
        execution, {f"actions.{row}.owner": each.owner for row, each in named if each.owner not in {None, *known}}
    )
    execution.change(lambda record: record.write(values["content"]))


records.command(
    "submit",
    "Submit for quality assurance",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="Record submitted for quality assurance",
    lead="A second person will read the record before it is issued. You cannot change it until then.",
    method=RecordOfVisit.submit_for_assurance,
)

records.command(
    "return",
    "Return to author",
    Action.ASSURE_RECORD,
    schemas.ReturnRecord,
    done="Record returned to its author",
    submit="Return record",
    method=RecordOfVisit.return_to_author,
    texts_in=(RecordOfVisit.Returned,),
)


def _present(visit: Visit) -> list[UUID]:
    return [visitor.person for visitor in visit.visitors]


def _must_be_a_second_person(context: RequestContext, record: RecordOfVisit) -> None:
    must_not_be_its_author(record, context.user.person)
    must_not_have_been_present(_present(context.services.service.find(Visit, record.visit)), context.user.person)


def _assure(execution: Execution[RecordOfVisit], _: Values) -> None:
    execution.change_with_others(lambda work, record: record.assure(present=_present(work.find(Visit, record.visit))))


records.command(
    "assure",
    "Quality assure the record",
    Action.ASSURE_RECORD,
    schemas.NothingAsked,
    done="Record quality assured. It can now be issued",
    lead="You are confirming what it says, together with its author.",
    method=RecordOfVisit.assure,
    whose=_must_be_a_second_person,
    lookups=choices.recipients_today,
    form_page="records/whole_record.html",
    main=True,
)(_assure)


def _issue(execution: Execution[RecordOfVisit], _: Values) -> None:
    """Send the record, or its next version, to headteacher and chair of today, if they may read it."""
    with execution.context.read() as snapshot:
        to_ask = response_request(snapshot, execution.record.id, execution.record.school)
        assured = asks_for_assurance(snapshot, execution.record.school, execution.record.author)

    def issue(work: UnitOfWork) -> None:
        record = work.find(RecordOfVisit, execution.record.id, at=execution.at)
        record.issue(**to_ask.to_issue(work), needs_assurance=assured)

    execution.service.do(issue)


records.command(
    "issue",
    "Issue record",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="Record issued",
    lead="Check the record. You cannot change it once it is issued: a correction becomes a new version.",
    method=RecordOfVisit.issue,
    rules=[_must_be_a_first_version],
    lookups=choices.recipients_today,
    form_page="records/issue.html",
    main=True,
)(_issue)

records.command(
    "reissue",
    "Issue the corrected record",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="New version issued",
    submit="Issue new version",
    lead="Check the record. It becomes the next version, and the headteacher and chair are asked to respond again.",
    method=RecordOfVisit.issue,
    rules=[must_have_been_issued],
    lookups=choices.recipients_today,
    form_page="records/issue.html",
    main=True,
)(_issue)


records.command(
    "correct",
    "Correct the issued record",
    Action.WRITE_RECORD,
    schemas.CorrectRecord,
    done="Correction started. Change the record, then issue it as a new version",
    submit="Start correction",
    method=RecordOfVisit.reopen_for_correction,
    told_in=(RecordOfVisit.ReopenedForCorrection,),
)

records.command(
    "abandon-correction",
    "Discard correction",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="Correction discarded. The issued version still applies",
    lead="Everything changed since it was issued is removed. The issued version still applies.",
    warning=True,
    method=RecordOfVisit.abandon_correction,
)

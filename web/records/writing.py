"""A record is written, assured, issued and corrected."""

from __future__ import annotations

from domain.record_of_visit import Content, RecordOfVisit, RecordStatus
from domain.service import Work
from web.access.awaited_responses import asking_about, recipients
from web.access.policy import Action
from web.brokerage.broker_rights import must_hold
from web.commands.resource import CommandContext, Values
from web.records import choices, schemas
from web.records.resource import IN_PROGRESS, records, settled


def _open_to_writing(record: RecordOfVisit) -> bool:
    return record.is_open_to_writing


def _must_own(context: CommandContext[RecordOfVisit], content: Content) -> None:
    """Raises NotTheirPost unless everybody who comes to own an action works in the service, is a specialist, or
    leads the school."""
    known = {action.owner for action in context.record.content.actions}
    named = {action.owner for action in content.actions if action.owner} - known
    if not named:
        return
    with context.services.read() as connection:
        leading = {person for person, _ in recipients(connection, context.record.school)}
    for person in named - leading:
        whom = "Choose headteacher or chair of this school, or somebody who works in the service"
        must_hold(context, person, choices.OWNING, whom, field="actions")


def _ready(record: RecordOfVisit) -> bool:
    """Whether it may be issued as it stands: assured, or in no need of it."""
    if record.status is RecordStatus.ASSURED:
        return True
    return record.is_open_to_writing and not record.needs_assurance and not record.content.is_empty


@records.command(
    "write",
    "Write the record",
    Action.WRITE_RECORD,
    schemas.WriteRecord,
    done="What you wrote is saved",
    submit="Save the record",
    offered=_open_to_writing,
    context=choices.owners,
    initial=choices.as_written,
    draft=True,
    main=True,
)
def write(context: CommandContext[RecordOfVisit], values: Values) -> None:
    _must_own(context, values["content"])
    context.change(lambda record: record.write(values["content"]))


@records.command(
    "submit",
    "Submit for assurance",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The record is submitted for assurance",
    submit="Submit for assurance",
    lead="A second person reads the record before it is issued. Until then it cannot be changed.",
    offered=lambda record: record.is_open_to_writing and not record.content.is_empty,
)
def submit(context: CommandContext[RecordOfVisit], _: Values) -> None:
    context.change(lambda record: record.submit_for_assurance())


@records.command(
    "return",
    "Return to its author",
    Action.ASSURE_RECORD,
    schemas.ReturnRecord,
    done="The record is returned to its author",
    submit="Return the record",
    offered=lambda record: record.status in {RecordStatus.SUBMITTED, RecordStatus.ASSURED},
)
def return_to_author(context: CommandContext[RecordOfVisit], values: Values) -> None:
    context.change(lambda record: record.return_to_author(values["points"]))


@records.command(
    "assure",
    "Assure the record",
    Action.ASSURE_RECORD,
    schemas.NothingAsked,
    done="The record is assured and can be issued",
    submit="Assure the record",
    lead="You stand for the record beside its author.",
    offered=lambda record: record.status is RecordStatus.SUBMITTED,
    whose=lambda asking, record: asking.person != record.author,
    context=choices.issuing,
    form_page="records/whole_record.html",
    main=True,
)
def assure(context: CommandContext[RecordOfVisit], _: Values) -> None:
    context.change(lambda record: record.assure())


def _issue(context: CommandContext[RecordOfVisit], _: Values) -> None:
    """Send the record, or its next version, to headteacher and chair of today, if they may read it."""
    with context.services.read() as connection:
        asking = asking_about(connection, context.record.id, context.record.school)

    def issue(work: Work) -> None:
        work.find(RecordOfVisit, context.record.id, at=context.at).issue(**asking.asked_for(work))

    context.service.do(issue)


records.command(
    "issue",
    "Issue the record",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The record is issued",
    submit="Issue the record",
    lead="Check the record. Once it is issued it never changes: a correction becomes a new version.",
    offered=lambda record: not record.is_issued and _ready(record),
    context=choices.issuing,
    form_page="records/issue.html",
    main=True,
)(_issue)

records.command(
    "reissue",
    "Issue the correction",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The new version is issued",
    submit="Issue the new version",
    lead="Check the record. It becomes the next version, and headteacher and chair are asked to respond anew.",
    offered=lambda record: record.is_issued and _ready(record),
    context=choices.issuing,
    form_page="records/issue.html",
    main=True,
)(_issue)


@records.command(
    "correct",
    "Correct the issued record",
    Action.WRITE_RECORD,
    schemas.CorrectRecord,
    done="Write the correction, then issue it as a new version",
    submit="Begin the correction",
    offered=settled,
    told_in=(RecordOfVisit.ReopenedForCorrection,),
)
def correct(context: CommandContext[RecordOfVisit], values: Values) -> None:
    context.change(lambda record: record.reopen_for_correction(values["reason"]))


@records.command(
    "abandon-correction",
    "Give up the correction",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The version that was issued stands",
    submit="Give up the correction",
    lead="What was written since is taken back. The version that was issued stands.",
    warning=True,
    offered=lambda record: record.is_issued and record.status in IN_PROGRESS,
)
def abandon_correction(context: CommandContext[RecordOfVisit], _: Values) -> None:
    context.change(lambda record: record.abandon_correction())

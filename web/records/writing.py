"""A record is written, assured, issued and corrected."""

from __future__ import annotations

from datetime import date

from domain.record_of_visit import Content, RecordOfVisit
from domain.record_of_visit.rules import IssuedTextStays, must_have_been_issued
from domain.service import Work
from web.access.awaited_responses import asking_about, recipients
from web.access.policy import Action
from web.brokerage.broker_rights import must_hold
from web.commands.resource import CommandContext, Values
from web.records import choices, schemas
from web.records.resource import records


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


def _must_be_a_first_version(record: RecordOfVisit, _: date) -> None:
    if record.is_issued:
        raise IssuedTextStays("This record has been issued. Issue its correction instead")


@records.command(
    "write",
    "Write the record",
    Action.WRITE_RECORD,
    schemas.WriteRecord,
    done="What you wrote is saved",
    submit="Save the record",
    method=RecordOfVisit.write,
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
    method=RecordOfVisit.submit_for_assurance,
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
    method=RecordOfVisit.return_to_author,
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
    method=RecordOfVisit.assure,
    whose=lambda asking, record: asking.person != record.author,
    not_yours="Somebody other than the author has to assure the record",
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
    method=RecordOfVisit.issue,
    rules=[_must_be_a_first_version],
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
    method=RecordOfVisit.issue,
    rules=[must_have_been_issued],
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
    method=RecordOfVisit.reopen_for_correction,
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
    method=RecordOfVisit.abandon_correction,
)
def abandon_correction(context: CommandContext[RecordOfVisit], _: Values) -> None:
    context.change(lambda record: record.abandon_correction())

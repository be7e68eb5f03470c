"""What can be done with a record of visit, declared once for pages and API."""

from __future__ import annotations

import sqlalchemy as sa
from werkzeug.exceptions import Forbidden

from domain.record_of_visit import Answered, RecordOfVisit, RecordStatus, Respondent
from domain.service import Work
from domain.visit import Visit, VisitStatus
from projections import records_of_visit as view
from projections.view import replace
from web.identity import Reach, Visitor, signed_in
from web.noun import Deal, Listing, Noun, Sight, Values
from web.policy import Action
from web.records import copies, offers, schemas
from web.records.out import RecordOut

IN_PROGRESS = frozenset({RecordStatus.CORRECTING, RecordStatus.SUBMITTED, RecordStatus.ASSURED})
"""How a record may stand inside the service while the version that was issued stands for everybody else."""


def _records(
    connection: sa.Connection, reach: Reach, filters: Values, after: str | None, limit: int
) -> list[view.Written]:
    inside = signed_in().may(Action.READ_DRAFT_RECORD)
    asked = set(filters.get("status") or ())
    if not inside and RecordStatus.ISSUED in asked:
        asked |= IN_PROGRESS
    elif not inside and asked:
        asked &= {RecordStatus.CLOSED}
    found = view.listed(
        connection,
        schools=reach.narrowed(filters.get("school")),
        issued_only=not inside,
        statuses=asked if filters.get("status") else None,
        awaited=[filters["awaited"]] if filters.get("awaited") else None,
        after=after,
        limit=limit,
    )
    return found if inside else [_as_issued(row) for row in found]


def _as_issued(row: view.Written) -> view.Written:
    return replace(row, status=RecordStatus.ISSUED) if row.status in IN_PROGRESS else row


records = Noun(
    "records",
    RecordOfVisit,
    one="record of visit",
    read=Action.READ_RECORD,
    out=RecordOut,
    listing=Listing(view.Written, _records, lambda row: row.reference, schemas.RecordFilters),
    sight=Sight(copies.is_open, copies.copy_for),
)


def _open_to_writing(record: RecordOfVisit) -> bool:
    return record.is_open_to_writing


def _ready(record: RecordOfVisit) -> bool:
    """Whether it may be issued as it stands: assured, or in no need of it."""
    if record.status is RecordStatus.ASSURED:
        return True
    return record.is_open_to_writing and not record.needs_assurance and not record.content.is_empty


def _answerable(record: RecordOfVisit) -> bool:
    return record.is_issued and record.status is not RecordStatus.CLOSED


def _settled(record: RecordOfVisit) -> bool:
    return record.status is RecordStatus.ISSUED


@records.command(
    "write",
    "Write the record",
    Action.WRITE_RECORD,
    schemas.WriteRecord,
    done="What you wrote is saved",
    submit="Save the record",
    offered=_open_to_writing,
    context=offers.owners,
    initial=offers.as_written,
    draft=True,
    main=True,
)
def write(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.write(values["content"]))


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
def submit(deal: Deal[RecordOfVisit], _: Values) -> None:
    deal.change(lambda record: record.submit_for_assurance())


@records.command(
    "return",
    "Return to its author",
    Action.ASSURE_RECORD,
    schemas.ReturnRecord,
    done="The record is returned to its author",
    submit="Return the record",
    offered=lambda record: record.status in {RecordStatus.SUBMITTED, RecordStatus.ASSURED},
)
def return_to_author(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.return_to_author(values["points"]))


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
    context=offers.issuing,
    form_page="records/whole_record.html",
    main=True,
)
def assure(deal: Deal[RecordOfVisit], _: Values) -> None:
    deal.change(lambda record: record.assure())


def _issue(deal: Deal[RecordOfVisit], _: Values) -> None:
    """Send the record, or its next version, to headteacher and chair of today."""
    with deal.office.read() as connection:
        sent_to = offers.recipients(connection, deal.record.school)
    day, version = offers.respond_by_today()
    people = tuple(dict.fromkeys(person for person, _ in sent_to))
    deal.change(lambda record: record.issue(recipients=people, respond_by=day, rules=(version,)))


records.command(
    "issue",
    "Issue the record",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The record is issued",
    submit="Issue the record",
    lead="Check the record. Once it is issued it never changes: a correction becomes a new version.",
    offered=lambda record: not record.is_issued and _ready(record),
    context=offers.issuing,
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
    context=offers.issuing,
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
    offered=_settled,
)
def correct(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.reopen_for_correction(values["reason"]))


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
def abandon_correction(deal: Deal[RecordOfVisit], _: Values) -> None:
    deal.change(lambda record: record.abandon_correction())


def _response_by(respondent: Respondent) -> None:
    """Declare how one of the two respondents answers."""
    is_head = respondent is Respondent.HEADTEACHER

    @records.command(
        "respond-as-headteacher" if is_head else "respond-as-chair",
        "Respond as headteacher" if is_head else "Respond as chair of governors",
        Action.RESPOND_AS_HEAD if is_head else Action.RESPOND_AS_CHAIR,
        schemas.RespondToRecord,
        done="Your response is sent. It stands beside the record",
        submit="Send your response",
        offered=lambda record: _answerable(record) and record.answered[respondent] is not Answered.RESPONDED,
        context=offers.responding,
        asks=schemas.respond_to,
        form_page="records/respond.html",
        draft=True,
        check=True,
        main=True,
    )
    def respond(deal: Deal[RecordOfVisit], values: Values) -> None:
        deal.change(lambda record: record.respond(respondent, **values))


for each in Respondent:
    _response_by(each)


def _is_awaited(record: RecordOfVisit) -> bool:
    return _answerable(record) and bool(record.awaited)


@records.command(
    "decline-response",
    "Record that there will be no response",
    Action.WRITE_RECORD,
    schemas.DeclineResponse,
    done="It is recorded that there will be no response",
    offered=_is_awaited,
    context=offers.awaited,
)
def decline_response(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.decline_response(values["respondent"], reason=values["reason"]))


@records.command(
    "lapse-response",
    "Wait no longer for a response",
    Action.WRITE_RECORD,
    schemas.LapseResponse,
    done="The response is no longer waited for",
    offered=_is_awaited,
    context=offers.awaited,
)
def lapse_response(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.lapse_response(values["respondent"]))


@records.command(
    "present",
    "Record the governors' meeting",
    Action.PRESENT_RECORD,
    schemas.PresentRecord,
    done="The meeting is recorded",
    lead="Which meeting of the governing body saw this record?",
    offered=_answerable,
)
def present(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.present(**values))


@records.command(
    "waive-presentation",
    "Do without presentation to governors",
    Action.WRITE_RECORD,
    schemas.WaivePresentation,
    done="The record need not be presented",
    offered=lambda record: _answerable(record) and record.needs_presentation,
)
def waive_presentation(deal: Deal[RecordOfVisit], values: Values) -> None:
    deal.change(lambda record: record.waive_presentation(values["reason"]))


def _refuse_the_other_side(deal: Deal[RecordOfVisit], number: int) -> None:
    issued = deal.record.versions[-1].content.actions if deal.record.versions else ()
    for action in issued:
        if action.number == number and not offers.may_tell(deal.visitor, action):
            raise Forbidden("This action is not the school's own")


def _has_open(asking: Visitor, record: RecordOfVisit) -> bool:
    return bool(offers.open_to(asking, record))


def _has_done(asking: Visitor, record: RecordOfVisit) -> bool:
    return bool(offers.done_by(asking, record))


@records.command(
    "complete-action",
    "Record that an action is done",
    Action.COMPLETE_ACTION,
    schemas.CompleteAction,
    done="The action is done",
    offered=lambda record: record.is_issued,
    whose=_has_open,
    context=offers.actions,
)
def complete_action(deal: Deal[RecordOfVisit], values: Values) -> None:
    _refuse_the_other_side(deal, values["number"])
    deal.change(lambda record: record.complete_action(values["number"], on=values["on"], note=values.get("note", "")))


@records.command(
    "reopen-action",
    "Open an action again",
    Action.COMPLETE_ACTION,
    schemas.ReopenAction,
    done="The action is open again",
    offered=lambda record: record.is_issued,
    whose=_has_done,
    context=offers.actions,
)
def reopen_action(deal: Deal[RecordOfVisit], values: Values) -> None:
    _refuse_the_other_side(deal, values["number"])
    deal.change(lambda record: record.reopen_action(values["number"], reason=values["reason"]))


@records.command(
    "close",
    "Close the record and its visit",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="The record and its visit are closed",
    submit="Close the record and its visit",
    lead="A closed record stays as it is. Agreed actions can still be completed.",
    offered=lambda record: _settled(record) and not record.awaited and not record.needs_presentation,
)
def close(deal: Deal[RecordOfVisit], _: Values) -> None:
    """Close the record and the visit that it is of, both or neither."""

    def finish(work: Work) -> None:
        record = work.find(RecordOfVisit, deal.record.id, at=deal.at)
        record.close()
        visit = work.find(Visit, record.visit)
        if visit.status is not VisitStatus.CLOSED:
            visit.close(record)

    deal.service.do(finish)

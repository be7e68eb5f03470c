"""A record is answered by the school, seen by its governors, followed up and closed."""

from __future__ import annotations

from functools import partial

from werkzeug.exceptions import Forbidden

from domain.record_of_visit import Answered, RecordOfVisit, Respondent
from domain.record_of_visit.rules import NoSuchAction
from domain.service import UnitOfWork
from domain.visit import Visit, VisitStatus
from web.access.context import RequestContext
from web.access.policy import Action
from web.commands.resource import Execution, Values
from web.records import choices, schemas
from web.records.resource import records


def _response_by(respondent: Respondent) -> None:
    """Declare how one of the two respondents answers."""
    is_head = respondent is Respondent.HEADTEACHER

    @records.command(
        "respond-as-headteacher" if is_head else "respond-as-chair",
        "Respond as headteacher" if is_head else "Respond as chair of governors",
        Action.RESPOND_AS_HEAD if is_head else Action.RESPOND_AS_CHAIR,
        schemas.RespondToRecord,
        done="Response sent. It is shown with the record",
        submit="Send response",
        method=RecordOfVisit.respond,
        is_done=lambda record: record.answered[respondent] is Answered.RESPONDED,
        lookups=partial(choices.responding, respondent),
        asks=schemas.respond_to,
        form_page="records/respond.html",
        check_page="records/check_response.html",
        draft=True,
        check=True,
        main=True,
    )
    def respond(execution: Execution[RecordOfVisit], values: Values) -> None:
        execution.change(lambda record: record.respond(respondent, **values))


for each in Respondent:
    _response_by(each)


records.command(
    "decline-response",
    "The headteacher or chair will not respond",
    Action.WRITE_RECORD,
    schemas.DeclineResponse,
    done="Recorded that they will not respond",
    submit="Record that they will not respond",
    method=RecordOfVisit.decline_response,
    lookups=choices.awaited_responses,
)

records.command(
    "lapse-response",
    "Stop waiting for a response",
    Action.WRITE_RECORD,
    schemas.LapseResponse,
    done="No longer waiting for the response. It can still be added",
    method=RecordOfVisit.lapse_response,
    lookups=choices.awaited_responses,
)

records.command(
    "present",
    "Record the governors' meeting",
    Action.PRESENT_RECORD,
    schemas.PresentRecord,
    done="Meeting recorded",
    lead="Which meeting of the governing body saw this record?",
    method=RecordOfVisit.present,
)

records.command(
    "waive-presentation",
    "Not taking this record to governors",
    Action.WRITE_RECORD,
    schemas.WaivePresentation,
    done="Recorded that this record will not be taken to governors",
    submit="Record this decision",
    method=RecordOfVisit.waive_presentation,
)


def _refuse_the_other_side(execution: Execution[RecordOfVisit], number: int) -> None:
    issued = execution.record.in_force.actions if execution.record.versions else ()
    for action in issued:
        if action.number == number and not choices.may_complete(execution.user, action):
            raise Forbidden("You can only update actions that are for the school")


def _must_have_open(context: RequestContext, record: RecordOfVisit) -> None:
    if not choices.open_to(context.user, record):
        raise NoSuchAction("You have no open actions in this record", field="number")


def _must_have_done(context: RequestContext, record: RecordOfVisit) -> None:
    if not choices.completed_actions(context.user, record):
        raise NoSuchAction("You have no completed actions in this record", field="number")


@records.command(
    "complete-action",
    "Record a completed action",
    Action.COMPLETE_ACTION,
    schemas.CompleteAction,
    done="Action completed",
    method=RecordOfVisit.complete_action,
    whose=_must_have_open,
    lookups=choices.actions,
)
def complete_action(execution: Execution[RecordOfVisit], values: Values) -> None:
    _refuse_the_other_side(execution, values["number"])
    execution.change(
        lambda record: record.complete_action(values["number"], on=values["on"], note=values.get("note", ""))
    )


@records.command(
    "reopen-action",
    "Reopen an action",
    Action.COMPLETE_ACTION,
    schemas.ReopenAction,
    done="Action reopened",
    method=RecordOfVisit.reopen_action,
    whose=_must_have_done,
    lookups=choices.actions,
)
def reopen_action(execution: Execution[RecordOfVisit], values: Values) -> None:
    _refuse_the_other_side(execution, values["number"])
    execution.change(lambda record: record.reopen_action(values["number"], reason=values["reason"]))


@records.command(
    "hand-over-action",
    "Hand over an action",
    Action.WRITE_RECORD,
    schemas.HandOverAction,
    done="Action handed over",
    lead="What was issued stays as it is, and nobody is asked to respond again.",
    method=RecordOfVisit.hand_over_action,
    whose=_must_have_open,
    lookups=lambda snapshot, record: {**choices.actions(snapshot, record), **choices.owners(snapshot, record)},
)
def hand_over_action(execution: Execution[RecordOfVisit], values: Values) -> None:
    choices.must_own(execution, {"owner": values["owner"]})
    side = choices.side_of(execution, values["owner"])
    execution.change(lambda record: record.hand_over_action(**values, side=side))


@records.command(
    "close",
    "Close record and visit",
    Action.WRITE_RECORD,
    schemas.NothingAsked,
    done="Record and visit closed",
    lead="You cannot change a closed record. Agreed actions can still be completed.",
    method=RecordOfVisit.close,
)
def close(execution: Execution[RecordOfVisit], _: Values) -> None:
    """Close the record and the visit that it is of, both or neither."""

    def finish(work: UnitOfWork) -> None:
        record = work.find(RecordOfVisit, execution.record.id, at=execution.at)
        record.close()
        visit = work.find(Visit, record.visit)
        if visit.status is not VisitStatus.CLOSED:
            visit.close(record)

    execution.service.do(finish)

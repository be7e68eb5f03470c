"""What can be done about a concern, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.concern import ConcernCase
from domain.service import UnitOfWork
from domain.vocabulary import Sensitivity
from projections import concerns as view
from web.access.awaited_responses import response_requests
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope, list_scope
from web.access.policy import Action, RecordScope
from web.brokerage.broker_rights import must_hold
from web.commands.choices import APPROVERS, needs_school
from web.commands.linked_records import must_be_of_school, must_be_open_school
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Execution, Resource, Values, Visibility
from web.concerns import choices, schemas
from web.runtime.terms import last_day


def _cases(snapshot: Snapshot, limited: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    return view.listed(
        schools=limited.narrowed(filters.get("school")),
        statuses=filters.get("status", ()),
        review_before=filters.get("review_before"),
        restricted_of=_restricted(snapshot),
        after=after,
    )


def _restricted(snapshot: Snapshot) -> frozenset[UUID] | None:
    """The schools whose restricted cases the person who asks may read; None for all."""
    if not snapshot.user.may(Action.READ_RESTRICTED):
        return frozenset()
    return list_scope(snapshot, Action.READ_RESTRICTED).narrowed()


def _is_told(context: RequestContext, case: ConcernCase, where: RecordScope) -> bool:
    """A restricted case is told to those alone who may read what is restricted there."""
    return case.sensitivity is Sensitivity.ORDINARY or context.user.may(Action.READ_RESTRICTED, where)


concerns: Resource[ConcernCase] = Resource(
    "concerns",
    ConcernCase,
    one="concern",
    read=Action.READ_CONCERN,
    out=schemas.ConcernOut,
    listing=Listing(
        view.ConcernRow, TableQuery(view.cases, _cases), lambda row: row.reference, schemas.ConcernFilters
    ),
    visibility=Visibility(is_open=_is_told),
)


WHO_MAY = "Choose an officer or a director"


def _to_be_assessed(execution: Execution[ConcernCase]) -> tuple[date, tuple[str, ...]]:
    return last_day(execution.services, lambda settings: settings.assessment_days)


def _to_be_decided(execution: Execution[ConcernCase]) -> tuple[date, tuple[str, ...]]:
    return last_day(execution.services, lambda settings: settings.decision_days)


def _where_to(snapshot: Snapshot, case: ConcernCase) -> str:
    """To the case; whoever may raise one and not read it goes on with their own work."""
    may_read = snapshot.user.may(Action.READ_CONCERN, concerns.concerned(snapshot, case))
    return concerns.href(case) if may_read else "/caseload"


@concerns.beginning(
    "raise",
    "Raise a concern",
    Action.RAISE_CONCERN,
    schemas.RaiseConcern,
    done="Concern raised",
    rules=[needs_school(Action.RAISE_CONCERN, also_closed=True)],
    lookups=choices.for_raising,
    first_answers=choices.default_authoriser,
    goes_to=_where_to,
)
def raise_concern(execution: Execution[ConcernCase], values: Values) -> ConcernCase:
    """Whoever raises a concern authorises it too, where they hold a post that may and name nobody else."""
    told = {"authoriser": execution.user.person, **values}
    must_hold(execution, told["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    day = values.get("on", execution.services.today())
    must_be_open_school(execution.context, values["school"], day, field="on" if "on" in values else "school")
    must_be_of_school(execution.service, values["school"], visit=values.get("visit"))
    assess_by, rules = _to_be_assessed(execution)
    return execution.begin(lambda reference: ConcernCase.raise_(reference, **told, assess_by=assess_by, rules=rules))


def _decide(execution: Execution[ConcernCase], values: Values, decide: Callable[[ConcernCase], object]) -> None:
    """Take a step in a case. Raises NotTheirPost unless whoever authorises it holds a post that may."""
    must_hold(execution, values["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    execution.change(decide)


@concerns.command(
    "assess",
    "Assess concern",
    Action.DECIDE_CONCERN,
    schemas.AssessConcern,
    done="Assessment recorded",
    method=ConcernCase.assess,
    lookups=choices.for_step,
    main=True,
)
def assess(execution: Execution[ConcernCase], values: Values) -> None:
    day, rules = _to_be_decided(execution)
    _decide(execution, values, lambda case: case.assess(**values, decide_by=day, rules=rules))


@concerns.command(
    "start-intervention",
    "Start intervention",
    Action.DECIDE_CONCERN,
    schemas.StartIntervention,
    done="Intervention started",
    method=ConcernCase.start_intervention,
    lookups=choices.for_step,
    check=True,
    main=True,
)
def start_intervention(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.start_intervention(**values))


@concerns.command(
    "hold-review",
    "Record review",
    Action.DECIDE_CONCERN,
    schemas.HoldReview,
    done="Review recorded",
    method=ConcernCase.hold_review,
    lookups=choices.objectives_to_review,
    initial=lambda _, case: {"findings": [{"objective": each.number} for each in case.objectives_to_review]},
    form_page="concerns/review.html",
    main=True,
)
def hold_review(execution: Execution[ConcernCase], values: Values) -> None:
    day, rules = _to_be_decided(execution)
    _decide(execution, values, lambda case: case.hold_review(**values, decide_by=day, rules=rules))


@concerns.command(
    "revise-plan",
    "Change the plan",
    Action.DECIDE_CONCERN,
    schemas.RevisePlan,
    done="Plan changed",
    method=ConcernCase.revise_plan,
    lookups=choices.for_step,
    initial=lambda _, case: {
        "plan": case.plan,
        "objectives": case.objectives,
    },
)
def revise_plan(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.revise_plan(**values))


@concerns.command(
    "record-step",
    "Record step",
    Action.DECIDE_CONCERN,
    schemas.RecordStep,
    done="Step recorded",
    method=ConcernCase.record_step,
    lookups=choices.for_step,
)
def record_step(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.record_step(**values))


@concerns.command(
    "end-intervention",
    "End intervention",
    Action.DECIDE_CONCERN,
    schemas.EndIntervention,
    done="Intervention ended",
    method=ConcernCase.end_intervention,
    lookups=choices.for_step,
    check=True,
)
def end_intervention(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.end_intervention(**values))


@concerns.command(
    "pause",
    "Pause concern",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern paused",
    method=ConcernCase.pause,
    lookups=choices.for_step,
)
def pause(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.pause(**values))


@concerns.command(
    "resume",
    "Resume concern",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern resumed",
    method=ConcernCase.resume,
    lookups=choices.for_step,
    main=True,
)
def resume(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.resume(**values))


@concerns.command(
    "close",
    "Close without an intervention",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern closed",
    method=ConcernCase.close,
    lookups=choices.for_step,
    check=True,
)
def close(execution: Execution[ConcernCase], values: Values) -> None:
    _decide(execution, values, lambda case: case.close(**values))


@concerns.command(
    "change-sensitivity",
    "Change who can read this concern",
    Action.DECIDE_CONCERN,
    schemas.ChangeSensitivity,
    lead="The change also applies to the concern's notes, files, visits and their records, requests, tenders and "
    "engagements. While the school cannot read a record of visit, it is not asked to respond to it.",
    done="Restriction changed",
    method=ConcernCase.change_sensitivity,
    lookups=choices.for_step,
    initial=lambda _, case: {"sensitivity": case.sensitivity},
    check=True,
)
def change_sensitivity(execution: Execution[ConcernCase], values: Values) -> None:
    must_hold(execution, values["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    with execution.context.read() as snapshot:
        issued = response_requests(snapshot, execution.record)

    def change(work: UnitOfWork) -> None:
        work.find(ConcernCase, execution.record.id, at=execution.at).change_sensitivity(**values)
        for each in issued:
            each.follow(work)

    execution.service.do(change)


@concerns.command(
    "reopen",
    "Reopen concern",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern reopened",
    method=ConcernCase.reopen,
    lookups=choices.for_step,
)
def reopen(execution: Execution[ConcernCase], values: Values) -> None:
    day, rules = _to_be_assessed(execution)
    _decide(execution, values, lambda case: case.reopen(**values, assess_by=day, rules=rules))

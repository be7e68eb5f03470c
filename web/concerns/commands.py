"""What can be done about a concern, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.concern import CaseStatus, ConcernCase, Rating
from domain.service import Work
from domain.vocabulary import Sensitivity
from projections import concerns as view
from web.belonging import must_be_of_school, must_be_there
from web.brokering import must_hold
from web.choices import APPROVERS
from web.concerns import offers, schemas
from web.identity import Reach, Visitor, reach, signed_in
from web.noun import Deal, Listing, Noun, Sight, Values
from web.policy import Action, Concerned
from web.responses import asking_about_all_of
from web.terms import last_day


def _cases(
    connection: sa.Connection, limited: Reach, filters: Values, after: str | None, limit: int
) -> list[view.Case]:
    return view.listed(
        connection,
        schools=limited.narrowed(filters.get("school")),
        statuses=filters.get("status", ()),
        review_before=filters.get("review_before"),
        restricted_of=_restricted(connection),
        after=after,
        limit=limit,
    )


def _restricted(connection: sa.Connection) -> frozenset[UUID] | None:
    """The schools whose restricted cases the person who asks may read; None for all."""
    if not signed_in().may(Action.READ_RESTRICTED):
        return frozenset()
    return reach(connection, Action.READ_RESTRICTED).narrowed()


def _is_told(asking: Visitor, case: ConcernCase, where: Concerned) -> bool:
    """A restricted case is told to those alone who may read what is restricted there."""
    return case.sensitivity is Sensitivity.ORDINARY or asking.may(Action.READ_RESTRICTED, where)


concerns = Noun(
    "concerns",
    ConcernCase,
    one="concern",
    read=Action.READ_CONCERN,
    out=schemas.ConcernOut,
    listing=Listing(view.Case, _cases, lambda row: row.reference, schemas.ConcernFilters),
    sight=Sight(is_open=_is_told),
)


WHO_MAY = "Choose an officer or a director"


def _is_open(case: ConcernCase) -> bool:
    return case.status.is_open and not case.is_paused


def _in_intervention(case: ConcernCase) -> bool:
    return _is_open(case) and case.status is CaseStatus.INTERVENTION


def _before_intervention(case: ConcernCase) -> bool:
    return _is_open(case) and case.status is not CaseStatus.INTERVENTION


def _causes_concern(case: ConcernCase) -> bool:
    found = case.assessment
    return _before_intervention(case) and found is not None and found.rating is Rating.CAUSING_CONCERN


def _to_be_assessed(deal: Deal[ConcernCase]) -> tuple[date, tuple[str, ...]]:
    return last_day(deal.office, lambda settings: settings.assessment_days)


def _to_be_decided(deal: Deal[ConcernCase]) -> tuple[date, tuple[str, ...]]:
    return last_day(deal.office, lambda settings: settings.decision_days)


def _where_to(connection: sa.Connection, case: ConcernCase) -> str:
    """To the case; whoever may raise one and not read it goes on with their own work."""
    may_read = signed_in().may(Action.READ_CONCERN, concerns.concerned(connection, case))
    return concerns.href(case) if may_read else "/caseload"


@concerns.beginning(
    "raise",
    "Raise a concern",
    Action.RAISE_CONCERN,
    schemas.RaiseConcern,
    done="The concern is raised",
    context=offers.for_raising,
    first_answers=offers.oneself,
    goes_to=_where_to,
)
def raise_concern(deal: Deal[ConcernCase], values: Values) -> ConcernCase:
    """Whoever raises a concern authorises it too, where they hold a post that may and name nobody else."""
    told = {"authoriser": deal.visitor.person, **values}
    must_hold(deal, told["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    day = values.get("on", deal.office.today())
    must_be_there(values["school"], day, field="on" if "on" in values else "school")
    must_be_of_school(deal.service, values["school"], visit=values.get("visit"))
    assess_by, rules = _to_be_assessed(deal)
    return deal.begin(lambda reference: ConcernCase.raise_(reference, **told, assess_by=assess_by, rules=rules))


def _decide(deal: Deal[ConcernCase], values: Values, decide: Callable[[ConcernCase], object]) -> None:
    """Take a step in a case. Raises NotTheirPost unless whoever authorises it holds a post that may."""
    must_hold(deal, values["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    deal.change(decide)


@concerns.command(
    "assess",
    "Assess the concern",
    Action.DECIDE_CONCERN,
    schemas.AssessConcern,
    done="The assessment is recorded",
    offered=_before_intervention,
    context=offers.for_step,
    main=True,
)
def assess(deal: Deal[ConcernCase], values: Values) -> None:
    day, rules = _to_be_decided(deal)
    _decide(deal, values, lambda case: case.assess(**values, decide_by=day, rules=rules))


@concerns.command(
    "start-intervention",
    "Start an intervention",
    Action.DECIDE_CONCERN,
    schemas.StartIntervention,
    done="The intervention is started",
    offered=_causes_concern,
    context=offers.for_step,
    check=True,
    main=True,
)
def start_intervention(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.start_intervention(**values))


@concerns.command(
    "hold-review",
    "Record a review",
    Action.DECIDE_CONCERN,
    schemas.HoldReview,
    done="The review is recorded",
    offered=_in_intervention,
    context=offers.to_review,
    initial=lambda _, case: {"findings": [{"objective": each.number} for each in case.objectives_to_review]},
    form_page="concerns/review.html",
    main=True,
)
def hold_review(deal: Deal[ConcernCase], values: Values) -> None:
    day, rules = _to_be_decided(deal)
    _decide(deal, values, lambda case: case.hold_review(**values, decide_by=day, rules=rules))


@concerns.command(
    "revise-plan",
    "Revise the plan",
    Action.DECIDE_CONCERN,
    schemas.RevisePlan,
    done="The plan is revised",
    offered=_in_intervention,
    context=offers.for_step,
    initial=lambda _, case: {
        "plan": case.plan,
        "objectives": case.objectives,
    },
)
def revise_plan(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.revise_plan(**values))


@concerns.command(
    "record-step",
    "Record a step",
    Action.DECIDE_CONCERN,
    schemas.RecordStep,
    done="The step is recorded",
    offered=_is_open,
    context=offers.for_step,
)
def record_step(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.record_step(**values))


@concerns.command(
    "end-intervention",
    "End the intervention",
    Action.DECIDE_CONCERN,
    schemas.EndIntervention,
    done="The intervention is ended",
    offered=_in_intervention,
    context=offers.for_step,
    check=True,
)
def end_intervention(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.end_intervention(**values))


@concerns.command(
    "pause",
    "Pause the case",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="The case is paused",
    offered=_is_open,
    context=offers.for_step,
)
def pause(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.pause(**values))


@concerns.command(
    "resume",
    "Resume the case",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="The case is resumed",
    offered=lambda case: case.is_paused,
    context=offers.for_step,
    main=True,
)
def resume(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.resume(**values))


@concerns.command(
    "close",
    "Close without an intervention",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="The case is closed",
    offered=_before_intervention,
    context=offers.for_step,
    check=True,
)
def close(deal: Deal[ConcernCase], values: Values) -> None:
    _decide(deal, values, lambda case: case.close(**values))


@concerns.command(
    "change-sensitivity",
    "Restrict or open the concern",
    Action.DECIDE_CONCERN,
    schemas.ChangeSensitivity,
    lead="What belongs to the concern follows: notes, files, visits and their records, requests, tenders and "
    "engagements. Of a record of visit that it may not read, the school is asked nothing until it may.",
    done="It is changed who may read the concern",
    context=offers.for_step,
    initial=lambda _, case: {"sensitivity": case.sensitivity},
    check=True,
)
def change_sensitivity(deal: Deal[ConcernCase], values: Values) -> None:
    must_hold(deal, values["authoriser"], APPROVERS, WHO_MAY, field="authoriser")
    with deal.office.read() as connection:
        issued = asking_about_all_of(connection, deal.record)

    def change(work: Work) -> None:
        work.find(ConcernCase, deal.record.id, at=deal.at).change_sensitivity(**values)
        for asking in issued:
            asking.follow(work)

    deal.service.do(change)


@concerns.command(
    "reopen",
    "Open the case again",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="The case is open again",
    offered=lambda case: not case.status.is_open,
    context=offers.for_step,
)
def reopen(deal: Deal[ConcernCase], values: Values) -> None:
    day, rules = _to_be_assessed(deal)
    _decide(deal, values, lambda case: case.reopen(**values, assess_by=day, rules=rules))

"""What can be done about a concern, declared once for pages and API."""

from __future__ import annotations

from datetime import date

from domain.calendar import working_days_after
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Rating, Severity
from domain.concern.referral import WHAT_IT_SAYS
from domain.concern.rules import SHORT_PAUSE
from domain.service import UnitOfWork
from domain.vocabulary import Purpose, Sensitivity
from web.access.awaited_responses import response_requests
from web.access.context import Snapshot
from web.access.name_cache import reference_of
from web.access.policy import Action
from web.commands.choices import needs_school
from web.commands.correcting import CORRECT, DONE, LEAD, TITLE, must_be_theirs_at, nothing_must_hang_on
from web.commands.decided import decide_or_ask
from web.commands.linked_records import must_be_of_school, must_be_open_school
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.concerns import choices, formal, schemas
from web.concerns.decided import ASSESSMENT, CONTINUATION, END, LEVEL, PAUSE, REOPENING, START
from web.concerns.resource import concerns
from web.runtime.terms import bank_holidays, last_day

__all__ = ["concerns", "formal"]


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
    goes_to=_where_to,
)
def raise_concern(execution: Execution[ConcernCase], values: Values) -> ConcernCase:
    day = values.get("on", execution.services.today())
    must_be_open_school(execution.context, values["school"], day, field="on" if "on" in values else "school")
    must_be_of_school(execution.service, values["school"], visit=values.get("visit"))
    assess_by, rules = _to_be_assessed(execution)
    told = {name: value for name, value in values.items() if name != "source_name"}

    def begin(reference: str) -> ConcernCase:
        case = ConcernCase.raise_(reference, **told, assess_by=assess_by, rules=rules)
        if source_name := values.get("source_name"):
            case.name_source(source_name=source_name)
        return case

    return execution.begin(begin)


@concerns.beginning(
    "raise-safeguarding",
    "Safeguarding concern or allegation",
    Action.RAISE_CONCERN,
    schemas.RaiseSafeguarding,
    submit="Record it",
    done="Recorded. The director and the school's officer see to it that a referral is recorded",
    rules=[needs_school(Action.RAISE_CONCERN, also_closed=True)],
    lookups=choices.for_safeguarding,
    form_page="concerns/safeguarding.html",
    goes_to=_where_to,
)
def raise_safeguarding(execution: Execution[ConcernCase], values: Values) -> ConcernCase:
    """Waits for no decision; who it is about and what happened are kept by those to whom it is referred."""
    services = execution.services
    must_be_open_school(execution.context, values["school"], services.today(), field="school")
    assess_by, rules = _to_be_assessed(execution)
    refer_by = None if values["is_referred"] else working_days_after(services.today(), 1, bank_holidays())

    def raised(reference: str) -> ConcernCase:
        case = ConcernCase.raise_(
            reference,
            school=values["school"],
            kind=ConcernKind.SAFEGUARDING,
            source=ConcernSource.OFFICER,
            severity=Severity.HIGH,
            detail=WHAT_IT_SAYS,
            purpose=Purpose.MONITORING,
            sensitivity=Sensitivity.SAFEGUARDING,
            assess_by=assess_by,
            refer_by=refer_by,
            rules=rules,
        )
        if values["is_referred"]:
            case.record_safeguarding_referral(values["to"], on=values["on"], reference=values.get("reference", ""))
        return case

    return execution.begin(raised)


@concerns.command(
    "record-safeguarding-referral",
    "Record the referral",
    Action.DECIDE_CONCERN,
    schemas.RecordSafeguardingReferral,
    done="Referral recorded",
    method=ConcernCase.record_safeguarding_referral,
)
def record_safeguarding_referral(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.record_safeguarding_referral(**values))


@concerns.command(
    "assess",
    "Assess concern",
    Action.DECIDE_CONCERN,
    schemas.AssessConcern,
    done="Assessment recorded",
    method=ConcernCase.assess,
    main=True,
)
def assess(execution: Execution[ConcernCase], values: Values) -> None:
    """What is found to cause concern is decided by others, on the assessment that the asker wrote."""
    if values["rating"] is Rating.CAUSING_CONCERN:
        decide_or_ask(execution, ASSESSMENT, {**values, "reason": values["assessment"]})
        return
    day, rules = _to_be_decided(execution)
    execution.change(lambda case: case.assess(**values, decide_by=day, rules=rules))


@concerns.command(
    "start-intervention",
    "Start intervention",
    Action.DECIDE_CONCERN,
    schemas.StartIntervention,
    done="Intervention started",
    method=ConcernCase.start_intervention,
    rules=[must_rest_on_what_stands("start-intervention")],
    check=True,
    main=True,
)
def start_intervention(execution: Execution[ConcernCase], values: Values) -> None:
    decide_or_ask(execution, START, values)


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
    execution.change(lambda case: case.hold_review(**values, decide_by=day, rules=rules))


@concerns.command(
    "revise-plan",
    "Change the plan",
    Action.DECIDE_CONCERN,
    schemas.RevisePlan,
    done="Plan changed",
    method=ConcernCase.revise_plan,
    initial=lambda _, case: {
        "plan": case.plan,
        "objectives": case.objectives,
    },
)
def revise_plan(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.revise_plan(**values))


concerns.command(
    "promise-meetings",
    "Promise regular meetings",
    Action.DECIDE_CONCERN,
    schemas.PromiseMeetings,
    done="Regular meetings changed",
    method=ConcernCase.promise_meetings,
)

concerns.command(
    "record-step",
    "Record a meeting, an informal step or evidence",
    Action.DECIDE_CONCERN,
    schemas.RecordStep,
    done="Step recorded",
    method=ConcernCase.record_step,
)


@concerns.command(
    "end-intervention",
    "End intervention",
    Action.DECIDE_CONCERN,
    schemas.EndIntervention,
    done="Intervention ended",
    method=ConcernCase.end_intervention,
    rules=[must_rest_on_what_stands("end-intervention")],
    check=True,
)
def end_intervention(execution: Execution[ConcernCase], values: Values) -> None:
    decide_or_ask(execution, END, values)


@concerns.command(
    "continue-intervention",
    "Go on with the intervention",
    Action.DECIDE_CONCERN,
    schemas.ContinueIntervention,
    done="Decision recorded",
    method=ConcernCase.continue_intervention,
    main=True,
)
def continue_intervention(execution: Execution[ConcernCase], values: Values) -> None:
    decide_or_ask(execution, CONTINUATION, values)


@concerns.command(
    "change-level",
    "Step the intervention up or down",
    Action.DECIDE_CONCERN,
    schemas.ChangeLevel,
    done="Decision recorded",
    method=ConcernCase.change_level,
    main=True,
)
def change_level(execution: Execution[ConcernCase], values: Values) -> None:
    decide_or_ask(execution, LEVEL, values)


@concerns.command(
    "pause",
    "Pause concern",
    Action.DECIDE_CONCERN,
    schemas.PauseConcern,
    done="Concern paused",
    method=ConcernCase.pause,
)
def pause(execution: Execution[ConcernCase], values: Values) -> None:
    """Others decide on a longer pause."""
    until = values.get("until")
    if until is not None and until > execution.services.today() + SHORT_PAUSE:
        decide_or_ask(execution, PAUSE, values)
        return
    execution.change(lambda case: case.pause(**values))


@concerns.command(
    "resume",
    "Resume concern",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern resumed",
    method=ConcernCase.resume,
    main=True,
)
def resume(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.resume(**values))


@concerns.command(
    "close",
    "Close without an intervention",
    Action.DECIDE_CONCERN,
    schemas.GiveReason,
    done="Concern closed",
    method=ConcernCase.close,
    check=True,
)
def close(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.close(**values))


@concerns.command(
    "share",
    "Share with the school",
    Action.DECIDE_CONCERN,
    schemas.ShareConcern,
    submit="Share concern",
    done="Concern shared with the school",
    method=ConcernCase.share,
    initial=lambda _, case: {"with_": case.usual_readers},
    check=True,
    texts_in=(ConcernCase.Shared,),
)
def share(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.share(**values))


concerns.command(
    "name-source",
    "Record who told us, in confidence",
    Action.KNOW_SOURCE,
    schemas.NameSource,
    submit="Record name",
    done="Name recorded in confidence",
    method=ConcernCase.name_source,
)


@concerns.command(
    "reword",
    "Reword the concern",
    Action.DECIDE_CONCERN,
    schemas.RewordConcern,
    lead="What it says now stays in its history.",
    done="Concern reworded",
    method=ConcernCase.reword,
    initial=lambda _, case: {"detail": case.detail},
)
def reword(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.reword(**values))


@concerns.command(
    CORRECT,
    TITLE,
    Action.DECIDE_CONCERN,
    schemas.CorrectConcern,
    lead=f"{LEAD} To say the concern in other words, reword it.",
    submit="Correct",
    done=DONE,
    method=ConcernCase.correct,
    lookups=choices.for_raising,
    initial=lambda snapshot, case: {"school": reference_of(snapshot, case.school), "severity": case.severity},
)
def correct(execution: Execution[ConcernCase], values: Values) -> None:
    context, case = execution.context, execution.record
    school = values.get("school", case.school)
    if school != case.school:
        must_be_theirs_at(context, Action.DECIDE_CONCERN, school)
        must_be_open_school(context, school, case.raised_on, field="school")
        must_be_of_school(execution.service, school, visit=case.visit)
        nothing_must_hang_on(context, case)
    execution.change(lambda case: case.correct(**values))


@concerns.command(
    "withdraw",
    "Withdraw a concern raised in error",
    Action.DECIDE_CONCERN,
    schemas.WithdrawConcern,
    lead="It stays on record as withdrawn, with your reason, and no longer counts as a concern about the school.",
    submit="Withdraw concern",
    done="Concern withdrawn",
    method=ConcernCase.withdraw,
    check=True,
)
def withdraw(execution: Execution[ConcernCase], values: Values) -> None:
    execution.change(lambda case: case.withdraw(**values))


@concerns.command(
    "change-sensitivity",
    "Change who can read this concern",
    Action.DECIDE_CONCERN,
    schemas.ChangeSensitivity,
    lead="The change also applies to the concern's notes, files, visits and their records, requests, tenders and "
    "engagements. While the school cannot read a record of visit, it is not asked to respond to it.",
    done="Restriction changed",
    method=ConcernCase.change_sensitivity,
    initial=lambda _, case: {"sensitivity": case.sensitivity},
    check=True,
)
def change_sensitivity(execution: Execution[ConcernCase], values: Values) -> None:
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
)
def reopen(execution: Execution[ConcernCase], values: Values) -> None:
    decide_or_ask(execution, REOPENING, values)

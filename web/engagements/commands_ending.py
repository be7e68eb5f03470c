"""Pausing the work, ending it, and saying what came of it."""

from __future__ import annotations

from datetime import date

from domain.engagement import BrokeredEngagement
from web.access.policy import Action
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.engagements import schemas
from web.engagements.resource import delivery, engagements
from web.runtime.terms import last_day


def _to_be_evaluated(execution: Execution[BrokeredEngagement]) -> tuple[date, tuple[str, ...]]:
    return last_day(execution.services, lambda settings: settings.evaluation_days)


def _to_be_closed(execution: Execution[BrokeredEngagement]) -> tuple[date, tuple[str, ...]]:
    return last_day(execution.services, lambda settings: settings.closing_days)


engagements.command(
    "pause",
    "Pause work",
    Action.KEEP_ENGAGEMENT,
    schemas.PauseEngagement,
    done="Work paused",
    method=BrokeredEngagement.pause,
)

engagements.command(
    "resume",
    "Resume work",
    Action.KEEP_ENGAGEMENT,
    schemas.ResumeEngagement,
    done="Work resumed",
    method=BrokeredEngagement.resume,
    rules=[must_rest_on_what_stands()],
    main=True,
)


@engagements.command(
    "complete",
    "Complete the work",
    Action.KEEP_ENGAGEMENT,
    schemas.CompleteEngagement,
    done="Work completed. The school evaluates it next",
    lead="You cannot plan or record any more sessions after this.",
    method=BrokeredEngagement.complete,
    main=True,
)
def complete(execution: Execution[BrokeredEngagement], _: Values) -> None:
    day, rules = _to_be_evaluated(execution)
    execution.change(lambda engagement: engagement.complete(evaluate_by=day, rules=rules))


@engagements.command(
    "end-early",
    "End work early",
    Action.KEEP_ENGAGEMENT,
    schemas.EndEngagementEarly,
    done="Work ended. The school evaluates it next",
    lead="Planned sessions are cancelled without charge.",
    method=BrokeredEngagement.end_early,
    check=True,
    warning=True,
)
def end_early(execution: Execution[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_evaluated(execution)
    execution.change(lambda engagement: engagement.end_early(**values, evaluate_by=day, rules=rules))


@engagements.command(
    "cancel",
    "Cancel engagement",
    Action.KEEP_ENGAGEMENT,
    schemas.CancelEngagement,
    done="Engagement cancelled. The request is open again",
    lead="The request opens again at the stage it had reached, with the same quotes.",
    method=BrokeredEngagement.cancel,
    check=True,
    warning=True,
)
def cancel(execution: Execution[BrokeredEngagement], values: Values) -> None:
    delivery(execution).cancel(execution.record.id, at=execution.at, **values)


@engagements.command(
    "evaluate",
    "Evaluate the work",
    Action.EVALUATE,
    schemas.EvaluateEngagement,
    done="Evaluation sent. Thank you",
    submit="Send evaluation",
    method=BrokeredEngagement.evaluate,
    asks=schemas.evaluation_of,
    check=True,
    main=True,
)
def evaluate(execution: Execution[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_closed(execution)
    evaluator = execution.user.person
    execution.change(lambda it: it.evaluate(**values, evaluator=evaluator, close_by=day, rules=rules))


@engagements.command(
    "waive-evaluation",
    "Record that there will be no evaluation",
    Action.KEEP_ENGAGEMENT,
    schemas.WaiveEvaluation,
    done="Recorded that there will be no evaluation. You can now close the engagement",
    method=BrokeredEngagement.waive_evaluation,
)
def waive_evaluation(execution: Execution[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_closed(execution)
    execution.change(lambda engagement: engagement.waive_evaluation(**values, close_by=day, rules=rules))


@engagements.command(
    "close",
    "Close engagement",
    Action.KEEP_ENGAGEMENT,
    schemas.CloseEngagement,
    done="Engagement and request closed",
    lead="This also closes the request.",
    method=BrokeredEngagement.close,
    check=True,
    main=True,
)
def close(execution: Execution[BrokeredEngagement], values: Values) -> None:
    delivery(execution).close(execution.record.id, at=execution.at, **values)

"""Pausing the work, ending it, and saying what came of it."""

from __future__ import annotations

from datetime import date

from domain.engagement import BrokeredEngagement
from web.access.policy import Action
from web.commands.resource import CommandContext, Values
from web.engagements import schemas
from web.engagements.resource import delivery, engagements
from web.runtime.terms import last_day


def _to_be_evaluated(context: CommandContext[BrokeredEngagement]) -> tuple[date, tuple[str, ...]]:
    return last_day(context.services, lambda settings: settings.evaluation_days)


def _to_be_closed(context: CommandContext[BrokeredEngagement]) -> tuple[date, tuple[str, ...]]:
    return last_day(context.services, lambda settings: settings.closing_days)


@engagements.command(
    "pause",
    "Pause the work",
    Action.KEEP_ENGAGEMENT,
    schemas.PauseEngagement,
    done="The work is paused",
    submit="Pause the work",
    method=BrokeredEngagement.pause,
)
def pause(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    context.change(lambda engagement: engagement.pause(**values))


@engagements.command(
    "resume",
    "Resume the work",
    Action.KEEP_ENGAGEMENT,
    schemas.ResumeEngagement,
    done="The work goes on",
    submit="Resume the work",
    method=BrokeredEngagement.resume,
    main=True,
)
def resume(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    context.change(lambda engagement: engagement.resume(**values))


@engagements.command(
    "complete",
    "Record that the work is complete",
    Action.KEEP_ENGAGEMENT,
    schemas.CompleteEngagement,
    done="The work is complete. The school evaluates it next",
    submit="Record that the work is complete",
    lead="No further session can be planned or recorded then.",
    method=BrokeredEngagement.complete,
    main=True,
)
def complete(context: CommandContext[BrokeredEngagement], _: Values) -> None:
    day, rules = _to_be_evaluated(context)
    context.change(lambda engagement: engagement.complete(evaluate_by=day, rules=rules))


@engagements.command(
    "end-early",
    "End the work early",
    Action.KEEP_ENGAGEMENT,
    schemas.EndEngagementEarly,
    done="The work has ended. The school evaluates it next",
    submit="End the work",
    lead="Sessions that are planned fall away without charge.",
    method=BrokeredEngagement.end_early,
    check=True,
    warning=True,
)
def end_early(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_evaluated(context)
    context.change(lambda engagement: engagement.end_early(**values, evaluate_by=day, rules=rules))


@engagements.command(
    "cancel",
    "Cancel before the start",
    Action.KEEP_ENGAGEMENT,
    schemas.CancelEngagement,
    done="The engagement is cancelled. The request is taken up again where it was",
    submit="Cancel the engagement",
    lead="The request is taken up again where it was; the quotes stand again.",
    method=BrokeredEngagement.cancel,
    check=True,
    warning=True,
)
def cancel(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    delivery(context).cancel(context.record.id, at=context.at, **values)


@engagements.command(
    "evaluate",
    "Evaluate the work",
    Action.EVALUATE,
    schemas.EvaluateEngagement,
    done="Thank you. The evaluation is recorded",
    submit="Send the evaluation",
    method=BrokeredEngagement.evaluate,
    asks=schemas.evaluation_of,
    check=True,
    main=True,
)
def evaluate(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_closed(context)
    evaluator = context.user.person
    context.change(lambda it: it.evaluate(**values, evaluator=evaluator, close_by=day, rules=rules))


@engagements.command(
    "waive-evaluation",
    "Do without the evaluation",
    Action.KEEP_ENGAGEMENT,
    schemas.WaiveEvaluation,
    done="The evaluation is waived. The engagement can be closed",
    submit="Do without the evaluation",
    method=BrokeredEngagement.waive_evaluation,
)
def waive_evaluation(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    day, rules = _to_be_closed(context)
    context.change(lambda engagement: engagement.waive_evaluation(**values, close_by=day, rules=rules))


@engagements.command(
    "close",
    "Close the engagement",
    Action.KEEP_ENGAGEMENT,
    schemas.CloseEngagement,
    done="Engagement and request are closed",
    submit="Close the engagement",
    lead="The request is closed with it.",
    method=BrokeredEngagement.close,
    check=True,
    main=True,
)
def close(context: CommandContext[BrokeredEngagement], values: Values) -> None:
    delivery(context).close(context.record.id, at=context.at, **values)

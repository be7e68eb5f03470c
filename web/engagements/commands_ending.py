"""Pausing the work, ending it, and saying what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from domain.decision import Question, Term
from domain.decision.parts import SUM
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement
from domain.money import in_pounds
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.access.policy import Action
from web.commands.decided import Answers, DecidedAct, decide_or_ask
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.engagements import schemas
from web.engagements.resource import delivery, engagements
from web.runtime.terms import last_day


def _to_be_evaluated(execution: Execution[BrokeredEngagement]) -> tuple[date, tuple[str, ...]]:
    return last_day(execution.services, lambda settings: settings.evaluation_days)


def _waiver(snapshot: Snapshot, engagement: BrokeredEngagement, given: Answers) -> Question:
    work = engagement.work
    names = names_of(snapshot, [work.school, work.provider])
    shown = [
        ("School", names.get(work.school, "")),
        ("Provider", names.get(work.provider, "")),
        (SUM, in_pounds(engagement.cost)),
    ]
    return Question(
        act=Act.WAIVE_EVALUATION,
        kind=engagement.KIND,
        subject=engagement.id,
        subject_reference=engagement.reference,
        command=WAIVE,
        answers=msgspec.json.encode(dict(given)).decode(),
        terms=tuple(Term(label, value) for label, value in shown),
        net=engagement.cost,
        school=work.school,
        request=engagement.request,
        provider=work.provider,
    )


def _waive(
    execution: Execution[Any],
    engagement: BrokeredEngagement,
    given: Answers,
    granted: Granted,
    _: tuple[str, ...],
) -> None:
    day, rules = _to_be_closed(execution)
    engagement.waive_evaluation(reason=given["reason"], granted=granted, close_by=day, rules=rules)


WAIVE = "waive-evaluation"
WAIVER = DecidedAct(
    engagements,
    WAIVE,
    Act.WAIVE_EVALUATION,
    {"reason": str},
    _waiver,
    lambda given, _: given,
    _waive,
    tried=True,
)


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
    WAIVE,
    "Record that there will be no evaluation",
    Action.KEEP_ENGAGEMENT,
    schemas.WaiveEvaluation,
    done="Recorded that there will be no evaluation. You can now close the engagement",
    lead="Within the limit up to which brokers decide, this is yours to decide. Otherwise a team lead or a director "
    "decides, when you have sent it.",
    method=BrokeredEngagement.waive_evaluation,
)
def waive_evaluation(execution: Execution[BrokeredEngagement], values: Values) -> None:
    decide_or_ask(execution, WAIVER, values)


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

"""What is done about a decision that was recorded for somebody who has disowned it."""

from __future__ import annotations

from domain.aggregate import Refusal
from domain.decision import Decision
from domain.delegation import Act, is_held
from domain.on_behalf import NotYours
from domain.service import UnitOfWork
from web.access.context import RequestContext
from web.access.deciders import held_by_user
from web.access.policy import Action
from web.commands.decided import act_of, held_in, route_of, row_of_today
from web.commands.resource import Execution, Values
from web.decisions import schemas
from web.decisions.commands import decisions


class NothingToDecide(Refusal):
    """What was recorded before decisions were kept takes none today."""


def _must_be_a_directors(context: RequestContext, decision: Decision) -> None:
    with context.read() as snapshot:
        held = held_by_user(snapshot, decision.question.school)
    row, _ = row_of_today(context, decision.question)
    if is_held((*row.decides, *row.deputies), held) is None or context.user.person == decision.asker:
        raise NotYours("Somebody else who may decide this sees to it")


def _must_be_decidable(context: RequestContext, decision: Decision) -> None:
    if decision.question.act is Act.AS_RECORDED:
        raise NothingToDecide("This takes nobody's decision today. Record what followed instead")
    _must_be_a_directors(context, decision)


@decisions.command(
    "decide-afterwards",
    "Decide this now",
    Action.DECIDE,
    schemas.DecideAfterwards,
    done="Decided. What was done before stays in the history as it was",
    lead="From today, what was carried out rests on your decision. What was recorded before stays in the history.",
    submit="Decide this",
    method=Decision.decide_afterwards,
    whose=_must_be_decidable,
    form_page="decisions/give.html",
    main=True,
)
def decide_afterwards(execution: Execution[Decision], values: Values) -> None:
    context = execution.context

    def decide(work: UnitOfWork, decision: Decision) -> None:
        act, question = act_of(decision), decision.question
        row, version = row_of_today(context, question)
        record = work.find(act.resource.kind, question.subject)
        now = act.asked(context, record, act.loaded(question.answers))
        work.add(
            decision.decide_afterwards(
                execution.next_reference(Decision),
                route_of(row, context.services),
                held=held_in(context, work, context.user.person, question.school),
                excluded=now.excluded,
                rules=(version,),
                **values,
            )
        )

    execution.change_with_others(decide)


decisions.command(
    "settle",
    "Record what followed",
    Action.DECIDE,
    schemas.SettleDisowned,
    done="Recorded",
    lead="For what rested on this and was ended or corrected. Nothing more rests on it.",
    method=Decision.settle,
    whose=_must_be_a_directors,
    form_page="decisions/give.html",
)

"""What a decider asks before they decide, and what whoever asked for the decision answers."""

from __future__ import annotations

from domain.decision import Decision
from domain.service import UnitOfWork
from web.access.deciders import deputising_in
from web.access.policy import Action
from web.commands.decided import counted_on, held_in, put_anew
from web.commands.resource import Execution, Values
from web.decisions import schemas
from web.decisions.commands import decisions, must_be_theirs
from web.decisions.commands_asker import must_be_the_askers, taken_over_by


@decisions.command(
    "ask-more",
    "Ask a question about it",
    Action.DECIDE,
    schemas.AskMore,
    done="Question sent",
    submit="Send question",
    method=Decision.ask_more,
    whose=must_be_theirs,
    form_page="decisions/give.html",
)
def ask_more(execution: Execution[Decision], values: Values) -> None:
    def decide(work: UnitOfWork, decision: Decision) -> None:
        school = decision.question.school
        held = held_in(execution.context, work, execution.user.person, school)
        decision.ask_more(values["enquiry"], held=held, deputises=deputising_in(execution.context, work, school))

    execution.change_with_others(decide)


@decisions.command(
    "answer",
    "Answer the decider's question",
    Action.TAKE_PART,
    schemas.AnswerDecider,
    done="Answer sent",
    submit="Send answer",
    method=Decision.answer,
    whose=must_be_the_askers,
    form_page="decisions/answer.html",
    main=True,
)
def answer(execution: Execution[Decision], values: Values) -> None:
    def decide(work: UnitOfWork, decision: Decision) -> None:
        now, version = put_anew(execution, work, decision, values.get("lower_sum"))
        passes_on, lapses_on = counted_on(execution.context.services, decision)
        decision.answer(
            values["answer"],
            now,
            passes_on=passes_on,
            lapses_on=lapses_on,
            taken_over_by=taken_over_by(work, decision),
            rules=(version,),
        )

    execution.change_with_others(decide)

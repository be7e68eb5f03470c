"""What whoever asked for a decision can do with it, or who has taken over the request that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.decision import Decision, DecisionStatus
from domain.decision.rules import must_have_come_to_nothing
from domain.service import UnitOfWork
from domain.support_request import SupportRequest
from web.access.context import RequestContext, Snapshot
from web.access.policy import Action
from web.commands.decided import AGAIN, ask_again, must_be_theirs_to_ask, question_now
from web.commands.resource import Execution, Values
from web.decisions import schemas
from web.decisions.commands import decisions


def taken_over_by(work: UnitOfWork, decision: Decision) -> UUID | None:
    """The broker of the request that a decision belongs to."""
    request = decision.question.request
    return work.find(SupportRequest, request).broker if request else None


def must_be_the_askers(context: RequestContext, decision: Decision) -> None:
    work = UnitOfWork(context.services.service)
    decision.must_be_asked_by(context.user.person, taken_over_by(work, decision))


def _must_be_theirs_to_ask(context: RequestContext, decision: Decision) -> None:
    must_be_the_askers(context, decision)
    must_be_theirs_to_ask(context, decision)


def _as_it_stands(snapshot: Snapshot, decision: Decision | None) -> Mapping[str, Any]:
    """What would be asked, and what is another than it was."""
    if decision is None:
        return {"terms": [], "changed": []}
    now = question_now(snapshot.context, decision)
    return {"terms": now.terms, "changed": decision.question.changed_in(now)}


def _same_reason(_: Snapshot, decision: Decision) -> Mapping[str, Any]:
    """Why it is needed, as it was said before; what was refused wants another reason."""
    was_refused = decision.status is DecisionStatus.REFUSED
    return {} if was_refused else {"reason": decision.asked_because}


@decisions.command(
    AGAIN,
    "Ask again with today's terms",
    Action.TAKE_PART,
    schemas.AskAgain,
    done="Asked again",
    rules=[must_have_come_to_nothing],
    whose=_must_be_theirs_to_ask,
    lookups=_as_it_stands,
    initial=_same_reason,
    form_page="decisions/ask_again.html",
    main=True,
)
def again(execution: Execution[Decision], values: Values) -> None:
    ask_again(execution, values["reason"])


@decisions.command(
    "mark-read",
    "Mark as read",
    Action.TAKE_PART,
    schemas.MarkRead,
    done="Marked as read",
    method=Decision.mark_read,
    whose=must_be_the_askers,
)
def mark_read(execution: Execution[Decision], _: Values) -> None:
    execution.change_with_others(
        lambda work, decision: decision.mark_read(taken_over_by=taken_over_by(work, decision))
    )


@decisions.command(
    "withdraw",
    "Withdraw this question",
    Action.TAKE_PART,
    schemas.WithdrawDecision,
    done="Nobody is asked any more",
    method=Decision.withdraw,
    whose=must_be_the_askers,
)
def withdraw(execution: Execution[Decision], values: Values) -> None:
    execution.change_with_others(
        lambda work, decision: decision.withdraw(**values, taken_over_by=taken_over_by(work, decision))
    )

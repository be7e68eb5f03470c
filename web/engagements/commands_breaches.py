"""Sessions that went wrong: a breach is followed up and closed, a report that was wrong is withdrawn."""

from __future__ import annotations

import json
from typing import Any

from domain.decision import Question, Term
from domain.delegation import Act, Granted
from domain.engagement import BreachAnswer, BrokeredEngagement
from domain.support_request import SupportRequest
from domain.vocabulary import Side
from web import formats
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.access.policy import Action
from web.commands.decided import Answers, DecidedAct, decide_or_ask
from web.commands.resource import Execution, Values
from web.engagements import choices, schemas
from web.engagements.resource import engagements

CLOSE = "close-breach"

engagements.command(
    "follow-up-breach",
    "Follow up a session held in breach",
    Action.KEEP_ENGAGEMENT,
    schemas.FollowUpBreach,
    done="Breach followed up",
    method=BrokeredEngagement.follow_up_breach,
    lookups=choices.breaches,
    main=True,
)


engagements.command(
    "withdraw-report",
    "Record that a session was wrongly reported",
    Action.KEEP_ENGAGEMENT,
    schemas.WithdrawReport,
    done="Recorded. The session no longer counts",
    submit="Record",
    lead="For a session that was recorded as held and never took place. Its days can be planned again, and it costs "
    "nothing.",
    method=BrokeredEngagement.withdraw_report,
    lookups=choices.delivered_sessions,
    warning=True,
    check=True,
)


def _question(snapshot: Snapshot, engagement: BrokeredEngagement, answers: Answers) -> Question:
    """What a breach came to; whoever arranged the work does not decide."""
    number, answer = answers["number"], answers["answer"]
    engagement.must_be_ready_to_close(number)
    session, work = engagement.sessions[number], engagement.work
    arranged = engagement.agreements.get(Side.SERVICE)
    request = snapshot.services.service.find(SupportRequest, engagement.request)
    names = names_of(snapshot, [work.school, work.provider, *filter(None, [session.specialist])])
    known = "" if session.found_later_on is None else f", found on {formats.date(session.found_later_on)}"
    return Question(
        act=Act.CLOSE_BREACH,
        kind=engagement.KIND,
        subject=engagement.id,
        subject_reference=engagement.reference,
        command=CLOSE,
        answers=json.dumps({"number": number, "answer": answer.value, "reason": answers["reason"]}),
        terms=(
            Term("School", names.get(work.school, "")),
            Term("Provider", names.get(work.provider, "")),
            Term("Held by", names.get(session.specialist, "") if session.specialist else ""),
            Term("Session", f"{number}, on {formats.date(session.on)}"),
            Term("In breach of", f"{'; '.join(session.missing)}{known}"),
            Term("Who was informed", session.told),
            Term("What was done", session.followed),
            Term("Close it as", answer.label),
            Term("Reason", answers["reason"]),
        ),
        school=work.school,
        request=engagement.request,
        provider=work.provider,
        authors=tuple(each for each in (arranged.by if arranged else None, request.broker) if each is not None),
        matter=str(number),
    )


def _close(
    _: Execution[Any],
    engagement: BrokeredEngagement,
    answers: Answers,
    granted: Granted,
    rules: tuple[str, ...],
) -> None:
    engagement.close_breach(**answers, granted=granted, rules=rules)


CLOSING = DecidedAct(
    engagements,
    CLOSE,
    Act.CLOSE_BREACH,
    answers={"number": int, "answer": BreachAnswer, "reason": str},
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_close,
    tried=True,
)


@engagements.command(
    CLOSE,
    "Close a breach",
    Action.KEEP_ENGAGEMENT,
    schemas.CloseBreach,
    done="Closing the breach asked for",
    submit="Ask to close it",
    lead="A director who did not arrange the work decides. The breach stays on record, with what it came to.",
    method=BrokeredEngagement.close_breach,
    lookups=choices.followed_up_breaches,
    main=True,
)
def close_breach(execution: Execution[BrokeredEngagement], values: Values) -> None:
    decide_or_ask(execution, CLOSING, values)

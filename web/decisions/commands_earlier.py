"""Confirming or disowning what was recorded in one's name before decisions were kept: a decision is made of it, which
points at the entry; the entry stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import request

from domain.aggregate import Event
from domain.concern import ConcernCase, Rating
from domain.decision import Decision, Question, Term
from domain.delegation import Act, row_for
from domain.support_request import SupportRequest
from domain.tender import Tender
from projections.audit_trail import kind_of
from web import formats
from web.access.context import Snapshot
from web.access.name_cache import names_of, references_of
from web.access.policy import Action
from web.commands.decided import route_of
from web.commands.resource import Execution, Values
from web.decisions import schemas
from web.decisions.commands import decisions
from web.decisions.earlier import entry_named
from web.history.sentences import ids_in, sentence
from web.history.timeline import timeline_of
from web.runtime.authority import settings_of


def _acts(event: Event) -> tuple[Act, str, Mapping[str, Any]]:
    """What an entry did that takes a decision today, by which command, and with which answers."""
    reason = event.meta.reason
    match event:
        case SupportRequest.ApprovedToBroker():
            return Act.APPROVE_SPENDING, "approve", {"ceiling": event.ceiling}
        case Tender.ProviderSelected():
            return Act.SELECT_PROVIDER, "select", {"provider": event.provider, "rationale": reason, "tie": ""}
        case ConcernCase.Assessed(rating=Rating.CAUSING_CONCERN):
            return Act.ASSESS_AS_CAUSING_CONCERN, "assess", {"assessment": event.assessment}
        case ConcernCase.InterventionStarted():
            plan = {"plan": event.improvement_plan, "objectives": event.objectives, "review_on": event.review_on}
            return Act.START_INTERVENTION, "start-intervention", {**plan, "reason": reason}
        case ConcernCase.InterventionEnded():
            return Act.END_INTERVENTION, "end-intervention", {"outcome": event.outcome, "reason": reason}
        case ConcernCase.Reopened():
            return Act.REOPEN_CONCERN, "reopen", {"reason": reason}
    return Act.AS_RECORDED, event.TOPIC, {}


def _question(snapshot: Snapshot, event: Event) -> Question:
    """What an entry did, as the question that nobody was asked."""
    meta, (act, command, answers) = event.meta, _acts(event)
    names = names_of(snapshot, [*ids_in([event]), *filter(None, [meta.about.school])])
    terms = [("School", names.get(meta.about.school, "") if meta.about.school else "")]
    terms += [("What was recorded", sentence(event, names)), ("Recorded", formats.date(meta.signature.today))]
    return Question(
        act=act,
        kind=kind_of(event),
        subject=meta.stream,
        subject_reference=references_of(snapshot, [meta.stream]).get(meta.stream, ""),
        command=command,
        answers=msgspec.json.encode(answers).decode(),
        terms=tuple(Term(label, value) for label, value in terms if value),
        net=answers.get("ceiling", getattr(event, "net", None)),
        school=meta.about.school,
        request=meta.about.request,
        provider=meta.about.provider,
        matter=f"{meta.event_id}" if act is Act.AS_RECORDED else "",
    )


def _take_up(execution: Execution[Decision], event: Event) -> Decision:
    context, meta = execution.context, event.meta
    with context.read() as snapshot:
        question = _question(snapshot, event)
    row = row_for(settings_of(context.services)[0].scheme, question.act, question.net)
    return Decision.take_up(
        execution.next_reference(Decision),
        question,
        route_of(row, context.services),
        entry=meta.event_id,
        recorded_by=meta.signature.actor,
        recorded_on=meta.signature.today,
        decided_on=meta.occurred_on,
    )


def _told(snapshot: Snapshot, _: Decision | None) -> Mapping[str, Any]:
    """The entry that the form is about, as its page was opened."""
    event = entry_named(snapshot, request.values.get("entry", ""))
    return {"told": timeline_of(snapshot, [event.meta.position or 0], decided=True) if event else []}


@decisions.beginning(
    "confirm-earlier",
    "Confirm that you decided this",
    Action.TAKE_PART,
    schemas.ConfirmEarlier,
    done="Decision confirmed. What was recorded stays as it is",
    submit="Confirm",
    lookups=_told,
    form_page="decisions/earlier.html",
)
def confirm_earlier(execution: Execution[Decision], values: Values) -> Decision:
    def confirmed() -> Decision:
        decision = _take_up(execution, values["entry"])
        decision.confirm()
        return decision

    return execution.service.add(confirmed)


@decisions.beginning(
    "disown-earlier",
    "Say that you did not decide this",
    Action.TAKE_PART,
    schemas.DisownEarlier,
    done="Recorded that this was not your decision. What was recorded stays as it is",
    submit="This was not my decision",
    lookups=_told,
    form_page="decisions/earlier.html",
    warning=True,
)
def disown_earlier(execution: Execution[Decision], values: Values) -> Decision:
    def disowned() -> Decision:
        decision = _take_up(execution, values["entry"])
        decision.disown(reason=values["reason"])
        return decision

    return execution.service.add(disowned)

"""One brokerage by the client that is generated from the API's document: a school's need is met and closed.

Run with what is generated (`sis_client`) among the modules, the address of the service, and in JSON who takes part:
tokens of `broker`, `head` and `specialist`, references, and the day.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

from sis_client import AuthenticatedClient
from sis_client.api.api_engagements import (
    engagements_agree_for_provider,
    engagements_agree_for_school,
    engagements_agree_for_service,
    engagements_close,
    engagements_complete,
    engagements_confirm,
    engagements_deliver_session,
    engagements_evaluate,
    engagements_plan_session,
    read_engagements,
)
from sis_client.api.api_invitations import invitations_quote, read_invitations
from sis_client.api.api_me import read_me
from sis_client.api.api_requests import (
    read_requests,
    requests_acknowledge,
    requests_approve,
    requests_open_tender,
    requests_raise,
    requests_shortlist,
    requests_triage,
)
from sis_client.api.api_tenders import read_tenders, tenders_propose, tenders_select
from sis_client.models import (
    AcknowledgeRequest,
    AgreeTerms,
    AnOutcome,
    AnOutcomeAttainment,
    ApproveSpending,
    CloseEngagement,
    CompleteEngagement,
    ConfirmEngagement,
    DeliverSession,
    EngagementOut,
    EvaluateEngagement,
    EvaluateEngagementImpact,
    EvaluateEngagementQuality,
    GiveQuote,
    MeOut,
    OpenTender,
    OwnInvitationOut,
    PlanSession,
    ProposeWork,
    RaiseRequest,
    RaiseRequestKind,
    RaiseRequestPhase,
    RequestOut,
    SelectProvider,
    ShortlistProviders,
    TenderOut,
    TriageRequest,
    TriageRequestLevel,
    TriageRequestRoute,
)
from sis_client.types import Response

T = TypeVar("T")


def parsed(answer: Response[Any], kind: type[T]) -> T:
    """What was answered, as the document describes it. Raises AssertionError for a problem."""
    assert isinstance(answer.parsed, kind), answer.content.decode()
    return answer.parsed


class Caller:
    """A program that works for somebody."""

    def __init__(self, base_url: str, token: str) -> None:
        self.client = AuthenticatedClient(base_url=base_url, token=token, raise_on_unexpected_status=True)

    def does(
        self,
        read: Callable[..., Response[Any]],
        change: Callable[..., Response[Any]],
        ref: str,
        body: Any,
        kind: type[T],
    ) -> T:
        """Change a record as it is now."""
        etag = read(ref, client=self.client).headers["ETag"]
        return parsed(change(ref, client=self.client, body=body, idempotency_key=str(uuid4()), if_match=etag), kind)


def broker_support(base_url: str, given: dict[str, str]) -> EngagementOut:
    """From the need to the closed engagement."""
    broker, head, specialist = (Caller(base_url, given[who]) for who in ("broker", "head", "specialist"))
    today, ends = date.fromisoformat(given["today"]), date.fromisoformat(given["ends"])
    me = parsed(read_me.sync_detailed(client=broker.client), MeOut)
    assert me.may_change
    raised = parsed(
        requests_raise.sync_detailed(
            client=head.client,
            idempotency_key=str(uuid4()),
            body=RaiseRequest(
                school=given["school"],
                kind=RaiseRequestKind.SPECIALIST,
                subject="Mathematics",
                phase=RaiseRequestPhase.SECONDARY,
                need="Two new teachers need help with planning",
                outcome_wanted="Planning that holds for the whole key stage",
                needed_from=today,
                needed_by=ends,
            ),
        ),
        RequestOut,
    )
    _find_somebody(broker, specialist, given, raised.reference, me.person)
    engagement = _engage(broker, head, specialist, given)
    return _deliver(broker, head, specialist, engagement, today)


def _find_somebody(broker: Caller, specialist: Caller, given: dict[str, str], request: str, person: str) -> None:
    today, ends = date.fromisoformat(given["today"]), date.fromisoformat(given["ends"])
    reply_by = date.fromisoformat(given["reply_by"])

    def does(change: Callable[..., Response[Any]], body: object) -> RequestOut:
        return broker.does(read_requests.sync_detailed, change, request, body, RequestOut)

    does(requests_acknowledge.sync_detailed, AcknowledgeRequest(officer=person, answer_by=reply_by))
    does(
        requests_triage.sync_detailed,
        TriageRequest(broker=person, level=TriageRequestLevel.TARGETED, route=TriageRequestRoute.BROKERED),
    )
    does(requests_approve.sync_detailed, ApproveSpending(ceiling="2500.00"))
    shortlisted = does(requests_shortlist.sync_detailed, ShortlistProviders(chosen=[given["provider"]]))
    assert shortlisted.shortlist == [given["provider"]]
    does(
        requests_open_tender.sync_detailed,
        OpenTender(
            brief="Help two new teachers to plan mathematics",
            reply_by=reply_by,
            invite=[given["provider"]],
            reason="They know the school",
        ),
    )
    quoted = specialist.does(
        read_invitations.sync_detailed,
        invitations_quote.sync_detailed,
        "TN-2026-0001",
        GiveQuote(
            specialist=given["person"],
            days="3.00",
            day_rate="450.00",
            approach="Plan together, teach together",
            available_from=today,
            available_until=ends,
        ),
        OwnInvitationOut,
    )
    assert quoted.quote is not None


def _engage(broker: Caller, head: Caller, specialist: Caller, given: dict[str, str]) -> str:
    today, ends = date.fromisoformat(given["today"]), date.fromisoformat(given["ends"])
    tender = "TN-2026-0001"
    broker.does(
        read_tenders.sync_detailed,
        tenders_select.sync_detailed,
        tender,
        SelectProvider(provider=given["provider"], rationale="They know the school"),
        TenderOut,
    )
    terms = ProposeWork(scope="Planning", work_objectives=["Schemes of work are in use"], begins=today, ends=ends)
    broker.does(read_tenders.sync_detailed, tenders_propose.sync_detailed, tender, terms, TenderOut)
    engagement = "BE-2026-0001"
    for caller, agree in (
        (head, engagements_agree_for_school),
        (specialist, engagements_agree_for_provider),
        (broker, engagements_agree_for_service),
    ):
        caller.does(read_engagements.sync_detailed, agree.sync_detailed, engagement, AgreeTerms(), EngagementOut)
    return engagement


def _deliver(broker: Caller, head: Caller, specialist: Caller, engagement: str, today: date) -> EngagementOut:
    def does(caller: Caller, change: Callable[..., Response[Any]], body: object) -> EngagementOut:
        return caller.does(read_engagements.sync_detailed, change, engagement, body, EngagementOut)

    does(broker, engagements_confirm.sync_detailed, ConfirmEngagement())
    does(specialist, engagements_plan_session.sync_detailed, PlanSession(on=today, days="1.00"))
    delivered = does(
        specialist,
        engagements_deliver_session.sync_detailed,
        DeliverSession(number=1, on=today, days="1.00", note="Planned two units"),
    )
    assert (delivered.used_days, delivered.spent) == ("1.00", "450.00")
    does(broker, engagements_complete.sync_detailed, CompleteEngagement())
    outcomes = [
        AnOutcome(work_objective=each, attainment=AnOutcomeAttainment.MET) for each in delivered.work_objectives
    ]
    does(
        head,
        engagements_evaluate.sync_detailed,
        EvaluateEngagement(
            quality=EvaluateEngagementQuality.VALUE_4,
            impact=EvaluateEngagementImpact.VALUE_5,
            outcomes=outcomes,
            comment="Grace listened first",
        ),
    )
    return does(broker, engagements_close.sync_detailed, CloseEngagement(outcome="Planning holds"))


if __name__ == "__main__":
    sys.stdout.write(broker_support(sys.argv[1], json.loads(sys.argv[2])).status.value)

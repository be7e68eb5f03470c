"""The ends of a request: withdrawn, declined, signposted, met in-house, unmet, merged, closed."""

from __future__ import annotations

from collections.abc import Iterable

from domain.engagement import BrokeredEngagement
from domain.service import UnitOfWork
from domain.support_request import UNPLACED, SupportRequest, UnmetCause
from domain.support_request.rules import only_when
from domain.unusual import Oddity
from domain.vocabulary import Side
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.policy import Action
from web.access.restricted import must_be_readable_alike
from web.brokerage.broker_rights import brokerage_of, must_hold
from web.commands.confirming import unknown_subjects
from web.commands.resource import Execution, Values
from web.requests import choices, schemas
from web.requests.ranking import nobody_may_offer
from web.requests.resource import acting_side, broker_command, requests
from web.requests.rules import must_take_up

INVITATIONS_END = "If providers are invited to quote, this closes their invitations."


MAY_LEAVE = [only_when(*UNPLACED)]
"""Invitations that are still out end with the request."""


@ContextRule
def _work_must_be_over(context: RequestContext, request: SupportRequest) -> None:
    assert request.engagement is not None, "a request that may be closed is placed"
    engagement = context.services.service.find(BrokeredEngagement, request.engagement)
    if refused := engagement.refusal_to(BrokeredEngagement.close, context.services.today()):
        raise refused


@requests.command(
    "withdraw",
    "Withdraw request",
    Action.WITHDRAW_REQUEST,
    schemas.EndRequest,
    done="Request withdrawn",
    notes=(INVITATIONS_END,),
    warning=True,
    check=True,
    rules=MAY_LEAVE,
)
def withdraw(execution: Execution[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    brokerage_of(execution).end_request(
        execution.record.id,
        lambda request: request.withdraw(side=acting_side(), reason=reason),
        reason=reason,
        at=execution.at,
    )


@broker_command(
    "decline",
    "Decline request",
    schemas.EndRequest,
    done="Request declined",
    notes=(INVITATIONS_END,),
    warning=True,
    check=True,
    rules=MAY_LEAVE,
)
def decline(execution: Execution[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    brokerage_of(execution).end_request(
        execution.record.id,
        lambda request: request.decline(side=Side.SERVICE, reason=reason),
        reason=reason,
        at=execution.at,
    )


@broker_command(
    "signpost",
    "Signpost the school",
    schemas.SignpostRequest,
    done="School signposted",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
)
def signpost(execution: Execution[SupportRequest], values: Values) -> None:
    brokerage_of(execution).end_request(
        execution.record.id, lambda request: request.signpost(**values), reason=values["reason"], at=execution.at
    )


@broker_command(
    "meet-in-house",
    "Meet the need in-house",
    schemas.MeetRequestInHouse,
    done="Recorded who is meeting the need",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
    lookups=choices.in_house,
)
def meet_in_house(execution: Execution[SupportRequest], values: Values) -> None:
    if values.get("person"):
        whom = "Choose somebody who works for the service, or a specialist"
        must_hold(execution, values["person"], choices.WITHIN, whom, field="person")
    brokerage_of(execution).end_request(
        execution.record.id, lambda request: request.meet_in_house(**values), reason=values["note"], at=execution.at
    )


def _subject_that_nobody_offers(
    snapshot: Snapshot, request: SupportRequest | None, values: Values
) -> Iterable[Oddity]:
    """Asks about a subject that is not on the list where nobody is said to offer it: another word may be meant."""
    nobody = request is not None and values["cause"] is UnmetCause.NOBODY_OFFERS
    return unknown_subjects(snapshot.services, [request.subject] if request and nobody else [])


@broker_command(
    "record-unmet",
    "Record that the request could not be met",
    schemas.RecordUnmet,
    done="Recorded that the request could not be met",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
    unusual=_subject_that_nobody_offers,
)
def record_unmet(execution: Execution[SupportRequest], values: Values) -> None:
    if values["cause"] is UnmetCause.NOBODY_OFFERS:
        nobody_may_offer(execution)
    brokerage_of(execution).end_request(
        execution.record.id, lambda request: request.record_unmet(**values), reason=values["reason"], at=execution.at
    )


@broker_command(
    "merge",
    "Merge into another request",
    schemas.MergeRequest,
    done="Request merged",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
    lookups=choices.others_of_school,
    needs={schemas.OTHERS: "The school has no other open requests"},
)
def merge(execution: Execution[SupportRequest], values: Values) -> None:
    def into_the_other(request: SupportRequest) -> None:
        must_take_up(request, execution.service.find(SupportRequest, values["into"]))
        must_be_readable_alike(execution.context, values["into"], request.id, field="into")
        request.merge(**values)

    brokerage_of(execution).end_request(execution.record.id, into_the_other, reason=values["reason"], at=execution.at)


@broker_command(
    "close",
    "Close request",
    schemas.CloseRequest,
    done="Request closed",
    lead="This also closes the engagement. It needs an evaluation first, or a record that there will be none.",
    check=True,
    method=SupportRequest.close,
    rules=[_work_must_be_over],
)
def close(execution: Execution[SupportRequest], values: Values) -> None:
    def finish(work: UnitOfWork) -> None:
        request = work.find(SupportRequest, execution.record.id, at=execution.at)
        request.close(outcome=values["outcome"])
        assert request.engagement is not None, "a request that may be closed is placed"
        work.find(BrokeredEngagement, request.engagement).close()

    execution.service.do(finish)

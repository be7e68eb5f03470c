"""The ends of a request: withdrawn, declined, signposted, met in-house, unmet, merged, closed."""

from __future__ import annotations

from datetime import date

from domain.engagement import BrokeredEngagement
from domain.service import Work
from domain.support_request import UNPLACED, SupportRequest
from domain.support_request.rules import NotAtThisStage, only_when
from domain.vocabulary import Side
from web.access.policy import Action
from web.access.restricted import must_be_readable_alike
from web.brokerage.broker_rights import desk, must_hold
from web.commands.resource import CommandContext, Values
from web.requests import choices, schemas
from web.requests.resource import acting_side, broker_command, requests
from web.requests.rules import must_take_up
from web.runtime.services import services

INVITATIONS_END = "If providers are invited to quote, their invitations end with it."


MAY_LEAVE = [only_when(*UNPLACED)]
"""Invitations that are still out end with the request."""


def _work_must_be_over(request: SupportRequest, today: date) -> None:
    if request.engagement is None:
        raise NotAtThisStage("Nobody was engaged for the request, so it cannot be closed")
    engagement = services().service.find(BrokeredEngagement, request.engagement)
    if refused := engagement.why_not(BrokeredEngagement.close, today):
        raise refused


@requests.command(
    "withdraw",
    "Withdraw the request",
    Action.WITHDRAW_REQUEST,
    schemas.EndRequest,
    done="The request is withdrawn",
    submit="Withdraw the request",
    notes=(INVITATIONS_END,),
    warning=True,
    check=True,
    rules=MAY_LEAVE,
)
def withdraw(context: CommandContext[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    desk(context).end_request(
        context.record.id,
        lambda request: request.withdraw(side=acting_side(), reason=reason),
        reason=reason,
        at=context.at,
    )


@broker_command(
    "decline",
    "Decline the request",
    schemas.EndRequest,
    done="The request is declined",
    submit="Decline the request",
    notes=(INVITATIONS_END,),
    warning=True,
    check=True,
    rules=MAY_LEAVE,
)
def decline(context: CommandContext[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    desk(context).end_request(
        context.record.id,
        lambda request: request.decline(side=Side.SERVICE, reason=reason),
        reason=reason,
        at=context.at,
    )


@broker_command(
    "signpost",
    "Point the school to other help",
    schemas.SignpostRequest,
    done="The school is pointed to other help",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
)
def signpost(context: CommandContext[SupportRequest], values: Values) -> None:
    desk(context).end_request(
        context.record.id, lambda request: request.signpost(**values), reason=values["reason"], at=context.at
    )


@broker_command(
    "meet-in-house",
    "Meet the need in-house",
    schemas.MeetRequestInHouse,
    done="It is recorded who meets the need",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
    context=choices.in_house,
)
def meet_in_house(context: CommandContext[SupportRequest], values: Values) -> None:
    if values.get("person"):
        whom = "Choose somebody who works in the service, or a specialist"
        must_hold(context, values["person"], choices.WITHIN, whom, field="person")
    desk(context).end_request(
        context.record.id, lambda request: request.meet_in_house(**values), reason=values["note"], at=context.at
    )


@broker_command(
    "record-unmet",
    "Record that nobody could be found",
    schemas.EndRequest,
    done="The need is recorded as unmet, and stays as evidence of a gap",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
)
def record_unmet(context: CommandContext[SupportRequest], values: Values) -> None:
    desk(context).end_request(
        context.record.id, lambda request: request.record_unmet(**values), reason=values["reason"], at=context.at
    )


@broker_command(
    "merge",
    "Merge into another request",
    schemas.MergeRequest,
    done="The request is merged into the other",
    notes=(INVITATIONS_END,),
    check=True,
    rules=MAY_LEAVE,
    context=choices.others_of_school,
    needs={schemas.OTHERS: "The school has no other request that is open"},
)
def merge(context: CommandContext[SupportRequest], values: Values) -> None:
    def into_the_other(request: SupportRequest) -> None:
        must_take_up(request, context.service.find(SupportRequest, values["into"]))
        must_be_readable_alike(values["into"], request.id, field="into")
        request.merge(**values)

    desk(context).end_request(context.record.id, into_the_other, reason=values["reason"], at=context.at)


@broker_command(
    "close",
    "Close the request",
    schemas.CloseRequest,
    done="The request is closed",
    lead="The engagement is closed with it. It has to be evaluated first, or the evaluation waived.",
    check=True,
    method=SupportRequest.close,
    rules=[_work_must_be_over],
)
def close(context: CommandContext[SupportRequest], values: Values) -> None:
    def finish(work: Work) -> None:
        request = work.find(SupportRequest, context.record.id, at=context.at)
        if request.engagement is None:
            raise NotAtThisStage("Nobody was engaged for the request, so it cannot be closed")
        work.find(BrokeredEngagement, request.engagement).close()
        request.close(outcome=values["outcome"])

    context.service.do(finish)

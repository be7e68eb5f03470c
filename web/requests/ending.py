"""The ends of a request: withdrawn, declined, signposted, met in-house, unmet, merged, closed."""

from __future__ import annotations

from domain.engagement import BrokeredEngagement
from domain.service import Work
from domain.support_request import UNPLACED, RequestStatus, SupportRequest
from domain.support_request.rules import NotAtThisStage
from domain.vocabulary import Side
from web.brokering import desk, must_hold
from web.noun import Deal, Values
from web.policy import Action
from web.requests import offers, schemas
from web.requests.noun import acting_side, broker_command, requests
from web.requests.rules import must_take_up
from web.restricted import must_be_readable_alike

INVITATIONS_END = "If providers are invited to quote, their invitations end with it."


def _may_leave(request: SupportRequest) -> bool:
    return request.status in UNPLACED


@requests.command(
    "withdraw",
    "Withdraw the request",
    Action.WITHDRAW_REQUEST,
    schemas.EndRequest,
    done="The request is withdrawn",
    submit="Withdraw the request",
    notes=INVITATIONS_END,
    warning=True,
    check=True,
    offered=_may_leave,
)
def withdraw(deal: Deal[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    desk(deal).end_request(
        deal.record.id,
        lambda request: request.withdraw(side=acting_side(), reason=reason),
        reason=reason,
        at=deal.at,
    )


@broker_command(
    "decline",
    "Decline the request",
    schemas.EndRequest,
    done="The request is declined",
    submit="Decline the request",
    notes=INVITATIONS_END,
    warning=True,
    check=True,
    offered=_may_leave,
)
def decline(deal: Deal[SupportRequest], values: Values) -> None:
    reason = values["reason"]
    desk(deal).end_request(
        deal.record.id,
        lambda request: request.decline(side=Side.SERVICE, reason=reason),
        reason=reason,
        at=deal.at,
    )


@broker_command(
    "signpost",
    "Point the school to other help",
    schemas.SignpostRequest,
    done="The school is pointed to other help",
    notes=INVITATIONS_END,
    check=True,
    offered=_may_leave,
)
def signpost(deal: Deal[SupportRequest], values: Values) -> None:
    desk(deal).end_request(
        deal.record.id, lambda request: request.signpost(**values), reason=values["reason"], at=deal.at
    )


@broker_command(
    "meet-in-house",
    "Meet the need in-house",
    schemas.MeetRequestInHouse,
    done="It is recorded who meets the need",
    notes=INVITATIONS_END,
    check=True,
    offered=_may_leave,
    context=offers.in_house,
)
def meet_in_house(deal: Deal[SupportRequest], values: Values) -> None:
    if values.get("person"):
        whom = "Choose somebody who works in the service, or a specialist"
        must_hold(deal, values["person"], offers.WITHIN, whom, field="person")
    desk(deal).end_request(
        deal.record.id, lambda request: request.meet_in_house(**values), reason=values["note"], at=deal.at
    )


@broker_command(
    "record-unmet",
    "Record that nobody could be found",
    schemas.EndRequest,
    done="The need is recorded as unmet, and stays as evidence of a gap",
    notes=INVITATIONS_END,
    check=True,
    offered=_may_leave,
)
def record_unmet(deal: Deal[SupportRequest], values: Values) -> None:
    desk(deal).end_request(
        deal.record.id, lambda request: request.record_unmet(**values), reason=values["reason"], at=deal.at
    )


@broker_command(
    "merge",
    "Merge into another request",
    schemas.MergeRequest,
    done="The request is merged into the other",
    notes=INVITATIONS_END,
    check=True,
    offered=_may_leave,
    context=offers.others_of_school,
)
def merge(deal: Deal[SupportRequest], values: Values) -> None:
    def into_the_other(request: SupportRequest) -> None:
        must_take_up(request, deal.service.find(SupportRequest, values["into"]))
        must_be_readable_alike(values["into"], request.id, field="into")
        request.merge(**values)

    desk(deal).end_request(deal.record.id, into_the_other, reason=values["reason"], at=deal.at)


@broker_command(
    "close",
    "Close the request",
    schemas.CloseRequest,
    done="The request is closed",
    lead="The engagement is closed with it. It has to be evaluated first, or the evaluation waived.",
    check=True,
    offered=lambda request: request.status is RequestStatus.PLACED,
)
def close(deal: Deal[SupportRequest], values: Values) -> None:
    def finish(work: Work) -> None:
        request = work.find(SupportRequest, deal.record.id, at=deal.at)
        if request.engagement is None:
            raise NotAtThisStage("Nobody was engaged for the request, so it cannot be closed")
        work.find(BrokeredEngagement, request.engagement).close()
        request.close(outcome=values["outcome"])

    deal.service.do(finish)

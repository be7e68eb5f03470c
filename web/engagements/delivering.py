"""Planning sessions, recording them and cancelling them."""

from __future__ import annotations

from domain.aggregate import Refusal
from domain.engagement import RUNNING, BrokeredEngagement
from web.engagements import offers, schemas
from web.engagements.noun import GOING_ON, delivery, engagements
from web.noun import Deal, Values
from web.policy import Action


class ChargedByTheService(Refusal):
    """Whether a session that did not take place is paid for is not for the provider to decide."""


@engagements.command(
    "deliver-session",
    "Record a session that took place",
    Action.REPORT_DELIVERY,
    schemas.DeliverSession,
    done="The session is recorded",
    submit="Record the session",
    offered=lambda it: it.status in RUNNING and bool(it.planned_sessions),
    context=offers.planned,
    initial=offers.session_asked,
    main=True,
)
def deliver_session(deal: Deal[BrokeredEngagement], values: Values) -> None:
    delivery(deal).deliver_session(deal.record.id, at=deal.at, **values)


@engagements.command(
    "plan-session",
    "Plan a session",
    Action.REPORT_DELIVERY,
    schemas.PlanSession,
    done="The session is planned",
    submit="Plan the session",
    offered=lambda it: it.status in RUNNING and it.left_days > 0,
    main=True,
)
def plan_session(deal: Deal[BrokeredEngagement], values: Values) -> None:
    delivery(deal).plan_session(deal.record.id, at=deal.at, **values)


@engagements.command(
    "cancel-session",
    "Cancel a session",
    Action.REPORT_DELIVERY,
    schemas.CancelSession,
    done="The session is cancelled",
    submit="Cancel the session",
    warning=True,
    offered=lambda it: it.status in GOING_ON and bool(it.planned_sessions),
    context=offers.planned,
    initial=offers.session_asked,
)
def cancel_session(deal: Deal[BrokeredEngagement], values: Values) -> None:
    if values["chargeable"] and not deal.visitor.may(Action.KEEP_ENGAGEMENT):
        raise ChargedByTheService(
            "Only the service can decide that a cancelled session is charged", field="chargeable"
        )
    deal.change(lambda engagement: engagement.cancel_session(**values))

"""Planning sessions, recording them and cancelling them."""

from __future__ import annotations

from domain.aggregate import Refusal
from domain.engagement import BrokeredEngagement
from web.access.policy import Action
from web.commands.correcting import DONE
from web.commands.resource import Execution, Values
from web.commands.resting import must_rest_on_what_stands
from web.engagements import choices, schemas
from web.engagements.resource import delivery, engagements
from web.engagements.unusual import day_of_corrected_session, day_of_session


class ChargedByTheService(Refusal):
    """Whether a session that did not take place is paid for is not for the provider to decide."""


@engagements.command(
    "deliver-session",
    "Record a session",
    Action.REPORT_DELIVERY,
    schemas.DeliverSession,
    done="Session recorded",
    method=BrokeredEngagement.deliver_session,
    lookups=choices.planned_sessions,
    initial=choices.chosen_session,
    main=True,
    unusual=day_of_session,
)
def deliver_session(execution: Execution[BrokeredEngagement], values: Values) -> None:
    delivery(execution).deliver_session(execution.record.id, at=execution.at, **values)


@engagements.command(
    "plan-session",
    "Plan a session",
    Action.REPORT_DELIVERY,
    schemas.PlanSession,
    done="Session planned",
    method=BrokeredEngagement.plan_session,
    rules=[must_rest_on_what_stands()],
    main=True,
    unusual=day_of_session,
)
def plan_session(execution: Execution[BrokeredEngagement], values: Values) -> None:
    delivery(execution).plan_session(execution.record.id, at=execution.at, **values)


@engagements.command(
    "correct-session",
    "Correct what was entered of a session",
    Action.KEEP_ENGAGEMENT,
    schemas.CorrectSession,
    done=DONE,
    submit="Correct",
    lead="Enter only what was entered wrongly, as it should be, and leave the rest blank. What it said until now is "
    "still shown, with your reason. The cost follows the days.",
    method=BrokeredEngagement.correct_session,
    lookups=choices.sessions_to_correct,
    unusual=day_of_corrected_session,
)
def correct_session(execution: Execution[BrokeredEngagement], values: Values) -> None:
    entered = {name: value for name, value in values.items() if value != ""}
    delivery(execution).correct_session(execution.record.id, at=execution.at, **entered)


@engagements.command(
    "cancel-session",
    "Cancel a session",
    Action.REPORT_DELIVERY,
    schemas.CancelSession,
    done="Session cancelled",
    warning=True,
    method=BrokeredEngagement.cancel_session,
    lookups=choices.planned_sessions,
    initial=choices.chosen_session,
)
def cancel_session(execution: Execution[BrokeredEngagement], values: Values) -> None:
    _must_be_charged_by_the_service(execution, values)
    execution.change(lambda engagement: engagement.cancel_session(**values))


@engagements.command(
    "miss-session",
    "Record that a session was not held",
    Action.REPORT_DELIVERY,
    schemas.MissSession,
    done="Recorded. The session was not held",
    submit="Record",
    warning=True,
    method=BrokeredEngagement.miss_session,
    lookups=choices.sessions_to_report,
    initial=choices.chosen_session,
)
def miss_session(execution: Execution[BrokeredEngagement], values: Values) -> None:
    _must_be_charged_by_the_service(execution, values)
    execution.change(lambda engagement: engagement.miss_session(**values))


def _must_be_charged_by_the_service(execution: Execution[BrokeredEngagement], values: Values) -> None:
    if values["chargeable"] and not execution.user.may(Action.KEEP_ENGAGEMENT):
        raise ChargedByTheService("Only the service can charge for a cancelled session", field="chargeable")

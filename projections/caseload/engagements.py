"""What waits about engagements."""

from __future__ import annotations

from collections.abc import Iterable

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from projections.caseload.brokerage import CLOSING, ENGAGEMENT, broker_of, case_of, of_case, part_of
from projections.caseload.item import Item, Task, WaitingFor, done, item, items, resting, taken_up
from projections.view import Key, replace

SIDES = {"school": WaitingFor.SCHOOL, "provider": WaitingFor.PROVIDER, "service": None}
"""Whose agreement is awaited, by its side; the service's is whosever need of that kind it is to broker."""


def _agreements(event: BrokeredEngagement.Proposed) -> Iterable[Key]:
    return [(case_of(event), ENGAGEMENT, f"agree-{side}") for side in SIDES]


@items.on_each(BrokeredEngagement.Proposed, keys=_agreements)
def agreement_awaited(_: Item | None, event: BrokeredEngagement.Proposed, key: Key) -> Item:
    case, _, part = key
    return item(
        event,
        Task.AGREE,
        SIDES[part.removeprefix("agree-")] or broker_of(event.kind),
        part=part,
        due=event.begins,
        detail=f"{event.subject}: {event.scope}",
        case=case,
    )


@items.on(BrokeredEngagement.AgreedBySchool, key=part_of("agree-school"))
def school_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.AgreedByProvider, key=part_of("agree-provider"))
def provider_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.AgreedByService, key=part_of("agree-service"))
def service_agreed(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.Proposed, key=of_case)
def engagement_proposed(row: Item | None, event: BrokeredEngagement.Proposed) -> Item:
    """It can be confirmed only when all have agreed."""
    return item(
        event,
        Task.GET_AGREEMENTS,
        broker_of(event.kind),
        due=event.begins,
        person=(row and row.person) or event.meta.signature.actor,
        detail=event.subject,
        case=case_of(event),
    )


@items.on(
    BrokeredEngagement.AgreedBySchool,
    BrokeredEngagement.AgreedByProvider,
    BrokeredEngagement.AgreedByService,
    key=of_case,
)
def side_agreed(row: Item | None, event: Event) -> Item | None:
    if row is None:
        return None
    agreed = (*row.gathered, event.TOPIC)
    if len(agreed) < len(SIDES):
        return replace(row, gathered=agreed)
    return replace(row, gathered=agreed, task=Task.CONFIRM_ENGAGEMENT, since=event.meta.occurred_on)


@items.on(BrokeredEngagement.Confirmed, key=of_case)
def engagement_confirmed(row: Item | None, event: BrokeredEngagement.Confirmed) -> Item | None:
    return row and replace(
        row, task=Task.PLAN_SESSIONS, waiting_for=WaitingFor.PROVIDER, since=event.meta.occurred_on
    )


@items.on(BrokeredEngagement.SessionPlanned, key=of_case)
def session_planned(row: Item | None, event: BrokeredEngagement.SessionPlanned) -> Item | None:
    return row and replace(row, due=event.on)


@items.on(BrokeredEngagement.VariationAgreed, key=of_case)
def variation_agreed(row: Item | None, event: BrokeredEngagement.VariationAgreed) -> Item | None:
    return row and replace(row, due=max(row.due or event.ends, event.ends))


@items.on(BrokeredEngagement.Paused, key=of_case)
def work_paused(row: Item | None, event: BrokeredEngagement.Paused) -> Item | None:
    return resting(row, event)


@items.on(BrokeredEngagement.Resumed, key=of_case)
def work_resumed(row: Item | None, event: BrokeredEngagement.Resumed) -> Item | None:
    return taken_up(row, event)


@items.on(BrokeredEngagement.Completed, BrokeredEngagement.EndedEarly, key=of_case)
def evaluation_awaited(
    row: Item | None, event: BrokeredEngagement.Completed | BrokeredEngagement.EndedEarly
) -> Item | None:
    return row and replace(
        row,
        task=Task.EVALUATE,
        waiting_for=WaitingFor.SCHOOL,
        due=event.evaluate_by,
        since=event.meta.occurred_on,
        person=None,
        rests_since=None,
    )


@items.on(BrokeredEngagement.Evaluated, BrokeredEngagement.EvaluationWaived, key=of_case)
def evaluation_over(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(BrokeredEngagement.Evaluated, BrokeredEngagement.EvaluationWaived, key=part_of(CLOSING))
def engagement_may_close(
    row: Item | None, event: BrokeredEngagement.Evaluated | BrokeredEngagement.EvaluationWaived
) -> Item:
    return item(
        event,
        Task.CLOSE_ENGAGEMENT,
        (row and row.waiting_for) or WaitingFor.BROKER,
        part=CLOSING,
        due=event.close_by,
        person=row.person if row else None,
        detail=row.detail if row else "",
        case=case_of(event),
    )


@items.on(BrokeredEngagement.Closed, key=part_of(CLOSING))
def engagement_closed(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None)


def _all_parts(event: BrokeredEngagement.Cancelled) -> Iterable[Key]:
    return [of_case(event), *((case_of(event), ENGAGEMENT, f"agree-{side}") for side in SIDES)]


@items.on_each(BrokeredEngagement.Cancelled, keys=_all_parts)
def engagement_cancelled(row: Item | None, _: object, __: Key) -> Item | None:
    return done(row)

"""What waits about engagements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.vocabulary import Side
from projections.caseload.brokerage import CLOSING, ENGAGEMENT, broker_of, case_of, of_case, part_of
from projections.caseload.item import Item, Task, WaitingFor, done, item, items, resting, taken_up
from projections.caseload.on_behalf import BOTH, to_be_confirmed
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


OWN_ACT: dict[type[Event], Side] = {
    BrokeredEngagement.AgreedBySchool: Side.SCHOOL,
    BrokeredEngagement.AgreedByProvider: Side.PROVIDER,
    BrokeredEngagement.AgreedByService: Side.SERVICE,
}
"""The events of an agreement, which recorded it for the side as well in earlier days."""


def side_of(event: Event) -> Side:
    """The side whose agreement an event is about."""
    side: Side = OWN_ACT.get(type(event)) or getattr(event, "side")  # noqa: B009
    return side


def _part(event: Event, part: str) -> Key:
    return case_of(event), ENGAGEMENT, f"{part}-{side_of(event)}"


def _about_agreement(*parts: str) -> Callable[[Event], Iterable[Key]]:
    return lambda event: [_part(event, part) for part in parts]


@items.on_each(*OWN_ACT, BrokeredEngagement.AgreementRecorded, keys=_about_agreement("agree", "disowned", *BOTH))
def agreement_given(row: Item | None, event: Event, key: Key) -> Item | None:
    """It is awaited no longer; where it was recorded for the side, the side is asked whether it is so."""
    if key[-1].startswith("agree"):
        return done(row)
    if not isinstance(event, BrokeredEngagement.AgreementRecorded) or key[-1].startswith("disowned"):
        return None
    return to_be_confirmed(
        event,
        key,
        Task.CONFIRM_AGREEMENT,
        SIDES[event.side.value] or WaitingFor.DECIDER,
        confirm_by=event.confirm_by,
        person=event.whose if event.side is Side.SERVICE else None,
        detail="Agreement to the terms",
    )


@items.on_each(BrokeredEngagement.AgreementConfirmed, keys=_about_agreement(*BOTH))
def agreement_confirmed(*_: object) -> None:
    """The side has said that it is so."""


@items.on_each(BrokeredEngagement.AgreementDisowned, keys=_about_agreement("agree", "disowned", *BOTH))
def agreement_disowned(row: Item | None, event: BrokeredEngagement.AgreementDisowned, key: Key) -> Item | None:
    """The side is asked anew, and the director sees to what rests on it."""
    part = key[-1]
    if part.startswith(BOTH):
        return None
    if part.startswith("disowned"):
        return item(
            event,
            Task.SETTLE_DISOWNED,
            WaitingFor.DIRECTOR,
            part=part,
            due=event.meta.occurred_on,
            detail=f"The {event.side} says that it did not agree to the terms",
            case=case_of(event),
        )
    waiting_for = SIDES[event.side.value] or broker_of(event.kind)
    return row and replace(row, task=Task.AGREE, waiting_for=waiting_for, since=event.meta.occurred_on)


@items.on(BrokeredEngagement.Proposed, key=of_case)
def engagement_proposed(row: Item | None, event: BrokeredEngagement.Proposed) -> Item:
    """It can be confirmed only when all have agreed."""
    return item(
        event,
        Task.GET_AGREEMENTS,
        broker_of(event.kind),
        due=event.begins,
        person=(row and (row.person or row.broker)) or event.meta.signature.actor,
        detail=event.subject,
        case=case_of(event),
        days=event.days,
    )


@items.on(*OWN_ACT, BrokeredEngagement.AgreementRecorded, key=of_case)
def side_agreed(row: Item | None, event: Event) -> Item | None:
    if row is None or row.task is not Task.GET_AGREEMENTS:
        return row
    agreed = (*row.gathered, side_of(event).value)
    if len(agreed) < len(SIDES):
        return replace(row, gathered=agreed)
    return replace(row, gathered=agreed, task=Task.CONFIRM_ENGAGEMENT, since=event.meta.occurred_on)


@items.on(BrokeredEngagement.AgreementDisowned, key=of_case)
def side_did_not_agree(row: Item | None, event: BrokeredEngagement.AgreementDisowned) -> Item | None:
    if row is None or row.task not in (Task.GET_AGREEMENTS, Task.CONFIRM_ENGAGEMENT):
        return row
    left = tuple(side for side in row.gathered if side != event.side.value)
    return replace(row, gathered=left, task=Task.GET_AGREEMENTS, since=event.meta.occurred_on)


@items.on(BrokeredEngagement.Confirmed, key=of_case)
def engagement_confirmed(row: Item | None, event: BrokeredEngagement.Confirmed) -> Item | None:
    return row and replace(
        row,
        task=Task.PLAN_SESSIONS,
        waiting_for=WaitingFor.PROVIDER,
        person=None,
        broker=row.person,
        since=event.meta.occurred_on,
    )


def _both(event: Event) -> Iterable[Key]:
    return [of_case(event), part_of(CLOSING)(event)]


@items.on_each(BrokeredEngagement.Proposed, keys=lambda event: [part_of(CLOSING)(event)])
def completion_ahead(row: Item | None, event: BrokeredEngagement.Proposed, _: Key) -> Item | None:
    """Whoever brokers the request completes the work once nothing of it is left to the provider."""
    return row and replace(row, record=event.meta.stream, days=event.days, due=event.ends, gathered=(), task=None)


PLANNED, USED = "planned", "used"

OfSession = (
    BrokeredEngagement.SessionPlanned | BrokeredEngagement.SessionDelivered | BrokeredEngagement.SessionCancelled
)


@items.on_each(
    BrokeredEngagement.SessionPlanned,
    BrokeredEngagement.SessionDelivered,
    BrokeredEngagement.SessionCancelled,
    BrokeredEngagement.SessionNotHeld,
    keys=_both,
)
def session_planned_or_over(row: Item | None, event: OfSession, key: Key) -> Item | None:
    if row is None:
        return None
    state = PLANNED if isinstance(event, BrokeredEngagement.SessionPlanned) else USED
    others = [each for each in row.gathered if not each.startswith(f"{event.number}:")]
    row = replace(row, gathered=(*others, f"{event.number}:{state}:{event.days}"))
    if isinstance(event, BrokeredEngagement.SessionPlanned) and key[-1] != CLOSING:
        row = replace(row, due=event.on)
    return _under_way(row, key)


@items.on_each(BrokeredEngagement.SessionWronglyReported, keys=_both)
def session_wrongly_reported(
    row: Item | None, event: BrokeredEngagement.SessionWronglyReported, key: Key
) -> Item | None:
    """Its days can be planned once more, unless the work is over."""
    if row is None or not event.goes_on:
        return row
    others = tuple(each for each in row.gathered if not each.startswith(f"{event.number}:"))
    return _under_way(replace(row, gathered=others), key)


@items.on_each(BrokeredEngagement.SessionCorrected, keys=_both)
def session_corrected(row: Item | None, event: BrokeredEngagement.SessionCorrected, key: Key) -> Item | None:
    if row is None or event.days is None:
        return row
    others = [each for each in row.gathered if not each.startswith(f"{event.number}:")]
    if len(others) == len(row.gathered):
        return row
    state = USED if event.is_held else PLANNED
    return _under_way(replace(row, gathered=(*others, f"{event.number}:{state}:{event.days}")), key)


@items.on_each(BrokeredEngagement.VariationAgreed, keys=_both)
def variation_agreed(row: Item | None, event: BrokeredEngagement.VariationAgreed, key: Key) -> Item | None:
    return row and _under_way(replace(row, days=event.days, due=max(row.due or event.ends, event.ends)), key)


def _under_way(row: Item, key: Key) -> Item:
    """The provider plans and delivers as long as days are left or sessions planned; then the broker completes."""
    sessions = [each.split(":") for each in row.gathered if ":" in each]
    left = (row.days or Decimal(0)) - sum(Decimal(days) for _, _, days in sessions)
    goes_on = left > 0 or any(state == PLANNED for _, state, _ in sessions)
    if key[-1] == CLOSING:
        return replace(row, task=None if goes_on else Task.COMPLETE)
    return replace(row, task=Task.PLAN_SESSIONS if goes_on else None)


@items.on_each(BrokeredEngagement.Paused, keys=_both)
def work_paused(row: Item | None, event: BrokeredEngagement.Paused, _: Key) -> Item | None:
    return resting(row, event)


@items.on_each(BrokeredEngagement.Resumed, keys=_both)
def work_resumed(row: Item | None, event: BrokeredEngagement.Resumed, _: Key) -> Item | None:
    return taken_up(row, event)


@items.on_each(
    BrokeredEngagement.Completed,
    BrokeredEngagement.EndedEarly,
    BrokeredEngagement.Cancelled,
    keys=lambda event: [part_of(CLOSING)(event)],
)
def work_over(row: Item | None, _: object, __: Key) -> Item | None:
    return row and replace(row, task=None, rests_since=None)


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
        broker=None,
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


def _agreed_parts(event: Event) -> Iterable[Key]:
    parts = ("agree", "disowned", *BOTH)
    return [(case_of(event), ENGAGEMENT, f"{part}-{side}") for part in parts for side in SIDES]


@items.on_each(BrokeredEngagement.Cancelled, keys=lambda event: [of_case(event), *_agreed_parts(event)])
def engagement_cancelled(row: Item | None, _: object, __: Key) -> Item | None:
    return done(row)


@items.on_each(BrokeredEngagement.EndedEarly, BrokeredEngagement.Closed, keys=_agreed_parts)
def nothing_left_to_agree(row: Item | None, _: object, key: Key) -> Item | None:
    """Nothing more will rest on the terms; whether they were agreed is still to be said."""
    return row if key[-1].startswith(BOTH) else done(row)


OfBreach = (
    BrokeredEngagement.BreachRecorded
    | BrokeredEngagement.BreachFoundLater
    | BrokeredEngagement.BreachFollowedUp
    | BrokeredEngagement.BreachClosed
    | BrokeredEngagement.SessionWronglyReported
    | BrokeredEngagement.SessionCorrected
)


def _of_breach(event: OfBreach) -> Iterable[Key]:
    return [(case_of(event), ENGAGEMENT, f"breach-{event.number}-{whose}") for whose in ("broker", "director")]


@items.on_each(
    BrokeredEngagement.BreachRecorded,
    BrokeredEngagement.BreachFoundLater,
    BrokeredEngagement.BreachFollowedUp,
    BrokeredEngagement.BreachClosed,
    BrokeredEngagement.SessionWronglyReported,
    BrokeredEngagement.SessionCorrected,
    keys=_of_breach,
)
def breach_recorded_or_followed_up(row: Item | None, event: OfBreach, key: Key) -> Item | None:
    """A session held in breach is work of broker and director until somebody has followed it up, also where that is
    found out later; then the broker asks for it to be closed. One that never took place is none."""
    if isinstance(event, BrokeredEngagement.SessionCorrected) and not event.lifts_breach:
        return row
    if isinstance(event, BrokeredEngagement.BreachFollowedUp) and row is not None and key[-1].endswith("broker"):
        return replace(row, task=Task.CLOSE_BREACH, since=event.meta.occurred_on)
    if not isinstance(event, BrokeredEngagement.BreachRecorded | BrokeredEngagement.BreachFoundLater):
        return None
    return item(
        event,
        Task.FOLLOW_UP_BREACH,
        WaitingFor.DIRECTOR if key[-1].endswith("director") else broker_of(event.kind),
        part=key[-1],
        due=event.meta.occurred_on,
        detail=f"Session {event.number}: {'; '.join(event.missing)}",
        case=case_of(event),
    )

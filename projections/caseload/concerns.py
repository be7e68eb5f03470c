"""What waits about concerns and interventions."""

from __future__ import annotations

from domain.aggregate import Event
from domain.concern import ConcernCase, Rating
from projections.caseload.item import (
    Item,
    Task,
    WaitingFor,
    done,
    item,
    items,
    key_of,
    main,
    resting,
    taken_up,
)
from projections.view import Key, replace

Assessed = ConcernCase.Assessed | ConcernCase.FoundCausingConcern
Paused = ConcernCase.Paused | ConcernCase.PauseDecided
Started = ConcernCase.InterventionStarted | ConcernCase.InterventionDecided
Over = ConcernCase.InterventionEnded | ConcernCase.EndDecided | ConcernCase.Closed | ConcernCase.Withdrawn
REFERRED_BY = (WaitingFor.OFFICER, WaitingFor.DIRECTOR)
"""Who sees to it that a safeguarding concern is referred."""


def _part(post: WaitingFor) -> str:
    return f"referral-{post.value}"


Reopened = ConcernCase.Reopened | ConcernCase.ReopeningDecided


@items.on(ConcernCase.Raised, key=main)
def concern_raised(_: Item | None, event: ConcernCase.Raised) -> Item:
    return item(event, Task.ASSESS, WaitingFor.OFFICER, due=event.assess_by, detail=event.kind.label)


def _to_be_referred(event: ConcernCase.Raised) -> list[Key]:
    return [key_of(event, _part(post)) for post in REFERRED_BY if event.refer_by]


@items.on_each(ConcernCase.Raised, keys=_to_be_referred)
def concern_to_be_referred(_: Item | None, event: ConcernCase.Raised, key: Key) -> Item:
    """Until a referral is recorded, it is the work of officer and director alike."""
    post = next(post for post in REFERRED_BY if _part(post) == key[2])
    return item(event, Task.RECORD_REFERRAL, post, part=str(key[2]), due=event.refer_by, detail=event.kind.label)


def _parts(event: Event) -> list[Key]:
    return [key_of(event, _part(post)) for post in REFERRED_BY]


@items.on_each(ConcernCase.Corrected, keys=lambda event: [main(event), *_parts(event)])
def concern_corrected(row: Item | None, event: ConcernCase.Corrected, _: Key) -> Item | None:
    return row and replace(row, school=event.meta.about.school)


@items.on_each(ConcernCase.SafeguardingReferred, ConcernCase.Withdrawn, keys=_parts)
def concern_referred(row: Item | None, _: Event, __: Key) -> Item | None:
    return done(row)


@items.on(ConcernCase.Assessed, ConcernCase.FoundCausingConcern, key=main)
def concern_assessed(row: Item | None, event: Assessed) -> Item | None:
    if row is None:
        return None
    causing = event.rating is Rating.CAUSING_CONCERN
    return replace(
        row,
        task=Task.DECIDE,
        due=event.decide_by,
        since=event.meta.occurred_on,
        detail=f"{row.detail.partition(':')[0]}: {event.rating.label.lower()}" if causing else row.detail,
    )


@items.on(ConcernCase.InterventionStarted, ConcernCase.InterventionDecided, key=main)
def intervention_started(row: Item | None, event: Started) -> Item | None:
    return row and replace(
        row, task=Task.REVIEW, due=event.review_on, since=event.meta.occurred_on, purpose=event.meta.purpose
    )


@items.on(ConcernCase.ReviewHeld, key=main)
def review_held(row: Item | None, event: ConcernCase.ReviewHeld) -> Item | None:
    if row is None:
        return None
    task = Task.REVIEW if event.next_review_on else Task.DECIDE
    return replace(row, task=task, due=event.next_review_on or event.decide_by, since=event.meta.occurred_on)


@items.on(ConcernCase.ReviewRecorded, key=main)
def review_recorded(row: Item | None, event: ConcernCase.ReviewRecorded) -> Item | None:
    return row and replace(row, task=Task.DECIDE, due=event.decide_by, since=event.meta.occurred_on)


@items.on(ConcernCase.ReviewDecided, key=main)
def review_decided(row: Item | None, event: ConcernCase.ReviewDecided) -> Item | None:
    return row and replace(row, task=Task.REVIEW, due=event.next_review_on, since=event.meta.occurred_on)


@items.on(ConcernCase.Paused, ConcernCase.PauseDecided, key=main)
def concern_paused(row: Item | None, event: Paused) -> Item | None:
    return resting(row, event)


@items.on(ConcernCase.Resumed, key=main)
def concern_resumed(row: Item | None, event: ConcernCase.Resumed) -> Item | None:
    return taken_up(row, event)


@items.on(ConcernCase.InterventionEnded, ConcernCase.EndDecided, ConcernCase.Closed, ConcernCase.Withdrawn, key=main)
def concern_over(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(ConcernCase.Reopened, ConcernCase.ReopeningDecided, key=main)
def concern_reopened(row: Item | None, event: Reopened) -> Item | None:
    return row and replace(
        row, task=Task.ASSESS, waiting_for=WaitingFor.OFFICER, due=event.assess_by, since=event.meta.occurred_on
    )

"""What waits about the meetings that were promised to a school in intervention: each by its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from domain.aggregate import Event
from domain.concern import ConcernCase, StepKind
from projections.caseload.concerns import Over, Paused
from projections.caseload.item import Item, Task, WaitingFor, item, items, key_of, resting, taken_up
from projections.view import Key, replace

MEETING = "meeting"


def meeting(event: Event) -> Key:
    """The key of the item that says when the next promised meeting is due."""
    return key_of(event, MEETING)


@items.on(ConcernCase.MeetingsPromised, key=meeting)
def meetings_promised(row: Item | None, event: ConcernCase.MeetingsPromised) -> Item | None:
    """A promise anew puts no meeting off that was due before."""
    if not event.weeks:
        return None
    days = event.weeks * 7
    due = event.meta.occurred_on + timedelta(days=days)
    if row is not None and row.due is not None:
        due = min(due, row.due)
    return item(event, Task.MEET_SCHOOL, WaitingFor.OFFICER, part=MEETING, due=due, days=Decimal(days))


def _held(event: ConcernCase.StepRecorded) -> Iterable[Key]:
    return [meeting(event)] if event.kind is StepKind.MEETING else []


@items.on_each(ConcernCase.StepRecorded, keys=_held)
def meeting_held(row: Item | None, event: ConcernCase.StepRecorded, _: Key) -> Item | None:
    """The next is due so many days after it; one that is recorded late moves nothing back."""
    if row is None or row.due is None or row.days is None:
        return row
    return replace(row, due=max(row.due, event.on + timedelta(days=int(row.days))), since=event.meta.occurred_on)


@items.on(ConcernCase.Paused, ConcernCase.PauseDecided, key=meeting)
def meetings_rest(row: Item | None, event: Paused) -> Item | None:
    return resting(row, event)


@items.on(ConcernCase.Resumed, key=meeting)
def meetings_taken_up(row: Item | None, event: ConcernCase.Resumed) -> Item | None:
    return taken_up(row, event)


@items.on(
    ConcernCase.InterventionEnded,
    ConcernCase.EndDecided,
    ConcernCase.Closed,
    ConcernCase.Withdrawn,
    key=meeting,
)
def meetings_over(_: Item | None, __: Over) -> None:
    """With the intervention what was promised for it ends."""

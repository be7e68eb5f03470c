"""What waits about what was recorded for somebody: that they confirm or disown it and, once that is late, that
whoever recorded it sees to it too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from domain.aggregate import Event
from projections.caseload.item import Item, Task, WaitingFor, item
from projections.view import Key, replace

CONFIRMING, UNCONFIRMED = "confirming", "unconfirmed"
"""The parts of a case for those who are to confirm, and for whoever recorded it."""


BOTH = (CONFIRMING, UNCONFIRMED)


def of_both(key: Callable[[Event, str], Key]) -> Callable[[Event], Iterable[Key]]:
    """The keys of both items about what an event recorded, each made for its part."""
    return lambda event: [key(event, part) for part in BOTH]


def to_be_confirmed(
    event: Event,
    key: Key,
    task: Task,
    waiting_for: WaitingFor,
    *,
    confirm_by: date | None,
    person: UUID | None = None,
    detail: str = "",
    due: date | None = None,
) -> Item | None:
    """The item at `key`: those who are to say whether it is theirs have it at once, whoever recorded it has it
    beside them after `confirm_by`. `person` is whose it is by name."""
    case, _, part = key
    if part.startswith(CONFIRMING):
        return item(
            event, task, waiting_for, part=part, due=due or confirm_by, person=person, detail=detail, case=case
        )
    recorder = event.meta.signature.actor
    if recorder is None or confirm_by is None:
        return None
    made = item(
        event,
        Task.GET_CONFIRMATION,
        WaitingFor.DECIDER,
        part=part,
        due=confirm_by,
        person=recorder,
        detail=detail,
        case=case,
    )
    return replace(made, not_before=confirm_by + timedelta(days=1))

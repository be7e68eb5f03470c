"""What waits about the need categories of schools: each is reviewed by its day, by whoever looks after the school."""

from __future__ import annotations

from collections.abc import Iterable

from domain.aggregate import Event
from domain.school import School, Status, Value
from projections.caseload.item import Item, Task, WaitingFor, done, item, items, key_of
from projections.view import Key, replace

NEED = "need"


def _need(event: Event) -> Key:
    return key_of(event, NEED)


@items.on(School.NeedCategorySet, School.NeedCategoryDecided, key=_need)
def need_category_set(row: Item | None, event: School.NeedCategorySet) -> Item | None:
    rated = item(
        event,
        Task.REVIEW_NEED,
        WaitingFor.OFFICER,
        part=NEED,
        due=event.review_due,
        detail=f"Category {event.category}",
    )
    # A closed school may still be told of a rating of its last days.
    return rated if row is None or row.task is Task.REVIEW_NEED else done(rated)


@items.on(School.MergedInto, School.MovedToAuthority, key=_need)
def school_gone(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(School.CameBackToAuthority, key=_need)
def school_came_back(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=Task.REVIEW_NEED, waiting_for=WaitingFor.OFFICER)


@items.on_each(School.AbsenceExplained, keys=lambda event: [_need(event)] if event.closed else [])
def school_said_to_be_closed(row: Item | None, _: School.AbsenceExplained, __: Key) -> Item | None:
    return done(row)


def _status_told(event: School.DetailsRefreshed | School.UrnSuperseded) -> Iterable[Key]:
    return [key_of(event, NEED)] if _status(event) is not None else []


@items.on_each(School.DetailsRefreshed, School.UrnSuperseded, keys=_status_told)
def school_closed_or_opened(
    row: Item | None, event: School.DetailsRefreshed | School.UrnSuperseded, _: Key
) -> Item | None:
    """A closed school is rated no more; one that opens again is."""
    if _status(event) == Status.CLOSED:
        return done(row)
    return row and replace(row, task=Task.REVIEW_NEED, waiting_for=WaitingFor.OFFICER)


def _status(event: School.DetailsRefreshed | School.UrnSuperseded) -> Value:
    if isinstance(event, School.UrnSuperseded):
        return event.details.get("status")
    return next((change.after for change in event.changes if change.detail == "status"), None)

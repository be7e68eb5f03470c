"""What is to be renewed before planned sessions, as work of the provider and of whoever brokered it.

It follows from checks, sessions, the vetting rules and the day, so that no view keeps it: it is worked out for those
engagements whose sessions are somebody's work to plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.engagement import SessionOutlook
from projections import engagements as view
from projections.caseload import Item, Task
from projections.engagements import EngagementRow
from projections.view import replace
from web import formats
from web.access.context import Snapshot
from web.brokerage.outlooks import WorkOutlook, outlooks
from web.runtime.authority import settings_of

RENEWAL, HOLD = "renewal", "hold"


@dataclass(frozen=True, slots=True)
class Renewals:
    """What is to be done about checks, and the engagements of which nothing can be planned until it is."""

    items: Sequence[Item] = ()
    on_hold: frozenset[UUID] = frozenset()


def renewals(snapshot: Snapshot, planning: Iterable[Item]) -> Renewals:
    """What is to be renewed for engagements, from the items by which their sessions are planned and delivered."""
    asked = {item.record: item for item in planning if item.task is Task.PLAN_SESSIONS}
    if not asked:
        return Renewals()
    columns = view.engagements.table.c
    rows = view.engagements.rows(
        snapshot.connection, view.engagements.table.select().where(columns.id.in_(list(asked)))
    )
    found = outlooks(snapshot, rows)
    until = snapshot.services.today() + timedelta(days=settings_of(snapshot.services)[0].renewal_days)
    return Renewals(
        [
            item
            for row in rows
            if row.id in found
            for item in _items(asked[row.id], row, found[row.id], snapshot.services.today(), until)
        ],
        frozenset(id for id, outlook in found.items() if outlook.is_on_hold),
    )


def with_renewals(snapshot: Snapshot, items: Sequence[Item]) -> list[Item]:
    """A short list of what waits, with what is to be renewed, the earliest due first; what cannot be planned is not
    said to wait."""
    found = renewals(snapshot, items)
    return sorted([*plannable(items, found.on_hold), *found.items], key=place)


def plannable(items: Iterable[Item], on_hold: frozenset[UUID]) -> list[Item]:
    """These items without the planning of what is on hold."""
    return [item for item in items if item.task is not Task.PLAN_SESSIONS or item.record not in on_hold]


def place(item: Item) -> tuple[date, UUID, str]:
    """Where an item stands in a list."""
    return item.due or date.max, item.record, item.part


def _items(planning: Item, row: EngagementRow, outlook: WorkOutlook, today: date, until: date) -> Iterator[Item]:
    by_state: dict[SessionOutlook, list[view.ComingSession]] = {}
    for each in row.coming:
        by_state.setdefault(outlook.sessions[each.number].state, []).append(each)
    waiting = by_state.get(SessionOutlook.WAITING_FOR_RENEWAL, [])
    ends = [renewal for each in waiting for renewal in outlook.sessions[each.number].renewals]
    if ends and (by := min(each.by for each in ends)) <= until:
        why = "; ".join(dict.fromkeys(str(each) for each in ends))
        yield _item(planning, RENEWAL, Task.RENEW_CHECK, by, f"{why}. Hits {_named(waiting)}")
    on_hold = by_state.get(SessionOutlook.ON_HOLD, [])
    against = outlook.now.against if outlook.is_on_hold else ()
    against = (*against, *(why for each in on_hold for why in outlook.sessions[each.number].against))
    if against:
        why = "; ".join(dict.fromkeys(against))
        due = min([today, *(each.on for each in on_hold)])
        hits = f". On hold: {_named(on_hold)}" if on_hold else ". No session can be planned"
        yield _item(planning, HOLD, Task.GET_CLEARED, due, f"{why}{hits}")


def _item(planning: Item, part: str, task: Task, due: date, detail: str) -> Item:
    return replace(planning, part=part, task=task, due=due, detail=detail, gathered=(), days=None)


def _named(sessions: Iterable[view.ComingSession]) -> str:
    return ", ".join(f"session {each.number} on {formats.short_date(each.on)}" for each in sessions)

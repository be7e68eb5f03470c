"""What waits when somebody leaves the service, or their post there ends: their work is handed over to others."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from domain.person import Person
from domain.vocabulary import Role
from projections.caseload.item import Item, Task, WaitingFor, item, items, main
from projections.view import Key

WORK_OF = frozenset({Role.OFFICER, Role.STRATEGIC_LEAD, Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER})
"""The posts of the service to which work falls; of a school or a provider, others hold the same post."""


def _over(event: Person.Left | Person.PostEnded) -> Iterable[Key]:
    roles = event.roles if isinstance(event, Person.Left) else (event.role,)
    return [main(event)] if WORK_OF.intersection(roles) else []


@items.on_each(Person.Left, Person.PostEnded, keys=_over)
def work_to_hand_over(_: Item | None, event: Person.Left | Person.PostEnded, __: Key) -> Item:
    due = event.on if isinstance(event, Person.Left) else event.until
    return item(event, Task.HAND_OVER, WaitingFor.DIRECTOR, due=due)


def is_left_behind(
    looking_after: sa.Select[tuple[object]], in_post: sa.Select[tuple[object]]
) -> sa.ColumnElement[bool]:
    """The condition that an item is none of handing over, or is about somebody in whose name something still is:
    a school among those of the people `looking_after` one, or what waits for them by name. Who is `in_post` may keep
    it."""
    columns, theirs = items.table.c, items.table.alias("theirs").c
    by_name = sa.exists().where(theirs.person == columns.record, theirs.task.is_not(None))
    held = sa.or_(columns.record.in_(looking_after), by_name)
    return sa.or_(columns.task != Task.HAND_OVER, sa.and_(held, columns.record.not_in(in_post)))

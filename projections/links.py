"""Links: which record was made because of which other, or put to it, so that what holds for the one holds for both.

A note stands on a record, a visit is made for a concern, a tender is for a request: what is restricted about the
parent is restricted about whatever hangs on it, however far down.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.attachment import Attachment
from domain.concern import ConcernCase
from domain.decision import Decision
from domain.engagement import BrokeredEngagement
from domain.note import Note
from domain.record_of_visit import RecordOfVisit
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.visit import Visit
from domain.vocabulary import SchoolId
from projections.view import Key, Row, View, ViewTable


class Link(Row):
    """A record and one that it came from; `kind` is the record's own, `school` the one that it is about, and
    `begun_by` whoever began it, on the day of `begun_on`."""

    record: UUID
    parent: UUID
    kind: str
    school: SchoolId | None
    begun_by: UUID | None
    begun_on: date


links = ViewTable("record_links", Link, key=("record", "parent"), indexes=[("parent",)])

LINKED_BY = ("visit", "concern", "request", "tender", "on_record")
"""The fields in which the first event of a record names what it came from."""


def _parents(event: Event) -> Iterable[Key]:
    named = (getattr(event, name, None) for name in LINKED_BY)
    return [(event.meta.stream, parent) for parent in dict.fromkeys(named) if parent is not None]


@links.on_each(
    Visit.Planned,
    Visit.HeldUnplanned,
    RecordOfVisit.Started,
    ConcernCase.Raised,
    SupportRequest.Raised,
    Tender.Opened,
    BrokeredEngagement.Proposed,
    Note.Written,
    Attachment.Added,
    Decision.Asked,
    Decision.DecidedAlone,
    Decision.RecordedForAnother,
    Decision.DecidedAfterwards,
    keys=_parents,
)
def record_linked(_: Link | None, event: Any, key: Key) -> Link:
    record, parent = key
    return Link(
        record=record,
        parent=parent,
        kind=event.TOPIC.partition(".")[0],
        school=event.meta.about.school,
        begun_by=event.meta.signature.actor,
        begun_on=event.meta.signature.today,
    )


def with_all_that_hangs_on(
    connection: sa.Connection,
    roots: sa.Select[Any],
    *,
    apart_from: sa.ColumnElement[bool],
    opened_by: sa.Select[Any] | None = None,
) -> dict[UUID, tuple[str, bool]]:
    """Records, given with their kinds and whether they are closed, and whatever hangs on them, however far down: each
    with its kind, and closed if anything closed leads to it. Links that are `apart_from` hand nothing down; records
    that are `opened_by` close nothing."""
    table = links.table
    first = roots.cte("below", recursive=True)
    parent, _, closed = first.columns
    still_closed = closed if opened_by is None else sa.and_(closed, table.c.record.not_in(opened_by))
    further = sa.select(table.c.record, table.c.kind, still_closed).join(first, table.c.parent == parent)
    below = first.union(further.where(sa.not_(apart_from)))
    found: dict[UUID, tuple[str, bool]] = {}
    for record, kind, is_closed in connection.execute(sa.select(*below.columns)):
        found[record] = (kind, bool(is_closed) or found.get(record, ("", False))[1])
    return found


def linked_to(connection: sa.Connection, record: UUID) -> list[Link]:
    """What came of a record, however far down, in the order in which it was begun."""
    table = links.table
    first = sa.select(sa.literal(record, sa.Uuid).label("record")).cte("came", recursive=True)
    came = first.union(sa.select(table.c.record).join(first, table.c.parent == first.c.record))
    query = table.select().where(table.c.parent.in_(sa.select(came.c.record)))
    found = links.rows(connection, query.order_by(table.c.begun_on, table.c.kind, table.c.record))
    return list({link.record: link for link in found}.values())


def concerns_from(connection: sa.Connection, record: UUID) -> list[UUID]:
    """The concerns that were raised from a record itself."""
    table = links.table
    found = sa.select(table.c.record).where(table.c.parent == record, table.c.kind == ConcernCase.KIND)
    return list(connection.execute(found.order_by(table.c.begun_on, table.c.record)).scalars())


def above(record: UUID, *, apart_from: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """All that a record came from, however far up, but for what is behind links that are `apart_from`."""
    table = links.table
    handed_down = sa.select(table.c.parent).where(sa.not_(apart_from))
    first = handed_down.where(table.c.record == record).cte("above", recursive=True)
    found = first.union(handed_down.join(first, table.c.record == first.c.parent))
    return sa.select(found.c.parent)


VIEW = View("links", links)

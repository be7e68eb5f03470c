"""Which record has which reference, and the numbers that references are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.aggregate import Aggregate, Event
from domain.references import PATTERN, parts, record_id, reference
from domain.vocabulary import SchoolId
from projections.tables import EVENTS, NUMBERS
from projections.view import Key, Row, View, ViewTable, by_stream, having


class Referenced(Row):
    """A record that has a reference, with the kind in its topics and the school that it concerned when it began."""

    id: UUID
    reference: str
    kind: str
    prefix: str
    year: int
    number: int
    school: SchoolId | None
    begun_on: date


references = ViewTable(
    "record_references", Referenced, key=("id",), indexes=[("reference",), ("prefix", "year", "number"), ("school",)]
)


def begins_with_reference(event: Event) -> Iterable[Key]:
    referenced = event.meta.version == 1 and PATTERN.fullmatch(getattr(event, "reference", ""))
    return [by_stream(event)] if referenced else []


@references.on_each(Event, keys=begins_with_reference, of_class=having("reference"))
def record_begun(_: Referenced | None, event: Any, __: Key) -> Referenced:
    prefix, year, number = parts(event.reference)
    return Referenced(
        id=event.meta.stream,
        reference=event.reference,
        kind=event.TOPIC.partition(".")[0],
        prefix=prefix,
        year=year,
        number=number,
        school=event.meta.about.school,
        begun_on=event.meta.occurred_on,
    )


_HIGHEST = sa.select(sa.func.coalesce(sa.func.max(references.table.c.number), 0)).where(
    references.table.c.prefix == sa.bindparam("prefix_"), references.table.c.year == sa.bindparam("year_")
)
_GIVEN = insert(NUMBERS).values(  # SQLite has the same clauses
    prefix=sa.bindparam("prefix_"), year=sa.bindparam("year_"), last=_HIGHEST.scalar_subquery() + 1
)
_DRAW = _GIVEN.on_conflict_do_update(
    index_elements=[NUMBERS.c.prefix, NUMBERS.c.year],
    set_={"last": sa.case((NUMBERS.c.last < _GIVEN.excluded.last, _GIVEN.excluded.last), else_=NUMBERS.c.last + 1)},
).returning(NUMBERS.c.last)


def draw(connection: sa.Connection, kind: type[Aggregate], year: int) -> str:
    """A reference of that kind that nobody else has drawn; what is not used for a record leaves a gap.

    To be drawn in a transaction of its own, which ends before the record is saved: nobody else of the kind draws
    meanwhile. What the log holds is never given again, even where the table of numbers or this view is lost.
    """
    while True:
        number = connection.execute(_DRAW, {"prefix_": kind.prefix, "year_": year}).scalar_one()
        drawn = reference(kind.prefix, year, number)
        is_given = sa.select(EVENTS.c.position).where(EVENTS.c.stream_id == record_id(kind.KIND, drawn)).limit(1)
        if connection.execute(is_given).first() is None:
            return drawn


def give_back(connection: sa.Connection, drawn: str) -> None:
    """Let a reference be drawn again for which no record was begun, unless others have drawn since."""
    prefix, year, number = parts(drawn)
    last = sa.and_(NUMBERS.c.prefix == prefix, NUMBERS.c.year == year, NUMBERS.c.last == number)
    connection.execute(NUMBERS.update().where(last).values(last=number - 1))


def find(connection: sa.Connection, reference: str) -> Referenced | None:
    """The record of a reference, in whatever case it was typed."""
    wanted = references.table.c.reference == reference.strip().upper()
    found = references.rows(connection, references.table.select().where(wanted))
    return found[0] if found else None


def reference_of(connection: sa.Connection, id: UUID) -> str | None:
    """The reference of a record, None if it has none."""
    found = references.get(connection, id)
    return found.reference if found else None


def references_of(connection: sa.Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of several records by id."""
    found = references.rows(connection, references.table.select().where(references.table.c.id.in_(ids)))
    return {row.id: row.reference for row in found}


VIEW = View("references", references)

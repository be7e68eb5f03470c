"""Which record has which reference, and which number comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.references import PATTERN, parts
from projections.view import Key, Row, Sheet, View, by_stream


class Referenced(Row):
    """A record that has a reference, with the kind in its topics and the school that it concerned when it began."""

    id: UUID
    reference: str
    kind: str
    prefix: str
    year: int
    number: int
    school: UUID | None
    begun_on: date


references = Sheet(
    "record_references", Referenced, key=("id",), indexes=[("reference",), ("prefix", "year", "number"), ("school",)]
)


def begins_with_reference(event: Event) -> Iterable[Key]:
    referenced = event.meta.version == 1 and PATTERN.fullmatch(getattr(event, "reference", ""))
    return [by_stream(event)] if referenced else []


@references.on_each(Event, keys=begins_with_reference)
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


def next_number(connection: sa.Connection, prefix: str, year: int) -> int:
    """The first number not yet given with that prefix in that year."""
    columns = references.table.c
    query = sa.select(sa.func.max(columns.number)).where(columns.prefix == prefix, columns.year == year)
    return (connection.execute(query).scalar() or 0) + 1


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

"""Readings: who was shown which restricted record, on which day and by which way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.note import Note
from domain.reading import Door, Reading
from projections.view import Key, Row, View, ViewTable


class ReadingOfRecord(Row):
    """That somebody was shown a record on a day; `first_at` is when they were for the first time on that day."""

    record: UUID
    reader: UUID
    day: date
    door: Door
    first_at: datetime


readings = ViewTable("readings", ReadingOfRecord, key=("record", "reader", "day", "door"))


def _keys(event: Event) -> Iterable[Key]:
    day = event.meta.occurred_on
    if isinstance(event, Note.RestrictedNoteRead):
        return [(event.meta.stream, event.reader, day, Door.PAGE)]
    reader = event.meta.signature.actor
    assert isinstance(event, Reading.Recorded)
    return [(record, reader, day, event.door) for record in event.records] if reader else []


@readings.on_each(Reading.Recorded, Note.RestrictedNoteRead, keys=_keys)
def record_read(row: ReadingOfRecord | None, event: Any, key: Key) -> ReadingOfRecord:
    record, reader, day, door = key
    at = event.meta.signature.at
    return row or ReadingOfRecord(record=record, reader=reader, day=day, door=door, first_at=at)


def of_record(connection: sa.Connection, record: UUID, limit: int) -> list[ReadingOfRecord]:
    """Who was shown a record, the latest first."""
    columns = readings.table.c
    query = readings.table.select().where(columns.record == record)
    latest_first = query.order_by(columns.first_at.desc(), columns.reader, columns.door)
    return readings.rows(connection, latest_first.limit(limit))


def already_recorded(
    connection: sa.Connection, reader: UUID, day: date, door: Door, among: Collection[UUID]
) -> frozenset[UUID]:
    """Those of some records whose reading by somebody, on a day and by one way, is recorded."""
    columns = readings.table.c
    query = sa.select(columns.record).where(
        columns.record.in_(among), columns.reader == reader, columns.day == day, columns.door == door
    )
    return frozenset(connection.execute(query).scalars())


VIEW = View("readings", readings)

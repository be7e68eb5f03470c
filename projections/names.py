"""What people call the things that ids point to: the one place where lists, sentences and pages look names up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.person import Person
from domain.provider import events as provider
from domain.school import School
from domain.vocabulary import Personal
from projections.view import Key, Row, View, ViewTable, by_stream, having, replace

AT_ONCE = 2000


class Name(Row):
    """A record's name; `detail` tells those of one name apart: a school's URN, another record's reference."""

    id: UUID
    kind: str
    name: str
    detail: str


names = ViewTable("names", Name, key=("id",))


@names.on(School.Registered)
def school_registered(_: Name | None, event: School.Registered) -> Name:
    return Name(id=event.meta.stream, kind=School.KIND, name=event.name, detail=str(event.urn))


@names.on(School.DetailsRefreshed)
def school_renamed(row: Name | None, event: School.DetailsRefreshed) -> Name | None:
    found = next((change.after for change in event.changes if change.detail == "name"), None)
    return row if row is None or found is None else replace(row, name=str(found))


@names.on(School.UrnSuperseded)
def school_goes_on(row: Name | None, event: School.UrnSuperseded) -> Name | None:
    return row and replace(row, name=event.name, detail=str(event.new))


@names.on(Person.NameChanged)
def person_renamed(row: Name | None, event: Person.NameChanged) -> Name | None:
    return row and replace(row, name=event.name.value)


@names.on(Person.Corrected)
def person_corrected(row: Name | None, event: Person.Corrected) -> Name | None:
    return replace(row, name=event.name.value) if row and event.name else row


@names.on(provider.Corrected)
def provider_corrected(row: Name | None, event: provider.Corrected) -> Name | None:
    return replace(row, name=event.known_as) if row and event.known_as else row


@names.on(provider.Renamed)
def provider_renamed(row: Name | None, event: provider.Renamed) -> Name | None:
    return row and replace(row, name=_of_provider(event.trading_as, event.name))


def begins(event: Event) -> Iterable[Key]:
    return [by_stream(event)] if event.meta.version == 1 else []


@names.on_each(Event, keys=begins, of_class=having("reference"))
def record_begun(_: Name | None, event: Any, __: Key) -> Name:
    """Whatever has no name of its own is called by its reference."""
    kind = event.TOPIC.partition(".")[0]
    return Name(id=event.meta.stream, kind=kind, name=_given_name(event) or event.reference, detail=event.reference)


def _given_name(event: Event) -> str:
    if isinstance(event, Person.Registered):
        return event.name.value
    if isinstance(event, provider.Registered):
        return _of_provider(event.trading_as, event.name)
    return ""


def _of_provider(trading_as: str, practitioner: Personal | None) -> str:
    return trading_as or (practitioner.value if practitioner else "")


def names_of(connection: sa.Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these; whatever has none is left out."""
    return {row.id: row.name for row in rows_of(connection, ids)}


def rows_of(connection: sa.Connection, ids: Collection[UUID]) -> list[Name]:
    """The rows of these, in no order."""
    wanted = list(dict.fromkeys(ids))
    column = names.table.c.id
    return [
        row
        for start in range(0, len(wanted), AT_ONCE)
        for row in names.rows(connection, names.table.select().where(column.in_(wanted[start : start + AT_ONCE])))
    ]


def like(connection: sa.Connection, kind: str, text: str, *, limit: int) -> list[Name]:
    """The records of a kind that go by that reference, or else have that text in their name; by name."""
    columns = names.table.c
    of_kind = names.table.select().where(columns.kind == kind)
    exact = names.rows(connection, of_kind.where(columns.detail == text.strip().upper()))
    if exact or not text.strip():
        return exact
    holding = columns.name.icontains(text.strip(), autoescape=True)
    return names.rows(connection, of_kind.where(holding).order_by(columns.name, columns.detail).limit(limit))


VIEW = View("names", names)

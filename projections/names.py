"""What people call the things that ids point to: the one place where lists, sentences and pages look names up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.person import Person
from domain.provider import events as provider
from domain.school import School
from domain.text import folded
from domain.vocabulary import Personal
from projections.view import Key, Row, View, ViewTable, by_stream, having, replace

AT_ONCE = 2000


class FormerName(Row):
    """A name that a record had; `until` is the day from which it had another."""

    name: str
    until: date


class Name(Row):
    """A record's name; `detail` tells those of one name apart: a school's URN, another record's reference. `former`
    are the names it had, the oldest first, and `sought` those as searches look at them."""

    id: UUID
    kind: str
    name: str
    detail: str
    former: tuple[FormerName, ...] = ()
    sought: str = ""

    def on(self, day: date) -> str:
        """The name that the record had on a day."""
        return next((each.name for each in self.former if day < each.until), self.name)


names = ViewTable("names", Name, key=("id",), indexes=[("kind", "sought")])


@names.on(School.Registered)
def school_registered(_: Name | None, event: School.Registered) -> Name:
    return Name(id=event.meta.stream, kind=School.KIND, name=event.name, detail=str(event.urn))


@names.on(School.DetailsRefreshed)
def school_renamed(row: Name | None, event: School.DetailsRefreshed) -> Name | None:
    found = next((change.after for change in event.changes if change.detail == "name"), None)
    return row if row is None or found is None else _renamed(row, str(found), event)


@names.on(School.UrnSuperseded)
def school_goes_on(row: Name | None, event: School.UrnSuperseded) -> Name | None:
    return row and replace(_renamed(row, event.name, event), detail=str(event.new))


@names.on(Person.NameChanged)
def person_renamed(row: Name | None, event: Person.NameChanged) -> Name | None:
    return row and _renamed(row, event.name.value, event)


@names.on(Person.Corrected)
def person_corrected(row: Name | None, event: Person.Corrected) -> Name | None:
    return replace(row, name=event.name.value) if row and event.name else row


@names.on(provider.Corrected)
def provider_corrected(row: Name | None, event: provider.Corrected) -> Name | None:
    return replace(row, name=event.known_as) if row and event.known_as else row


@names.on(provider.Renamed)
def provider_renamed(row: Name | None, event: provider.Renamed) -> Name | None:
    return row and _renamed(row, _of_provider(event.trading_as, event.name), event)


def _renamed(row: Name, name: str, event: Event) -> Name:
    if name == row.name:
        return row
    former = (*row.former, FormerName(name=row.name, until=event.meta.occurred_on))
    return replace(row, name=name, former=former, sought=" | ".join(folded(each.name) for each in former))


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
    """The records of a kind that go by that reference, or else have that text in their name, or had it; by name."""
    columns = names.table.c
    of_kind = names.table.select().where(columns.kind == kind)
    exact = names.rows(connection, of_kind.where(columns.detail == text.strip().upper()))
    if exact or not text.strip():
        return exact
    holding = columns.name.icontains(text.strip(), autoescape=True) | columns.id.in_(formerly(kind, text))
    return names.rows(connection, of_kind.where(holding).order_by(columns.name, columns.detail).limit(limit))


def called_before(connection: sa.Connection, kind: str) -> dict[str, str]:
    """The name that each record of a kind had before the present one, by reference or URN; those that had none are
    left out."""
    columns = names.table.c
    renamed = names.table.select().where(columns.kind == kind, columns.sought > "")
    return {row.detail: row.former[-1].name for row in names.rows(connection, renamed)}


def formerly(kind: str, text: str) -> sa.Select[tuple[UUID]]:
    """The ids of the records of a kind that had a name with every word of a text, of none where there is no word."""
    columns, words = names.table.c, folded(text).split()
    held = [columns.sought.contains(word, autoescape=True) for word in words] or [sa.false()]
    return sa.select(columns.id).where(columns.kind == kind, *held)


VIEW = View("names", names)

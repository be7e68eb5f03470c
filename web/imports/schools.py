"""The schools that an import changed: the first of each change by name on its page, all on a page of their own and
by API."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema, fields

from domain.imports import Import, SchoolChange
from projections import imports as view
from projections import schools as schools_view
from projections.view import Row
from web.access.context import Snapshot
from web.commands.dispatch import LoadedRecord
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.imports.commands import imports
from web.imports.file_import import school_in_words

NAMED = 20
"""Schools of each change that the page of an import names, and the command line."""


class SchoolOfImport(Row):
    """A school that an import changed, as it is called now. `elsewhere` is the authority to which it went."""

    position: int
    change: SchoolChange
    school: UUID
    urn: int
    name: str
    elsewhere: str

    def __str__(self) -> str:
        return school_in_words(self.name, self.urn, self.elsewhere)


class ChangeFilters(Schema):
    change = fields.Enum(SchoolChange, by_value=True, metadata={"label": "What happened to the school"})


def _named(connection: sa.Connection, changed: Iterable[view.ChangedSchool]) -> list[SchoolOfImport]:
    rows = list(changed)
    known = schools_view.by_ids(connection, [row.school for row in rows])
    return [
        SchoolOfImport(
            position=row.position,
            change=row.change,
            school=row.school,
            urn=known[row.school].urn,
            name=known[row.school].name,
            elsewhere=row.elsewhere,
        )
        for row in rows
        if row.school in known
    ]


def _listed(
    snapshot: Snapshot, of: LoadedRecord[Import], filters: Values, after: str | None, limit: int
) -> list[SchoolOfImport]:
    place = int(after) if after else None
    reference, change = of.record.reference, filters.get("change")
    return _named(
        snapshot.connection, view.schools_of(snapshot.connection, reference, change=change, after=place, limit=limit)
    )


_LISTING = Listing(
    SchoolOfImport,
    _listed,
    lambda row: str(row.position),
    ChangeFilters,
    place=lambda text: int(text) if text.isdecimal() and len(text) < 19 else int(""),
    inside=("position", "urn"),
)

changed_schools = ListEndpoint("schools", imports.read, _LISTING, "The schools that an import changed")
imports.list_endpoints.append(changed_schools)


def first_schools(connection: sa.Connection, reference: str) -> list[tuple[SchoolChange, int, list[SchoolOfImport]]]:
    """Of each change that an import made the number of schools, and the first of them by name."""
    found = view.first_schools(connection, reference, NAMED)
    told = _named(connection, (row for _, row in found))
    numbers = {row.change: number for number, row in found}
    return [
        (change, numbers[change], [row for row in told if row.change is change])
        for change in SchoolChange
        if change in numbers
    ]

"""The search of the pages, for programs: a record by its reference, else schools."""

from __future__ import annotations

from uuid import UUID

from marshmallow import Schema, fields, validate

from domain.school import School
from projections import schools
from projections.names import formerly
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope, list_scope
from web.access.policy import Action
from web.api.smorest import API_PREFIX
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.search.finding import record_of


class FoundRecord(Row):
    """A record that was found: its kind, its reference (of a school its URN), where it is read, and of a school what
    tells it from others of its name."""

    id: UUID
    kind: str
    reference: str
    path: str
    name: str = ""
    address: str = ""


class SearchFilters(Schema):
    q = fields.String(
        required=True,
        validate=validate.Length(1, 200),
        metadata={"description": "A full reference, or a school's name, town, URN or postcode"},
    )


def _found(snapshot: Snapshot, _: ListScope, filters: Values, after: str | None, limit: int) -> list[FoundRecord]:
    typed = filters["q"].strip()
    record = record_of(snapshot.context, typed)
    if record is not None:
        resource, found = record
        address = resource.address(found)
        row = FoundRecord(
            id=found.id, kind=resource.kind.KIND, reference=address, path=f"{API_PREFIX}{resource.href(found)}"
        )
        return [row] if after is None else []
    if not typed or not snapshot.user.may(Action.FIND_SCHOOLS):
        return []
    asked = schools.listed(
        snapshot.connection,
        today=snapshot.services.today(),
        text=typed,
        formerly=formerly(School.KIND, typed),
        among=list_scope(snapshot, Action.FIND_SCHOOLS).narrowed(),
        after=after,
    )
    return [
        FoundRecord(
            id=row.id,
            kind=School.KIND,
            reference=str(row.urn),
            path=f"{API_PREFIX}/schools/{row.urn}",
            name=row.name,
            address=row.address,
        )
        for row in schools.schools.rows(snapshot.connection, asked.limit(limit))
    ]


search = ListEndpoint(
    "search",
    None,
    Listing(
        FoundRecord,
        _found,
        lambda row: str(row.id),
        SearchFilters,
        place=UUID,
        names={"reference": "record", "kind": "record_kind"},
        shows_records=False,
    ),
    "Find a record by its reference, or schools by name",
)

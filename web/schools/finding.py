"""Schools as lists show them: what tells them apart, and who looks after them today."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema, fields, validate

from domain.school import School, Status
from domain.vocabulary import LabelledEnum, Phase
from projections import schools as view
from projections.names import formerly
from projections.schools import KnownSchool, LookedAfter
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.commands.fields import known_or_unknown, person_field
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Values
from web.runtime.served_schools import is_served, types_served
from web.runtime.services import Services


class WorkedWith(LabelledEnum):
    """Whether the service works with a school: open, this authority's, and of a type that the settings name."""

    SERVED = "served"
    OTHERS = "others"

    @property
    def label(self) -> str:
        return "Schools we work with" if self is WorkedWith.SERVED else "Other schools"


class SchoolStatus(LabelledEnum):
    """Status of a school."""

    OPEN = "open"
    PROPOSED_TO_CLOSE = "proposed_to_close"
    PROPOSED_TO_OPEN = "proposed_to_open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return Status[self.name].value


class ListedSchool(Row):
    """A school in a list. `address` tells schools of one name apart; its officers and its need are today's."""

    id: UUID
    urn: int
    version: int
    name: str
    address: str
    phase: Phase | None
    school_type: str | None
    status: SchoolStatus | None
    la_name: str | None
    link_officer: UUID | None
    cover_officer: UUID | None
    need_category: str | None
    is_served: bool


class SchoolFilters(Schema):
    q = fields.String(
        validate=validate.Length(max=200), metadata={"label": "School", "hint": "Name, town, URN or postcode"}
    )
    phase = fields.List(known_or_unknown(Phase), metadata={"label": "Phase"})
    worked_with = fields.Enum(WorkedWith, by_value=True, metadata={"label": "Which schools"})
    status = known_or_unknown(SchoolStatus, label="Status")
    officer = person_field(metadata={"label": "Link or cover officer"})
    category = fields.String(validate=validate.Length(max=40), metadata={"label": "Level of support"})
    authority = fields.String(
        validate=validate.Length(max=100), metadata={"label": "Local authority", "hint": "Name or 3-digit code"}
    )


def _asked(snapshot: Snapshot, limited: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    """The schools asked for, as far as the person who asks may find them; the closed ones last."""
    worked_with, status = filters.get("worked_with"), filters.get("status")
    return view.listed(
        snapshot.connection,
        today=snapshot.services.today(),
        text=filters.get("q", ""),
        formerly=formerly(School.KIND, filters.get("q", "")),
        la=filters.get("authority"),
        phases=filters.get("phase", ()),
        status=SchoolStatus(status).label if status in set(SchoolStatus) else status,
        officers=[filters["officer"]] if filters.get("officer") else None,
        category=filters.get("category"),
        served=types_served(snapshot.services) if worked_with is WorkedWith.SERVED else None,
        not_served=types_served(snapshot.services) if worked_with is WorkedWith.OTHERS else None,
        among=limited.narrowed(),
        after=after,
    )


def _with_care(snapshot: Snapshot, rows: list[KnownSchool]) -> list[ListedSchool]:
    care = view.looked_after(snapshot.connection, [row.id for row in rows], today=snapshot.services.today())
    return [_listed(snapshot.services, row, care[row.id]) for row in rows]


def _listed(services: Services, school: KnownSchool, care: LookedAfter) -> ListedSchool:
    return ListedSchool(
        id=school.id,
        urn=school.urn,
        version=school.version,
        name=school.name,
        address=school.address,
        phase=school.phase,
        school_type=school.school_type,
        status=SchoolStatus[Status(school.status).name] if school.status else None,
        la_name=school.la_name,
        link_officer=care.link_officer,
        cover_officer=care.cover_officer,
        need_category=care.need_category,
        is_served=is_served(services, school),
    )


LISTING = Listing(
    ListedSchool, TableQuery(view.schools, _asked, _with_care), lambda row: str(row.id), SchoolFilters, place=UUID
)

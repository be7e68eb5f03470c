"""What the register tells of each school, and which school answers to which URN."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import Details, School, Source, Status, Value
from domain.school.parts import left_on
from domain.school.tellings import Tellings, details_in, name_in, told
from domain.text import folded
from domain.vocabulary import Personal, Phase
from projections.view import Key, Row, ViewTable, replace


class KnownSchool(Row):
    """A school as files tell it. `tellings` are the details by the day of the newest file that tells each,
    `head_dated` is the day of the one that tells the head (None: none does). `sought` is what searches look at;
    `urns` are all it ever had, the present one last; `successors` the later URNs that the register ever proposed
    for it. `registered_on` is the day from which the service knows it. `closed`: nothing begins there any more,
    because it has closed or belongs to another authority, which `left_on` tells."""

    id: UUID
    version: int
    urn: int
    urns: tuple[int, ...]
    name: str
    sought: str
    phase: Phase | None
    status: str | None
    school_type: str | None
    closed: bool
    la_code: str | None
    la_name: str | None
    tellings: Tellings
    details: Details
    head_name: str | None
    head_dated: date | None
    source: str
    dated: date
    registered_on: date
    successors: tuple[int, ...] = ()
    merged_into: UUID | None = None

    @property
    def left_on(self) -> date | None:
        """The day from which it belongs to another authority, None while it is this one's."""
        return left_on(self.details)

    @property
    def ending(self) -> str:
        """Why nothing begins there any more, in a word or two; empty where something may."""
        if self.left_on is not None:
            return f"now {self.la_name}"
        return "closed" if self.closed else ""

    def detail(self, name: str) -> Value:
        """A detail by the importer's name for it (`town`, `telephone`), None where the register tells nothing."""
        return self.details.get(name)

    @property
    def address(self) -> str:
        """Street, town and postcode: what tells schools of one name apart."""
        lines = (self.details.get(line) for line in ("street", "locality", "town", "postcode"))
        return ", ".join(str(line) for line in lines if line)


class HeldUrn(Row):
    """A URN, present or past, and the school that took it last; where that one went into another, that other answers
    to it today."""

    urn: int
    school: UUID


schools = ViewTable(
    "schools",
    KnownSchool,
    key=("id",),
    indexes=[("closed", "sought", "id"), ("la_code", "closed", "sought", "id"), ("merged_into",)],
)
urns = ViewTable("school_urns", HeldUrn, key=("urn",), indexes=[("school",)])


def _columns(tellings: Tellings, held: tuple[int, ...]) -> dict[str, Any]:
    """The columns that follow from what is told of the school that holds these URNs."""
    name, details = name_in(tellings), details_in(tellings)
    postcode = str(details.get("postcode") or "")
    known = " ".join((name, str(details.get("town") or ""), *map(str, held), postcode, postcode.replace(" ", "")))
    status, phase = details.get("status"), details.get("phase")
    return {
        "name": name,
        "urn": held[-1],
        "urns": held,
        "tellings": tellings,
        "details": details,
        "sought": folded(known),
        "phase": Phase(str(phase)) if phase else None,
        "status": status,
        "school_type": details.get("school_type"),
        "closed": status == Status.CLOSED or left_on(details) is not None,
        "la_code": details.get("la_code"),
        "la_name": details.get("la_name"),
    }


@schools.on(School.Registered)
def registered(_: KnownSchool | None, event: School.Registered) -> KnownSchool:
    return KnownSchool(
        id=event.meta.stream,
        version=event.meta.version,
        head_name=_text(event.head),
        head_dated=event.head_dated,
        source=event.source.file,
        dated=event.source.dated,
        registered_on=event.meta.occurred_on,
        **_columns(event.tellings(), (event.urn,)),
    )


@schools.on(School.DetailsRefreshed, School.MovedToAuthority)
def told_otherwise(
    row: KnownSchool | None, event: School.DetailsRefreshed | School.MovedToAuthority
) -> KnownSchool | None:
    if row is None:
        return None
    tellings = told(row.tellings, event.details, event.source.dated)
    return _told_by(replace(row, **_columns(tellings, row.urns)), event.source)


@schools.on(School.DetailsConfirmed)
def details_confirmed(row: KnownSchool | None, event: School.DetailsConfirmed) -> KnownSchool | None:
    if row is None:
        return None
    head_dated = event.source.dated if event.confirms_head else row.head_dated
    confirmed = replace(row, **_columns(event.confirmed(row.tellings), row.urns), head_dated=head_dated)
    return _told_by(confirmed, event.source)


@schools.on(School.CameBackToAuthority)
def came_back_to_authority(row: KnownSchool | None, event: School.CameBackToAuthority) -> KnownSchool | None:
    return row and replace(row, **_columns(told(row.tellings, event.details, event.source.dated), row.urns))


@schools.on(School.AbsenceExplained)
def absence_explained(row: KnownSchool | None, event: School.AbsenceExplained) -> KnownSchool | None:
    return row and replace(row, **_columns(event.explained(row.tellings), row.urns))


@schools.on(School.HeadNamed)
def head_named(row: KnownSchool | None, event: School.HeadNamed) -> KnownSchool | None:
    named = {"head_name": _text(event.head), "head_dated": event.source.dated}
    return row and _told_by(replace(row, **named), event.source)


def _text(personal: Personal | None) -> str | None:
    return None if personal is None else personal.value


def _told_by(row: KnownSchool, source: Source) -> KnownSchool:
    if source.dated < row.dated:
        return row
    return replace(row, source=source.file, dated=source.dated)


@schools.on(School.SuccessionProposed)
def succession_proposed(row: KnownSchool | None, event: School.SuccessionProposed) -> KnownSchool | None:
    return row and replace(row, successors=(*row.successors, event.urn))


@schools.on(School.UrnSuperseded)
def urn_superseded(row: KnownSchool | None, event: School.UrnSuperseded) -> KnownSchool | None:
    if row is None:
        return None
    return replace(
        row,
        head_name=_text(event.head),
        head_dated=event.head_dated,
        dated=max(row.dated, event.dated),
        **_columns(event.tellings(), (*row.urns, event.new)),
    )


@schools.on(School.MergedInto)
def merged_into(row: KnownSchool | None, event: School.MergedInto) -> KnownSchool | None:
    return row and replace(row, merged_into=event.into)


LATER_EVENTS = (
    School.DetailsRefreshed,
    School.DetailsConfirmed,
    School.HeadNamed,
    School.JoinedGroup,
    School.LeftGroup,
    School.InspectionRecorded,
    School.MovedToAuthority,
    School.CameBackToAuthority,
    School.MissedInRegister,
    School.FoundInRegister,
    School.AbsenceExplained,
    School.SuccessionProposed,
    School.SuccessionDeclined,
    School.UrnSuperseded,
    School.MergedInto,
    School.LinkOfficerAssigned,
    School.LinkOfficerReleased,
    School.CoverArranged,
    School.CoverEnded,
    School.NeedCategorySet,
    School.NeedCategoryDecided,
    School.ExternalSupportNoted,
)


@schools.on(*LATER_EVENTS)
def moved_on(row: KnownSchool | None, event: Any) -> KnownSchool | None:
    return row and replace(row, version=event.meta.version)


@urns.on(School.Registered, key=lambda event: (event.urn,))
def urn_held(_: HeldUrn | None, event: School.Registered) -> HeldUrn:
    return HeldUrn(urn=event.urn, school=event.meta.stream)


@urns.on(School.UrnSuperseded, key=lambda event: (event.new,))
def urn_taken(_: HeldUrn | None, event: School.UrnSuperseded) -> HeldUrn:
    return HeldUrn(urn=event.new, school=event.meta.stream)


@urns.on_each(School.MergedInto, keys=lambda event: [(urn,) for urn in event.urns])
def urn_given_up(_: HeldUrn | None, event: School.MergedInto, key: Key) -> HeldUrn:
    return HeldUrn(urn=key[0], school=event.into)


def gone_into(connection: sa.Connection, asked: Collection[UUID]) -> dict[UUID, UUID]:
    """The records that went into these schools, at once or by way of others, each with its school, nearest first."""
    columns = schools.table.c
    found: dict[UUID, UUID] = {}
    level = {school: school for school in asked}
    while level:
        query = sa.select(columns.id, columns.merged_into).where(columns.merged_into.in_(level)).order_by(columns.id)
        level = {row.id: level[row.merged_into] for row in connection.execute(query)}
        found.update(level)
    return found

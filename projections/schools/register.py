"""What the register tells of each school, and which school answers to which URN."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import Details, School, Source, Status, Value, taken_in
from domain.school.parts import LEFT, left_on
from domain.vocabulary import Personal, Phase
from projections.view import Key, Row, Sheet, replace


class KnownSchool(Row):
    """A school as the register tells it. `sought` is what searches look at; `urns` are all it ever had, the present
    one last; `successors` the later URNs that the register ever proposed for it. `closed`: nothing begins there any
    more, because it has closed or belongs to another authority, which `left_on` tells."""

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
    details: Details
    head_name: str | None
    source: str
    dated: date
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


schools = Sheet(
    "schools",
    KnownSchool,
    key=("id",),
    indexes=[("closed", "sought", "id"), ("la_code", "closed", "sought", "id"), ("merged_into",)],
)
urns = Sheet("school_urns", HeldUrn, key=("urn",), indexes=[("school",)])


APOSTROPHES = "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}."
"""What people leave out when they type a name; the full stop of "St." among them."""


def folded(text: str) -> str:
    """Text as it is sought: without case, accents and apostrophes, other punctuation as blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in plain if not unicodedata.combining(letter) and letter not in APOSTROPHES)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())


def _told(name: str, held: tuple[int, ...], details: Details) -> dict[str, Any]:
    """The columns that follow from name, URNs and details."""
    postcode = str(details.get("postcode") or "")
    known = " ".join((name, str(details.get("town") or ""), *map(str, held), postcode, postcode.replace(" ", "")))
    status, phase = details.get("status"), details.get("phase")
    return {
        "name": name,
        "urn": held[-1],
        "urns": held,
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
        source=event.source.file,
        dated=event.source.dated,
        **_told(event.name, (event.urn,), taken_in({}, event.details, event.source.dated)),
    )


@schools.on(School.DetailsRefreshed)
def details_refreshed(row: KnownSchool | None, event: School.DetailsRefreshed) -> KnownSchool | None:
    if row is None:
        return None
    after = {change.detail: change.after for change in event.changes}
    name = str(after.pop("name", row.name))
    details = taken_in(row.details, after, event.source.dated)
    return _told_by(replace(row, **_told(name, row.urns, details)), event.source)


@schools.on(School.MovedToAuthority)
def moved_to_authority(row: KnownSchool | None, event: School.MovedToAuthority) -> KnownSchool | None:
    if row is None:
        return None
    moved = {"la_name": event.la_name, "la_code": event.la_code, LEFT: event.source.dated.isoformat()}
    return _told_by(replace(row, **_told(row.name, row.urns, {**row.details, **moved})), event.source)


@schools.on(School.CameBackToAuthority)
def came_back_to_authority(row: KnownSchool | None, _: School.CameBackToAuthority) -> KnownSchool | None:
    if row is None:
        return None
    details = {name: value for name, value in row.details.items() if name != LEFT}
    return replace(row, **_told(row.name, row.urns, details))


@schools.on(School.AbsenceExplained)
def absence_explained(row: KnownSchool | None, event: School.AbsenceExplained) -> KnownSchool | None:
    if row is None or event.closed is None:
        return row
    closed = {"status": Status.CLOSED.value, "closed": event.closed.isoformat()}
    return replace(row, **_told(row.name, row.urns, {**row.details, **closed}))


@schools.on(School.HeadNamed)
def head_named(row: KnownSchool | None, event: School.HeadNamed) -> KnownSchool | None:
    return row and _told_by(replace(row, head_name=_text(event.head)), event.source)


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
    told = _told(event.name, (*row.urns, event.new), taken_in({}, event.details, event.dated))
    return replace(row, head_name=_text(event.head), dated=max(row.dated, event.dated), **told)


@schools.on(School.MergedInto)
def merged_into(row: KnownSchool | None, event: School.MergedInto) -> KnownSchool | None:
    return row and replace(row, merged_into=event.into)


LATER_EVENTS = (
    School.DetailsRefreshed,
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

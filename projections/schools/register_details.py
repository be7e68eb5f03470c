"""What the register tells beside a school's own details: what may have replaced it, its groups, its inspections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import School
from projections.schools.register import gone_into, schools
from projections.view import Key, Row, ViewTable, replace


class ProposedSuccession(Row):
    """A later URN that the register links to a school and that waits for an answer."""

    school: UUID
    urn: int
    kind: str
    on: date | None
    source: str


class InspectedOn(Row):
    """An inspection; `grades` are those of areas, by the area, and `dated` is the day of the file that told of it."""

    school: UUID
    inspected_on: date
    urn: int
    rating: str
    framework: str
    dated: date
    grades: dict[str, str]


class GroupMember(Row):
    school: UUID
    uid: str
    name: str
    kind: str
    joined: date | None
    dated: date


class KnownMember(GroupMember):
    """A membership with the name of its school, and whether that has closed or gone."""

    school_name: str = ""
    school_closed: bool = False


class MissedSchool(Row):
    """A school that a full register no longer names, which a person is to look into, or has `answered`."""

    school: UUID
    source: str
    dated: date
    answered: bool = False


missed = ViewTable("school_absences", MissedSchool, key=("school",))
successions = ViewTable("school_successions", ProposedSuccession, key=("school", "urn"))
inspections = ViewTable("school_inspections", InspectedOn, key=("school", "inspected_on", "urn"))
groups = ViewTable("school_groups", GroupMember, key=("school", "uid"), indexes=[("uid",)])

LAST_INSPECTED = (inspections.table.c.inspected_on.desc(), inspections.table.c.urn)


def by_urn_of(event: School.SuccessionProposed | School.SuccessionDeclined) -> Key:
    return (event.meta.stream, event.urn)


@successions.on(School.SuccessionProposed, key=by_urn_of)
def waits_for_an_answer(_: ProposedSuccession | None, event: School.SuccessionProposed) -> ProposedSuccession:
    return ProposedSuccession(
        school=event.meta.stream, urn=event.urn, kind=event.kind, on=event.on, source=str(event.source)
    )


@successions.on(School.SuccessionDeclined, key=by_urn_of)
def succession_declined(*_: object) -> None:
    """A succession that is declined is answered."""


@successions.on(School.UrnSuperseded, key=lambda event: (event.meta.stream, event.new))
def succession_confirmed(*_: object) -> None:
    """So is one that is confirmed."""


@missed.on(School.MissedInRegister)
def missed_in_register(_: MissedSchool | None, event: School.MissedInRegister) -> MissedSchool:
    return MissedSchool(school=event.meta.stream, source=str(event.source), dated=event.source.dated)


@missed.on(School.AbsenceExplained)
def absence_explained(row: MissedSchool | None, _: School.AbsenceExplained) -> MissedSchool | None:
    return row and replace(row, answered=True)


@missed.on(School.FoundInRegister, School.MovedToAuthority, School.MergedInto)
def missed_no_more(*_: object) -> None:
    """A school that is found, or of which the register says where it is, is missed no more."""


@inspections.on(School.InspectionRecorded, key=lambda event: (event.meta.stream, event.inspected_on, event.urn))
def inspection_recorded(_: InspectedOn | None, event: School.InspectionRecorded) -> InspectedOn:
    return InspectedOn(
        school=event.meta.stream,
        inspected_on=event.inspected_on,
        urn=event.urn,
        rating=event.rating,
        framework=event.framework,
        dated=event.source.dated,
        grades={each.area: each.grade for each in event.grades},
    )


def by_group(event: School.JoinedGroup | School.LeftGroup) -> Key:
    return (event.meta.stream, event.group)


@groups.on(School.JoinedGroup, key=by_group)
def joined_group(_: GroupMember | None, event: School.JoinedGroup) -> GroupMember:
    return GroupMember(
        school=event.meta.stream,
        uid=event.group,
        name=event.name,
        kind=event.kind,
        joined=event.joined,
        dated=event.source.dated,
    )


@groups.on(School.LeftGroup, key=by_group)
def left_group(*_: object) -> None:
    """A membership that is over is no row."""


def known_inspections(
    connection: sa.Connection, asked: Collection[UUID]
) -> dict[tuple[UUID, date, int], InspectedOn]:
    """The inspections that the product knows of these schools and of those that went into them, by school, day and
    URN; where both tell of one, as the school itself does."""
    gone = gone_into(connection, asked)
    nearest = {record: place for place, record in enumerate((*asked, *gone))}
    query = inspections.table.select().where(inspections.table.c.school.in_(nearest))
    found = sorted(inspections.rows(connection, query), key=lambda row: nearest[row.school], reverse=True)
    return {(gone.get(row.school, row.school), row.inspected_on, row.urn): row for row in found}


def known_groups(connection: sa.Connection) -> dict[tuple[UUID, str], KnownMember]:
    """All memberships that the product knows, by school and group; of a school that went into another one, none."""
    of = schools.table.c
    query = (
        sa.select(groups.table, of.name.label("school_name"), of.closed.label("school_closed"))
        .join(schools.table, of.id == groups.table.c.school)
        .where(of.merged_into.is_(None))
    )
    return {
        (row["school"], row["uid"]): KnownMember(**row) for row in map(dict, connection.execute(query).mappings())
    }


def inspections_of(connection: sa.Connection, school: UUID) -> list[InspectedOn]:
    """The inspections of a school and of those that went into it, the newest first."""
    return inspections.rows(connection, inspections.table.select().where(inspected(school)).order_by(*LAST_INSPECTED))


def inspected(school: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    """The condition that an inspection was of a school, or of one that went into it and the school itself does not
    tell it otherwise."""
    columns, own = inspections.table.c, inspections.table.alias().c
    told_otherwise = sa.exists().where(
        own.school == school,
        own.school != columns.school,
        own.inspected_on == columns.inspected_on,
        own.urn == columns.urn,
    )
    return sa.and_(columns.school.in_(with_merged(school)), ~told_otherwise)


def groups_of(connection: sa.Connection, school: UUID) -> list[GroupMember]:
    """The groups to which a school belongs, by name."""
    columns = groups.table.c
    query = groups.table.select().where(columns.school == school)
    return groups.rows(connection, query.order_by(columns.name, columns.uid))


def proposed_successions(
    connection: sa.Connection, *, after: str | None = None, limit: int | None = None
) -> list[ProposedSuccession]:
    """The successions that wait for an answer; `after` is the last one's `urn/school`."""
    columns = successions.table.c
    query = (
        successions.table.select()
        .join(schools.table, schools.table.c.id == columns.school)
        .where(schools.table.c.merged_into.is_(None))
        .order_by(columns.urn, columns.school)
        .limit(limit)
    )
    if after is not None:
        urn, _, last = after.partition("/")
        place = sa.tuple_(int(urn), UUID(last), types=[columns.urn.type, columns.school.type])
        query = query.where(sa.tuple_(columns.urn, columns.school) > place)
    return successions.rows(connection, query)


def missed_schools(
    connection: sa.Connection, *, after: UUID | None = None, limit: int | None = None
) -> list[MissedSchool]:
    """The schools that a full register no longer names and nobody has looked into; `after` is the last one's id."""
    columns = missed.table.c
    query = missed.table.select().where(sa.not_(columns.answered)).order_by(columns.school).limit(limit)
    return missed.rows(connection, query if after is None else query.where(columns.school > after))


def missed_ids(connection: sa.Connection) -> frozenset[UUID]:
    """The schools that a full register no longer names, whether or not somebody has looked into it."""
    return frozenset(connection.execute(sa.select(missed.table.c.school)).scalars())


def with_merged(school: UUID | sa.BindParameter[UUID]) -> sa.Select[Any]:
    """The ids of a school and of those that went into it, at once or by way of others."""
    columns = schools.table.c
    found = sa.select(columns.id).where(columns.id == school).cte(recursive=True)
    found = found.union(sa.select(columns.id).where(columns.merged_into == found.c.id))
    return sa.select(found.c.id)

"""Who looks after a school on a day, and how much help it needs then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import School
from domain.school.parts import DAY
from projections.row_queries import RowQueries, RowQuery
from projections.schools.register import schools
from projections.view import Key, Row, ViewTable, replace


class LinkOfficer(Row):
    """An officer's time with a school: until the day before the next one's, or `until` where it was ended."""

    school: UUID
    from_: date
    officer: UUID
    until: date | None = None


class CoverOfficer(Row):
    school: UUID
    from_: date
    officer: UUID
    to: date


class NeedRating(Row):
    """A need category, in force until the next one's first day."""

    school: UUID
    from_: date
    category: str
    review_due: date


class LookedAfter(Row):
    """Who looks after a school on a day, and how much help it needs then."""

    school: UUID
    link_officer: UUID | None = None
    link_from: date | None = None
    cover_officer: UUID | None = None
    cover_to: date | None = None
    need_category: str | None = None
    need_from: date | None = None
    review_due: date | None = None


link_officers = ViewTable("school_link_officers", LinkOfficer, key=("school", "from_"), indexes=[("officer",)])
covers = ViewTable("school_covers", CoverOfficer, key=("school", "from_"), indexes=[("officer",)])
needs = ViewTable("school_needs", NeedRating, key=("school", "from_"), indexes=[("category",)])


def by_first_day(event: Any) -> Key:
    return (event.meta.stream, event.from_)


@link_officers.on(School.LinkOfficerAssigned, key=by_first_day)
def link_officer_assigned(_: LinkOfficer | None, event: School.LinkOfficerAssigned) -> LinkOfficer:
    return LinkOfficer(school=event.meta.stream, from_=event.from_, officer=event.officer)


@link_officers.on(School.LinkOfficerReleased, key=by_first_day)
def link_officer_released(row: LinkOfficer | None, event: School.LinkOfficerReleased) -> LinkOfficer | None:
    """One who never began keeps a place with no day, as the time of the one before ends with it."""
    return row and replace(row, until=event.last_day or event.from_ - DAY)


@covers.on(School.CoverArranged, key=by_first_day)
def cover_arranged(_: CoverOfficer | None, event: School.CoverArranged) -> CoverOfficer:
    return CoverOfficer(school=event.meta.stream, from_=event.from_, officer=event.officer, to=event.to)


@covers.on(School.CoverEnded, key=by_first_day)
def cover_ended(row: CoverOfficer | None, event: School.CoverEnded) -> CoverOfficer | None:
    return replace(row, to=event.last_day) if row and event.last_day else None


@needs.on(School.NeedCategorySet, School.NeedCategoryDecided, key=by_first_day)
def need_category_set(_: NeedRating | None, event: School.NeedCategorySet) -> NeedRating:
    return NeedRating(
        school=event.meta.stream, from_=event.from_, category=event.category, review_due=event.review_due
    )


def looked_after(connection: sa.Connection, asked: Collection[UUID], *, today: date) -> dict[UUID, LookedAfter]:
    """Who looks after each of these schools today, and its need category."""
    found = {school: LookedAfter(school=school) for school in asked}
    rows = _CARE.rows(connection, asked=list(found), today=today)
    for link in rows["links"]:
        if link.until is None or link.until >= today:
            found[link.school] = replace(found[link.school], link_officer=link.officer, link_from=link.from_)
    for cover in rows["covers"]:
        if cover.to >= today:
            found[cover.school] = replace(found[cover.school], cover_officer=cover.officer, cover_to=cover.to)
    for need in rows["needs"]:
        found[need.school] = replace(
            found[need.school], need_category=need.category, need_from=need.from_, review_due=need.review_due
        )
    return found


def _begun(view_table: ViewTable[Any]) -> RowQuery:
    """The rows begun by a day, in order of their first days: of each school the last one counts."""
    columns = view_table.table.c
    asked = columns.school.in_(sa.bindparam("asked", expanding=True))
    begun = columns.from_ <= sa.bindparam("today", type_=sa.Date)
    return RowQuery(view_table, sa.and_(asked, begun), (columns.from_, columns.school))


_CARE = RowQueries(links=_begun(link_officers), covers=_begun(covers), needs=_begun(needs))


def linked(
    officers: Collection[UUID | sa.BindParameter[UUID]] | None, today: date | sa.BindParameter[date]
) -> sa.ColumnElement[bool]:
    """The condition that one of some officers, or anybody, is a school's link officer on a day."""
    columns = link_officers.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        sa.true() if officers is None else columns.officer.in_(officers),
        sa.or_(columns.until.is_(None), columns.until >= today),
        columns.from_ == _newest(link_officers, today),
    )


def covered(
    officers: Collection[UUID | sa.BindParameter[UUID]], today: date | sa.BindParameter[date]
) -> sa.ColumnElement[bool]:
    columns = covers.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        columns.officer.in_(officers),
        columns.from_ <= today,
        columns.to >= today,
    )


def rated(category: str, today: date) -> sa.ColumnElement[bool]:
    columns = needs.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        columns.category == category,
        columns.from_ == _newest(needs, today),
    )


def link_in_force(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a link officer's time with a school is the one that counts on a day."""
    columns, other = link_officers.table.c, link_officers.table.alias()
    newest = sa.select(sa.func.max(other.c.from_)).where(other.c.school == columns.school, other.c.from_ <= day)
    return sa.and_(
        sa.or_(columns.until.is_(None), columns.until >= day),
        columns.from_ == newest.scalar_subquery().correlate(link_officers.table),
        ~_is_merged(columns.school),
    )


def cover_in_force(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a school is covered on a day."""
    columns = covers.table.c
    return sa.and_(columns.from_ <= day, columns.to >= day, ~_is_merged(columns.school))


def _is_merged(school: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.exists().where(schools.table.c.id == school, schools.table.c.merged_into.is_not(None))


def looking_after(today: date) -> sa.Select[Any]:
    """The people who are a school's link officer, or cover for one, today or from a later day."""
    link, cover = link_officers.table.c, covers.table.c
    now = sa.and_(sa.or_(link.until.is_(None), link.until >= today), link.from_ == _newest(link_officers, today))
    linked_people = (
        sa.select(link.officer)
        .join(schools.table, schools.table.c.id == link.school)
        .where(schools.table.c.merged_into.is_(None), sa.or_(link.from_ > today, now))
    )
    return sa.select(sa.union(linked_people, sa.select(cover.officer).where(cover.to >= today)).subquery())


def _newest(view_table: ViewTable[Any], today: date | sa.BindParameter[date]) -> sa.ScalarSelect[Any]:
    """The first day of what is in force today, for the school in hand."""
    other = view_table.table.alias()
    return (
        sa.select(sa.func.max(other.c.from_))
        .where(other.c.school == schools.table.c.id, other.c.from_ <= today)
        .scalar_subquery()
        .correlate(schools.table)
    )

"""Schools found: by name, URN or postcode, by who has them, and by what is asked of a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.establishments import OPEN
from domain.local_authorities import code_of
from domain.school.tellings import day_of
from domain.text import folded
from domain.vocabulary import Phase
from projections.schools.care import covered, covers, link_officers, linked, rated
from projections.schools.register import KnownSchool, gone_into, schools, urns
from projections.view import Row, replace

NOT_KNOWN = "not_known"
"""What is asked for in place of a phase or status that no file has told."""


FormerlyCalled = sa.Select[tuple[UUID]]
"""The ids of those that had a name (projections.names.formerly)."""


class Remit(NamedTuple):
    """Which schools a service works with: open ones of these types, of the authority with this code; without a code,
    of every authority. What no file has told leaves no school out."""

    types: Collection[str]
    authority: str | None = None


class ExpectedSchool(Row):
    """As much of a school as a full register is compared with."""

    id: UUID
    urn: int
    name: str
    la_code: str | None
    la_name: str | None
    la_dated: date | None
    dated: date


def search(
    connection: sa.Connection,
    text: str,
    *,
    formerly: FormerlyCalled | None = None,
    la: str | None = None,
    limit: int = 20,
    after: str | None = None,
) -> list[KnownSchool]:
    """The schools whose name, town, URNs or postcode hold every word of the text, the closed ones last; with them
    those that were `formerly` called so."""
    if not folded(text):
        return []
    query = _by_name([*_holding(text, formerly), *_of_authority(la)]).limit(limit)
    return schools.rows(connection, query if after is None else _behind(connection, query, after))


def listed(
    connection: sa.Connection,
    *,
    today: date,
    text: str = "",
    formerly: FormerlyCalled | None = None,
    la: str | None = None,
    phases: Collection[str] = (),
    status: str | None = None,
    officers: Collection[UUID] | None = None,
    category: str | None = None,
    served: Remit | None = None,
    not_served: Remit | None = None,
    among: Collection[UUID] | None = None,
    after: str | None = None,
) -> sa.Select[Any]:
    """The schools that meet all that is asked, the closed ones last, by name; `after` is the last id of a page.

    `la` is an authority's code or name. `NOT_KNOWN` among the phases, or as status, finds the schools of which no
    file has told it. `served` keeps the schools within a remit, `not_served` all others. `officers` keeps the schools
    whose link officer, or whose cover, is one of them today; `among` keeps these.
    """
    columns = schools.table.c
    conditions = [*_holding(text, formerly), *_of_authority(la)]
    if phases:
        conditions.append(_is_told(columns.phase, phases))
    if status is not None:
        conditions.append(_is_told(columns.status, [status]))
    if officers is not None:
        conditions.append(sa.or_(linked(officers, today), covered(officers, today)))
    if category is not None:
        conditions.append(rated(category, today))
    if served is not None:
        conditions.append(_served(served))
    if not_served is not None:
        conditions.append(~_served(not_served))
    if among is not None:
        conditions.append(columns.id.in_(among))
    query = _by_name(conditions)
    return query if after is None else _behind(connection, query, after)


def _behind(connection: sa.Connection, query: sa.Select[Any], after: str) -> sa.Select[Any]:
    last = schools.get(connection, UUID(after))
    if last is None:
        return query.where(sa.false())
    return query.where(sa.tuple_(*ORDER) > sa.tuple_(last.closed, last.sought, last.id, types=_types(ORDER)))


def _is_told(column: sa.Column[Any], asked: Collection[str]) -> sa.ColumnElement[bool]:
    told = column.in_([each for each in asked if each != NOT_KNOWN])
    return sa.or_(told, column.is_(None)) if NOT_KNOWN in asked else told


class OfType(Row):
    """How many schools there are of one type, status and authority, None where nobody told it."""

    school_type: str | None
    status: str | None
    closed: bool
    la_code: str | None
    number: int


def by_type(connection: sa.Connection) -> list[OfType]:
    """How many schools there are of each type, status and authority."""
    columns = schools.table.c
    kinds = (columns.school_type, columns.status, columns.closed, columns.la_code)
    query = sa.select(*kinds, sa.func.count().label("number")).where(columns.merged_into.is_(None)).group_by(*kinds)
    return [OfType(**row) for row in connection.execute(query).mappings()]


def _served(remit: Remit) -> sa.ColumnElement[bool]:
    columns = schools.table.c
    kind, status = sa.func.coalesce(columns.school_type, ""), sa.func.coalesce(columns.status, OPEN[0])
    folded_types = [each.casefold() for each in remit.types]
    is_served = sa.and_(columns.closed.is_(False), status.in_(OPEN), sa.func.lower(kind).in_(["", *folded_types]))
    if remit.authority is None:
        return is_served
    return sa.and_(is_served, sa.func.coalesce(columns.la_code, remit.authority) == remit.authority)


def served_ids(remit: Remit) -> sa.Select[tuple[UUID]]:
    """The ids of the schools within a remit."""
    return sa.select(schools.table.c.id).where(_served(remit), schools.table.c.merged_into.is_(None))


def of_officer(connection: sa.Connection, officer: UUID, *, today: date) -> list[KnownSchool]:
    """All schools that are the officer's today, by link or by cover, in the order of their names."""
    return of_team(connection, [officer], today=today)


def of_team(connection: sa.Connection, officers: Collection[UUID], *, today: date) -> list[KnownSchool]:
    """All schools of several officers today, by link or by cover."""
    condition = sa.or_(linked(officers, today), covered(officers, today))
    return schools.rows(connection, _by_name([condition]))


def linked_to(connection: sa.Connection, officer: UUID, *, today: date) -> list[KnownSchool]:
    """The schools whose link officer this is, today or from a later day: what has to be handed over."""
    return schools.rows(connection, _by_name([linked_from(officer, today)]))


def without_link_officer(connection: sa.Connection, served: Remit, *, today: date) -> list[KnownSchool]:
    """The schools of a remit that have no link officer, today or from a later day."""
    link = link_officers.table.c
    later = sa.exists().where(link.school == schools.table.c.id, link.from_ > today)
    return schools.rows(connection, _by_name([_served(served), sa.not_(sa.or_(linked(None, today), later))]))


def covered_to_come(connection: sa.Connection, officer: UUID, *, today: date) -> list[KnownSchool]:
    """The schools for which this officer stands in, today or from a later day."""
    ahead = covers.table.c
    stands_in = sa.exists().where(ahead.school == schools.table.c.id, ahead.officer == officer, ahead.to >= today)
    return schools.rows(connection, _by_name([stands_in]))


def linked_from(officer: UUID | sa.BindParameter[UUID], day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that an officer is a school's link officer, on a day or from a later one."""
    ahead = link_officers.table.c
    later = sa.exists().where(ahead.school == schools.table.c.id, ahead.officer == officer, ahead.from_ > day)
    return sa.or_(linked([officer], day), later)


def ids_of_officer(connection: sa.Connection, officer: UUID, today: date) -> frozenset[UUID]:
    """The schools that are the officer's today, by link or by cover."""
    condition = sa.or_(linked([officer], today), covered([officer], today))
    return _ids(connection, condition, schools.table.c.merged_into.is_(None))


def ids_of_phases(
    connection: sa.Connection, phases: Collection[str], *, with_phaseless: bool = False
) -> frozenset[UUID]:
    """The schools of these phases; `with_phaseless` adds those of which the register tells no phase."""
    return _ids(connection, is_of_phases(phases, with_phaseless=with_phaseless))


def is_of_phases(phases: Collection[str], *, with_phaseless: bool = False) -> sa.ColumnElement[bool]:
    """The condition that a school is of one of these phases, or has none where that is asked for."""
    phase = schools.table.c.phase
    of_phases = phase.in_(phases)
    return sa.or_(of_phases, phase.is_(None)) if with_phaseless else of_phases


def _ids(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> frozenset[UUID]:
    return frozenset(connection.execute(sa.select(schools.table.c.id).where(*conditions)).scalars())


def by_id(connection: sa.Connection, school: UUID) -> KnownSchool | None:
    return schools.get(connection, school)


def by_ids(connection: sa.Connection, ids: Collection[UUID]) -> dict[UUID, KnownSchool]:
    """What the product knows of these schools."""
    query = schools.table.select().where(schools.table.c.id.in_(ids))
    return {row.id: row for row in schools.rows(connection, query)}


def phases_of(connection: sa.Connection, ids: Collection[UUID]) -> dict[UUID, Phase | None]:
    """The phases of these schools."""
    columns = schools.table.c
    found = connection.execute(sa.select(columns.id, columns.phase).where(columns.id.in_(ids)))
    return {row.id: row.phase for row in found}


def by_urn(connection: sa.Connection, urn: int) -> KnownSchool | None:
    """The school that answers to a URN, present or past."""
    return _answering(connection, [urn]).get(urn)


def known_register(connection: sa.Connection, asked: Iterable[int]) -> dict[int, KnownSchool]:
    """What the product knows of the schools that answer to these URNs.

    The `successors` are those of the records that went into a school too: what was asked there is not asked again.
    """
    found = _answering(connection, asked)
    gone = gone_into(connection, {school.id for school in found.values()})
    if not gone:
        return found
    earlier: dict[UUID, list[int]] = {}
    for record in by_ids(connection, gone).values():
        earlier.setdefault(gone[record.id], []).extend(record.successors)
    return {
        urn: replace(school, successors=(*school.successors, *earlier.get(school.id, ())))
        for urn, school in found.items()
    }


def expected_schools(connection: sa.Connection) -> list[ExpectedSchool]:
    """The schools that a full register should name: those that are neither closed nor gone."""
    columns = schools.table.c
    query = schools.table.select().where(sa.not_(columns.closed), columns.merged_into.is_(None))
    return [
        ExpectedSchool(
            id=row.id,
            urn=row.urn,
            name=row.name,
            la_code=row.la_code,
            la_name=row.la_name,
            la_dated=max(filter(None, (day_of(row.tellings, each) for each in ("la_name", "la_code"))), default=None),
            dated=row.dated,
        )
        for row in schools.rows(connection, query.order_by(columns.urn))
    ]


def authorities_of(connection: sa.Connection) -> list[str]:
    """The authorities of the schools that are expected in a register, by code or else name."""
    columns = schools.table.c
    named = sa.func.coalesce(columns.la_code, columns.la_name)
    query = sa.select(named).where(sa.not_(columns.closed), columns.merged_into.is_(None), named.is_not(None))
    return [str(each) for each in connection.execute(query.distinct().order_by(named)).scalars()]


def _answering(connection: sa.Connection, asked: Iterable[int]) -> dict[int, KnownSchool]:
    """The schools that answer to these URNs: where one went into another, that other."""
    held = urns.table
    query = (
        sa.select(held.c.urn.label("asked"), schools.table)
        .join(schools.table, schools.table.c.id == held.c.school)
        .where(held.c.urn.in_(list(asked)))
    )
    found = {row.pop("asked"): KnownSchool(**row) for row in map(dict, connection.execute(query).mappings())}
    while gone := {school.merged_into for school in found.values() if school.merged_into is not None}:
        into = by_ids(connection, gone)
        found = {
            urn: now
            for urn, school in found.items()
            if (now := school if school.merged_into is None else into.get(school.merged_into)) is not None
        }
    return found


def merged_schools(connection: sa.Connection, school: UUID) -> list[KnownSchool]:
    """The institutions that went into a school, at once or by way of others: their records tell its earlier
    history."""
    columns = schools.table.c
    gone = gone_into(connection, [school])
    query = schools.table.select().where(columns.id.in_(gone)).order_by(columns.sought, columns.id)
    return schools.rows(connection, query)


ORDER = (schools.table.c.closed, schools.table.c.sought, schools.table.c.id)


def _by_name(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return schools.table.select().where(schools.table.c.merged_into.is_(None), *conditions).order_by(*ORDER)


def _types(columns: Iterable[sa.ColumnElement[Any]]) -> list[Any]:
    return [column.type for column in columns]


def _holding(text: str, formerly: FormerlyCalled | None) -> list[sa.ColumnElement[bool]]:
    """What a school meets that holds every word of a text, or did under a former name, or into which one went that
    does; none does where there is no word in what was typed."""
    words = folded(text).split()
    if not words:
        return [sa.false()] if text.strip() else []
    gone = schools.table.alias("gone").c
    now, then = ([each.sought.contains(word, autoescape=True) for word in words] for each in (schools.table.c, gone))
    further = schools.table.alias("further").c
    went = sa.select(gone.merged_into.label("id")).where(gone.merged_into.is_not(None), *then).cte(recursive=True)
    went = went.union(sa.select(further.merged_into).where(further.id == went.c.id, further.merged_into.is_not(None)))
    before = [] if formerly is None else [schools.table.c.id.in_(formerly)]
    return [sa.or_(sa.and_(*now), schools.table.c.id.in_(sa.select(went.c.id)), *before)]


def _of_authority(la: str | None) -> list[sa.ColumnElement[bool]]:
    columns = schools.table.c
    if la is None:
        return []
    named = sa.func.lower(columns.la_name) == la.casefold()
    code = code_of(la)
    return [named if code is None else sa.or_(columns.la_code == code, named)]

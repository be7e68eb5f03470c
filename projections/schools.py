"""Schools: what the register tells of each, found by name, URN or postcode, and who looks after it on a day."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.school import Details, School, Source, Status, Value
from domain.vocabulary import Personal, Phase
from projections.view import Key, Row, Sheet, View, replace


class KnownSchool(Row):
    """A school as the register tells it. `sought` is what searches look at; `urns` are all it ever had, the present
    one last; `successors` the later URNs that the register ever proposed for it."""

    id: UUID
    version: int
    urn: int
    urns: tuple[int, ...]
    name: str
    sought: str
    phase: Phase | None
    status: str | None
    closed: bool
    la_code: str | None
    la_name: str | None
    details: Details
    head_name: str | None
    source: str
    dated: date
    successors: tuple[int, ...] = ()
    merged_into: UUID | None = None

    def detail(self, name: str) -> Value:
        """A detail by the importer's name for it (`town`, `telephone`), None where the register tells nothing."""
        return self.details.get(name)

    @property
    def address(self) -> str:
        """Street, town and postcode: what tells schools of one name apart."""
        lines = (self.details.get(line) for line in ("street", "locality", "town", "postcode"))
        return ", ".join(str(line) for line in lines if line)


class HeldUrn(Row):
    """A URN, present or past, and the school that answers to it today."""

    urn: int
    school: UUID


class ProposedSuccession(Row):
    """A later URN that the register links to a school and that waits for an answer."""

    school: UUID
    urn: int
    kind: str
    on: date | None
    source: str


class InspectedOn(Row):
    school: UUID
    inspected_on: date
    urn: int
    rating: str
    framework: str


class GroupMember(Row):
    school: UUID
    uid: str
    name: str
    kind: str
    joined: date | None
    dated: date


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


schools = Sheet(
    "schools", KnownSchool, key=("id",), indexes=[("closed", "sought", "id"), ("la_code", "closed", "sought", "id")]
)
urns = Sheet("school_urns", HeldUrn, key=("urn",), indexes=[("school",)])
successions = Sheet("school_successions", ProposedSuccession, key=("school", "urn"))
inspections = Sheet("school_inspections", InspectedOn, key=("school", "inspected_on", "urn"))
groups = Sheet("school_groups", GroupMember, key=("school", "uid"), indexes=[("uid",)])
link_officers = Sheet("school_link_officers", LinkOfficer, key=("school", "from_"), indexes=[("officer",)])
covers = Sheet("school_covers", CoverOfficer, key=("school", "from_"), indexes=[("officer",)])
needs = Sheet("school_needs", NeedRating, key=("school", "from_"), indexes=[("category",)])


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
        "closed": status == Status.CLOSED,
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
        **_told(event.name, (event.urn,), event.details),
    )


@schools.on(School.DetailsRefreshed)
def details_refreshed(row: KnownSchool | None, event: School.DetailsRefreshed) -> KnownSchool | None:
    if row is None:
        return None
    after = {change.detail: change.after for change in event.changes}
    name = str(after.pop("name", row.name))
    return _told_by(replace(row, **_told(name, row.urns, {**row.details, **after})), event.source)


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
    told = _told(event.name, (*row.urns, event.new), event.details)
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


def by_urn_of(event: School.SuccessionProposed | School.SuccessionDeclined) -> Key:
    return (event.meta.stream, event.urn)


@successions.on(School.SuccessionProposed, key=by_urn_of)
def waits_for_an_answer(_: ProposedSuccession | None, event: School.SuccessionProposed) -> ProposedSuccession:
    return ProposedSuccession(
        school=event.meta.stream, urn=event.urn, kind=event.kind, on=event.on, source=str(event.source)
    )


@successions.on(School.SuccessionDeclined, key=by_urn_of)
def succession_declined(*_: object) -> None:
    """A succession that is declined waits no longer."""


@successions.on(School.UrnSuperseded, key=lambda event: (event.meta.stream, event.new))
def succession_confirmed(*_: object) -> None:
    """Nor does one that is confirmed."""


@inspections.on(School.InspectionRecorded, key=lambda event: (event.meta.stream, event.inspected_on, event.urn))
def inspection_recorded(_: InspectedOn | None, event: School.InspectionRecorded) -> InspectedOn:
    return InspectedOn(
        school=event.meta.stream,
        inspected_on=event.inspected_on,
        urn=event.urn,
        rating=event.rating,
        framework=event.framework,
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


def by_first_day(event: Any) -> Key:
    return (event.meta.stream, event.from_)


@link_officers.on(School.LinkOfficerAssigned, key=by_first_day)
def link_officer_assigned(_: LinkOfficer | None, event: School.LinkOfficerAssigned) -> LinkOfficer:
    return LinkOfficer(school=event.meta.stream, from_=event.from_, officer=event.officer)


@link_officers.on(School.LinkOfficerReleased, key=by_first_day)
def link_officer_released(row: LinkOfficer | None, event: School.LinkOfficerReleased) -> LinkOfficer | None:
    return row and replace(row, until=event.until)


@covers.on(School.CoverArranged, key=by_first_day)
def cover_arranged(_: CoverOfficer | None, event: School.CoverArranged) -> CoverOfficer:
    return CoverOfficer(school=event.meta.stream, from_=event.from_, officer=event.officer, to=event.to)


@covers.on(School.CoverEnded, key=by_first_day)
def cover_ended(row: CoverOfficer | None, event: School.CoverEnded) -> CoverOfficer | None:
    return row and replace(row, to=event.until)


@needs.on(School.NeedCategorySet, key=by_first_day)
def need_category_set(_: NeedRating | None, event: School.NeedCategorySet) -> NeedRating:
    return NeedRating(
        school=event.meta.stream, from_=event.from_, category=event.category, review_due=event.review_due
    )


def search(
    connection: sa.Connection, text: str, *, la: str | None = None, limit: int = 20, after: str | None = None
) -> list[KnownSchool]:
    """The schools whose name, town, URNs or postcode hold every word of the text, the closed ones last."""
    if not folded(text):
        return []
    return _page(connection, [*_holding(text), *_of_authority(la)], limit, after)


def listed(
    connection: sa.Connection,
    *,
    today: date,
    text: str = "",
    la: str | None = None,
    phases: Collection[Phase] = (),
    status: str | None = None,
    officers: Collection[UUID] | None = None,
    category: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[KnownSchool]:
    """The schools that meet all that is asked, the closed ones last, by name; `after` is the last id of a page.

    `officers` keeps the schools whose link officer, or whose cover, is one of them today.
    """
    columns = schools.table.c
    conditions = [*_holding(text), *_of_authority(la)]
    if phases:
        conditions.append(columns.phase.in_(phases))
    if status is not None:
        conditions.append(columns.status == status)
    if officers is not None:
        conditions.append(sa.or_(_linked(officers, today), _covered(officers, today)))
    if category is not None:
        conditions.append(_rated(category, today))
    return _page(connection, conditions, limit, after)


def of_officer(connection: sa.Connection, officer: UUID, *, today: date) -> list[KnownSchool]:
    """All schools that are the officer's today, by link or by cover, in the order of their names."""
    return of_team(connection, [officer], today=today)


def of_team(connection: sa.Connection, officers: Collection[UUID], *, today: date) -> list[KnownSchool]:
    """All schools of several officers today, by link or by cover."""
    condition = sa.or_(_linked(officers, today), _covered(officers, today))
    return _page(connection, [condition], None, None)


def linked_to(connection: sa.Connection, officer: UUID, *, today: date) -> list[KnownSchool]:
    """The schools whose link officer this is, today or from a later day: what has to be handed over."""
    ahead = link_officers.table
    later = sa.exists().where(ahead.c.school == schools.table.c.id, ahead.c.officer == officer, ahead.c.from_ > today)
    return _page(connection, [sa.or_(_linked([officer], today), later)], None, None)


def ids_of_officer(connection: sa.Connection, officer: UUID, today: date) -> frozenset[UUID]:
    """The schools that are the officer's today, by link or by cover."""
    condition = sa.or_(_linked([officer], today), _covered([officer], today))
    return _ids(connection, condition, schools.table.c.merged_into.is_(None))


def ids_of_phases(
    connection: sa.Connection, phases: Collection[str], *, with_phaseless: bool = False
) -> frozenset[UUID]:
    """The schools of these phases; `with_phaseless` adds those of which the register tells no phase."""
    phase = schools.table.c.phase
    of_phases = phase.in_(phases)
    return _ids(connection, sa.or_(of_phases, phase.is_(None)) if with_phaseless else of_phases)


def _ids(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> frozenset[UUID]:
    return frozenset(connection.execute(sa.select(schools.table.c.id).where(*conditions)).scalars())


def by_id(connection: sa.Connection, school: UUID) -> KnownSchool | None:
    return schools.get(connection, school)


def by_urn(connection: sa.Connection, urn: int) -> KnownSchool | None:
    """The school that answers to a URN, present or past."""
    return known_register(connection, [urn]).get(urn)


def known_register(connection: sa.Connection, asked: Iterable[int]) -> dict[int, KnownSchool]:
    """What the product knows of the schools that answer to these URNs."""
    held = urns.table
    query = (
        sa.select(held.c.urn.label("asked"), schools.table)
        .join(schools.table, schools.table.c.id == held.c.school)
        .where(held.c.urn.in_(list(asked)))
    )
    return {row.pop("asked"): KnownSchool(**row) for row in map(dict, connection.execute(query).mappings())}


def known_inspections(
    connection: sa.Connection, asked: Collection[UUID]
) -> dict[tuple[UUID, date, int], InspectedOn]:
    """The inspections of these schools that the product knows, by school, day and URN."""
    query = inspections.table.select().where(inspections.table.c.school.in_(asked))
    return {(row.school, row.inspected_on, row.urn): row for row in inspections.rows(connection, query)}


def known_groups(connection: sa.Connection) -> dict[tuple[UUID, str], GroupMember]:
    """All memberships that the product knows, by school and group."""
    return {(row.school, row.uid): row for row in groups.rows(connection)}


def looked_after(connection: sa.Connection, asked: Collection[UUID], *, today: date) -> dict[UUID, LookedAfter]:
    """Who looks after each of these schools today, and its need category."""
    found = {school: LookedAfter(school=school) for school in asked}
    for link in _in_force(connection, link_officers, asked, today):
        if link.until is None or link.until >= today:
            found[link.school] = replace(found[link.school], link_officer=link.officer, link_from=link.from_)
    for cover in _in_force(connection, covers, asked, today):
        if cover.to >= today:
            found[cover.school] = replace(found[cover.school], cover_officer=cover.officer, cover_to=cover.to)
    for need in _in_force(connection, needs, asked, today):
        found[need.school] = replace(
            found[need.school], need_category=need.category, need_from=need.from_, review_due=need.review_due
        )
    return found


def _in_force(connection: sa.Connection, sheet: Sheet[Any], asked: Collection[UUID], today: date) -> list[Any]:
    """The rows begun by today, in order of their first days: of each school the last one counts."""
    columns = sheet.table.c
    query = sheet.table.select().where(columns.school.in_(asked), columns.from_ <= today).order_by(columns.from_)
    return sheet.rows(connection, query)


def _page(
    connection: sa.Connection, conditions: Iterable[sa.ColumnElement[bool]], limit: int | None, after: str | None
) -> list[KnownSchool]:
    columns = schools.table.c
    order = (columns.closed, columns.sought, columns.id)
    query = schools.table.select().where(columns.merged_into.is_(None), *conditions).order_by(*order).limit(limit)
    if after is not None:
        last = schools.get(connection, UUID(after))
        if last is None:
            return []
        query = query.where(sa.tuple_(*order) > sa.tuple_(last.closed, last.sought, last.id, types=_types(order)))
    return schools.rows(connection, query)


def _types(columns: Iterable[sa.ColumnElement[Any]]) -> list[Any]:
    return [column.type for column in columns]


def _holding(text: str) -> list[sa.ColumnElement[bool]]:
    return [schools.table.c.sought.contains(word, autoescape=True) for word in folded(text).split()]


def _of_authority(la: str | None) -> list[sa.ColumnElement[bool]]:
    columns = schools.table.c
    return [] if la is None else [sa.or_(columns.la_code == la, sa.func.lower(columns.la_name) == la.casefold())]


def _linked(officers: Collection[UUID], today: date) -> sa.ColumnElement[bool]:
    columns = link_officers.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        columns.officer.in_(officers),
        sa.or_(columns.until.is_(None), columns.until >= today),
        columns.from_ == _newest(link_officers, today),
    )


def _covered(officers: Collection[UUID], today: date) -> sa.ColumnElement[bool]:
    columns = covers.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        columns.officer.in_(officers),
        columns.from_ <= today,
        columns.to >= today,
    )


def _rated(category: str, today: date) -> sa.ColumnElement[bool]:
    columns = needs.table.c
    return sa.exists().where(
        columns.school == schools.table.c.id,
        columns.category == category,
        columns.from_ == _newest(needs, today),
    )


def _newest(sheet: Sheet[Any], today: date) -> sa.ScalarSelect[Any]:
    """The first day of what is in force today, for the school in hand."""
    other = sheet.table.alias()
    return (
        sa.select(sa.func.max(other.c.from_))
        .where(other.c.school == schools.table.c.id, other.c.from_ <= today)
        .scalar_subquery()
        .correlate(schools.table)
    )


def inspections_of(connection: sa.Connection, school: UUID) -> list[InspectedOn]:
    """The inspections of a school and of those that went into it, the newest first."""
    columns = inspections.table.c
    query = inspections.table.select().where(columns.school.in_(_with_merged(school)))
    return inspections.rows(connection, query.order_by(columns.inspected_on.desc()))


def groups_of(connection: sa.Connection, school: UUID) -> list[GroupMember]:
    """The groups to which a school belongs, by name."""
    columns = groups.table.c
    return groups.rows(connection, groups.table.select().where(columns.school == school).order_by(columns.name))


def proposed_successions(
    connection: sa.Connection, *, school: UUID | None = None, limit: int | None = None
) -> list[ProposedSuccession]:
    """The successions that wait for an answer, of one school or of all."""
    columns = successions.table.c
    query = (
        successions.table.select()
        .join(schools.table, schools.table.c.id == columns.school)
        .where(schools.table.c.merged_into.is_(None))
        .order_by(columns.urn, columns.school)
        .limit(limit)
    )
    return successions.rows(connection, query if school is None else query.where(columns.school == school))


def merged_schools(connection: sa.Connection, school: UUID) -> list[KnownSchool]:
    """The institutions that went into a school: their records tell its earlier history."""
    query = schools.table.select().where(schools.table.c.merged_into == school)
    return schools.rows(connection, query)


def _with_merged(school: UUID) -> sa.Select[Any]:
    columns = schools.table.c
    return sa.select(columns.id).where(sa.or_(columns.id == school, columns.merged_into == school))


VIEW = View("schools", schools, urns, successions, inspections, groups, link_officers, covers, needs)

"""Imports: the files that were taken in, those that were refused, and those whose taking in broke off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.imports import Count, Import, ImportKind, SchoolChange
from domain.school import School, Status
from domain.vocabulary import Channel
from projections.view import Row, View, ViewTable, replace


class ImportRow(Row):
    """An import as it stands. `file_name` and `sha256` are those of its files, several after one another; who began
    it, and when, are those of its first beginning."""

    id: UUID
    reference: str
    what: ImportKind
    file_name: str
    sha256: str
    dated: date
    begun_at: datetime
    begun_by: UUID | None
    channel: Channel
    finished_at: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""
    counts: tuple[Count, ...] = ()
    problem_count: int = 0

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def is_over(self) -> bool:
        """Whether it is finished or was refused: nothing of it goes on."""
        return self.is_finished or self.refused_at is not None


imports = ViewTable("imports", ImportRow, key=("id",), indexes=[("sha256",), ("reference",)])


@imports.on(Import.Began)
def import_began(_: ImportRow | None, event: Import.Began) -> ImportRow:
    signature = event.meta.signature
    return ImportRow(
        id=event.meta.stream,
        reference=event.reference,
        what=event.what,
        file_name=", ".join(file.name for file in event.files),
        sha256=" ".join(file.sha256 for file in event.files),
        dated=event.dated,
        begun_at=signature.at,
        begun_by=signature.actor,
        channel=signature.channel,
    )


@imports.on(Import.Finished)
def import_finished(row: ImportRow | None, event: Import.Finished) -> ImportRow | None:
    at = event.meta.signature.at
    return row and replace(row, finished_at=at, counts=event.counts, problem_count=event.problem_count)


@imports.on(Import.Refused)
def import_refused(row: ImportRow | None, event: Import.Refused) -> ImportRow | None:
    return row and replace(row, refused_at=event.meta.signature.at, refusal=event.reason)


class ChangedSchool(Row):
    """What an import did to a school, by the place in the log of the event that tells it. `elsewhere` is the
    authority to which it went."""

    position: int
    reference: str
    school: UUID
    change: SchoolChange
    elsewhere: str = ""


changed_schools = ViewTable(
    "import_schools",
    ChangedSchool,
    key=("position",),
    journal=True,
    indexes=[("reference", "change", "position"), ("reference", "position")],
)


def change_of(event: Event) -> SchoolChange | None:
    """What an event did to a school that a person may have to know of."""
    if isinstance(event, School.DetailsRefreshed | School.DetailsConfirmed) and event.closes:
        return SchoolChange.CLOSED
    if isinstance(event, School.DetailsRefreshed):
        status = event.details.get("status")
        before = next((change.before for change in event.changes if change.detail == "status"), None)
        if status == Status.CLOSED:
            return SchoolChange.CLOSED
        is_open = status in (Status.OPEN, Status.PROPOSED_TO_CLOSE)
        return SchoolChange.OPENED if is_open and before in (Status.CLOSED, Status.PROPOSED_TO_OPEN) else None
    return _CHANGES.get(type(event))


def elsewhere(event: Event) -> str:
    """The authority to which a school goes by an event, empty where it does not."""
    return event.la_name if isinstance(event, School.MovedToAuthority) else ""


_CHANGES: dict[type[Event], SchoolChange] = {
    School.Registered: SchoolChange.CAME,
    School.CameBackToAuthority: SchoolChange.CAME_BACK,
    School.MovedToAuthority: SchoolChange.WENT,
    School.MissedInRegister: SchoolChange.MISSED,
    School.FoundInRegister: SchoolChange.FOUND,
}


def _of_import(event: Event) -> Iterator[tuple[int | None]]:
    signature = event.meta.signature
    is_import = signature.channel is Channel.IMPORT and signature.correlation.startswith(f"{Import.prefix}-")
    if is_import and change_of(event) is not None:
        yield (event.meta.position,)


@changed_schools.on_each(School.DetailsRefreshed, School.DetailsConfirmed, *_CHANGES, keys=_of_import)
def school_changed(_: ChangedSchool | None, event: Event, key: tuple[int]) -> ChangedSchool | None:
    change = change_of(event)
    return (
        None
        if change is None
        else ChangedSchool(
            position=key[0],
            reference=event.meta.signature.correlation,
            school=event.meta.stream,
            change=change,
            elsewhere=elsewhere(event),
        )
    )


def schools_of(
    connection: sa.Connection,
    reference: str,
    *,
    change: SchoolChange | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[ChangedSchool]:
    """The schools that an import changed, in the order of the log; `after` is the place of the last one seen."""
    columns = changed_schools.table.c
    query = changed_schools.table.select().where(columns.reference == reference)
    if change is not None:
        query = query.where(columns.change == change)
    if after is not None:
        query = query.where(columns.position > after)
    return changed_schools.rows(connection, query.order_by(columns.position).limit(limit))


def first_schools(connection: sa.Connection, reference: str, most: int) -> list[tuple[int, ChangedSchool]]:
    """The first schools of each change that an import made, each with how many there are of it."""
    columns = changed_schools.table.c
    number = sa.func.row_number().over(partition_by=columns.change, order_by=columns.position).label("number")
    of_all = sa.func.count().over(partition_by=columns.change).label("of_all")
    ranked = sa.select(changed_schools.table, number, of_all).where(columns.reference == reference).subquery()
    found = sa.select(ranked).where(ranked.c.number <= most).order_by(ranked.c.change, ranked.c.position)
    rows = connection.execute(found).mappings()
    return [(row["of_all"], ChangedSchool(**{name: row[name] for name in changed_schools.columns})) for row in rows]


def list_rows(
    connection: sa.Connection,
    *,
    what: ImportKind | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[ImportRow]:
    """The imports, the latest first; `after` is the reference of the last one seen. Raises ValueError for one that is
    no import's."""
    columns = imports.table.c
    query = imports.table.select()
    if what is not None:
        query = query.where(columns.what == what)
    if after is not None:
        if not connection.execute(sa.select(sa.exists().where(columns.reference == after))).scalar():
            raise ValueError(after)
        query = query.where(columns.reference < after)
    return imports.rows(connection, query.order_by(columns.reference.desc()).limit(limit))


def of_file(connection: sa.Connection, what: ImportKind, sha256: str) -> list[ImportRow]:
    """The imports of the very same file, or files, as that kind; the latest first."""
    columns = imports.table.c
    query = imports.table.select().where(columns.sha256 == sha256, columns.what == what)
    return imports.rows(connection, query.order_by(columns.reference.desc()))


VIEW = View("imports", imports, changed_schools)

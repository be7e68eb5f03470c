"""Imports: the files that were taken in, and those whose taking in broke off."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from domain.imports import Count, Import, ImportKind
from domain.vocabulary import Channel
from projections.view import Row, Sheet, View, replace


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
    counts: tuple[Count, ...] = ()
    problem_count: int = 0

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


imports = Sheet("imports", ImportRow, key=("id",), indexes=[("sha256",), ("reference",)])


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


def listed(
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


VIEW = View("imports", imports)

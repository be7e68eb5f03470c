"""Notes and files: what was noted on a record or put to it. What a restricted note says never stands here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.attachment import Attachment
from domain.note import Note, NoteType
from domain.vocabulary import Audience, SchoolId, Sensitivity
from projections.view import Row, View, ViewTable, replace


class NoteOnRecord(Row):
    """A note as it stands. `heading` and `text` are empty where it is restricted or withdrawn, and what it says
    about a person never stands here: both are read from the note itself."""

    id: UUID
    reference: str
    on_kind: str
    on_record: UUID
    school: SchoolId | None
    provider: UUID | None
    note_type: NoteType
    sensitivity: Sensitivity
    visible_to: Audience
    heading: str
    text: str
    about_person: UUID | None
    written_on: date
    written_by: UUID | None
    versions: int = 1
    revised_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether opening it is recorded."""
        return self.sensitivity is not Sensitivity.ORDINARY


class FileOnRecord(Row):
    """`size` is in bytes. `visible_to` is None where the file is for all who may read the record. `scanner` found no
    virus in it when it was added; empty where none looked."""

    id: UUID
    reference: str
    on_kind: str
    on_record: UUID
    school: SchoolId | None
    provider: UUID | None
    file_name: str
    media_type: str
    size: int
    sha256: str
    visible_to: Audience | None
    added_on: date
    added_by: UUID | None
    scanner: str = ""
    withdrawn_on: date | None = None


notes = ViewTable("notes", NoteOnRecord, key=("id",), indexes=[("on_record",), ("school",), ("reference",)])
files = ViewTable("attachments", FileOnRecord, key=("id",), indexes=[("on_record",), ("school",), ("reference",)])


@notes.on(Note.Written)
def note_written(_: NoteOnRecord | None, event: Note.Written) -> NoteOnRecord:
    is_open = event.meta.sensitivity is Sensitivity.ORDINARY
    return NoteOnRecord(
        id=event.meta.stream,
        reference=event.reference,
        on_kind=event.on_kind,
        on_record=event.on_record,
        school=event.school,
        provider=event.provider,
        note_type=event.note_type,
        sensitivity=event.meta.sensitivity,
        visible_to=event.visible_to,
        heading=event.heading if is_open else "",
        text=event.text if is_open else "",
        about_person=event.about_person.person if event.about_person else None,
        written_on=event.meta.occurred_on,
        written_by=event.meta.signature.actor,
    )


@notes.on(Note.Revised)
def note_revised(row: NoteOnRecord | None, event: Note.Revised) -> NoteOnRecord | None:
    if row is None:
        return None
    return replace(
        row,
        heading="" if row.is_restricted else event.heading,
        text="" if row.is_restricted else event.text,
        about_person=event.about_person.person if event.about_person else None,
        versions=row.versions + 1,
        revised_on=event.meta.occurred_on,
    )


@notes.on(Note.Withdrawn)
def note_withdrawn(row: NoteOnRecord | None, event: Note.Withdrawn) -> NoteOnRecord | None:
    return row and replace(row, heading="", text="", withdrawn_on=event.meta.occurred_on)


@files.on(Attachment.Added)
def file_added(_: FileOnRecord | None, event: Attachment.Added) -> FileOnRecord:
    return FileOnRecord(
        id=event.meta.stream,
        reference=event.reference,
        on_kind=event.on_kind,
        on_record=event.on_record,
        school=event.school,
        provider=event.provider,
        file_name=event.file_name,
        media_type=event.media_type,
        size=event.size,
        sha256=event.sha256,
        visible_to=event.visible_to,
        added_on=event.meta.occurred_on,
        added_by=event.meta.signature.actor,
        scanner=event.scanner,
    )


@files.on(Attachment.Withdrawn)
def file_withdrawn(row: FileOnRecord | None, event: Attachment.Withdrawn) -> FileOnRecord | None:
    return row and replace(row, withdrawn_on=event.meta.occurred_on)


LATEST_NOTES = (notes.table.c.written_on.desc(), notes.table.c.reference.desc())
LATEST_FILES = (files.table.c.added_on.desc(), files.table.c.reference.desc())


def notes_on(record: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    """The condition that a note is on a record and was not withdrawn."""
    return sa.and_(notes.table.c.on_record == record, notes.table.c.withdrawn_on.is_(None))


def files_on(record: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    """The condition that a file is on a record and was not withdrawn."""
    return sa.and_(files.table.c.on_record == record, files.table.c.withdrawn_on.is_(None))


def written(
    connection: sa.Connection,
    *,
    on: UUID | None = None,
    schools: Collection[UUID] | None = None,
    providers: Collection[UUID] = (),
    meant_for_them: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> list[NoteOnRecord]:
    """The notes that were not withdrawn, the latest first; `after` is the reference of the last one seen. With
    `schools`, only those of these schools and providers, with `meant_for_them` only what is meant for their side.
    Raises ValueError for an `after` that is no note's."""
    query = _walk(connection, notes.table, on=on, schools=schools, providers=providers, after=after, limit=limit)
    if meant_for_them:
        query = query.where(_meant_for(notes.table, schools or (), providers))
    return notes.rows(connection, query)


def put(
    connection: sa.Connection,
    *,
    on: UUID | None = None,
    schools: Collection[UUID] | None = None,
    providers: Collection[UUID] = (),
    meant_for_them: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> list[FileOnRecord]:
    """The files that were not withdrawn, as `written` gives notes."""
    query = _walk(connection, files.table, on=on, schools=schools, providers=providers, after=after, limit=limit)
    if meant_for_them:
        table = files.table
        query = query.where(table.c.visible_to.is_(None) | _meant_for(table, schools or (), providers))
    return files.rows(connection, query)


def _meant_for(table: sa.Table, schools: Collection[UUID], providers: Collection[UUID]) -> sa.ColumnElement[bool]:
    columns = table.c
    for_schools = sa.and_(columns.visible_to == Audience.SCHOOL, columns.school.in_(schools))
    for_providers = sa.and_(columns.visible_to == Audience.PROVIDER, columns.provider.in_(providers))
    return sa.or_(for_schools, for_providers)


def _walk(
    connection: sa.Connection,
    table: sa.Table,
    *,
    on: UUID | None,
    schools: Collection[UUID] | None,
    providers: Collection[UUID],
    after: str | None,
    limit: int,
) -> sa.Select[Any]:
    columns = table.c
    query = table.select().where(columns.withdrawn_on.is_(None))
    if on is not None:
        query = query.where(columns.on_record == on)
    if schools is not None:
        query = query.where(columns.school.in_(schools) | columns.provider.in_(providers))
    if after is not None:
        if not connection.execute(sa.select(sa.exists().where(columns.reference == after))).scalar():
            raise ValueError(after)
        query = query.where(columns.reference < after)
    return query.order_by(columns.reference.desc()).limit(limit)


def files_of(connection: sa.Connection, record: UUID) -> list[FileOnRecord]:
    """The files on a record that were not withdrawn, the latest first."""
    table = files.table
    query = table.select().where(table.c.on_record == record, table.c.withdrawn_on.is_(None))
    return files.rows(connection, query.order_by(table.c.added_on.desc(), table.c.reference.desc()))


VIEW = View("notes", notes, files)

"""The pages of notes: the list, and one note with all its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint

from domain.note import Note
from projections.notes import NoteOnRecord
from web import formats
from web.access.identity import concerned, current_user
from web.access.name_cache import rows_of
from web.commands.attachments import href_of, visible_to
from web.commands.resource import Listing
from web.history.timeline import record_label
from web.layout.resource_pages import Answer, Beside, ListPage, list_page, record_page
from web.notes.commands import notes
from web.notes.rules import may_read

pages = Blueprint("notes", __name__, template_folder="templates")


def _cells(row: NoteOnRecord, names: Mapping[UUID, str]) -> list[Any]:
    return [
        {"text": row.heading or "Restricted note", "href": f"/notes/{row.reference}", "hint": row.reference},
        row.note_type.label,
        names.get(row.on_record, ""),
        formats.short_date(row.written_on),
        names.get(row.written_by, "") if row.written_by else "",
    ]


LIST = ListPage(
    title="Notes",
    caption="Notes, latest first",
    head=["Note", "Type", "On", {"text": "Date", "nowrap": True}, "Written by"],
    cells=_cells,
    ids=lambda row: [row.on_record, row.written_by],
    empty_text="No notes",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(notes.listing, Listing)
    return list_page(notes, notes.listing, LIST)


@pages.get("/<ref>")
def note(ref: str) -> str:
    return record_page(
        notes,
        ref,
        "notes/note.html",
        title=lambda note, _: note.latest.heading or "Restricted note",
        ids=lambda note: list(_people(note)),
        more=_more,
    )


def _people(note: Note) -> Iterator[UUID | None]:
    for version in note.versions:
        yield version.written_by
        yield version.about_person.person if version.about_person else None


def _more(connection: sa.Connection, note: Note, _: Beside) -> Mapping[str, Any]:
    on = rows_of(connection, [note.on_record]).get(note.on_record)
    return {
        "on": record_label(note.on_kind, on),
        "on_href": href_of(connection, note.on_kind, note.on_record),
        "visible_to": visible_to(connection, note),
        "readable": may_read(current_user(), note, concerned(connection, note.about())),
    }

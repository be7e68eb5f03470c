"""The pages of notes: the list, and one note with all its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.note import Note
from projections.notes import NoteOnRecord
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import concerned
from web.access.name_cache import rows_of
from web.commands.attachments import href_of, visible_to
from web.history.timeline import record_label
from web.layout.list_pages import Answer, ListColumn, ListPage, date_column, list_page, record_column
from web.layout.resource_pages import PageRows, record_page
from web.notes.commands import notes
from web.notes.rules import may_read

pages = Pages("notes", __name__, template_folder="templates")


LIST: ListPage[NoteOnRecord] = ListPage(
    notes,
    title="Notes",
    caption="Notes, latest first",
    counted=("note", "notes"),
    columns=[
        record_column("Note", "notes", lambda row, _: row.heading or "Restricted note"),
        ListColumn("Type", lambda row, _: row.note_type.label),
        ListColumn("On", lambda row, names: names.get(row.on_record, "")),
        date_column("Date", "written_on"),
        ListColumn("Written by", lambda row, names: names.get(row.written_by, "") if row.written_by else ""),
    ],
    ids=lambda row: [row.on_record, row.written_by],
    empty_text="No notes",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def note(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
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


def _more(snapshot: Snapshot, note: Note, _: PageRows) -> Mapping[str, Any]:
    on = rows_of(snapshot, [note.on_record]).get(note.on_record)
    return {
        "on": record_label(note.on_kind, on),
        "on_href": href_of(snapshot, note.on_kind, note.on_record),
        "visible_to": visible_to(snapshot, note),
        "readable": may_read(snapshot.user, note, concerned(snapshot, note.about())),
    }

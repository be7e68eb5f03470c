"""Notes and files on whatever record: what is there, as far as the person who asks may see it, and who may add."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, current_app
from werkzeug.exceptions import Forbidden

from domain.aggregate import RECORDS
from domain.attachment import Attachment
from domain.note import Note
from domain.references import NotAReference, parts
from domain.school import School
from domain.service import NotFound as NoRecord
from domain.vocabulary import Audience
from projections import notes as view
from projections.row_queries import RowQueries, RowQuery
from web.access.context import RequestContext, Snapshot, User, current_context
from web.access.identity import ListScope, teams_of
from web.access.name_cache import names_of, reference_of
from web.access.policy import Action, RecordScope, Scope, widest
from web.access.readers import KEPT, LATER, VISIBLE, WRITER, is_inside, is_meant_for_reader
from web.access.restricted import hidden_from, restricted_records
from web.access.restricted_reads import note_shown
from web.commands.dispatch import LoadedRecord, found_at, load_for_user
from web.commands.resource import Resource, Values
from web.forms.messages import lower_first
from web.forms.references import ReferenceField
from web.history.record_addresses import record_href
from web.runtime.bulk_load import load_records

R = TypeVar("R", view.NoteOnRecord, view.FileOnRecord)

RESOURCES = "sis-resources"

RECORD = sa.bindparam("record", type_=sa.Uuid)
"""The record in hand, in what is asked beside it."""

TAKES_FILES = frozenset({"visit", "support-request", "engagement", "provider", "concern", "school"})
TAKES_NOTES = TAKES_FILES | {"record-of-visit"}
"""The kinds of record on which notes are written and to which files are put."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What stands on a record; `names` are those of who wrote or added it. The addresses of what may be added are
    empty for those who may not."""

    notes: list[view.NoteOnRecord]
    files: list[view.FileOnRecord]
    names: Mapping[UUID, str]
    write_href: str
    add_href: str
    visible: Mapping[UUID, str]

    def seen_by(self, what: view.NoteOnRecord | view.FileOnRecord) -> str:
        """Who may see a note or file, within a sentence."""
        return lower_first(self.visible[what.id])


def register_resources(app: Flask, resources: Iterable[Resource[Any]]) -> None:
    """Let notes and files find the resource of the record that they are on."""
    app.extensions[RESOURCES] = tuple(resources)


def resources_of(kind: str) -> list[Resource[Any]]:
    """The resources of a kind of record: two where it has pages of its own for those whom it concerns."""
    return [resource for resource in current_app.extensions[RESOURCES] if kind == resource.kind.KIND]


def resource_of(kind: str) -> Resource[Any] | None:
    """The first resource of a kind of record, None where it has no pages."""
    return next(iter(resources_of(kind)), None)


ATTACHED_QUERY = RowQueries(
    notes=RowQuery(view.notes, view.notes_on(RECORD), view.LATEST_NOTES),
    files=RowQuery(view.files, view.files_on(RECORD), view.LATEST_FILES),
)
"""What is asked for the page of a record that takes notes; a page that needs more asks for it with these."""


def attached_to(
    snapshot: Snapshot, resource: Resource[Any], found: LoadedRecord[Any], rows: Mapping[str, list[Any]]
) -> Attached | None:
    """What stands on a record that the person who asks may see; None where there is nothing and nothing to add.
    `rows` are what the page query found."""
    kind, user, address = resource.kind.KIND, snapshot.user, resource.address(found.record)
    if kind not in TAKES_NOTES or not user.may(Action.READ_NOTE, found.concerned):
        return None
    closed = hidden_from(snapshot).closed
    notes = [note for note in rows["notes"] if note.id not in closed and is_meant_for(user, note)]
    files = [file for file in rows["files"] if file.id not in closed and is_meant_for_reader(user, file)]
    read = [row for row in (*notes, *files) if not (isinstance(row, view.NoteOnRecord) and row.is_restricted)]
    note_shown(snapshot, ((row.id, row.school) for row in read))
    writes = user.may_change and user.may(Action.WRITE_NOTE, found.concerned)
    people = {note.written_by for note in notes} | {file.added_by for file in files}
    attached = Attached(
        notes=notes,
        files=files,
        names=names_of(snapshot, {person for person in people if person}),
        write_href=f"/notes/write?record={address}" if writes else "",
        add_href=f"/files/add?record={address}" if writes and kind in TAKES_FILES else "",
        visible={row.id: visible_to(snapshot, row) for row in (*notes, *files)},
    )
    return attached if notes or files or writes else None


def visible_to(snapshot: Snapshot, what: Note | Attachment | view.NoteOnRecord | view.FileOnRecord) -> str:
    """Who may see a note or file that is open to whoever asks: what belongs to a restricted concern, whoever may read
    the concern, for whomever it was meant."""
    if what.id in hidden_from(snapshot).written:
        return WRITER
    if what.id in restricted_records(snapshot):
        return KEPT if what.visible_to in {None, Audience.SERVICE} else f"{KEPT}; {LATER[what.visible_to]}"
    return VISIBLE[what.visible_to]


def is_meant_for(user: User, note: Note | view.NoteOnRecord) -> bool:
    """Whether a note is meant for somebody who may read the record that it is on; a withdrawn one for nobody outside
    the service."""
    return is_inside(user) or (note.withdrawn_on is None and is_meant_for_reader(user, note))


def is_open_to(context: RequestContext, kind: str, record: UUID) -> bool:
    """Whether the person who asks may read a record: one that a note or file is on, or that they name."""
    resource = resource_of(kind)
    if resource is None:
        return False
    with context.read() as snapshot:
        if resource.visibility.is_always_open and widest(resource.read, context.user.rights) is Scope.ALL:
            return record not in hidden_from(snapshot).closed
        return _opens(snapshot, resource, context.services.service.find(resource.kind, record))


def _opens(snapshot: Snapshot, resource: Resource[Any], record: Any) -> bool:
    where = resource.concerned(snapshot, record)
    return snapshot.user.may(resource.read, where) and resource.opens(snapshot, record, where)


COUNTED_TO = 200
"""Notes or files that are counted or sorted for a page: whether one is shown may take reading its record."""


def listed(
    read: Callable[..., list[R]],
) -> Callable[[Snapshot, ListScope, Values, str | None, int], list[R]]:
    """The query of a list of notes or of files, as `read` finds them: those whose records the person who asks may
    read."""

    def query(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int) -> list[R]:
        asked = {
            "on": filters["record"].id if "record" in filters else None,
            "schools": None if scope.everything else scope.schools,
            "providers": scope.providers,
            "meant_for_them": not is_inside(snapshot.user),
        }
        shown, found = list[R](), list[R]()
        while len(shown) < limit and (not found or len(found) == limit):
            found = read(snapshot.connection, **asked, after=after, limit=limit)
            if not found:
                break
            shown += _open_among(snapshot, found)
            after = found[-1].reference
        return shown[:limit]

    return query


def _open_among(snapshot: Snapshot, rows: list[R]) -> list[R]:
    """Those of the rows whose records the person who asks may read. A record itself is read only where it takes more
    than its school and provider to tell."""
    user = snapshot.user
    closed = hidden_from(snapshot).closed
    rows = [row for row in rows if row.id not in closed]
    opens = {row.on_record: _opens_by_place(user, row) for row in rows}
    unclear = {
        row.on_record: resource for row in rows if not opens[row.on_record] and (resource := resource_of(row.on_kind))
    }
    read = load_records(
        snapshot.services, snapshot.connection, {id: resource.kind for id, resource in unclear.items()}
    )
    teams_of(snapshot, {school for record in read.values() if (school := record.about().school)})
    opens |= {id: _opens(snapshot, unclear[id], record) for id, record in read.items()}
    return [row for row in rows if opens[row.on_record]]


def _opens_by_place(user: User, row: view.NoteOnRecord | view.FileOnRecord) -> bool:
    resource = resource_of(row.on_kind)
    where = RecordScope(school=row.school, provider=row.provider)
    return resource is not None and resource.visibility.is_always_open and user.may(resource.read, where)


@dataclass(frozen=True, slots=True)
class AttachedTo:
    """A record to which something is attached: its kind and id, and whom it concerns."""

    kind: str
    id: UUID
    school: UUID | None
    provider: UUID | None

    def told(self) -> dict[str, Any]:
        """As notes and files keep it."""
        return {"on_kind": self.kind, "on_record": self.id, "school": self.school, "provider": self.provider}


OF_RECORD = {"on_kind": "record_kind", "on_record": "record"}
"""What programs call the columns of what is attached."""


class PlaceField(ReferenceField):
    """The record that something is attached to, by reference or URN; found as AttachedTo, if the person who asks may
    read it: any other is as good as none."""

    refers_to = ""

    default_error_messages = {
        "unknown": "Enter the reference of a record, like SR-2026-0001, or the URN of a school",
        "missing": "There is no record with that reference, or you cannot open it",
        "not_taken": "You cannot add this to that record",
    }

    def __init__(self, kinds: Collection[str], **options: Any) -> None:
        super().__init__(**options)
        self.kinds = kinds

    def written(self, text: str) -> str:
        return text.strip().upper()

    def find(self, snapshot: Snapshot, name: str) -> AttachedTo:
        kind = _kind_of(name)
        resource = resource_of(kind)
        if resource is None:
            raise self.make_error("unknown")
        if kind not in self.kinds:
            raise self.make_error("not_taken")
        try:
            found = load_for_user(snapshot.context, resource, name).record
        except (Forbidden, NoRecord):
            raise self.make_error("missing") from None
        about = found.about()
        return AttachedTo(kind, found.id, about.school, about.provider)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        with current_context().read() as snapshot:
            return address_of(snapshot, value)


def address_of(snapshot: Snapshot, record: UUID) -> str:
    """The reference of a record, a school's URN."""
    return found_at(snapshot.context, record) or reference_of(snapshot, record) or ""


def href_of(snapshot: Snapshot, kind: str, record: UUID) -> str:
    """The address of the page of a record."""
    return record_href(kind, address_of(snapshot, record))


def _kind_of(text: str) -> str:
    """The kind of record that an address is of, empty where it is none."""
    if text.isdecimal():
        return School.KIND
    try:
        prefix, _, _ = parts(text)
    except NotAReference:
        return ""
    return next((kind.KIND for kind in RECORDS.values() if kind.prefix == prefix), "")

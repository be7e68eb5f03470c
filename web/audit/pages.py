"""The pages of the audit trail: the search, its sheet, and one entry with everything that is known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import BadRequest, NotFound

from domain.aggregate import Event
from domain.vocabulary import Sensitivity
from projections import audit_trail
from projections.audit_trail import TrailFilter
from projections.schools import by_urn
from web.access.disclosure import Disclosure, kinds_told, tells_places
from web.access.identity import allow, current_user
from web.access.name_cache import id_of_reference, rows_of
from web.access.policy import Action
from web.access.restricted_reads import note_shown_itself
from web.audit.asking import AuditFilters, AuditPage, audit, held, lacks_since, page_of, wanted
from web.audit.details import EntryDetails, told_of
from web.audit.export import rows
from web.history.sentences import ids_in
from web.history.timeline import SHORT, kind_label, records_and_schools, timeline_of_events
from web.layout.csv_export import csv_response
from web.layout.filters import Filters, Options
from web.layout.list_pages import Answer
from web.layout.paging import PAGE, pages_beside, place_asked, shown_of_list, with_query
from web.runtime.services import services

__all__ = ["audit", "pages"]

pages = Blueprint("audit", __name__, template_folder="templates")

NOTHING = AuditPage((), None)
"""Shown for a search that cannot be read: anything else would look like its answer."""


@pages.get("/audit")
def search() -> Answer:
    """The search and what it finds, newest first."""
    allow(Action.READ_AUDIT)
    filters = Filters(AuditFilters)
    page = NOTHING if filters.wrong else _found(wanted(filters.values))
    with services().read() as connection:
        behind = lacks_since(connection)
    shown = render_template(
        "audit/search.html",
        page_title="Audit trail",
        held=held(current_user()),
        behind=behind,
        rows=page.entries,
        count=shown_of_list(len(page.entries), page.following) if page.entries else "",
        sheet_href=with_query(after=None).replace("/audit", "/audit.csv", 1),
        **filters.context(_choices()),
        **pages_beside(page.following),
    )
    return shown, filters.status


def _choices() -> Mapping[str, Options]:
    kinds = [(kind, kind_label(kind)) for kind in kinds_told(current_user())]
    return {"kind": sorted(kinds, key=lambda kind: kind[1])}


def _found(asked: TrailFilter) -> AuditPage:
    with services().read() as connection:
        return page_of(connection, asked, current_user(), place_asked(), PAGE)


CODE = rf"[0-9a-f]{{{SHORT}}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
URN = r"[0-9]{1,7}"
NO_ENTRY = "There is no entry in the audit trail at this address"


@pages.get("/audit.csv")
def sheet() -> Response:
    """All that the search finds, as a sheet."""
    allow(Action.READ_AUDIT)
    filters = Filters(AuditFilters)
    if filters.wrong:
        raise BadRequest("One of the filters is wrong. Correct it on the audit trail page.")
    applied = "; ".join(text for text, _ in filters.context(_choices())["chips"])
    lines = rows(services(), wanted(filters.values), current_user(), applied)
    return csv_response(lines, f"audit-trail-{services().today().isoformat()}.csv")


@pages.get("/audit/<record>/<int:number>")
def entry_of_record(record: str, number: int) -> str:
    """An entry by the reference of its record, of a school by its URN, and its number there."""
    allow(Action.READ_AUDIT)
    with services().read() as connection:
        school = by_urn(connection, int(record)) if re.fullmatch(URN, record) else None
    stream = school.id if school else id_of_reference(record)
    around = _history(stream) if stream else []
    if not 0 < number <= len(around):
        raise NotFound(NO_ENTRY)
    return _entry_page(around, around[number - 1])


@pages.get("/audit/<code>")
def entry(code: str) -> str:
    """An entry by its id, or by as much of it as stands in addresses."""
    allow(Action.READ_AUDIT)
    stream = services().store.recorder.stream_of(code) if re.fullmatch(CODE, code) else None
    if stream is None:
        raise NotFound(NO_ENTRY)
    around = _history(stream)
    return _entry_page(
        around, next(each for each in around if each.meta.event_id.hex.startswith(code.replace("-", "")))
    )


def _history(stream: UUID) -> list[Event]:
    """All that happened to a record, in order."""
    return [each for each in services().store.get(stream) if isinstance(each, Event)]


def _entry_page(around: list[Event], event: Event) -> str:
    """One entry: every detail of it, what it changed, and its neighbours."""
    asking = current_user()
    with services().read() as connection:
        disclosure = Disclosure(connection, asking, [event])
        if not disclosure.tells(event):
            raise NotFound(NO_ENTRY)
        readable = disclosure.may_read(event)
    if readable and event.meta.sensitivity is not Sensitivity.ORDINARY:
        note_shown_itself(event.meta.stream, event.meta.about.school)
    place = event.meta.version - 1
    near = {"before": around[place - 1 : place], "after": around[place + 1 : place + 2]}
    with services().read() as connection:
        together = _saved_with(connection, event)
        events = [event, *near["before"], *near["after"], *together]
        rows_of(connection, ids_in([*around, *together]) | set(records_and_schools(events)))
        told: EntryDetails | None = told_of(connection, event, around, asking) if readable else None
        shown = {each.id: each for each in timeline_of_events(connection, events, asking)}
    own = shown[event.meta.event_id]
    called = f"Entry {own.position}" if tells_places(asking) else "Entry"
    return render_template(
        "audit/entry.html",
        page_title=told.sentence if told else own.sentence,
        section="Audit trail",
        breadcrumbs=[("Audit trail", "/audit"), (called, "")],
        called=called,
        entry=own,
        told=told,
        neighbours={
            name: shown[each.meta.event_id]
            for name, found in near.items()
            for each in found
            if each.meta.event_id in shown
        },
        companions=[shown[each.meta.event_id] for each in together if each.meta.event_id in shown],
    )


def _saved_with(connection: sa.Connection, event: Event) -> list[Event]:
    """The other events that one command saved, in the log's order."""
    command = event.meta.signature.command
    positions = [each for each in audit_trail.of_command(connection, command) if each != event.meta.position]
    return services().store.at(connection, positions) if positions else []

"""The pages of the audit trail: the search, its sheet, and one entry with everything that is known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from flask import Response, render_template
from werkzeug.exceptions import BadRequest, NotFound

from domain.aggregate import Event
from domain.vocabulary import Sensitivity
from projections import audit_trail
from projections.audit_trail import TrailFilter
from projections.schools import by_urn
from web.access.context import Pages, RequestContext, Snapshot
from web.access.disclosure import Disclosure
from web.access.identity import allow
from web.access.list_filters import readable_kinds, shows_log_positions
from web.access.name_cache import id_of_reference, rows_of
from web.access.policy import Action
from web.access.restricted_reads import note_shown_itself
from web.audit.details import EntryDetails, details_of
from web.audit.export import rows
from web.audit.queries import (
    ABOUT_DECISIONS,
    AuditFilters,
    AuditPage,
    audit,
    page_of,
    scope_in_words,
    trail_behind_since,
    trail_filter,
)
from web.history.entry_decisions import DecisionFilter
from web.history.sentences import ids_in
from web.history.timeline import SHORT, kind_label, records_and_schools, timeline_of_events
from web.layout.csv_export import csv_response
from web.layout.filters import Filters, Options
from web.layout.list_pages import Answer
from web.layout.paging import PAGE, page_links, place_asked, shown_of_list, with_query

__all__ = ["audit", "pages"]

pages = Pages("audit", __name__, template_folder="templates")

NOTHING = AuditPage((), None)
"""Shown for a search that cannot be read: anything else would look like its answer."""


@pages.get("/audit")
def search(context: RequestContext) -> Answer:
    """The search and what it finds, newest first."""
    allow(context, Action.READ_AUDIT)
    filters = Filters(context, AuditFilters)
    kept_back = () if context.user.may(Action.READ_DECISION) else tuple(ABOUT_DECISIONS)
    page = NOTHING if filters.wrong else _found(context, trail_filter(filters.values))
    with context.read() as snapshot:
        behind = trail_behind_since(snapshot.connection)
    shown = render_template(
        "audit/search.html",
        page_title="Audit trail",
        held=scope_in_words(context.user),
        behind=behind,
        rows=page.entries,
        count=shown_of_list(len(page.entries), page.following) if page.entries else "",
        decision_links=[
            (each.label, with_query(after=None, decided=each.value)) for each in DecisionFilter if not kept_back
        ],
        sheet_href=with_query(after=None).replace("/audit", "/audit.csv", 1),
        **filters.for_template(_choices(context), without=kept_back),
        **page_links(page.following),
    )
    return shown, filters.status


def _choices(context: RequestContext) -> Mapping[str, Options]:
    kinds = [(kind, kind_label(kind)) for kind in readable_kinds(context.user)]
    return {"record_kind": sorted(kinds, key=lambda kind: kind[1])}


def _found(context: RequestContext, asked: TrailFilter) -> AuditPage:
    with context.read() as snapshot:
        return page_of(snapshot, asked, place_asked(), PAGE)


CODE = rf"[0-9a-f]{{{SHORT}}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
URN = r"[0-9]{1,7}"
NO_ENTRY = "There is no entry in the audit trail at this address"


@pages.get("/audit.csv")
def sheet(context: RequestContext) -> Response:
    """All that the search finds, as a sheet."""
    allow(context, Action.READ_AUDIT)
    filters = Filters(context, AuditFilters)
    if filters.wrong:
        raise BadRequest("One of the filters is wrong. Correct it on the audit trail page.")
    applied = "; ".join(text for text, _ in filters.for_template(_choices(context))["chips"])
    lines = rows(context, context.services, trail_filter(filters.values), context.user, applied)
    return csv_response(lines, f"audit-trail-{context.services.today().isoformat()}.csv")


@pages.get("/audit/<record>/<int:number>")
def entry_of_record(context: RequestContext, record: str, number: int) -> str:
    """An entry by the reference of its record, of a school by its URN, and its number there."""
    allow(context, Action.READ_AUDIT)
    with context.read() as snapshot:
        school = by_urn(snapshot.connection, int(record)) if re.fullmatch(URN, record) else None
    stream = school.id if school else id_of_reference(record)
    around = _history(context, stream) if stream else []
    if not 0 < number <= len(around):
        raise NotFound(NO_ENTRY)
    return _entry_page(context, around, around[number - 1])


@pages.get("/audit/<code>")
def entry(context: RequestContext, code: str) -> str:
    """An entry by its id, or by as much of it as stands in addresses."""
    allow(context, Action.READ_AUDIT)
    stream = context.services.store.recorder.stream_of(code) if re.fullmatch(CODE, code) else None
    if stream is None:
        raise NotFound(NO_ENTRY)
    around = _history(context, stream)
    return _entry_page(
        context, around, next(each for each in around if each.meta.event_id.hex.startswith(code.replace("-", "")))
    )


def _history(context: RequestContext, stream: UUID) -> list[Event]:
    """All that happened to a record, in order."""
    return [each for each in context.services.store.get(stream) if isinstance(each, Event)]


def _entry_page(context: RequestContext, around: list[Event], event: Event) -> str:
    """One entry: every detail of it, what it changed, and its neighbours."""
    user = context.user
    with context.read() as snapshot:
        disclosure = Disclosure(snapshot, [event])
        if not disclosure.tells(event):
            raise NotFound(NO_ENTRY)
        readable = disclosure.may_read(event)
    if readable and event.meta.sensitivity is not Sensitivity.ORDINARY:
        note_shown_itself(context, event.meta.stream, event.meta.about.school)
    place = event.meta.version - 1
    near = {"before": around[place - 1 : place], "after": around[place + 1 : place + 2]}
    with context.read() as snapshot:
        together = _saved_with(snapshot, event)
        events = [event, *near["before"], *near["after"], *together]
        rows_of(snapshot, ids_in([*around, *together]) | set(records_and_schools(events)))
        told: EntryDetails | None = details_of(snapshot, event, around) if readable else None
        shown = {each.id: each for each in timeline_of_events(snapshot, events, decided=True)}
    own = shown[event.meta.event_id]
    called = f"Entry {own.position}" if shows_log_positions(user) else "Entry"
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


def _saved_with(snapshot: Snapshot, event: Event) -> list[Event]:
    """The other events that one command saved, in the log's order."""
    command = event.meta.signature.command
    positions = [each for each in audit_trail.of_command(snapshot.connection, command) if each != event.meta.position]
    return snapshot.services.store.at(snapshot.connection, positions) if positions else []

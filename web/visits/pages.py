"""The pages of visits: the diary, one visit, and the core visits of a term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, render_template
from werkzeug.exceptions import BadRequest

from domain.visit import Visit
from domain.vocabulary import VisitKind
from projections.records_of_visit import records
from projections.row_queries import RowQuery
from projections.visits import PlannedVisit
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import allow, concerned, list_scope
from web.access.name_cache import names_of
from web.access.policy import Action
from web.commands.attachments import ATTACHED_QUERY
from web.commands.correcting import restated_in_words
from web.commands.on_behalf import agreed_in_words, doubts_in_words, ids_in
from web.commands.resource import Values
from web.layout.csv_export import csv_response
from web.layout.filters import Filters
from web.layout.links import concern_rows, record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, list_page, record_column
from web.layout.paging import with_query
from web.layout.resource_pages import PageRows, record_page
from web.runtime.terms import term_of
from web.visits.commands import visits
from web.visits.coverage import Coverage, coverage, coverage_rows, years_around
from web.visits.schemas import CoverageFilters

pages = Pages("visits", __name__, template_folder="templates")


def kind_in_words(kind: VisitKind | None) -> str:
    """What a visit is called; one that is shown as a plain visit has no kind."""
    return f"{kind.label} visit" if kind else "Visit"


def _led_by(row: PlannedVisit, names: Names) -> str:
    return names.get(row.lead, "") + (f" and {len(row.visitors) - 1} more" if len(row.visitors) > 1 else "")


LIST: ListPage[PlannedVisit] = ListPage(
    visits,
    title="Visits",
    caption="Visits by date",
    counted=("visit", "visits"),
    columns=[
        record_column(
            "Visit", "visits", lambda row, names: f"{kind_in_words(row.kind)} to {names.get(row.school, 'a school')}"
        ),
        ListColumn(
            "Date",
            lambda row, _: formats.short_date(row.on) + (f", {formats.time(row.starts_at)}" if row.starts_at else ""),
            by=["on", "starts_at"],
            nowrap=True,
        ),
        ListColumn("Purpose", lambda row, _: {"tag": row.purpose} if row.purpose else ""),
        ListColumn("Led by", _led_by),
        ListColumn(
            "Status",
            lambda row, names: {
                "tag": row.status,
                "hint": doubts_in_words(row.recorded_for_others, names) or restated_in_words(row.restated_on),
            },
            by=["status"],
        ),
    ],
    ids=lambda row: [row.school, row.lead, *ids_in(row.recorded_for_others)],
    empty_text="No visits",
    choices=lambda _: {"mine": [("true", "My visits")]},
    template="visits/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST, today=context.services.today())


@pages.get("/<ref>")
def visit(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        visits,
        ref,
        "visits/visit.html",
        title=lambda visit, names: f"{kind_in_words(visit.kind)} to {names.get(visit.school, 'a school')}",
        ids=lambda visit: [
            visit.school,
            visit.lead,
            *(each.person for each in visit.visitors),
            *ids_in([visit.agreement]),
        ],
        more=_more,
        page_query=PAGE_QUERY,
        about=lambda visit: {"written_up": visit.written_up},
    )


PAGE_QUERY = ATTACHED_QUERY.with_(
    written=RowQuery(records, records.table.c.id == sa.bindparam("written_up", type_=sa.Uuid))
)
"""What is asked for the page of a visit."""


def _more(snapshot: Snapshot, visit: Visit, found: PageRows) -> Mapping[str, Any]:
    """The record of the visit where the person who asks may read it, and the records it belongs to."""
    about = visit.about()
    record = next(iter(found["written"]), None)
    may_read = snapshot.user.may(
        Action.READ_RECORD if record and record.version else Action.READ_DRAFT_RECORD,
        concerned(snapshot, about),
    )
    at = names_of(snapshot, [visit.school]).get(visit.school, "a school")
    return {
        "written": record if may_read else None,
        "agreed_in_words": agreed_in_words,
        "links": record_rows(
            snapshot,
            ("School", at, "schools", visit.school),
            ("Concern", f"Concern about {at}", "concerns", visit.concern),
            ("Support request", f"Support request for {at}", "requests", visit.request),
        )
        + concern_rows(snapshot, visit.id, at, apart_from=visit.concern),
    }


@pages.get("/coverage")
def coverage_page(context: RequestContext) -> Answer:
    """The core visits of a term, school by school."""
    allow(context, Action.READ_VISIT)
    filters = Filters(context, CoverageFilters)
    found = None if filters.wrong else _coverage(context, filters.values)
    present = term_of(context.services, context.services.today())
    usual = {"academic_year": str(present.academic_year), "term": present.term.value}
    shown = render_template(
        "visits/coverage.html",
        page_title=found.title if found else "Core visits by term",
        section="Visits",
        found=found,
        rows=found.lines if found else [],
        count=formats.counted(len(found.lines), "school") if found else "",
        csv_href=with_query().replace("/coverage", "/coverage.csv", 1),
        breadcrumbs=[("Visits", "/visits"), ("Core visits", "")],
        **filters.for_template({"academic_year": years_around(present)}, usual=usual),
    )
    return shown, filters.status


@pages.get("/coverage.csv")
def coverage_csv(context: RequestContext) -> Response:
    """The same as a sheet."""
    allow(context, Action.READ_VISIT)
    filters = Filters(context, CoverageFilters)
    if filters.wrong:
        raise BadRequest("We cannot read one of the filters. Set it again on the core visits page.")
    found = _coverage(context, filters.values)
    return csv_response(coverage_rows(found), f"core-visits-{found.academic_year}-{found.term.value}.csv")


def _coverage(context: RequestContext, values: Values) -> Coverage:
    with context.read() as snapshot:
        return coverage(snapshot, list_scope(snapshot, Action.READ_VISIT), values)

"""The pages of visits: the diary, one visit, and the core visits of a term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from domain.calendar import Term
from domain.visit import Visit
from domain.vocabulary import VisitKind
from projections.batch_query import RowQuery
from projections.records_of_visit import records
from projections.visits import PlannedVisit
from web import formats
from web.access.identity import allow, concerned, current_user, reach
from web.access.name_cache import reference_of, references_of
from web.access.policy import Action
from web.commands.attachments import ATTACHED_QUERY
from web.commands.resource import Listing, Values
from web.layout.csv_export import csv_of
from web.layout.resource_pages import (
    UNPROCESSABLE,
    Answer,
    Beside,
    ListPage,
    errors_of,
    filter_values,
    list_page,
    record_page,
    said,
    with_query,
)
from web.runtime.services import services
from web.runtime.terms import term_of
from web.visits.commands import visits
from web.visits.coverage import Coverage, coverage, sheet, years_around
from web.visits.schemas import CoverageFilters

pages = Blueprint("visits", __name__, template_folder="templates")


def kind_in_words(kind: VisitKind | None) -> str:
    """What a visit is called; one that is shown as a plain visit has no kind."""
    return f"{kind.label} visit" if kind else "Visit"


def _cells(row: PlannedVisit, names: Mapping[UUID, str]) -> list[Any]:
    return [
        {
            "text": f"{kind_in_words(row.kind)} to {names.get(row.school, 'a school')}",
            "href": f"/visits/{row.reference}",
            "hint": row.reference,
        },
        formats.short_date(row.on) + (f", {formats.time(row.starts_at)}" if row.starts_at else ""),
        {"tag": row.purpose} if row.purpose else "",
        names.get(row.lead, "") + (f" and {len(row.visitors) - 1} more" if len(row.visitors) > 1 else ""),
        {"tag": row.status},
    ]


LIST = ListPage(
    title="Visits",
    caption="Visits by date",
    head=["Visit", {"text": "Date", "nowrap": True}, "Purpose", "Led by", "Status"],
    cells=_cells,
    ids=lambda row: [row.school, row.lead],
    empty_text="No visits",
    choices=lambda _: {"mine": [("true", "My visits")]},
    template="visits/list.html",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(visits.listing, Listing)
    return list_page(visits, visits.listing, LIST, today=services().today())


@pages.get("/<ref>")
def visit(ref: str) -> str:
    return record_page(
        visits,
        ref,
        "visits/visit.html",
        title=lambda visit, names: f"{kind_in_words(visit.kind)} to {names.get(visit.school, 'a school')}",
        ids=lambda visit: [visit.school, visit.lead, *(each.person for each in visit.visitors)],
        more=_around,
        beside=PAGE_QUERY,
        about=lambda visit: {"written_up": visit.written_up},
    )


PAGE_QUERY = ATTACHED_QUERY.with_(
    written=RowQuery(records, records.table.c.id == sa.bindparam("written_up", type_=sa.Uuid))
)
"""What is asked for the page of a visit."""


def _around(connection: sa.Connection, visit: Visit, found: Beside) -> Mapping[str, Any]:
    """The record of the visit where the person who asks may read it, and the records it belongs to."""
    about = visit.about()
    record = next(iter(found["written"]), None)
    may_read = current_user().may(
        Action.READ_RECORD if record and record.version else Action.READ_DRAFT_RECORD, concerned(connection, about)
    )
    return {
        "written": record if may_read else None,
        "urn": reference_of(connection, visit.school),
        "belongs": references_of(connection, [id for id in (visit.concern, visit.request) if id]),
    }


@pages.get("/coverage")
def covered() -> Answer:
    """The core visits of a term, school by school."""
    allow(Action.READ_VISIT)
    values, wrong = filter_values(CoverageFilters())
    found = None if wrong else _coverage(values)
    present = term_of(services(), services().today())
    filter_fields = [
        {
            "name": "year",
            "label": "School year",
            "kind": "select",
            "options": years_around(present),
            "value": str(found.academic_year) if found else request.args.get("year", ""),
            "error": said(wrong.get("year", ()), "School year"),
            "usual": str(present.academic_year),
        },
        {
            "name": "term",
            "label": "Term",
            "kind": "select",
            "options": [(term.value, term.label) for term in Term],
            "value": found.term.value if found else request.args.get("term", ""),
            "error": said(wrong.get("term", ()), "Term"),
            "usual": present.term.value,
        },
    ]
    shown = render_template(
        "visits/coverage.html",
        page_title=found.title if found else "Core visits by term",
        section="Visits",
        found=found,
        filter_fields=filter_fields,
        errors=errors_of(filter_fields),
        has_errors=bool(wrong),
        csv_href=with_query().replace("/coverage?", "/coverage.csv?"),
        breadcrumbs=[("Visits", "/visits"), ("Core visits", "")],
    )
    return shown, UNPROCESSABLE if wrong else 200


@pages.get("/coverage.csv")
def covered_sheet() -> Response:
    """The same as a sheet."""
    allow(Action.READ_VISIT)
    values, wrong = filter_values(CoverageFilters())
    if wrong:
        raise BadRequest("We cannot read one of the filters. Set it again on the core visits page.")
    found = _coverage(values)
    name = f"core-visits-{found.academic_year}-{found.term.value}.csv"
    return Response(
        csv_of(sheet(found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _coverage(values: Values) -> Coverage:
    with services().read() as connection:
        return coverage(connection, reach(connection, Action.READ_VISIT), values)

"""The pages of tenders: the list, and one tender as the broker sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.tender import Tender, TenderStatus
from projections.row_queries import RowQueries
from web.access.context import Pages, RequestContext, Snapshot
from web.access.name_cache import names_of, references_of
from web.access.restricted import restricted_records
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN
from web.brokerage.quote_comparison import PAST, compare_quotes
from web.commands.doubts import marked_status
from web.commands.on_behalf import ids_in
from web.layout.links import record_rows
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page
from web.layout.resource_pages import PageRows, record_page
from web.tenders.commands import tenders
from web.tenders.resource import REQUEST, MarkedTender, request_of

pages = Pages("tenders", __name__, template_folder="templates")


def _tender(row: MarkedTender, names: Names) -> dict[str, str]:
    called = f"Tender for {names.get(row.school, 'a school')}"
    request = f" for {names[row.request]}" if row.request in names else ""
    return {"text": called, "href": f"/tenders/{row.reference}", "hint": row.reference + request}


LIST: ListPage[MarkedTender] = ListPage(
    tenders,
    title="Tenders",
    caption="Tenders, newest first",
    counted=("tender", "tenders"),
    columns=[
        ListColumn("Tender", _tender),
        date_column("Replies by", "reply_by"),
        ListColumn(
            "Status",
            marked_status,
            by=["status"],
        ),
        ListColumn("Selected", lambda row, names: names.get(row.selected, "") if row.selected else ""),
    ],
    ids=lambda row: [row.request, row.school, row.selected, *ids_in(row.recorded_for_others)],
    empty_text="No tenders",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST)


@pages.get("/<ref>")
def tender(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        tenders,
        ref,
        "tenders/tender.html",
        title=lambda tender, names: (
            f"{request_of(context, tender).subject} for {names.get(tender.school, 'a school')}"
        ),
        ids=lambda tender: [tender.school, *tender.invitations],
        more=_more,
        page_query=PAGE_QUERY,
        about=lambda tender: {"tender": tender.id, "request": tender.request},
    )


PAGE_QUERY = RowQueries(**PAST, **REQUEST)
"""What is asked for the page of a tender."""


def _more(snapshot: Snapshot, tender: Tender, found: PageRows) -> Mapping[str, Any]:
    request, today = request_of(snapshot.context, tender, found["request"]), snapshot.services.today()
    unread, is_open = tender.id in restricted_records(snapshot), tender.status is TenderStatus.OPEN
    at = names_of(snapshot, [tender.school]).get(tender.school, "a school")
    return {
        "links": record_rows(
            snapshot,
            ("Request", f"{request.subject} for {at}", "requests", request.id),
            ("Engagement", f"{request.subject} at {at}", "engagements", request.engagement),
        ),
        "request": request,
        "quotes": compare_quotes(snapshot, tender, in_full=True, today=today, past=found["past"]),
        "provider_references": references_of(snapshot, list(tender.invitations)),
        "without_the_concern": WITHOUT_THE_CONCERN,
        "replies_are_due": is_open and today > tender.reply_by and bool(tender.unanswered) and not unread,
        "cannot_reply": tender.unanswered if unread and is_open else (),
    }

"""The pages of tenders: the list, and one tender as the broker sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint

from domain.tender import Tender, TenderStatus
from projections.batch_query import BatchQuery
from projections.tenders import TenderRow
from web import formats
from web.access.identity import current_user
from web.access.name_cache import reference_of, references_of
from web.access.restricted import restricted_records
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN
from web.brokerage.quote_comparison import PAST, compared
from web.commands.resource import Listing
from web.layout.resource_pages import Answer, Beside, ListPage, list_page, record_page
from web.runtime.services import services
from web.tenders.commands import tenders
from web.tenders.resource import REQUEST, request_of

pages = Blueprint("tenders", __name__, template_folder="templates")


def _cells(row: TenderRow, names: Mapping[UUID, str]) -> list[Any]:
    return [
        {
            "text": f"{names.get(row.request, 'Support')} for {names.get(row.school, 'a school')}",
            "href": f"/tenders/{row.reference}",
            "hint": row.reference,
        },
        formats.short_date(row.reply_by),
        {"tag": row.status},
        names.get(row.selected, "") if row.selected else "",
    ]


LIST = ListPage(
    title="Tenders",
    caption="Tenders, newest first",
    head=["Tender", {"text": "Replies by", "nowrap": True}, "Status", "Selected"],
    cells=_cells,
    ids=lambda row: [row.request, row.school, row.selected],
    empty_text="No tenders",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(tenders.listing, Listing)
    return list_page(tenders, tenders.listing, LIST)


@pages.get("/<ref>")
def tender(ref: str) -> str:
    return record_page(
        tenders,
        ref,
        "tenders/tender.html",
        title=lambda tender, names: f"{request_of(tender).subject} for {names.get(tender.school, 'a school')}",
        ids=lambda tender: [tender.school, *tender.invitations],
        more=_around,
        beside=PAGE_QUERY,
        about=lambda tender: {"tender": tender.id, "request": tender.request},
    )


PAGE_QUERY = BatchQuery(**PAST, **REQUEST)
"""What is asked for the page of a tender."""


def _around(connection: sa.Connection, tender: Tender, found: Beside) -> Mapping[str, Any]:
    request, today = request_of(tender, found["request"]), services().today()
    unread = tender.id in restricted_records(connection, current_user())
    return {
        "request": request,
        "quotes": compared(connection, tender, in_full=True, today=today, past=found["past"]),
        "provider_references": references_of(connection, list(tender.invitations)),
        "engagement": reference_of(connection, request.engagement) if request.engagement else None,
        "without_the_concern": WITHOUT_THE_CONCERN,
        "replies_are_due": today > tender.reply_by and bool(tender.unanswered) and not unread,
        "cannot_reply": tender.unanswered if unread and tender.status is TenderStatus.OPEN else (),
    }

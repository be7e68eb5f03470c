"""The pages of tenders: the list, and one tender as the broker sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint

from domain.tender import Tender, TenderStatus
from projections.row_queries import RowQueries
from projections.tenders import TenderRow
from web.access.identity import current_user
from web.access.name_cache import reference_of, references_of
from web.access.restricted import restricted_records
from web.brokerage.broker_rights import WITHOUT_THE_CONCERN
from web.brokerage.quote_comparison import PAST, compared
from web.layout.list_pages import Answer, Column, ListPage, Names, date_column, list_page
from web.layout.resource_pages import Beside, record_page
from web.runtime.services import services
from web.tenders.commands import tenders
from web.tenders.resource import REQUEST, request_of

pages = Blueprint("tenders", __name__, template_folder="templates")


def _tender(row: TenderRow, names: Names) -> dict[str, str]:
    called = f"Tender for {names.get(row.school, 'a school')}"
    request = f" for {names[row.request]}" if row.request in names else ""
    return {"text": called, "href": f"/tenders/{row.reference}", "hint": row.reference + request}


LIST: ListPage[TenderRow] = ListPage(
    tenders,
    title="Tenders",
    caption="Tenders, newest first",
    counted=("tender", "tenders"),
    columns=[
        Column("Tender", _tender),
        date_column("Replies by", lambda row: row.reply_by),
        Column("Status", lambda row, _: {"tag": row.status}),
        Column("Selected", lambda row, names: names.get(row.selected, "") if row.selected else ""),
    ],
    ids=lambda row: [row.request, row.school, row.selected],
    empty_text="No tenders",
)


@pages.get("/")
def listed() -> Answer:
    return list_page(LIST)


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


PAGE_QUERY = RowQueries(**PAST, **REQUEST)
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

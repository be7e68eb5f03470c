"""The pages of requests: the list, one request as a whole case, and the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request

from domain.support_request import SupportRequest
from projections.gaps import GapCount
from projections.open_requests import RequestRow
from web import formats
from web.access.identity import current_user, reach
from web.access.name_cache import reference_of
from web.access.policy import Action
from web.brokerage.broker_rights import BROKERED_BY
from web.commands.choices import holders
from web.commands.resource import Listing
from web.layout.resource_pages import (
    UNPROCESSABLE,
    Answer,
    ListPage,
    chips,
    errors_of,
    filter_values,
    list_page,
    record_page,
    said,
)
from web.requests.case_page import PAGE_QUERY, around, named
from web.requests.commands import requests
from web.requests.gaps import GapFilters, by_subject, counted, finding
from web.runtime.services import services

BROKERS = [role for _, role in BROKERED_BY.values()]

pages = Blueprint("requests", __name__, template_folder="templates")


def _cells(row: RequestRow, names: Mapping[UUID, str]) -> list[Any]:
    today = services().today()
    return [
        {
            "text": f"{row.subject} for {names.get(row.school, 'a school')}",
            "href": f"/requests/{row.reference}",
            "hint": row.reference,
        },
        {"text": row.kind.label, "hint": row.phase.label},
        formats.short_date(row.raised_on),
        row.urgency.label,
        {"tag": row.status},
        {"text": row.waiting_on(today).label if row.is_open else "", "hint": _until(row, today)},
        names.get(row.broker, "") if row.broker else "",
    ]


def _until(row: RequestRow, today: date) -> str:
    if row.next_on is None:
        return ""
    overdue = "overdue since" if row.is_overdue(today) else "by"
    return f"{overdue} {formats.short_date(row.next_on)}"


def _choices(connection: sa.Connection) -> Mapping[str, list[tuple[str, str]]]:
    return {
        "broker": holders(connection, BROKERS),
        "open": [("true", "Open"), ("false", "Ended")],
    }


LIST = ListPage(
    title="Support requests",
    caption="Requests, newest first",
    head=["Request", "Support", {"text": "Requested", "nowrap": True}, "Urgency", "Status", "Waiting for", "Broker"],
    cells=_cells,
    ids=lambda row: [row.school, row.broker],
    empty_text="No requests",
    choices=_choices,
    template="requests/list.html",
)


@pages.get("/")
def listed() -> Answer:
    assert isinstance(requests.listing, Listing)
    return list_page(requests, requests.listing, LIST, mine=_own_reference())


def _own_reference() -> str:
    """The reference of somebody who brokers requests, empty for others."""
    asking = current_user()
    if not asking.holds(*BROKERS):
        return ""
    with services().read() as connection:
        return reference_of(connection, asking.person) or ""


@pages.get("/<ref>")
def case(ref: str) -> str:
    return record_page(
        requests,
        ref,
        "requests/request.html",
        title=_title,
        ids=named,
        more=around,
        beside=PAGE_QUERY,
        about=lambda request: {"tender": request.tender},
    )


def _title(request: SupportRequest, names: Mapping[UUID, str]) -> str:
    return f"{request.subject} for {names.get(request.school, 'a school')}"


@pages.get("/gaps")
def gaps() -> Answer:
    """Where nobody could be found, by subject and phase."""
    values, wrong = filter_values(GapFilters())
    with services().read() as connection:
        limited = reach(connection, Action.READ_REQUEST)
        found = [] if wrong else counted(connection, limited, values)
    bars = by_subject(found)
    filter_fields = [
        {
            "name": name,
            "label": field.metadata["label"],
            "kind": "date",
            "value": request.args.get(name, ""),
            "error": said(wrong.get(name, ()), field.metadata["label"]),
        }
        for name, field in GapFilters().fields.items()
    ]
    shown = render_template(
        "requests/gaps.html",
        page_title="Requests we could not meet",
        section="Requests",
        breadcrumbs=[("Requests", "/requests"), ("Gaps", "")],
        filter_fields=filter_fields,
        errors=errors_of(filter_fields),
        has_errors=bool(wrong),
        chips=list(chips(filter_fields)),
        bars=bars,
        finding=finding(bars),
        rows=[_gap_cells(each) for each in found],
    )
    return shown, UNPROCESSABLE if wrong else 200


def _gap_cells(row: GapCount) -> list[Any]:
    asked = urlencode({"status": "unmet", "subject": row.subject, "phase": row.phase.value})
    return [
        {"text": row.subject, "href": f"/requests/?{asked}"},
        row.phase.label,
        row.requests,
        row.schools,
        formats.date(row.last_on),
    ]

"""The pages of requests: the list, one request as a whole case, and the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from domain.support_request import SupportRequest
from projections.gaps import GapCount
from projections.open_requests import RequestRow
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import list_scope
from web.access.name_cache import reference_of
from web.access.policy import Action
from web.brokerage.broker_rights import BROKERED_BY
from web.commands.choices import holders_of_roles
from web.commands.doubts import marked_status
from web.commands.on_behalf import ids_in
from web.layout.filters import Filters
from web.layout.list_pages import Answer, ListColumn, ListPage, Names, date_column, list_page, record_column
from web.layout.resource_pages import record_page
from web.requests.case_page import PAGE_QUERY, page_context, people_named
from web.requests.commands import requests
from web.requests.gaps import GapFilters, by_subject, chart_title, count_gaps, gaps_list
from web.requests.resource import MarkedRequest

BROKERS = [role for _, role in BROKERED_BY.values()]

pages = Pages("requests", __name__, template_folder="templates")


def _waiting_for(row: RequestRow, names: Names) -> dict[str, str]:
    today = names.services.today()
    return {"text": row.waiting_on(today).label if row.is_open else "", "hint": _until(row, today)}


def _until(row: RequestRow, today: date) -> str:
    if row.next_on is None:
        return ""
    overdue = "overdue since" if row.is_overdue(today) else "by"
    return f"{overdue} {formats.short_date(row.next_on)}"


def _choices(snapshot: Snapshot) -> Mapping[str, list[tuple[str, str]]]:
    return {
        "broker": holders_of_roles(snapshot, BROKERS),
        "open": [("true", "Open"), ("false", "Ended")],
    }


LIST: ListPage[MarkedRequest] = ListPage(
    requests,
    title="Support requests",
    caption="Requests, newest first",
    counted=("request", "requests"),
    columns=[
        record_column(
            "Request", "requests", lambda row, names: f"{row.subject} for {names.get(row.school, 'a school')}"
        ),
        ListColumn("Support", lambda row, _: {"text": row.kind.label, "hint": row.phase.label}),
        date_column("Requested", "raised_on"),
        ListColumn("Urgency", lambda row, _: row.urgency.label, by=["urgency"]),
        ListColumn("Status", marked_status),
        ListColumn("Waiting for", _waiting_for),
        ListColumn("Broker", lambda row, names: names.get(row.broker, "") if row.broker else ""),
    ],
    ids=lambda row: [row.school, row.broker, *ids_in(row.recorded_for_others)],
    empty_text="No requests",
    choices=_choices,
    template="requests/list.html",
)


@pages.get("/")
def listed(context: RequestContext) -> Answer:
    return list_page(context, LIST, mine=_own_reference(context))


def _own_reference(context: RequestContext) -> str:
    """The reference of somebody who brokers requests, empty for others."""
    user = context.user
    if not user.holds(*BROKERS):
        return ""
    with context.read() as snapshot:
        return reference_of(snapshot, user.person) or ""


@pages.get("/<ref>")
def case(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        requests,
        ref,
        "requests/request.html",
        title=_title,
        ids=partial(people_named, context),
        more=page_context,
        page_query=PAGE_QUERY,
        about=lambda request: {"tender": request.tender, "today": context.services.today()},
    )


def _title(request: SupportRequest, names: Mapping[UUID, str]) -> str:
    return f"{request.subject} for {names.get(request.school, 'a school')}"


def _unmet(row: GapCount) -> str:
    return f"/requests/?{urlencode({'status': 'unmet', 'subject': row.subject, 'phase': row.phase.value})}"


def _why(row: GapCount) -> str:
    named = [(each.cause.label if each.cause else "Not recorded", each.requests) for each in row.causes]
    return "; ".join(label if len(named) == 1 else f"{label} ({often})" for label, often in named)


GAPS: ListPage[GapCount] = ListPage(
    gaps_list,
    title="Requests we could not meet",
    caption="By subject and phase",
    counted=("gap", "gaps"),
    columns=[
        ListColumn("Subject", lambda row, _: {"text": row.subject, "href": _unmet(row)}),
        ListColumn("On the list of subjects", lambda row, _: "Yes" if row.on_list else "No"),
        ListColumn("Phase", lambda row, _: row.phase.label, by=["phase"]),
        ListColumn("Requests", lambda row, _: row.requests, numeric=True),
        ListColumn("Schools", lambda row, _: row.schools, numeric=True),
        ListColumn("Why", lambda row, _: _why(row)),
        date_column("Latest", "last_on"),
    ],
    empty_text="There are no requests we could not meet",
    template="requests/gaps.html",
)


@pages.get("/gaps")
def gaps(context: RequestContext) -> Answer:
    """Where nobody could be found, by subject and phase."""
    filters = Filters(context, GapFilters)
    with context.read() as snapshot:
        limited = list_scope(snapshot, Action.READ_REQUEST)
        bars = by_subject([] if filters.wrong else count_gaps(snapshot, limited, filters.values))
    return list_page(
        context,
        GAPS,
        section="Requests",
        breadcrumbs=[("Requests", "/requests"), ("Requests we could not meet", "")],
        bars=bars,
        finding=chart_title(bars),
    )

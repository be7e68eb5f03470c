"""What the page of a request shows beside the record: the clock, what comes next, who was ranked, and the quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.engagement import BrokeredEngagement
from domain.support_request import ENDS, RequestStatus, Route, SupportRequest
from domain.tender import Tender, TenderStatus
from projections import caseload, open_requests
from projections.caseload import Item, Task
from projections.open_requests import RequestRow, RequestWaitsFor
from projections.provider_history import BrokeredHistory
from projections.row_queries import RowQuery
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.disclosure import INSIDE
from web.access.identity import concerned
from web.access.list_filters import items_for_reader
from web.access.name_cache import names_of
from web.access.policy import Action
from web.access.restricted import restricted_records
from web.brokerage.quote_comparison import PAST, are_shown, compare_quotes
from web.commands.attachments import ATTACHED_QUERY, RECORD
from web.layout.links import record_rows
from web.requests.choices import last_question
from web.requests.ranking import candidates
from web.requests.resource import tender_of

_items = caseload.items.table.c

PAGE_QUERY = ATTACHED_QUERY.with_(
    **PAST,
    row=RowQuery(open_requests.requests, open_requests.requests.table.c.id == RECORD),
    work=RowQuery(
        caseload.items,
        sa.and_(_items.case == RECORD, _items.kind == BrokeredEngagement.KIND, _items.task.is_not(None)),
        caseload.AS_DUE,
    ),
)
"""What is asked for the page of a request, with its `tender`; `work` is what the caseload says of its engagement."""


def page_context(snapshot: Snapshot, request: SupportRequest, found: Mapping[str, list[Any]]) -> Mapping[str, Any]:
    """All that the page needs."""
    today = snapshot.services.today()
    row = next(iter(found["row"]), None)
    if row is not None and row.id in restricted_records(snapshot):
        row = open_requests.as_unasked(row)
    is_inside = snapshot.user.holds(*INSIDE)
    work = items_for_reader(snapshot, found["work"])
    shown = {
        "is_inside": is_inside,
        "clock": clock(request, row.ended_on if row else None, today),
        "waiting_for": waiting_for(row, work, today) if row else "",
        "next_step": next_step(snapshot.context, request, row, work, today),
        "question": last_question(snapshot.context, request) if request.waiting_since else "",
        "links": (links := _links(snapshot, request)),
        "goes_on_at": _where_it_goes_on(request, links),
        "ranking": candidates(snapshot, request.ranking) if request.ranking and is_inside else None,
    }
    return {**shown, **_quotes(snapshot, request, found["past"], today)}


def clock(request: SupportRequest, ended_on: date | None, today: date) -> str:
    """How long the request has taken so far; days on which the service waited for the school do not count."""
    last = ended_on or today
    waited = request.waiting_days(last)
    count = max(0, (last - request.raised_on).days - waited)
    took = formats.days(count)
    if request.waiting_since is not None:
        return f"{took}, stopped since {formats.date(request.waiting_since)}"
    return f"{took}, plus {waited} waiting for the school" if waited else took


def waiting_for(row: RequestRow, work: Sequence[Item], today: date) -> str:
    """Whose move it is; once the request is placed, whose the caseload says it is about the engagement."""
    waits = row.waiting_on(today)
    if waits is not RequestWaitsFor.ENGAGEMENT:
        return waits.label
    sides = dict.fromkeys(item.waiting_for.label for item in _to_do(work) if item.waiting_for)
    return ", ".join(sides) or RequestWaitsFor.NOBODY.label


def next_step(
    context: RequestContext, request: SupportRequest, row: RequestRow | None, work: Sequence[Item], today: date
) -> str:
    """What has to happen next, in one sentence; empty where nothing has."""
    if request.status in ENDS or row is None:
        return ""
    if row.waiting_for is RequestWaitsFor.SCHOOL:
        return "The school answers the service's question."
    if request.status is RequestStatus.INVITING:
        return _next_of_tender(tender_of(context, request), row, today)
    if request.status is RequestStatus.TRIAGED and request.route is not Route.BROKERED:
        return "The broker arranges in-house help or signposts the school, and records it."
    if request.status is RequestStatus.PLACED:
        return _next_of_work(work)
    return NEXT.get(request.status, "")


def _to_do(work: Sequence[Item]) -> list[Item]:
    """What can be done now about an engagement; that all sides have to agree is said by their own steps."""
    return [item for item in work if item.rests_since is None and item.task is not Task.GET_AGREEMENTS]


def _next_of_work(work: Sequence[Item]) -> str:
    steps = dict.fromkeys(item.task.label for item in _to_do(work) if item.task)
    if work and not steps:
        return "Nothing until the engagement is resumed."
    return f"{'; '.join(steps)}." if steps else ""


def _is_selected(tender: Tender | None) -> bool:
    return tender is not None and tender.status is TenderStatus.SELECTED


def _next_of_tender(tender: Tender | None, row: RequestRow, today: date) -> str:
    if _is_selected(tender):
        return "The broker proposes the engagement with the provider selected."
    if row.waiting_on(today) is RequestWaitsFor.PROVIDERS:
        who = formats.counted(len(row.unanswered), "provider replies", "providers reply")
        return f"{who} by {formats.date(row.reply_by)}."
    if tender is not None and not tender.quotes:
        return (
            "Nobody has quoted. The broker extends the deadline, invites other providers or closes without choosing."
        )
    return "The broker compares the quotes, asks which the school prefers, and selects one."


NEXT = {
    RequestStatus.RAISED: "Acknowledge the request and tell the school when to expect an answer.",
    RequestStatus.ACKNOWLEDGED: "Decide the level of help and choose a broker.",
    RequestStatus.TRIAGED: "Get approval to spend.",
    RequestStatus.APPROVED: "Search for providers and make a shortlist.",
    RequestStatus.SHORTLISTED: "Invite providers to quote.",
}


def _links(snapshot: Snapshot, request: SupportRequest) -> list[dict[str, str]]:
    """The records that belong to the case, and may be opened."""
    where = concerned(snapshot, request.about())
    user = snapshot.user
    at = names_of(snapshot, [request.school]).get(request.school, "a school")

    def if_may(action: Action, record: UUID | None) -> UUID | None:
        return record if user.may(action, where) else None

    return record_rows(
        snapshot,
        ("School", at, "schools", request.school),
        (
            "Engagement",
            f"{request.subject} at {at}",
            "engagements",
            if_may(Action.READ_ENGAGEMENT, request.engagement),
        ),
        ("Tender", f"Tender for {at}", "tenders", if_may(Action.READ_INVITATION, request.tender)),
        ("Merged into", f"Support request for {at}", "requests", if_may(Action.READ_REQUEST, request.merged_into)),
        ("Visit where the need was found", f"Visit to {at}", "visits", if_may(Action.READ_VISIT, request.visit)),
        ("Concern", f"Concern about {at}", "concerns", if_may(Action.READ_CONCERN, request.concern)),
    )


def _where_it_goes_on(request: SupportRequest, links: list[dict[str, str]]) -> dict[str, str] | None:
    """The record on which the case is being worked now, for those who may open it."""
    label = {RequestStatus.INVITING: "Tender", RequestStatus.PLACED: "Engagement"}.get(request.status)
    return next((link for link in links if link["key"] == label), None)


def _quotes(
    snapshot: Snapshot, request: SupportRequest, past: list[BrokeredHistory], today: date
) -> Mapping[str, Any]:
    """The quotes as far as the person who asks may see them, or why they are not shown yet."""
    tender = tender_of(snapshot.context, request)
    if tender is None:
        return {"quotes": [], "quotes_wait_until": None}
    in_full = snapshot.user.may(Action.READ_INVITATION, concerned(snapshot, request.about()))
    waits = not in_full and not are_shown(tender, today)
    lines = compare_quotes(snapshot, tender, in_full=in_full, today=today, past=past)
    return {"quotes": lines, "quotes_wait_until": tender.reply_by if waits else None}


def people_named(context: RequestContext, request: SupportRequest) -> list[UUID | None]:
    """Those whose names the page shows."""
    tender = tender_of(context, request)
    quoting = [quote.specialist for quote in tender.quotes.values()] if tender else []
    invited = tender.invitations if tender else ()
    return [request.school, request.broker, request.met_by_whom, *request.shortlist, *invited, *quoting]

"""What the page of a request shows beside the record: the clock, what comes next, who was ranked, and the quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.engagement import BrokeredEngagement
from domain.support_request import ENDS, RequestStatus, SupportRequest
from projections import caseload, open_requests
from projections.caseload import Item, Task, WaitingFor
from projections.open_requests import RequestRow, RequestWaitsFor
from projections.provider_history import BrokeredHistory
from projections.row_queries import RowQuery
from providers.approval import payer_in_words
from web import formats
from web.access.context import RequestContext, Snapshot
from web.access.disclosure import INSIDE
from web.access.identity import concerned
from web.access.list_filters import items_for_reader
from web.access.name_cache import names_of
from web.access.policy import Action
from web.access.restricted import restricted_records
from web.brokerage.quote_comparison import PAST, are_shown, compare_quotes
from web.brokerage.renewals import with_renewals
from web.commands.attachments import ATTACHED_QUERY, RECORD
from web.forms.messages import lower_first
from web.layout.links import record_rows
from web.requests.choices import last_question
from web.requests.ranking import candidates
from web.requests.resource import requests, tender_of

_items, _TODAY = caseload.items.table.c, sa.bindparam("today", type_=sa.Date)

PAGE_QUERY = ATTACHED_QUERY.with_(
    **PAST,
    row=RowQuery(open_requests.requests, open_requests.requests.table.c.id == RECORD),
    work=RowQuery(
        caseload.items,
        sa.and_(
            _items.case == RECORD,
            _items.task.not_in([Task.CONFIRM_DECISION, Task.MEET_CONDITION, *caseload.OF_ASKER]),
            caseload.IN_HAND,
            sa.not_(caseload.too_late(_TODAY)),
            caseload.asked_on(_TODAY),
        ),
        caseload.AS_DUE,
    ),
)
"""What is asked for the page of a request, with its `tender`; `work` is what the caseload says of
it, its tender and its engagement."""


def page_context(snapshot: Snapshot, request: SupportRequest, found: Mapping[str, list[Any]]) -> Mapping[str, Any]:
    """All that the page needs."""
    today = snapshot.services.today()
    row = next(iter(found["row"]), None)
    if row is not None and row.id in restricted_records(snapshot):
        row = open_requests.as_unasked(row)
    is_inside = snapshot.user.holds(*INSIDE)
    work = with_renewals(snapshot, items_for_reader(snapshot, found["work"]))
    shown = {
        "is_inside": is_inside,
        "paid": payer_in_words(request),
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
    about = [item for item in _to_do(row, work) if item.kind == BrokeredEngagement.KIND]
    sides = dict.fromkeys(item.waiting_for.label for item in about if item.waiting_for)
    return ", ".join(sides) or RequestWaitsFor.NOBODY.label


def next_step(
    context: RequestContext, request: SupportRequest, row: RequestRow | None, work: Sequence[Item], today: date
) -> str:
    """What the caseload says has to happen next, within a sentence; empty where nothing has."""
    if request.status in ENDS or row is None:
        return ""
    steps: dict[Task, list[Item]] = {}
    for item in sorted(_to_do(row, work), key=lambda item: item.not_before or today):
        if item.task is not None:
            steps.setdefault(item.task, []).append(item)
    if work and not steps:
        return "nothing until the engagement is resumed."
    said = [_step(context, request, task, items, today) for task, items in steps.items()]
    return f"{'; '.join(said)}." if said else ""


_SAID_BY = {Task.GET_QUOTES: Task.REPLY, Task.GET_AGREEMENTS: Task.AGREE}
"""Tasks that others are on the way to: while those wait, there is nothing more to say."""


def _to_do(row: RequestRow, work: Sequence[Item]) -> list[Item]:
    """What can be done now. Where the school cannot be asked any more, nothing rests until it answers."""
    rests = {BrokeredEngagement.KIND} if row.waiting_since is None else {item.kind for item in work}
    now = [item for item in work if item.rests_since is None or item.kind not in rests]
    tasks = {item.task for item in now}
    return [item for item in now if item.task is None or _SAID_BY.get(item.task) not in tasks]


def _step(context: RequestContext, request: SupportRequest, task: Task, items: Sequence[Item], today: date) -> str:
    """One task of the caseload; where a rule stands against the command that does it, what the rule says. Schools and
    providers see too little of a request for its rules to judge by."""
    if task is Task.REPLY:
        due = max(item.due for item in items if item.due)
        return f"{formats.counted(len(items), 'provider replies', 'providers reply')} by {formats.date(due)}"
    command = next((each for each in requests.commands.values() if each.title == task.label), None)
    if command and context.user.holds(*INSIDE) and (refused := command.refusal(context, request)):
        return f"“{task.label}” is not possible: {lower_first(str(refused))}".rstrip(".")
    if task is Task.DECIDE_ASK:
        waiting = {item.waiting_for for item in items}
        moves = [move for move in WaitingFor if move in waiting]
        first = " or ".join(lower_first(move.label) for move in moves if move is not WaitingFor.COUNTERSIGNER)
        of_two = WaitingFor.COUNTERSIGNER in moves and first
        who = f"a {first}, and a countersigner, decide" if of_two else f"a {first or 'countersigner'} decides"
        return f"{who} whether to {lower_first(items[0].detail)}"
    begins = min(item.not_before or today for item in items)
    return lower_first(task.label) + (f" from {formats.date(begins)}" if begins > today else "")


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
    agreed_by = request.price_agreed and request.price_agreed.by
    return [request.school, request.broker, request.met_by_whom, agreed_by, *request.shortlist, *invited, *quoting]

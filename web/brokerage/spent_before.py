"""What was committed in twelve months to the same provider, and for the same school and need.

It stands beside each sum that is to be decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from domain.engagement import EngagementStatus
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import InvitationStatus, TenderStatus
from projections import engagements, open_requests, tenders
from providers.approval import SpentBefore
from web.access.context import Snapshot
from web.runtime.authority import subjects_of

SEARCHING = (RequestStatus.APPROVED, RequestStatus.SHORTLISTED, RequestStatus.INVITING)
"""Spending is approved, and nobody is found yet."""


def spent_before(snapshot: Snapshot, request: SupportRequest, provider: UUID | None = None) -> SpentBefore:
    """What the council committed in the twelve months up to today, but for this request."""
    since = _a_year_before(snapshot.services.today())
    return SpentBefore(
        school_and_need=_for_school_and_need(snapshot, request, since),
        provider=None if provider is None else _to_provider(snapshot.connection, provider, request, since),
    )


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


def _for_school_and_need(snapshot: Snapshot, request: SupportRequest, since: date) -> Decimal:
    """Work for the same subject at the school, and what is approved to look for more of it."""
    connection, columns = snapshot.connection, open_requests.requests.table.c
    others = open_requests.requests.table.select().where(
        columns.school == request.school,
        columns.subject_key.in_(subjects_of(snapshot.services).keys_of(request.subject)),
        columns.kind == request.kind,
        columns.id != request.id,
    )
    rows = open_requests.requests.rows(connection, others)
    looked_for = [row.ceiling or Decimal(0) for row in rows if row.status in SEARCHING and row.raised_on >= since]
    return sum(looked_for, Decimal(0)) + _engaged(connection, rows, since)


def _to_provider(connection: sa.Connection, provider: UUID, request: SupportRequest, since: date) -> Decimal:
    """Work of the provider, and what it was selected for and is not proposed yet."""
    of, own = tenders.tenders.table.c, tenders.invitations.table.c
    chosen = (
        sa.select(of.request, own.net)
        .join_from(tenders.invitations.table, tenders.tenders.table, of.id == own.tender)
        .where(own.provider == provider, own.status == InvitationStatus.SELECTED, of.status == TenderStatus.SELECTED)
        .where(own.invited_on >= since, of.request != request.id)
    )
    selected = [(row.request, row.net) for row in connection.execute(chosen)]
    columns = engagements.engagements.table.c
    worked = sa.select(columns.request).where(columns.provider == provider, columns.request != request.id)
    ids = {*(id for id, _ in selected), *connection.execute(worked).scalars()}
    found = open_requests.requests.table.select().where(open_requests.requests.table.c.id.in_(ids))
    rows = open_requests.requests.rows(connection, found)
    by_id = {row.id: row for row in rows}
    waiting = [by_id[id].paid.council_pays(net) for id, net in selected if by_id[id].status is RequestStatus.INVITING]
    return sum(waiting, Decimal(0)) + _engaged(connection, rows, since, provider)


def _engaged(
    connection: sa.Connection,
    requests: Iterable[open_requests.RequestRow],
    since: date,
    provider: UUID | None = None,
) -> Decimal:
    """What the council pays of the work for these requests that was proposed since a day and not given up."""
    paid = {row.id: row.paid for row in requests}
    columns = engagements.engagements.table.c
    query = engagements.engagements.table.select().where(
        columns.request.in_(list(paid)), columns.proposed_on >= since, columns.status != EngagementStatus.CANCELLED
    )
    if provider is not None:
        query = query.where(columns.provider == provider)
    rows = engagements.engagements.rows(connection, query)
    return sum((paid[row.request].council_pays(row.net) for row in rows), Decimal(0))

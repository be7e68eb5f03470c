"""Tenders: who is invited to quote for what, by when, and what they answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.tender import DeclineReason, InvitationStatus, Tender, TenderStatus
from domain.vocabulary import SchoolId
from projections.view import Key, Row, View, ViewTable, replace

LIMIT = 50


class TenderRow(Row):
    """A tender as it stands."""

    id: UUID
    reference: str
    request: UUID
    school: SchoolId
    brief: str
    reply_by: date
    question_deadline: date
    single_provider: bool
    status: TenderStatus = TenderStatus.OPEN
    selected: UUID | None = None


class InvitationRow(Row):
    """One provider's place in a tender; `net` in pounds, `days` of support."""

    tender: UUID
    provider: UUID
    status: InvitationStatus
    invited_on: date
    clearance: str
    specialist: UUID | None = None
    days: Decimal | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    declined_for: DeclineReason | None = None
    unavailable_until: date | None = None


class ProvidersInvitation(Row):
    """An invitation as the provider that holds it knows it; days of support, and pounds of its own quote."""

    reference: str
    provider: UUID
    school: UUID
    brief: str
    invited_on: date
    reply_by: date
    question_deadline: date
    status: InvitationStatus
    tender_status: TenderStatus
    days: Decimal | None
    net: Decimal | None
    vat: Decimal | None


tenders = ViewTable(
    "tenders", TenderRow, key=("id",), indexes=[("reference",), ("request", "reference"), ("status", "reply_by")]
)
invitations = ViewTable("invitations", InvitationRow, key=("tender", "provider"), indexes=[("provider", "status")])


@tenders.on(Tender.Opened)
def tender_opened(_: TenderRow | None, event: Tender.Opened) -> TenderRow:
    return TenderRow(
        id=event.meta.stream,
        reference=event.reference,
        request=event.request,
        school=event.school,
        brief=event.brief,
        reply_by=event.reply_by,
        question_deadline=event.question_deadline,
        single_provider=event.single_provider,
    )


@tenders.on(Tender.ReplyByExtended)
def reply_by_extended(row: TenderRow | None, event: Tender.ReplyByExtended) -> TenderRow | None:
    return row and replace(row, reply_by=event.reply_by)


@tenders.on(Tender.ProviderSelected, Tender.QuoteSelected)
def tender_settled(row: TenderRow | None, event: Tender.ProviderSelected | Tender.QuoteSelected) -> TenderRow | None:
    return row and replace(row, status=TenderStatus.SELECTED, selected=event.provider)


@tenders.on(Tender.SelectionWithdrawn)
def tender_taken_up_again(row: TenderRow | None, _: Tender.SelectionWithdrawn) -> TenderRow | None:
    return row and replace(row, status=TenderStatus.OPEN, selected=None)


@tenders.on(Tender.ClosedWithoutSelection)
def tender_closed(row: TenderRow | None, _: Tender.ClosedWithoutSelection) -> TenderRow | None:
    return row and replace(row, status=TenderStatus.CLOSED)


Quoted = Tender.QuoteReceived | Tender.QuoteRevised
OfOneProvider = (
    Quoted
    | Tender.ProviderInvited
    | Tender.InvitationDeclined
    | Tender.QuoteWithdrawn
    | Tender.InvitationLapsed
    | Tender.ProviderSelected
    | Tender.QuoteSelected
    | Tender.SelectionWithdrawn
)


def by_provider(event: OfOneProvider) -> Key:
    return (event.meta.stream, event.provider)


@invitations.on(Tender.ProviderInvited, key=by_provider)
def provider_invited(_: InvitationRow | None, event: Tender.ProviderInvited) -> InvitationRow:
    return InvitationRow(
        tender=event.meta.stream,
        provider=event.provider,
        status=InvitationStatus.INVITED,
        invited_on=event.meta.occurred_on,
        clearance=event.clearance,
    )


@invitations.on(Tender.QuoteReceived, Tender.QuoteRevised, key=by_provider)
def quote_received(row: InvitationRow | None, event: Quoted) -> InvitationRow | None:
    return row and replace(
        row,
        status=InvitationStatus.QUOTED,
        specialist=event.specialist,
        days=event.days,
        net=event.net,
        vat=event.vat,
    )


@invitations.on(Tender.InvitationDeclined, key=by_provider)
def invitation_declined(row: InvitationRow | None, event: Tender.InvitationDeclined) -> InvitationRow | None:
    return row and replace(
        _without_quote(row),
        status=InvitationStatus.DECLINED,
        declined_for=event.why,
        unavailable_until=event.unavailable_until,
    )


@invitations.on(Tender.QuoteWithdrawn, key=by_provider)
def quote_withdrawn(row: InvitationRow | None, _: Tender.QuoteWithdrawn) -> InvitationRow | None:
    return row and replace(_without_quote(row), status=InvitationStatus.WITHDRAWN)


@invitations.on(Tender.InvitationLapsed, key=by_provider)
def invitation_lapsed(row: InvitationRow | None, _: Tender.InvitationLapsed) -> InvitationRow | None:
    return row and replace(row, status=InvitationStatus.LAPSED)


@invitations.on(Tender.ProviderSelected, Tender.QuoteSelected, key=by_provider)
def provider_selected(
    row: InvitationRow | None, _: Tender.ProviderSelected | Tender.QuoteSelected
) -> InvitationRow | None:
    return row and replace(row, status=InvitationStatus.SELECTED)


@invitations.on(Tender.SelectionWithdrawn, key=by_provider)
def selection_withdrawn(row: InvitationRow | None, _: Tender.SelectionWithdrawn) -> InvitationRow | None:
    return row and replace(row, status=InvitationStatus.QUOTED)


def _without_quote(row: InvitationRow) -> InvitationRow:
    return replace(row, specialist=None, days=None, net=None, vat=None)


def listed(
    *,
    schools: Collection[UUID] | None = None,
    statuses: Collection[TenderStatus] = (),
    after: str | None = None,
) -> sa.Select[Any]:
    """Tenders, the newest reference first; `after` is the last one seen. `schools` None means those of all."""
    columns = tenders.table.c
    query = tenders.table.select()
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if statuses:
        query = query.where(columns.status.in_(statuses))
    if after is not None:
        query = query.where(columns.reference < after)
    return query.order_by(columns.reference.desc())


def invitations_in(connection: sa.Connection, tender: UUID) -> list[InvitationRow]:
    """Who was invited in a tender, in the order of their invitations."""
    columns = invitations.table.c
    query = invitations.table.select().where(columns.tender == tender)
    return invitations.rows(connection, query.order_by(columns.invited_on, columns.provider))


def invitations_for(
    connection: sa.Connection, providers: Collection[UUID], *, after: str | None = None, limit: int = LIMIT
) -> list[ProvidersInvitation]:
    """The invitations of these providers: those whose reply is awaited first, then the newest tender first;
    `after` is the place of the last one seen, as `place_of` gives it. Raises ValueError for what is no place."""
    own, of, order = invitations.table.c, tenders.table.c, _order()
    columns = [(own if name in invitations.columns else of)[name] for name in _OWN]
    query = (
        sa.select(*columns, of.status.label("tender_status"))
        .select_from(invitations.table.join(tenders.table, of.id == own.tender))
        .where(own.provider.in_(providers))
    )
    if after is not None:
        turn, reference, provider = after.split("_")
        place = (sa.literal(int(turn)), sa.literal(reference), sa.literal(UUID(provider), sa.Uuid()))
        query = query.where(sa.tuple_(*order) < sa.tuple_(*place))
    found = connection.execute(query.order_by(*(each.desc() for each in order)).limit(limit))
    return [ProvidersInvitation(**row) for row in found.mappings()]


def place_of(row: ProvidersInvitation) -> str:
    """Where an invitation stands in the list of its provider."""
    awaited = row.status is InvitationStatus.INVITED and row.tender_status is TenderStatus.OPEN
    return f"{int(awaited)}_{row.reference}_{row.provider}"


_OWN = [name for name in ProvidersInvitation.__struct_fields__ if name != "tender_status"]


def _order() -> tuple[sa.ColumnElement[Any], ...]:
    own, of = invitations.table.c, tenders.table.c
    awaited = sa.and_(own.status == InvitationStatus.INVITED, of.status == TenderStatus.OPEN)
    return sa.case((awaited, 1), else_=0), of.reference, own.provider


VIEW = View("tenders", tenders, invitations)

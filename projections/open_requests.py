"""Open requests: what schools have asked for, how far it is, for whom it waits, and its next day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain import subjects
from domain.aggregate import Event
from domain.decision import Decision
from domain.subjects import subject_key
from domain.support_request import Payer, Payment, RequestStatus, Route, SupportRequest, Urgency
from domain.support_request.parts import BEFORE_INVITING, status_with
from domain.tender import Tender
from domain.vocabulary import LabelledEnum, Phase, SchoolId, Side, SupportKind
from projections.view import Key, Row, View, ViewTable, replace, restate

LIMIT = 50


class RequestWaitsFor(LabelledEnum):
    """Whose turn it is."""

    SERVICE = "service"
    SCHOOL = "school"
    PROVIDERS = "providers"
    ENGAGEMENT = "engagement"
    DECIDER = "decider"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        return "Decision" if self is RequestWaitsFor.DECIDER else super().label


class RequestRow(Row):
    """A support request as it stands; `unanswered` are the providers whose reply is awaited.

    Of what is spent, without a `payer` the council's, the school has agreed to pay `school_agreed`; both in pounds
    net of VAT. `asked` are the decisions without which it does not go on, and `asked_until` the last day for the
    latest of them.
    """

    id: UUID
    reference: str
    school: SchoolId
    raised_by: Side
    raised_on: date
    kind: SupportKind
    subject: str
    subject_key: str
    phase: Phase
    area: str
    urgency: Urgency
    needed_from: date
    needed_by: date
    budget: Decimal | None
    status: RequestStatus
    is_open: bool = True
    route: Route | None = None
    broker: UUID | None = None
    answer_by: date | None = None
    waiting_since: date | None = None
    ceiling: Decimal | None = None
    payer: Payer | None = None
    council_part: Decimal | None = None
    school_agreed: Decimal | None = None
    shortlist: tuple[UUID, ...] = ()
    tender: UUID | None = None
    reply_by: date | None = None
    unanswered: tuple[UUID, ...] = ()
    is_selected: bool = False
    engagement: UUID | None = None
    ended_on: date | None = None
    asked: tuple[UUID, ...] = ()
    asked_until: date | None = None
    restated_on: date | None = None

    @property
    def paid(self) -> Payment:
        """Who pays, as the limits count it."""
        return Payment(self.payer or Payer.COUNCIL, self.council_part)

    @property
    def waiting_for(self) -> RequestWaitsFor:
        """Whose turn it is: once the request is placed its engagement says so, and at its end it is nobody's."""
        if not self.is_open:
            return RequestWaitsFor.NOBODY
        if self.status is RequestStatus.PLACED:
            return RequestWaitsFor.ENGAGEMENT
        if self.waiting_since is not None:
            return RequestWaitsFor.SCHOOL
        if self.unanswered and not self.is_selected:
            return RequestWaitsFor.PROVIDERS
        return RequestWaitsFor.DECIDER if self.asked else RequestWaitsFor.SERVICE

    def waiting_on(self, today: date) -> RequestWaitsFor:
        """The same on a day: once the day for replies has passed, or that for a decision, it is for the service to go
        on."""
        waits = as_of(self, today).waiting_for
        is_late = self.reply_by is not None and self.reply_by < today
        return RequestWaitsFor.SERVICE if waits is RequestWaitsFor.PROVIDERS and is_late else waits

    @property
    def next_on(self) -> date | None:
        """The next day that matters: replies due while invitations are out, else the promised answer or the first
        day of the need."""
        if self.waiting_for in {RequestWaitsFor.ENGAGEMENT, RequestWaitsFor.NOBODY}:
            return None
        if self.waiting_for is RequestWaitsFor.DECIDER:
            return self.asked_until
        if self.status is RequestStatus.INVITING:
            return self.reply_by
        return self.answer_by or self.needed_from

    def is_overdue(self, today: date) -> bool:
        """Whether its next day has passed while the service's clock runs."""
        running = self.waiting_for not in {RequestWaitsFor.SCHOOL, RequestWaitsFor.DECIDER}
        return running and self.next_on is not None and self.next_on < today


ENDED_AS: dict[type[Event], RequestStatus] = {
    SupportRequest.Withdrawn: RequestStatus.WITHDRAWN,
    SupportRequest.Declined: RequestStatus.DECLINED,
    SupportRequest.Signposted: RequestStatus.SIGNPOSTED,
    SupportRequest.MetInHouse: RequestStatus.MET_IN_HOUSE,
    SupportRequest.Unmet: RequestStatus.UNMET,
    SupportRequest.Merged: RequestStatus.MERGED,
    SupportRequest.Closed: RequestStatus.CLOSED,
}

requests = ViewTable(
    "requests",
    RequestRow,
    key=("id",),
    indexes=[("reference",), ("is_open", "reference"), ("school", "reference"), ("broker", "reference")],
)


@requests.on(SupportRequest.Raised)
def request_raised(_: RequestRow | None, event: SupportRequest.Raised) -> RequestRow:
    return RequestRow(
        id=event.meta.stream,
        reference=event.reference,
        school=event.school,
        raised_by=event.raised_by,
        raised_on=event.meta.occurred_on,
        kind=event.kind,
        subject=event.subject,
        subject_key=subject_key(event.subject),
        phase=event.phase,
        area=event.area,
        urgency=event.urgency,
        needed_from=event.needed_from,
        needed_by=event.needed_by,
        budget=event.budget,
        status=RequestStatus.RAISED,
        payer=event.payer,
        council_part=event.council_part,
    )


@requests.on(SupportRequest.Corrected)
def request_corrected(row: RequestRow | None, event: SupportRequest.Corrected) -> RequestRow | None:
    return row and restate(row, event)


@requests.on(SupportRequest.Acknowledged)
def request_acknowledged(row: RequestRow | None, event: SupportRequest.Acknowledged) -> RequestRow | None:
    return row and replace(row, status=RequestStatus.ACKNOWLEDGED, answer_by=event.answer_by)


@requests.on(SupportRequest.SubjectChanged)
def subject_changed(row: RequestRow | None, event: SupportRequest.SubjectChanged) -> RequestRow | None:
    if row is None:
        return None
    row = replace(row, subject=event.subject, subject_key=subject_key(event.subject))
    if not (event.is_another and row.status in BEFORE_INVITING):
        return row
    return replace(row, status=RequestStatus.TRIAGED, ceiling=None, school_agreed=None, shortlist=())


@requests.on(SupportRequest.Triaged)
def request_triaged(row: RequestRow | None, event: SupportRequest.Triaged) -> RequestRow | None:
    return row and replace(row, status=RequestStatus.TRIAGED, broker=event.broker, route=event.route)


@requests.on(SupportRequest.MoreInformationAsked)
def more_information_asked(row: RequestRow | None, event: SupportRequest.MoreInformationAsked) -> RequestRow | None:
    return row and replace(row, waiting_since=event.meta.occurred_on)


@requests.on(SupportRequest.MoreInformationGiven)
def more_information_given(row: RequestRow | None, event: SupportRequest.MoreInformationGiven) -> RequestRow | None:
    return row and _no_longer_waiting(row, event.meta.occurred_on)


@requests.on(SupportRequest.Reassigned)
def request_reassigned(row: RequestRow | None, event: SupportRequest.Reassigned) -> RequestRow | None:
    return row and replace(row, broker=event.broker)


@requests.on(SupportRequest.ApprovedToBroker, SupportRequest.SpendingApproved)
def request_approved(
    row: RequestRow | None, event: SupportRequest.ApprovedToBroker | SupportRequest.SpendingApproved
) -> RequestRow | None:
    return row and _approved(replace(row, ceiling=event.ceiling))


@requests.on(SupportRequest.PayerStated)
def payer_stated(row: RequestRow | None, event: SupportRequest.PayerStated) -> RequestRow | None:
    return row and _approved(replace(row, payer=event.payer, council_part=event.council_part))


@requests.on(SupportRequest.PriceAgreedBySchool)
def price_agreed(row: RequestRow | None, event: SupportRequest.PriceAgreedBySchool) -> RequestRow | None:
    return row and _approved(replace(row, school_agreed=event.price))


def _approved(row: RequestRow) -> RequestRow:
    own = row.payer is Payer.SCHOOL
    approved = row.school_agreed is not None if own else row.ceiling is not None
    return replace(row, status=status_with(row.status, approved=approved))


@requests.on(SupportRequest.ProvidersShortlisted)
def providers_shortlisted(row: RequestRow | None, event: SupportRequest.ProvidersShortlisted) -> RequestRow | None:
    return row and replace(row, status=RequestStatus.SHORTLISTED, shortlist=event.chosen)


@requests.on(SupportRequest.ProviderRemovedFromShortlist)
def provider_removed(row: RequestRow | None, event: SupportRequest.ProviderRemovedFromShortlist) -> RequestRow | None:
    return row and replace(row, shortlist=tuple(each for each in row.shortlist if each != event.provider))


@requests.on(SupportRequest.TenderOpened)
def request_tendered(row: RequestRow | None, event: SupportRequest.TenderOpened) -> RequestRow | None:
    return row and replace(row, status=RequestStatus.INVITING, tender=event.tender)


@requests.on(SupportRequest.TenderEnded)
def request_tender_ended(row: RequestRow | None, _: SupportRequest.TenderEnded) -> RequestRow | None:
    return row and replace(
        row, status=RequestStatus.SHORTLISTED, tender=None, reply_by=None, unanswered=(), is_selected=False
    )


@requests.on(SupportRequest.Placed)
def request_placed(row: RequestRow | None, event: SupportRequest.Placed) -> RequestRow | None:
    return row and replace(row, status=RequestStatus.PLACED, engagement=event.engagement)


@requests.on(SupportRequest.PlacementFellThrough)
def placement_fell_through(row: RequestRow | None, _: SupportRequest.PlacementFellThrough) -> RequestRow | None:
    if row is None:
        return None
    if row.tender is not None:
        status = RequestStatus.INVITING
    else:
        status = RequestStatus.SHORTLISTED if row.shortlist else RequestStatus.APPROVED
    return replace(row, status=status, engagement=None)


@requests.on(*ENDED_AS)
def request_ended(row: RequestRow | None, event: Event) -> RequestRow | None:
    if row is None:
        return None
    ended_on = event.meta.occurred_on
    return replace(_no_longer_waiting(row, ended_on), status=ENDED_AS[type(event)], is_open=False, ended_on=ended_on)


@requests.on(SupportRequest.Reopened)
def request_reopened(row: RequestRow | None, _: SupportRequest.Reopened) -> RequestRow | None:
    if row is None:
        return None
    return replace(
        _without_tender(row),
        status=RequestStatus.ACKNOWLEDGED if row.broker is None else RequestStatus.TRIAGED,
        is_open=True,
        ended_on=None,
        ceiling=None,
        school_agreed=None,
        shortlist=(),
        engagement=None,
    )


def _without_tender(row: RequestRow) -> RequestRow:
    return replace(row, tender=None, reply_by=None, unanswered=(), is_selected=False)


def by_request(event: Tender.Opened) -> Key:
    return (event.request,)


TenderEvent = (
    Tender.ReplyByExtended
    | Tender.ProviderInvited
    | Tender.QuoteReceived
    | Tender.InvitationDeclined
    | Tender.InvitationLapsed
    | Tender.ProviderSelected
    | Tender.QuoteSelected
    | Tender.SelectionWithdrawn
)


def by_request_concerned(event: TenderEvent) -> Key:
    return (event.meta.about.request,)


@requests.on(Tender.Opened, key=by_request)
def tender_opened(row: RequestRow | None, event: Tender.Opened) -> RequestRow | None:
    return row and replace(row, reply_by=event.reply_by, unanswered=(), is_selected=False)


@requests.on(Tender.ReplyByExtended, key=by_request_concerned)
def reply_by_extended(row: RequestRow | None, event: Tender.ReplyByExtended) -> RequestRow | None:
    return row and replace(row, reply_by=event.reply_by)


@requests.on(Tender.ProviderInvited, key=by_request_concerned)
def provider_invited(row: RequestRow | None, event: Tender.ProviderInvited) -> RequestRow | None:
    return row and replace(row, unanswered=(*row.unanswered, event.provider))


@requests.on(Tender.QuoteReceived, Tender.InvitationDeclined, Tender.InvitationLapsed, key=by_request_concerned)
def invitation_answered(
    row: RequestRow | None, event: Tender.QuoteReceived | Tender.InvitationDeclined | Tender.InvitationLapsed
) -> RequestRow | None:
    return row and replace(row, unanswered=tuple(each for each in row.unanswered if each != event.provider))


@requests.on(Tender.ProviderSelected, Tender.QuoteSelected, key=by_request_concerned)
def provider_selected(row: RequestRow | None, _: Tender.ProviderSelected | Tender.QuoteSelected) -> RequestRow | None:
    """Who has not replied is not waited for any more."""
    return row and replace(row, is_selected=True)


@requests.on(Tender.SelectionWithdrawn, key=by_request_concerned)
def selection_withdrawn(row: RequestRow | None, _: Tender.SelectionWithdrawn) -> RequestRow | None:
    return row and replace(row, is_selected=False)


def by_case(event: Event) -> Key:
    return (event.meta.about.request,)


@requests.on(Decision.Asked, key=by_case)
def decision_asked(row: RequestRow | None, event: Decision.Asked) -> RequestRow | None:
    """While spending is not approved, or about a tender, the request waits for it; else work goes on meanwhile."""
    if row is None or (event.question.kind == SupportRequest.KIND and row.status is not RequestStatus.TRIAGED):
        return row
    return replace(row, asked=(*row.asked, event.meta.stream), asked_until=event.route.lapses_on)


@requests.on(Decision.MoreAsked, key=by_case)
def more_asked(row: RequestRow | None, event: Decision.MoreAsked) -> RequestRow | None:
    """While the decider waits for an answer, the decision does not lapse."""
    return replace(row, asked_until=None) if row and event.meta.stream in row.asked else row


@requests.on(Decision.Answered, key=by_case)
def answered(row: RequestRow | None, event: Decision.Answered) -> RequestRow | None:
    return replace(row, asked_until=event.lapses_on) if row and event.meta.stream in row.asked else row


@requests.on(
    Decision.Given,
    Decision.Refused,
    Decision.Withdrawn,
    Decision.Overtaken,
    Decision.OvertakenByAct,
    key=by_case,
)
def decision_over(row: RequestRow | None, event: Event) -> RequestRow | None:
    return row and replace(row, asked=tuple(each for each in row.asked if each != event.meta.stream))


def as_of(row: RequestRow, day: date) -> RequestRow:
    """The request as it stands on a day: what nobody decided in time is asked no more."""
    has_lapsed = row.asked_until is not None and row.asked_until < day
    return replace(row, asked=()) if row.asked and has_lapsed else row


def _no_longer_waiting(row: RequestRow, day: date) -> RequestRow:
    if row.waiting_since is None:
        return row
    waited = timedelta(days=max(0, (day - row.waiting_since).days))
    return replace(row, waiting_since=None, answer_by=row.answer_by and row.answer_by + waited)


def open_requests(
    connection: sa.Connection,
    *,
    schools: Collection[UUID] | None = None,
    limit: int = LIMIT,
) -> list[RequestRow]:
    """Requests that have not come to their end, the oldest reference first."""
    query = _asked(schools, None).where(requests.table.c.is_open)
    return requests.rows(connection, query.order_by(requests.table.c.reference).limit(limit))


def listed(
    *,
    schools: Collection[UUID] | None = None,
    broker: UUID | None = None,
    statuses: Collection[RequestStatus] = (),
    kind: SupportKind | None = None,
    subject_keys: Collection[str] = (),
    phase: Phase | None = None,
    urgency: Urgency | None = None,
    waiting_for: RequestWaitsFor | None = None,
    today: date | None = None,
    is_open: bool | None = None,
    unasked: Collection[UUID] = (),
    after: str | None = None,
) -> sa.Select[Any]:
    """Requests open and ended, the newest reference first; `after` is the last one seen. What is None or empty does
    not narrow. With `today`, whose turn it is is that of the day. Of those that are `unasked` neither school nor
    provider may read, so that the service waits for nobody else."""
    columns = requests.table.c
    query = _asked(schools, broker)
    wanted = {columns.kind: kind, columns.phase: phase, columns.urgency: urgency, columns.is_open: is_open}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if statuses:
        query = query.where(columns.status.in_(statuses))
    if subject_keys:
        query = query.where(columns.subject_key.in_(subject_keys))
    if waiting_for is not None:
        query = query.where(_waits_for(waiting_for, today, unasked))
    if after is not None:
        query = query.where(columns.reference < after)
    return query.order_by(columns.reference.desc())


def as_unasked(row: RequestRow) -> RequestRow:
    """A request of which neither school nor provider may read: nobody's answer is awaited."""
    return replace(row, unanswered=(), waiting_since=None)


def _waits_for(wanted: RequestWaitsFor, today: date | None, unasked: Collection[UUID] = ()) -> sa.ColumnElement[bool]:
    """The same as `RequestRow.waiting_on` a day, or `waiting_for` where none is given, asked of the table."""
    columns = requests.table.c
    is_placed = columns.status == RequestStatus.PLACED
    moving = sa.and_(columns.is_open, sa.not_(is_placed))
    if wanted is RequestWaitsFor.NOBODY:
        return sa.not_(columns.is_open)
    if wanted is RequestWaitsFor.ENGAGEMENT:
        return sa.and_(columns.is_open, is_placed)
    asked_others = columns.id.not_in(unasked)
    if wanted is RequestWaitsFor.SCHOOL:
        return sa.and_(moving, columns.waiting_since.is_not(None), asked_others)
    replies_out = sa.and_(columns.unanswered != (), columns.is_selected.is_(False))
    if today is not None:
        replies_out = sa.and_(replies_out, sa.func.coalesce(columns.reply_by, today) >= today)
    to_providers = sa.and_(columns.waiting_since.is_(None), replies_out, asked_others)
    if wanted is RequestWaitsFor.PROVIDERS:
        return sa.and_(moving, to_providers)
    to_school = sa.and_(columns.waiting_since.is_not(None), asked_others)
    is_asked = columns.asked != ()
    if today is not None:
        is_asked = sa.and_(is_asked, columns.asked_until >= today)
    for_service = sa.and_(moving, sa.not_(to_providers), sa.not_(to_school))
    return sa.and_(for_service, is_asked if wanted is RequestWaitsFor.DECIDER else sa.not_(is_asked))


def request_of_reference(connection: sa.Connection, reference: str) -> RequestRow | None:
    """The request with that reference."""
    found = requests.rows(connection, requests.table.select().where(requests.table.c.reference == reference))
    return found[0] if found else None


def _asked(schools: Collection[UUID] | None, broker: UUID | None) -> sa.Select[Any]:
    query = requests.table.select()
    if schools is not None:
        query = query.where(requests.table.c.school.in_(schools))
    if broker is not None:
        query = query.where(requests.table.c.broker == broker)
    return query


VIEW = View("open_requests", requests, told_in=[subjects])

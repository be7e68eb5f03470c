"""Engagements: who works where on what terms, how much is done, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from domain.aggregate import Event
from domain.engagement import AWAITING_EVALUATION, BrokeredEngagement, EngagementStatus, SessionOutlook
from domain.on_behalf import Confirmation
from domain.vocabulary import Phase, SchoolId, Side, SupportKind
from projections.recorded import Recorded, RecordedForOther, said, without
from projections.view import Row, View, ViewTable, replace

LIMIT = 50
ENDS = frozenset({EngagementStatus.CLOSED, EngagementStatus.CANCELLED})


class ComingSession(msgspec.Struct, frozen=True):
    """A session that is planned."""

    number: int
    on: date
    days: Decimal


class HeldUpSession(msgspec.Struct, frozen=True):
    """A planned session that cannot be held, or waits for a renewal, and why."""

    number: int
    on: date
    outlook: SessionOutlook
    against: tuple[str, ...]


class EngagementRow(Row):
    """An engagement as it stands. Days of support and pounds; `used_days` are delivered, or cancelled at a charge,
    `cost` is what they cost net of VAT. What is `held_up` follows from the day, and is told by whoever reads the
    row."""

    id: UUID
    reference: str
    request: UUID
    tender: UUID | None
    school: SchoolId
    provider: UUID
    specialist: UUID
    kind: SupportKind
    subject: str
    phase: Phase
    fund: str
    status: EngagementStatus
    agreed_days: Decimal
    net: Decimal
    vat: Decimal
    begins: date
    ends: date
    proposed_on: date
    is_open: bool = True
    agreed_by: tuple[Side, ...] = ()
    cleared_to: date | None = None
    exempt: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    used_days: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    coming: tuple[ComingSession, ...] = ()
    held_up: tuple[HeldUpSession, ...] = ()
    next_session: date | None = None
    over_on: date | None = None
    quality: int | None = None
    impact: int | None = None
    evaluation_waived: bool = False
    recorded_for_others: Recorded = ()
    restated_on: date | None = None

    @property
    def awaiting_agreement(self) -> tuple[Side, ...]:
        """The sides that have not agreed to proposed terms."""
        if self.status is not EngagementStatus.PROPOSED:
            return ()
        return tuple(side for side in Side if side not in self.agreed_by)

    @property
    def planned_days(self) -> Decimal:
        return sum((session.days for session in self.coming), Decimal(0))

    @property
    def evaluation_due(self) -> bool:
        """Whether the school's evaluation is awaited."""
        return self.status in AWAITING_EVALUATION and not self.evaluation_waived


engagements = ViewTable(
    "engagements",
    EngagementRow,
    key=("id",),
    indexes=[
        ("reference",),
        ("is_open", "reference"),
        ("school", "reference"),
        ("provider", "reference"),
        ("specialist", "reference"),
        ("request",),
    ],
)


@engagements.on(BrokeredEngagement.Proposed)
def engagement_proposed(_: EngagementRow | None, event: BrokeredEngagement.Proposed) -> EngagementRow:
    return EngagementRow(
        id=event.meta.stream,
        reference=event.reference,
        request=event.request,
        tender=event.tender,
        school=event.school,
        provider=event.provider,
        specialist=event.specialist,
        kind=event.kind,
        subject=event.subject,
        phase=event.phase,
        fund=event.fund,
        status=EngagementStatus.PROPOSED,
        agreed_days=event.days,
        net=event.net,
        vat=event.vat,
        begins=event.begins,
        ends=event.ends,
        proposed_on=event.meta.occurred_on,
    )


AGREED_BY: dict[type[Event], Side] = {
    BrokeredEngagement.AgreedBySchool: Side.SCHOOL,
    BrokeredEngagement.AgreedByProvider: Side.PROVIDER,
    BrokeredEngagement.AgreedByService: Side.SERVICE,
}


@engagements.on(*AGREED_BY)
def engagement_agreed(row: EngagementRow | None, event: Event) -> EngagementRow | None:
    if row is None:
        return None
    side, signature = AGREED_BY[type(event)], event.meta.signature
    recorded = without(row.recorded_for_others, side)
    if signature.on_behalf_of is not None:
        recorded = (*recorded, RecordedForOther(side, signature.actor, None, Confirmation.NOT_CONFIRMED))
    return _agreed(replace(row, recorded_for_others=recorded), side)


@engagements.on(BrokeredEngagement.AgreementRecorded)
def agreement_recorded(
    row: EngagementRow | None, event: BrokeredEngagement.AgreementRecorded
) -> EngagementRow | None:
    if row is None:
        return None
    recorder = event.meta.signature.actor
    mark = RecordedForOther(event.side, recorder, event.whose, Confirmation.NOT_CONFIRMED)
    return _agreed(
        replace(row, recorded_for_others=(*without(row.recorded_for_others, event.side), mark)), event.side
    )


@engagements.on(BrokeredEngagement.AgreementConfirmed)
def agreement_confirmed(
    row: EngagementRow | None, event: BrokeredEngagement.AgreementConfirmed
) -> EngagementRow | None:
    return row and replace(row, recorded_for_others=said(row.recorded_for_others, event.side, Confirmation.CONFIRMED))


@engagements.on(BrokeredEngagement.AgreementDisowned)
def agreement_disowned(
    row: EngagementRow | None, event: BrokeredEngagement.AgreementDisowned
) -> EngagementRow | None:
    return row and replace(
        row,
        status=EngagementStatus.PROPOSED if row.status is EngagementStatus.AGREED else row.status,
        agreed_by=tuple(side for side in row.agreed_by if side is not event.side),
        recorded_for_others=said(row.recorded_for_others, event.side, Confirmation.DISOWNED),
    )


def _agreed(row: EngagementRow, side: Side) -> EngagementRow:
    agreed_by = (*row.agreed_by, side)
    all_agree = len(agreed_by) == len(Side) and row.status is EngagementStatus.PROPOSED
    return replace(row, agreed_by=agreed_by, status=EngagementStatus.AGREED if all_agree else row.status)


@engagements.on(BrokeredEngagement.ClearanceConfirmed)
def clearance_confirmed(
    row: EngagementRow | None, event: BrokeredEngagement.ClearanceConfirmed
) -> EngagementRow | None:
    return row and replace(row, cleared_to=event.valid_to, exempt=event.exempt, conditions=event.conditions)


@engagements.on(BrokeredEngagement.SessionPlanned)
def session_planned(row: EngagementRow | None, event: BrokeredEngagement.SessionPlanned) -> EngagementRow | None:
    return row and _coming(row, (*row.coming, ComingSession(event.number, event.on, event.days)))


@engagements.on(BrokeredEngagement.SessionDelivered)
def session_delivered(row: EngagementRow | None, event: BrokeredEngagement.SessionDelivered) -> EngagementRow | None:
    return row and replace(
        _without_session(row, event.number),
        status=EngagementStatus.IN_DELIVERY,
        used_days=row.used_days + event.days,
        cost=row.cost + event.net,
    )


@engagements.on(BrokeredEngagement.SessionWronglyReported)
def session_wrongly_reported(
    row: EngagementRow | None, event: BrokeredEngagement.SessionWronglyReported
) -> EngagementRow | None:
    if row is None:
        return None
    used = row.used_days - event.days
    is_new = row.status is EngagementStatus.IN_DELIVERY and not used
    status = EngagementStatus.CONFIRMED if is_new else row.status
    return replace(row, status=status, used_days=used, cost=row.cost - event.net)


@engagements.on(BrokeredEngagement.SessionCorrected)
def session_corrected(row: EngagementRow | None, event: BrokeredEngagement.SessionCorrected) -> EngagementRow | None:
    if row is None:
        return None
    coming = tuple(
        ComingSession(each.number, event.on or each.on, event.days or each.days)
        if each.number == event.number
        else each
        for each in row.coming
    )
    held = {"used_days": row.used_days + event.more_days, "cost": row.cost + event.more_net} if event.is_held else {}
    return replace(_coming(row, coming), restated_on=event.meta.occurred_on, **held)


@engagements.on(BrokeredEngagement.SessionCancelled, BrokeredEngagement.SessionNotHeld)
def session_cancelled(row: EngagementRow | None, event: BrokeredEngagement.SessionCancelled) -> EngagementRow | None:
    return row and replace(
        _without_session(row, event.number), used_days=row.used_days + event.days, cost=row.cost + event.net
    )


@engagements.on(BrokeredEngagement.SpecialistSubstituted)
def specialist_substituted(
    row: EngagementRow | None, event: BrokeredEngagement.SpecialistSubstituted
) -> EngagementRow | None:
    return row and replace(
        row,
        specialist=event.new,
        cleared_to=event.valid_to,
        exempt=event.exempt,
        conditions=event.conditions,
    )


@engagements.on(BrokeredEngagement.VariationAgreed)
def variation_agreed(row: EngagementRow | None, event: BrokeredEngagement.VariationAgreed) -> EngagementRow | None:
    return row and replace(row, agreed_days=event.days, net=event.net, vat=event.vat, ends=event.ends)


@engagements.on(BrokeredEngagement.Resumed)
def engagement_resumed(row: EngagementRow | None, _: BrokeredEngagement.Resumed) -> EngagementRow | None:
    if row is None:
        return None
    return replace(row, status=EngagementStatus.IN_DELIVERY if row.used_days else EngagementStatus.CONFIRMED)


BECAME: dict[type[Event], EngagementStatus] = {
    BrokeredEngagement.Confirmed: EngagementStatus.CONFIRMED,
    BrokeredEngagement.Paused: EngagementStatus.PAUSED,
    BrokeredEngagement.Closed: EngagementStatus.CLOSED,
}


@engagements.on(*BECAME)
def engagement_moved_on(row: EngagementRow | None, event: Event) -> EngagementRow | None:
    status = BECAME[type(event)]
    return row and replace(row, status=status, is_open=status not in ENDS)


OVER: dict[type[Event], EngagementStatus] = {
    BrokeredEngagement.Completed: EngagementStatus.COMPLETED,
    BrokeredEngagement.EndedEarly: EngagementStatus.ENDED_EARLY,
    BrokeredEngagement.Cancelled: EngagementStatus.CANCELLED,
}


@engagements.on(*OVER)
def work_over(row: EngagementRow | None, event: Event) -> EngagementRow | None:
    if row is None:
        return None
    status = OVER[type(event)]
    return replace(_coming(row, ()), status=status, is_open=status not in ENDS, over_on=event.meta.occurred_on)


@engagements.on(BrokeredEngagement.Evaluated)
def engagement_evaluated(row: EngagementRow | None, event: BrokeredEngagement.Evaluated) -> EngagementRow | None:
    return row and replace(row, status=EngagementStatus.EVALUATED, quality=event.quality, impact=event.impact)


@engagements.on(BrokeredEngagement.EvaluationWaived)
def evaluation_waived(row: EngagementRow | None, _: BrokeredEngagement.EvaluationWaived) -> EngagementRow | None:
    return row and replace(row, evaluation_waived=True)


def _coming(row: EngagementRow, sessions: tuple[ComingSession, ...]) -> EngagementRow:
    next_session = min((session.on for session in sessions), default=None)
    return replace(row, coming=sessions, next_session=next_session)


def _without_session(row: EngagementRow, number: int) -> EngagementRow:
    return _coming(row, tuple(session for session in row.coming if session.number != number))


def listed(
    *,
    schools: Collection[UUID] | None = None,
    providers: Collection[UUID] | None = None,
    specialist: UUID | None = None,
    statuses: Collection[EngagementStatus] = (),
    kind: SupportKind | None = None,
    subjects: Collection[str] = (),
    awaiting: Side | None = None,
    evaluation_due: bool = False,
    among: tuple[Collection[UUID], Collection[UUID]] | None = None,
    after: str | None = None,
) -> sa.Select[Any]:
    """Engagements, the newest reference first; `after` is the last one seen. What is None or empty does not narrow;
    `subjects` are words for the subject, the first also as a part of one, `awaiting` the side whose agreement is
    awaited. With `among`, only work at one of its schools or of one of its providers."""
    columns = engagements.table.c
    query = engagements.table.select()
    for column, several in ((columns.school, schools), (columns.provider, providers)):
        if several is not None:
            query = query.where(column.in_(several))
    if statuses:
        query = query.where(columns.status.in_(statuses))
    for column, wanted in ((columns.specialist, specialist), (columns.kind, kind)):
        if wanted is not None:
            query = query.where(column == wanted)
    if subjects:
        part, words = next(iter(subjects)), [each.lower() for each in subjects]
        query = query.where(
            columns.subject.icontains(part, autoescape=True) | sa.func.lower(columns.subject).in_(words)
        )
    if awaiting is not None:
        agreed = sa.type_coerce(columns.agreed_by, sa.Text).contains(f'"{awaiting.value}"')
        query = query.where(columns.status == EngagementStatus.PROPOSED, sa.not_(agreed))
    if evaluation_due:
        query = query.where(_evaluation_due())
    if among is not None:
        of_schools, of_providers = among
        query = query.where(columns.school.in_(of_schools) | columns.provider.in_(of_providers))
    if after is not None:
        query = query.where(columns.reference < after)
    return query.order_by(columns.reference.desc())


def _evaluation_due() -> sa.ColumnElement[bool]:
    columns = engagements.table.c
    return sa.and_(columns.status.in_(AWAITING_EVALUATION), columns.evaluation_waived.is_(False))


VIEW = View("engagements", engagements)

"""The cases beneath the sums: one row for each invitation and engagement of a provider or specialist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.tender import DeclineReason, InvitationStatus, Tender
from domain.vocabulary import LabelledEnum, SchoolId
from projections.provider_history.concerned import (
    Answer,
    OfADeliverer,
    OfOneProvider,
    provider_and_deliverer,
    provider_and_specialist,
    those_at_work,
)
from projections.view import Key, Row, ViewTable, replace

HANDED_OVER = "handed_over"
"""The outcome for a specialist in whose place another came."""


class CaseKind(LabelledEnum):
    """What a case is."""

    INVITATION = "invitation"
    ENGAGEMENT = "engagement"


class ProviderCase(Row):
    """One invitation or engagement of a holder: `outcome` is where it stands, by the words of its record; `breaches`
    are the sessions that were held without clearance."""

    holder: UUID
    record: UUID
    kind: CaseKind
    provider: UUID
    school: SchoolId
    request: UUID
    on: date
    outcome: str
    declined_for: DeclineReason | None = None
    reason: str = ""
    days: Decimal = Decimal(0)
    net_cost: Decimal = Decimal(0)
    breaches: int = 0
    quality: int | None = None
    impact: int | None = None


cases = ViewTable("brokered_cases", ProviderCase, key=("holder", "record"), indexes=[("holder", "on")])


def _case(event: Event, holder: UUID, kind: CaseKind, outcome: LabelledEnum) -> ProviderCase | None:
    about = event.meta.about
    if about.provider is None or about.school is None or about.request is None:
        return None
    return ProviderCase(
        holder=holder,
        record=event.meta.stream,
        kind=kind,
        provider=about.provider,
        school=about.school,
        request=about.request,
        on=event.meta.occurred_on,
        outcome=outcome.value,
    )


def of_provider(event: OfOneProvider) -> Key:
    return (event.provider, event.meta.stream)


def of_provider_and_specialist(event: Answer) -> Iterable[Key]:
    return ((holder, event.meta.stream) for (holder,) in provider_and_specialist(event))


def of_those_at_work(event: Event) -> Iterable[Key]:
    return ((holder, event.meta.stream) for (holder,) in those_at_work(event))


def of_provider_and_deliverer(event: OfADeliverer) -> Iterable[Key]:
    return ((holder, event.meta.stream) for (holder,) in provider_and_deliverer(event))


@cases.on(Tender.ProviderInvited, key=of_provider)
def invitation_sent(_: ProviderCase | None, event: Tender.ProviderInvited) -> ProviderCase | None:
    return _case(event, event.provider, CaseKind.INVITATION, InvitationStatus.INVITED)


@cases.on_each(Tender.QuoteReceived, Tender.QuoteRevised, keys=of_provider_and_specialist)
def invitation_quoted(
    row: ProviderCase | None, event: Tender.QuoteReceived | Tender.QuoteRevised, key: Key
) -> ProviderCase | None:
    case = row or _case(event, key[0], CaseKind.INVITATION, InvitationStatus.QUOTED)
    return case and replace(case, outcome=InvitationStatus.QUOTED.value)


@cases.on_each(Tender.ProviderSelected, Tender.QuoteSelected, keys=of_provider_and_specialist)
def invitation_won(
    row: ProviderCase | None, event: Tender.ProviderSelected | Tender.QuoteSelected, _: Key
) -> ProviderCase | None:
    return row and replace(row, outcome=InvitationStatus.SELECTED.value, reason=event.meta.reason)


@cases.on(Tender.InvitationDeclined, key=of_provider)
def invitation_turned_down(row: ProviderCase | None, event: Tender.InvitationDeclined) -> ProviderCase | None:
    return row and replace(
        row, outcome=InvitationStatus.DECLINED.value, declined_for=event.why, reason=event.meta.reason
    )


INVITATION_BECAME: dict[type[Event], InvitationStatus] = {
    Tender.InvitationLapsed: InvitationStatus.LAPSED,
    Tender.QuoteWithdrawn: InvitationStatus.WITHDRAWN,
    Tender.SelectionWithdrawn: InvitationStatus.QUOTED,
}


@cases.on(*INVITATION_BECAME, key=of_provider)
def invitation_moved_on(row: ProviderCase | None, event: Event) -> ProviderCase | None:
    return row and replace(row, outcome=INVITATION_BECAME[type(event)].value, reason=event.meta.reason)


@cases.on_each(BrokeredEngagement.Proposed, keys=of_those_at_work)
def work_proposed(_: ProviderCase | None, event: BrokeredEngagement.Proposed, key: Key) -> ProviderCase | None:
    return _case(event, key[0], CaseKind.ENGAGEMENT, EngagementStatus.PROPOSED)


@cases.on_each(BrokeredEngagement.SessionDelivered, keys=of_provider_and_deliverer)
def work_delivered(
    row: ProviderCase | None, event: BrokeredEngagement.SessionDelivered, _: Key
) -> ProviderCase | None:
    return row and replace(
        row,
        outcome=EngagementStatus.IN_DELIVERY.value,
        days=row.days + event.days,
        net_cost=row.net_cost + event.net,
    )


@cases.on_each(BrokeredEngagement.BreachRecorded, keys=of_provider_and_deliverer)
def held_in_breach(row: ProviderCase | None, _event: Event, _: Key) -> ProviderCase | None:
    return row and replace(row, breaches=row.breaches + 1)


@cases.on_each(BrokeredEngagement.BreachFoundLater, keys=of_provider_and_deliverer)
def found_in_breach(
    row: ProviderCase | None, event: BrokeredEngagement.BreachFoundLater, _: Key
) -> ProviderCase | None:
    """A session counts once, whatever more is found to have been missing."""
    return row and replace(row, breaches=row.breaches + (not event.was_known))


@cases.on_each(BrokeredEngagement.SessionWronglyReported, keys=of_provider_and_deliverer)
def work_not_done(
    row: ProviderCase | None, event: BrokeredEngagement.SessionWronglyReported, _: Key
) -> ProviderCase | None:
    if row is None:
        return None
    days = row.days - event.days
    is_new = row.outcome == EngagementStatus.IN_DELIVERY.value and not days
    return replace(
        row,
        outcome=EngagementStatus.CONFIRMED.value if is_new else row.outcome,
        days=days,
        net_cost=row.net_cost - event.net,
        breaches=row.breaches - event.in_breach,
    )


@cases.on_each(BrokeredEngagement.SessionCorrected, keys=of_provider_and_deliverer)
def work_corrected(
    row: ProviderCase | None, event: BrokeredEngagement.SessionCorrected, _: Key
) -> ProviderCase | None:
    return row and replace(
        row,
        days=row.days + event.more_days,
        net_cost=row.net_cost + event.more_net,
        breaches=row.breaches - event.lifts_breach,
    )


@cases.on_each(BrokeredEngagement.SessionCancelled, BrokeredEngagement.SessionNotHeld, keys=of_those_at_work)
def work_charged(row: ProviderCase | None, event: BrokeredEngagement.SessionCancelled, _: Key) -> ProviderCase | None:
    return row and replace(row, net_cost=row.net_cost + event.net)


@cases.on(BrokeredEngagement.SpecialistSubstituted, key=lambda event: (event.new, event.meta.stream))
def work_taken_over(row: ProviderCase | None, event: BrokeredEngagement.SpecialistSubstituted) -> ProviderCase | None:
    return row or _case(event, event.new, CaseKind.ENGAGEMENT, EngagementStatus.CONFIRMED)


@cases.on(BrokeredEngagement.SpecialistSubstituted, key=lambda event: (event.old, event.meta.stream))
def work_handed_over(
    row: ProviderCase | None, event: BrokeredEngagement.SpecialistSubstituted
) -> ProviderCase | None:
    return row and replace(row, outcome=HANDED_OVER, reason=event.meta.reason)


@cases.on_each(BrokeredEngagement.Evaluated, keys=of_those_at_work)
def work_evaluated(row: ProviderCase | None, event: BrokeredEngagement.Evaluated, _: Key) -> ProviderCase | None:
    return row and replace(row, outcome=EngagementStatus.EVALUATED.value, quality=event.quality, impact=event.impact)


WORK_BECAME: dict[type[Event], EngagementStatus] = {
    BrokeredEngagement.Confirmed: EngagementStatus.CONFIRMED,
    BrokeredEngagement.Paused: EngagementStatus.PAUSED,
    BrokeredEngagement.Completed: EngagementStatus.COMPLETED,
    BrokeredEngagement.EndedEarly: EngagementStatus.ENDED_EARLY,
    BrokeredEngagement.Closed: EngagementStatus.CLOSED,
    BrokeredEngagement.Cancelled: EngagementStatus.CANCELLED,
}


@cases.on_each(*WORK_BECAME, keys=of_those_at_work)
def work_moved_on(row: ProviderCase | None, event: Event, _: Key) -> ProviderCase | None:
    return row and replace(row, outcome=WORK_BECAME[type(event)].value, reason=event.meta.reason)


@cases.on_each(BrokeredEngagement.Resumed, keys=of_those_at_work)
def work_resumed(row: ProviderCase | None, _event: BrokeredEngagement.Resumed, _key: Key) -> ProviderCase | None:
    status = EngagementStatus.IN_DELIVERY if row and row.days else EngagementStatus.CONFIRMED
    return row and replace(row, outcome=status.value)

"""What has become of each provider and specialist, summed up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.tender import Tender
from domain.vocabulary import LabelledEnum, SchoolId, Side
from projections.provider_history.concerned import (
    provider_and_deliverer,
    provider_and_specialist,
    provider_of,
    those_at_work,
)
from projections.view import Key, Row, ViewTable, replace


class Holder(LabelledEnum):
    """Whose history it is."""

    PROVIDER = "provider"
    SPECIALIST = "specialist"


class BrokeredHistory(Row):
    """All that became of one provider or specialist. `rated` is the number of evaluated engagements; the sums of
    their ratings, each from 1 to 5, are kept so that nothing is rounded. `net_cost` in pounds."""

    holder: UUID
    kind: Holder
    invited: int = 0
    declined: int = 0
    declined_for: dict[str, int] = {}
    lapsed: int = 0
    quoted: int = 0
    withdrawn: int = 0
    selected: int = 0
    engaged: int = 0
    cancelled: int = 0
    ended_early: int = 0
    schools: tuple[SchoolId, ...] = ()
    days: Decimal = Decimal(0)
    net_cost: Decimal = Decimal(0)
    rated: int = 0
    quality_sum: int = 0
    impact_sum: int = 0
    last_declined: date | None = None
    unavailable_until: date | None = None

    @property
    def ratings_sum(self) -> Decimal:
        """The sum over the rated cases of the mean of quality and impact."""
        return Decimal(self.quality_sum + self.impact_sum) / 2

    @property
    def mean_rating(self) -> Decimal | None:
        """The mean of quality and impact over all rated cases, from 1 to 5; show `rated` with it."""
        return self.ratings_sum / self.rated if self.rated else None


histories = ViewTable("brokered_history", BrokeredHistory, key=("holder",))


def _of(row: BrokeredHistory | None, event: Event, key: Key) -> BrokeredHistory:
    """The row in hand, or a new one: whoever is not the event's provider is a specialist."""
    is_provider = key[0] == event.meta.about.provider
    return row or BrokeredHistory(holder=key[0], kind=Holder.PROVIDER if is_provider else Holder.SPECIALIST)


@histories.on(Tender.ProviderInvited, key=provider_of)
def provider_invited(row: BrokeredHistory | None, event: Tender.ProviderInvited) -> BrokeredHistory:
    history = _of(row, event, (event.provider,))
    return replace(history, invited=history.invited + 1)


@histories.on(Tender.InvitationDeclined, key=provider_of)
def invitation_declined(row: BrokeredHistory | None, event: Tender.InvitationDeclined) -> BrokeredHistory | None:
    if row is None or event.side is not Side.PROVIDER:
        return row
    return replace(
        row,
        declined=row.declined + 1,
        declined_for=row.declined_for | {event.why.value: row.declined_for.get(event.why, 0) + 1},
        last_declined=event.meta.occurred_on,
        unavailable_until=event.unavailable_until or row.unavailable_until,
    )


@histories.on(Tender.InvitationLapsed, key=provider_of)
def invitation_lapsed(row: BrokeredHistory | None, _: Tender.InvitationLapsed) -> BrokeredHistory | None:
    return row and replace(row, lapsed=row.lapsed + 1)


@histories.on(Tender.QuoteWithdrawn, key=provider_of)
def quote_withdrawn(row: BrokeredHistory | None, _: Tender.QuoteWithdrawn) -> BrokeredHistory | None:
    return row and replace(row, withdrawn=row.withdrawn + 1)


@histories.on_each(Tender.QuoteReceived, keys=provider_and_specialist)
def quote_received(row: BrokeredHistory | None, event: Tender.QuoteReceived, key: Key) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, quoted=history.quoted + 1)


@histories.on_each(Tender.ProviderSelected, Tender.QuoteSelected, keys=provider_and_specialist)
def provider_selected(
    row: BrokeredHistory | None, event: Tender.ProviderSelected | Tender.QuoteSelected, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, selected=history.selected + 1)


@histories.on_each(BrokeredEngagement.Confirmed, keys=those_at_work)
def engagement_confirmed(row: BrokeredHistory | None, event: Event, key: Key) -> BrokeredHistory:
    return _engaged(_of(row, event, key), event)


@histories.on(BrokeredEngagement.SpecialistSubstituted, key=lambda event: (event.new,))
def specialist_substituted(
    row: BrokeredHistory | None, event: BrokeredEngagement.SpecialistSubstituted
) -> BrokeredHistory:
    return _engaged(_of(row, event, (event.new,)), event)


@histories.on_each(BrokeredEngagement.Cancelled, keys=those_at_work)
def engagement_cancelled(row: BrokeredHistory | None, event: Event, key: Key) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, cancelled=history.cancelled + 1)


@histories.on_each(BrokeredEngagement.EndedEarly, keys=those_at_work)
def engagement_ended_early(row: BrokeredHistory | None, event: Event, key: Key) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, ended_early=history.ended_early + 1)


@histories.on_each(BrokeredEngagement.SessionDelivered, keys=provider_and_deliverer)
def session_delivered(
    row: BrokeredHistory | None, event: BrokeredEngagement.SessionDelivered, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, days=history.days + event.days, net_cost=history.net_cost + event.net)


@histories.on_each(BrokeredEngagement.SessionWronglyReported, keys=provider_and_deliverer)
def session_wrongly_reported(
    row: BrokeredHistory | None, event: BrokeredEngagement.SessionWronglyReported, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, days=history.days - event.days, net_cost=history.net_cost - event.net)


@histories.on_each(BrokeredEngagement.SessionCorrected, keys=provider_and_deliverer)
def session_corrected(
    row: BrokeredHistory | None, event: BrokeredEngagement.SessionCorrected, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, days=history.days + event.more_days, net_cost=history.net_cost + event.more_net)


@histories.on_each(BrokeredEngagement.SessionCancelled, BrokeredEngagement.SessionNotHeld, keys=those_at_work)
def session_cancelled(
    row: BrokeredHistory | None, event: BrokeredEngagement.SessionCancelled, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(history, net_cost=history.net_cost + event.net)


@histories.on_each(BrokeredEngagement.Evaluated, keys=those_at_work)
def engagement_evaluated(
    row: BrokeredHistory | None, event: BrokeredEngagement.Evaluated, key: Key
) -> BrokeredHistory:
    history = _of(row, event, key)
    return replace(
        history,
        rated=history.rated + 1,
        quality_sum=history.quality_sum + event.quality,
        impact_sum=history.impact_sum + event.impact,
    )


def _engaged(history: BrokeredHistory, event: Event) -> BrokeredHistory:
    schools = dict.fromkeys((*history.schools, event.meta.about.school))
    return replace(
        history, engaged=history.engaged + 1, schools=tuple(school for school in schools if school is not None)
    )

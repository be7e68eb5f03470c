"""Whom an event of a tender or an engagement concerns: the provider, and the specialist it names."""

from __future__ import annotations

from collections.abc import Iterable

from domain.aggregate import Event
from domain.engagement import BrokeredEngagement
from domain.tender import Tender
from projections.view import Key

Answer = Tender.QuoteReceived | Tender.QuoteRevised | Tender.ProviderSelected | Tender.QuoteSelected
OfOneProvider = (
    Tender.ProviderInvited
    | Tender.InvitationDeclined
    | Tender.InvitationLapsed
    | Tender.QuoteWithdrawn
    | Tender.SelectionWithdrawn
)


def provider_of(event: OfOneProvider) -> Key:
    return (event.provider,)


def provider_and_specialist(event: Answer) -> Iterable[Key]:
    return ((event.provider,), (event.specialist,))


def those_at_work(event: Event) -> Iterable[Key]:
    """The provider of an engagement, and the specialist who does the work after the event."""
    about = event.meta.about
    return ((about.provider,), (about.people[0],))


OfADeliverer = (
    BrokeredEngagement.SessionDelivered
    | BrokeredEngagement.BreachRecorded
    | BrokeredEngagement.BreachFoundLater
    | BrokeredEngagement.SessionWronglyReported
    | BrokeredEngagement.SessionCorrected
)


def provider_and_deliverer(event: OfADeliverer) -> Iterable[Key]:
    if isinstance(event, BrokeredEngagement.SessionCorrected) and not event.is_held:
        return ()
    return ((event.meta.about.provider,), (event.specialist,))

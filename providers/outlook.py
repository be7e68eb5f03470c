"""Whether work can be done on a day, as it stands today: what stands against it, and what waits for a renewal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.engagement import SessionOutlook
from domain.provider import Provider, VettingFacts
from providers.clearance import Renewal
from providers.vetting import VettingPolicy, cleared_if_renewed


@dataclass(frozen=True, slots=True)
class Vetted:
    """What is known of a provider, as far as work on a day depends on it."""

    facts: VettingFacts
    works_on: Callable[[UUID, date], bool]
    is_suspended_on: Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a day of work stands; `against` says what stands against it, as sentences, `renewals` for what it waits."""

    state: SessionOutlook = SessionOutlook.READY
    against: tuple[str, ...] = ()
    renewals: tuple[Renewal, ...] = ()


def vetted(provider: Provider) -> Vetted:
    """A provider's record as far as work depends on it, as it is now and whatever becomes of it."""
    specialists, suspensions = dict(provider.specialists), provider.suspensions

    def works_on(person: UUID, day: date) -> bool:
        specialist = specialists.get(person)
        return specialist is not None and specialist.is_there_on(day)

    def is_suspended_on(day: date) -> bool:
        return any(each.holds_on(day) for each in suspensions)

    return Vetted(provider.facts, works_on, is_suspended_on)


def outlook_on(known: Vetted, person: UUID, day: date, policy: VettingPolicy, *, today: date) -> Outlook:
    """How work of a specialist on a day stands, by what is known today."""
    clearance = cleared_if_renewed(known.facts, person, day, day, policy, today=today)
    against = [each.why for each in clearance.missing]
    if not known.works_on(person, day):
        against.append("The specialist did not work for the provider")
    if known.is_suspended_on(day):
        against.append("The provider was suspended")
    if against:
        return Outlook(SessionOutlook.ON_HOLD, tuple(against))
    if clearance.conditions:
        waits_for = tuple(map(str, clearance.conditions))
        return Outlook(SessionOutlook.WAITING_FOR_RENEWAL, waits_for, clearance.conditions)
    return Outlook()

"""May this provider be asked, and may this person work? Refused by name where not; and a provider as an offer.

The vetting policy in force on the first of the days concerned counts, whatever it was before or becomes later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Refusal
from domain.engagement import NotCleared
from domain.provider import Provider, Specialist
from domain.provider.rules import NotASpecialist, NotOnTheList
from domain.support_request import SupportRequest
from domain.tender.rules import AboveCeiling
from providers.matching import Need, Offer, PastWork
from providers.vetting import Clearance, VettingPolicy, cleared_throughout

VettingOn = Callable[[date], VettingPolicy]
"""The vetting policy in force on a day."""

NOTHING_PAST = PastWork()


class ProviderSuspended(Refusal):
    """A suspended provider gets no invitations and no new work."""


class ConflictOfInterest(Refusal):
    """The provider has declared a tie to the school."""


def need_of(request: SupportRequest, *, on: date, days: Decimal | None = None) -> Need:
    """What a request looks for, on a day; `days` of support where the broker has an idea of them."""
    first = max(request.needed_from, on)
    return Need(
        kind=request.kind,
        school=request.school,
        subject=request.subject,
        phase=request.phase,
        area=request.area,
        first=first,
        last=max(first, request.needed_by),
        on=on,
        days=days,
        ceiling=request.ceiling,
    )


def offer_of(provider: Provider, need: Need, vetting: VettingOn, past: PastWork = NOTHING_PAST) -> Offer:
    """A provider as far as a need is concerned, with what is remembered of its past work."""
    rate = provider.rate_on(need.first)
    free = [each.days for each in provider.capacities if each.from_ <= need.last and need.first <= each.to]
    conflicts = provider.conflicts_on(need.on, need.school)
    return Offer(
        provider=provider.id,
        reference=provider.reference,
        capabilities=provider.capabilities,
        areas=provider.areas,
        suspended=provider.is_suspended_on(need.on),
        not_cleared=why_not(clearance_of(provider, need.subject, need.first, need.last, vetting)),
        conflict=f"has a tie to the school ({conflicts[0].nature.label.lower()})" if conflicts else "",
        free_days=sum(free, Decimal(0)) if free else None,
        day_rate=rate.day_rate if rate else None,
        past=past,
    )


def clearance_of(provider: Provider, subject: str, first: date, last: date, vetting: VettingOn) -> Clearance:
    """The longest clearance among the specialists for a subject; the provider's own where it names none."""
    policy = vetting(first)
    people: list[UUID | None] = [each.person for each in provider.specialists_on(first) if _teaches(each, subject)]
    found = [cleared_throughout(provider.facts, person, first, last, policy) for person in people or [None]]
    return max(found, key=lambda each: (each.cleared, each.valid_to or date.max, -len(each.missing)))


def why_not(clearance: Clearance) -> str:
    """The sentences that stand against a clearance, empty where it holds."""
    return "; ".join(each.why for each in clearance.missing)


def in_words(clearance: Clearance) -> str:
    """A clearance as it is noted in an invitation."""
    if clearance.valid_to is None:
        return "cleared"
    return f"cleared to {clearance.valid_to.day} {clearance.valid_to:%B %Y}"


def may_be_asked(provider: Provider, school: UUID, day: date) -> None:
    """Raises NotOnTheList, ProviderSuspended, ConflictOfInterest where a provider gets no new work on that day."""
    if provider.removed_on is not None:
        raise NotOnTheList(f"{provider.name} was removed from the list", field="provider")
    if provider.is_suspended_on(day):
        raise ProviderSuspended(f"{provider.name} is suspended", field="provider")
    if provider.conflicts_on(day, school):
        raise ConflictOfInterest(f"{provider.name} has declared a tie to this school", field="provider")


def must_be_cleared(clearance: Clearance, provider: Provider) -> None:
    """Raises NotCleared, with what is missing."""
    if not clearance.cleared:
        raise NotCleared(
            f"{provider.name} is not cleared on the days concerned. {why_not(clearance)}", field="provider"
        )


def clear(provider: Provider, person: UUID, first: date, last: date, vetting: VettingOn) -> Clearance:
    """The clearance of one specialist on every day between two. Raises NotASpecialist, NotCleared."""
    must_work_there(provider, person, first)
    clearance = cleared_throughout(provider.facts, person, first, last, vetting(first))
    must_be_cleared(clearance, provider)
    return clearance


def must_work_there(provider: Provider, person: UUID, day: date) -> None:
    """Raises NotASpecialist unless the person works for the provider on that day."""
    specialist = provider.specialists.get(person)
    if specialist is None or not specialist.is_there_on(day):
        raise NotASpecialist(f"Choose somebody who works for {provider.name}", field="specialist")


def must_be_within_ceiling(request: SupportRequest, net: Decimal) -> None:
    """Raises AboveCeiling where a net sum is more than was approved for the request."""
    if request.ceiling is None or net > request.ceiling:
        raise AboveCeiling("This is above the sum approved for the request. Have more approved first.", field="net")


def _teaches(specialist: Specialist, subject: str) -> bool:
    return not specialist.subjects or subject.casefold() in {each.casefold() for each in specialist.subjects}

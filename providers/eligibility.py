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
from domain.person import Person
from domain.provider import Provider, Specialist
from domain.provider.rules import NotASpecialist, NotOnTheList
from domain.service import NotFound, UnitOfWork
from domain.subjects import SubjectList
from domain.support_request import SupportRequest
from domain.tender.rules import AboveCeiling
from domain.text import day_in_words
from providers.matching import Offer, PastWork, SupportNeed
from providers.vetting import Clearance, Missing, VettingPolicy, cleared_if_renewed

VettingOn = Callable[[date], VettingPolicy]
"""The vetting policy in force on a day."""

NOTHING_PAST = PastWork()


class ProviderSuspended(Refusal):
    """A suspended provider gets no invitations and no new work, and none of its people works in a school."""


class ConflictOfInterest(Refusal):
    """The provider has declared a tie to the school, or is that school itself."""


def need_of(request: SupportRequest, *, on: date, listed: SubjectList, days: Decimal | None = None) -> SupportNeed:
    """What a request looks for, on a day; `days` of support where the broker has an idea of them."""
    first = max(request.needed_from, on)
    return SupportNeed(
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
        listed=listed,
    )


def offer_of(provider: Provider, need: SupportNeed, vetting: VettingOn, past: PastWork = NOTHING_PAST) -> Offer:
    """A provider as far as a need is concerned, with what is remembered of its past work."""
    rate = provider.rate_on(need.first)
    clearance = clearance_of(provider, need, vetting)
    free = [each.days for each in provider.capacities if each.from_ <= need.last and need.first <= each.to]
    return Offer(
        provider=provider.id,
        reference=provider.reference,
        capabilities=provider.capabilities,
        areas=provider.areas,
        suspended=provider.is_suspended_on(need.on),
        not_cleared=why_not_cleared(clearance),
        conditions=clearance.terms,
        conflict=tie_to(provider, need.school, need.on),
        free_days=sum(free, Decimal(0)) if free else None,
        day_rate=rate.day_rate if rate else None,
        past=past,
    )


def clearance_of(provider: Provider, need: SupportNeed, vetting: VettingOn) -> Clearance:
    """The longest clearance among the specialists for the subject of a need.

    Every policy clears people, so a provider that names nobody for the subject is not cleared.
    """
    first, last, policy = need.first, need.last, vetting(need.first)
    people = [each.person for each in provider.specialists_on(first) if _teaches(each, need)]
    if not people:
        return Clearance(False, (Missing(None, None, f"No specialist named for {need.subject}"),), None)
    found = [cleared_if_renewed(provider.facts, person, first, last, policy, today=need.on) for person in people]
    return max(
        found,
        key=lambda each: (
            each.cleared,
            not each.exempt,
            not each.conditions,
            each.valid_to or date.max,
            -len(each.missing),
        ),
    )


def why_not_cleared(clearance: Clearance) -> str:
    """The sentences that stand against a clearance, empty where it holds."""
    return "; ".join(each.why for each in clearance.missing)


def in_words(clearance: Clearance) -> str:
    """A clearance as it is noted in an invitation."""
    said = str(clearance)
    return said[:1].lower() + said[1:]


def may_be_asked(provider: Provider, school: UUID, day: date) -> None:
    """Raises NotOnTheList, ProviderSuspended, ConflictOfInterest where a provider gets no new work on that day."""
    if provider.removed_on is not None:
        raise NotOnTheList(f"{provider.name} was removed from the list", field="provider")
    must_not_be_suspended(provider, day)
    if tie := tie_to(provider, school, day):
        raise ConflictOfInterest(f"{provider.name} {tie}", field="provider")


def tie_to(provider: Provider, school: UUID, day: date) -> str:
    """What ties a provider to a school on a day, as a clause; empty where nothing does."""
    if provider.host_school == school:
        return "is based at this school, so it cannot be its provider"
    conflicts = provider.conflicts_on(day, school)
    return f"has a conflict of interest with the school ({conflicts[0].nature.label.lower()})" if conflicts else ""


def must_not_be_suspended(provider: Provider, day: date) -> None:
    """Raises ProviderSuspended where the provider is suspended on that day."""
    suspension = provider.suspension_on(day)
    if suspension is None:
        return
    since = day_in_words(suspension.from_)
    said = (
        f"is suspended (since {since})"
        if suspension.to is None
        else f"was suspended on {day_in_words(day)} (since {since})"
    )
    raise ProviderSuspended(f"{provider.name} {said}", field="provider")


def must_be_cleared(clearance: Clearance, provider: Provider, work: UnitOfWork) -> None:
    """Raises NotCleared, with the name of whoever is not and what is missing."""
    if clearance.cleared:
        return
    person = next((each.person for each in clearance.missing if each.person is not None), None)
    name = provider.name if person is None else _named(work, person, provider)
    raise NotCleared(f"{name} is not cleared on these dates. {why_not_cleared(clearance)}", field="provider")


def clear(
    provider: Provider, person: UUID, first: date, last: date, *, vetting: VettingOn, work: UnitOfWork
) -> Clearance:
    """The clearance of one specialist on every day between two, on condition of what has to be renewed meanwhile.
    Raises NotASpecialist, NotCleared."""
    must_work_there(provider, person, first)
    clearance = cleared_if_renewed(provider.facts, person, first, last, vetting(first), today=provider.today)
    must_be_cleared(clearance, provider, work)
    return clearance


def must_work_there(provider: Provider, person: UUID, day: date, *, field: str = "specialist") -> None:
    """Raises NotASpecialist unless the person works for the provider on that day."""
    specialist = provider.specialists.get(person)
    if specialist is None or not specialist.is_there_on(day):
        raise NotASpecialist(f"Choose someone who works for {provider.name}", field=field)


def must_be_within_ceiling(request: SupportRequest, net: Decimal) -> None:
    """Raises AboveCeiling where what the council pays of a net sum is more than was approved for the request."""
    if (part := request.paid.council_pays(net)) and (request.ceiling is None or part > request.ceiling):
        raise AboveCeiling(
            "This is more than the amount approved for the request. Get more approved first.", field="net"
        )


def _teaches(specialist: Specialist, need: SupportNeed) -> bool:
    subjects = specialist.subjects
    return not subjects or any(need.listed.are_one(each, need.subject) for each in subjects)


def _named(work: UnitOfWork, person: UUID, provider: Provider) -> str:
    """A specialist by name, with the provider's where that is another."""
    try:
        name = str(work.find(Person, person).name)
    except NotFound:
        return provider.name
    return name if name == provider.name else f"{name} of {provider.name}"

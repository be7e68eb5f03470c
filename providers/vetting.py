"""Cleared to work on a given day? Worked out from dated facts and a dated policy, never kept as a flag.

What is required follows the glossary of the service (provider, vetting requirement) and these sources:
contractors in regulated activity need an enhanced DBS check with barred list, and nobody unchecked works
unsupervised (Keeping children safe in education, part three, on contractors and visitors); schools accept the
letter of an employer who has done the checks instead of seeing certificates again (the same part, on agency and
third-party staff). How long a check is good for is the authority's own rule, and so part of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from domain.provider import Check, ProviderKind, Requirement, VettingFacts
from domain.text import day_in_words
from providers.clearance import Clearance, ClearanceStatus, Exemption, Gap, Missing, Renewal

__all__ = [
    "ALWAYS",
    "USUAL_POLICY",
    "Clearance",
    "ClearanceStatus",
    "Demand",
    "Exemption",
    "Gap",
    "Missing",
    "Renewal",
    "VettingPolicy",
    "cleared_if_renewed",
    "cleared_on",
    "cleared_throughout",
    "demands_on",
    "months_after",
]

ALWAYS = date.max


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement of a policy. `months` bounds how long a check is good for, even if its paper says longer;
    `of_teachers` leaves out those who do not teach pupils. What is asked on account of a duty is asked of nobody
    else."""

    item: Requirement
    months: int | None = None
    of_teachers: bool = False


@dataclass(frozen=True, slots=True)
class VettingPolicy:
    """What each kind of provider has to show, in one version of the authority's rules. So many days before a check
    ends, its renewal is due.

    The caller chooses the version in force on the day in question, so that a new one undoes no past clearance.
    """

    version: str
    demands: Mapping[ProviderKind, tuple[Demand, ...]]
    renewal_days: int = 0


_SAFEGUARDING = Demand(Requirement.SAFEGUARDING_TRAINING, months=24)
_ASSURANCE = Demand(Requirement.LETTER_OF_ASSURANCE, months=12)
_DATA_TERMS = Demand(Requirement.DATA_PROTECTION_TERMS)
_CONFLICTS = Demand(Requirement.CONFLICT_DECLARATION, months=12)
_OWN_CHECKS = (
    Demand(Requirement.ENHANCED_DBS, months=36),
    Demand(Requirement.IDENTITY),
    Demand(Requirement.RIGHT_TO_WORK),
    Demand(Requirement.QUALIFIED_TEACHER, of_teachers=True),
    Demand(Requirement.PROHIBITION_CHECK, of_teachers=True),
    Demand(Requirement.FIRST_REFERENCE),
    Demand(Requirement.SECOND_REFERENCE),
    _SAFEGUARDING,
    Demand(Requirement.PUBLIC_LIABILITY, months=12),
    Demand(Requirement.PROFESSIONAL_INDEMNITY, months=12),
    _DATA_TERMS,
    _CONFLICTS,
)

USUAL_POLICY = VettingPolicy(
    version="vetting-2",
    demands=MappingProxyType(
        {
            ProviderKind.PRIVATE: _OWN_CHECKS,
            ProviderKind.PUBLIC: (_ASSURANCE, _SAFEGUARDING, _DATA_TERMS, _CONFLICTS),
            ProviderKind.INTERNAL: (_ASSURANCE, _SAFEGUARDING),
            ProviderKind.SCHOOL_BASED: (_ASSURANCE, _SAFEGUARDING, _CONFLICTS),
        }
    ),
    renewal_days=30,
)
"""What is required where the authority has set nothing else. A service of the authority's own is bound by its
employer's terms; a school's staff are insured and bound to data protection by their school."""

_USUAL_MONTHS = {demand.item: demand.months for asked in USUAL_POLICY.demands.values() for demand in asked}
"""For how long a check counts that names no end, where the authority's policy does not say either."""


def cleared_on(facts: VettingFacts, person: UUID | None, day: date, policy: VettingPolicy) -> Clearance:
    """Whether a specialist of the provider may work on that day; without a person, the provider itself."""
    return cleared_throughout(facts, person, day, day, policy)


def cleared_throughout(
    facts: VettingFacts, person: UUID | None, first: date, last: date, policy: VettingPolicy
) -> Clearance:
    """Whether the clearance holds on every day from the first to the last, both included."""
    return _clearance(facts, person, first, last, policy)


def cleared_if_renewed(
    facts: VettingFacts, person: UUID | None, first: date, last: date, policy: VettingPolicy, *, today: date
) -> Clearance:
    """The same, on the condition that each check that holds today and ends by its own date before the last day is
    renewed. What is revoked, exempt for a while or already expired is not renewed but missing."""
    return _clearance(facts, person, first, last, policy, today=today)


def _clearance(
    facts: VettingFacts,
    person: UUID | None,
    first: date,
    last: date,
    policy: VettingPolicy,
    *,
    today: date | None = None,
) -> Clearance:
    missing: list[Missing] = []
    exempt: list[Exemption] = []
    conditions: list[Renewal] = []
    ends: list[Renewal] = []
    for demand in demands_on(facts, person, policy):
        whose = None if demand.item.of_organisation else person
        checks = [check for check in facts.checks if (check.item, check.person) == (demand.item, whose)]
        shown = _covered_to([check for check in checks if not check.exempt], demand, first)
        end = shown if shown is not None and shown >= last else _covered_to(checks, demand, first)
        if end is not None and end >= last:
            ends.append(Renewal(demand.item, whose, end))
            if shown is None or shown < last:
                exempt.extend(_exemptions(checks, first, last))
        elif today is not None and (by := _renewable_by(checks, demand, first, today)) is not None:
            conditions.append(Renewal(demand.item, whose, by))
        else:
            missing.append(_missing(checks, demand, whose, first, end))
    if missing:
        return Clearance(False, tuple(missing), None)
    valid_to = min((each.by for each in (*ends, *conditions)), default=ALWAYS)
    due = [each for each in ends if policy.renewal_days and (each.by - last).days <= policy.renewal_days]
    return Clearance(True, (), None if valid_to == ALWAYS else valid_to, tuple(exempt), tuple(conditions), tuple(due))


def _renewable_by(checks: Iterable[Check], demand: Demand, first: date, today: date) -> date | None:
    """The last day of a check that holds today and ends by its own date; None where there is none to renew."""
    to_renew = [check for check in checks if not check.exempt and check.revoked_on is None]
    end = _covered_to(to_renew, demand, min(first, today))
    return end if end is not None and end >= today else None


def _missing(checks: list[Check], demand: Demand, whose: UUID | None, first: date, end: date | None) -> Missing:
    last_check = _last_begun(checks, demand, first)
    if end is not None:
        why, gap = f"valid until {day_in_words(end)} only", Gap.ENDS
    else:
        why = _why_not(checks, last_check, demand, first)
        is_revoked = last_check is not None and last_check.is_revoked_on(first)
        gap = Gap.NEVER if last_check is None else Gap.REVOKED if is_revoked else Gap.ENDED
    return Missing(demand.item, whose, f"{demand.item.label}: {why}", last_check, gap)


def demands_on(facts: VettingFacts, person: UUID | None, policy: VettingPolicy) -> list[Demand]:
    """What is asked of that person and the provider together, or of the provider alone: what the policy names, and
    what a duty of the person calls for, unless their employer's letter assures it."""
    asked = policy.demands.get(facts.kind, ())
    of_both = [
        demand
        for demand in asked
        if demand.item.of_organisation or (person is not None and _is_asked_of(person, demand, facts))
    ]
    named = {demand.item for demand in asked}
    if Requirement.LETTER_OF_ASSURANCE in named:
        return of_both
    by_duty = [item for item in Requirement if (person, item.duty) in facts.duties and item not in named]
    return [*of_both, *map(Demand, by_duty)]


def _is_asked_of(person: UUID, demand: Demand, facts: VettingFacts) -> bool:
    duty = demand.item.duty
    return (not demand.of_teachers or person in facts.teachers) and (duty is None or (person, duty) in facts.duties)


def _covered_to(checks: Iterable[Check], demand: Demand, day: date) -> date | None:
    """The last day without a gap from that day on; None if the day itself is not covered."""
    end = None
    for check in sorted(checks, key=lambda check: check.from_):
        needed = day if end is None else end + timedelta(days=1) if end < ALWAYS else ALWAYS
        last = _last_day(check, demand)
        if check.from_ <= needed <= last:
            end = last
    return end


def _exemptions(checks: Iterable[Check], first: date, last: date) -> list[Exemption]:
    """The exemptions that cover a part of a period."""
    return [
        Exemption(check.item, check.person, check.last_day or ALWAYS, check.decided_in)
        for check in checks
        if check.exempt and check.from_ <= last and first <= (check.last_day or ALWAYS)
    ]


def _last_day(check: Check, demand: Demand) -> date:
    """The last day on which a check counts under a demand; an exemption ends on its own day alone. A check of what
    is renewed from time to time is never good for ever, though nobody has told its end."""
    last = check.last_day or ALWAYS
    months = _USUAL_MONTHS.get(check.item) if demand.months is None and check.expires is None else demand.months
    if months is None or check.exempt:
        return last
    return min(last, months_after(check.from_, months) - timedelta(days=1))


def _last_begun(checks: Iterable[Check], demand: Demand, day: date) -> Check | None:
    begun = [check for check in checks if check.from_ <= day]
    return max(begun, key=lambda check: _last_day(check, demand), default=None)


def _why_not(checks: list[Check], latest: Check | None, demand: Demand, day: date) -> str:
    if latest is None:
        return (
            "not checked"
            if not checks
            else f"not checked before {day_in_words(min(check.from_ for check in checks))}"
        )
    if latest.revoked_on is not None and latest.is_revoked_on(day):
        return f"revoked on {day_in_words(latest.revoked_on)}"
    what = "exemption ended" if latest.exempt else "expired"
    return f"{what} on {day_in_words(_last_day(latest, demand))}"


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    next_first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))

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
from domain.vocabulary import LabelledEnum

ALWAYS = date.max


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement of a policy. `months` bounds how long a check is good for, even if its paper says longer;
    `of_teachers` leaves out those who do not teach pupils."""

    item: Requirement
    months: int | None = None
    of_teachers: bool = False


@dataclass(frozen=True, slots=True)
class VettingPolicy:
    """What each kind of provider has to show, in one version of the authority's rules.

    The caller chooses the version in force on the day in question, so that a new one undoes no past clearance.
    """

    version: str
    demands: Mapping[ProviderKind, tuple[Demand, ...]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement that does not hold, whose it is (None: the provider's own), and why, as a sentence.

    `item` is None where nobody is there of whom anything could be asked. `last` is the check that held last, None
    where none has begun.
    """

    item: Requirement | None
    person: UUID | None
    why: str
    last: Check | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """A requirement that holds by an exemption alone, until when and by which decision; that is empty where it was
    recorded before decisions were kept."""

    item: Requirement
    person: UUID | None
    until: date
    decided_in: str = ""

    @property
    def until_when(self) -> str:
        """As "until 14 December 2026 (DN-2026-0004)"."""
        by = f" ({self.decided_in})" if self.decided_in else ""
        return f"until {day_in_words(self.until)}{by}"

    def __str__(self) -> str:
        return f"Exempt {self.until_when}: {self.item.label}"


class ClearanceStatus(LabelledEnum):
    """The answer in a word; with an exemption it is never "cleared"."""

    CLEARED = "cleared"
    EXEMPT = "exempt"
    NOT_CLEARED = "not_cleared"


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer. `valid_to` is the last day on which it stays so by today's facts; None if nothing ends it,
    or if not cleared. `exempt` are the requirements that hold by an exemption alone."""

    cleared: bool
    missing: tuple[Missing, ...]
    valid_to: date | None
    exempt: tuple[Exemption, ...] = ()

    @property
    def status(self) -> ClearanceStatus:
        if not self.cleared:
            return ClearanceStatus.NOT_CLEARED
        return ClearanceStatus.EXEMPT if self.exempt else ClearanceStatus.CLEARED

    def __str__(self) -> str:
        """As pages, invitations and files tell it."""
        if not self.cleared:
            return "; ".join(each.why for each in self.missing)
        if self.exempt:
            return "; ".join(map(str, self.exempt))
        return "Cleared" if self.valid_to is None else f"Cleared until {day_in_words(self.valid_to)}"


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
    Demand(Requirement.PUBLIC_LIABILITY),
    Demand(Requirement.PROFESSIONAL_INDEMNITY),
    _DATA_TERMS,
    _CONFLICTS,
)

USUAL_POLICY = VettingPolicy(
    version="vetting-1",
    demands=MappingProxyType(
        {
            ProviderKind.PRIVATE: _OWN_CHECKS,
            ProviderKind.PUBLIC: (_ASSURANCE, _SAFEGUARDING, _DATA_TERMS, _CONFLICTS),
            ProviderKind.INTERNAL: (_ASSURANCE, _SAFEGUARDING),
            ProviderKind.SCHOOL_BASED: (_ASSURANCE, _SAFEGUARDING, _CONFLICTS),
        }
    ),
)
"""What is required where the authority has set nothing else. A service of the authority's own is bound by its
employer's terms; a school's staff are insured and bound to data protection by their school."""


def cleared_on(facts: VettingFacts, person: UUID | None, day: date, policy: VettingPolicy) -> Clearance:
    """Whether a specialist of the provider may work on that day; without a person, the provider itself."""
    return cleared_throughout(facts, person, day, day, policy)


def cleared_throughout(
    facts: VettingFacts, person: UUID | None, first: date, last: date, policy: VettingPolicy
) -> Clearance:
    """Whether the clearance holds on every day from the first to the last, both included."""
    missing: list[Missing] = []
    ends: list[date] = []
    exempt: list[Exemption] = []
    for demand in demands_on(facts, person, policy):
        whose = None if demand.item.of_organisation else person
        checks = [check for check in facts.checks if (check.item, check.person) == (demand.item, whose)]
        shown = _covered_to([check for check in checks if not check.exempt], demand, first)
        end = shown if shown is not None and shown >= last else _covered_to(checks, demand, first)
        if end is None or end < last:
            last_check = _last_begun(checks, demand, first)
            why = (
                _why_not(checks, last_check, demand, first)
                if end is None
                else f"valid until {day_in_words(end)} only"
            )
            missing.append(Missing(demand.item, whose, f"{demand.item.label}: {why}", last_check))
        else:
            ends.append(end)
            if shown is None or shown < last:
                exempt.extend(_exemptions(checks, first, last))
    if missing:
        return Clearance(False, tuple(missing), None)
    valid_to = min(ends, default=ALWAYS)
    return Clearance(True, (), None if valid_to == ALWAYS else valid_to, tuple(exempt))


def demands_on(facts: VettingFacts, person: UUID | None, policy: VettingPolicy) -> list[Demand]:
    """What the policy asks of that person and the provider together, or of the provider alone."""
    return [
        demand
        for demand in policy.demands.get(facts.kind, ())
        if demand.item.of_organisation
        or (person is not None and (not demand.of_teachers or person in facts.teachers))
    ]


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
    """The last day on which a check counts under a demand; an exemption ends on its own day alone."""
    last = check.last_day or ALWAYS
    if demand.months is None or check.exempt:
        return last
    return min(last, months_after(check.from_, demand.months) - timedelta(days=1))


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

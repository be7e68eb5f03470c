"""Whether somebody was cleared on a day, item by item, as it was known then and as it is known now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from domain.aggregate import Event
from domain.engagement import SessionOutlook
from domain.provider import Evidence, Provider, Requirement
from providers.board import CheckStatus, lines
from providers.clearance import ClearanceStatus
from providers.outlook import Vetted, outlook_on, vetted
from providers.vetting import VettingPolicy, cleared_on

NOW = date.max
"""As the day until which something was known: whatever is known today."""

EvidenceOfCheck = Mapping[tuple[Requirement, UUID | None, date], Evidence]
"""What was seen at each check, by requirement, person and day."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a provider by the end of some day."""

    vetted: Vetted
    evidence: EvidenceOfCheck


class CheckOnDay(msgspec.Struct, frozen=True):
    """One requirement on a day: how it stood, and what was seen when, by which exemption, or why it did not hold."""

    item: Requirement
    status: CheckStatus
    evidence: Evidence | None
    checked_on: date | None
    why: str

    def __str__(self) -> str:
        return self.why or f"{self.item.label}: {self.evidence.label if self.evidence else self.status.label}"


@dataclass(frozen=True, slots=True)
class ClearedOnDay:
    """Whether somebody was cleared on a day; `against` says what stood against it, as sentences."""

    status: ClearanceStatus
    against: tuple[str, ...]
    checks: tuple[CheckOnDay, ...]


def known_by(history: Sequence[Event], days: Iterable[date]) -> dict[date, Known]:
    """What was known of a provider by the end of each of these days, from all that happened to it."""
    if not history:
        return {}
    provider, evidence = Provider(history[0].meta.stream), dict[tuple[Requirement, UUID | None, date], Evidence]()
    known: dict[date, Known] = {}
    told = iter(history)
    following = next(told, None)
    for day in sorted(set(days)):
        while following is not None and following.meta.signature.today <= day:
            following.mutate(provider)
            if isinstance(following, Provider.RequirementMet):
                evidence[following.item, following.person, following.checked_on] = following.evidence
            following = next(told, None)
        if provider.version:
            known[day] = Known(vetted(provider), dict(evidence))
    return known


def cleared_on_day(known: Known, person: UUID, day: date, policy: VettingPolicy) -> ClearedOnDay:
    """Whether a specialist was cleared on a day, and how each requirement stood. What was to end soon after that day
    held on it."""
    facts = known.vetted.facts
    clearance = cleared_on(facts, person, day, policy)
    outlook = outlook_on(known.vetted, person, day, policy, today=day)
    against = outlook.against if outlook.state is SessionOutlook.ON_HOLD else ()
    if clearance.cleared and (against or not clearance.exempt):
        status = ClearanceStatus.NOT_CLEARED if against else ClearanceStatus.CLEARED
    else:
        status = clearance.status
    checks = []
    for line in lines(facts, [person], day, policy):
        held = [
            check.from_
            for check in facts.checks
            if (check.item, check.person, check.exempt) == (line.item, line.person, False) and check.holds_on(day)
        ]
        holds = line.status in {CheckStatus.HOLDS, CheckStatus.ENDS_SOON}
        seen_on = max(held, default=None) if holds else None
        seen = known.evidence.get((line.item, line.person, seen_on)) if seen_on else None
        checks.append(CheckOnDay(line.item, CheckStatus.HOLDS if holds else line.status, seen, seen_on, line.why))
    return ClearedOnDay(status, against, tuple(checks))

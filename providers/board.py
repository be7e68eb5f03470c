"""The vetting board: how each requirement of the policy stands on a day, for a provider and each of its people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.provider import Requirement, VettingFacts
from domain.vocabulary import LabelledEnum
from providers.vetting import Demand, Gap, VettingPolicy, cleared_on, demands_on

SOON = timedelta(days=60)
"""How long before its end a check is said to end soon."""


class CheckStatus(LabelledEnum):
    """How a requirement stands on a day."""

    HOLDS = "holds"
    EXEMPT = "exempt"
    ENDS_SOON = "ends_soon"
    ENDED = "ended"
    REVOKED = "revoked"
    MISSING = "missing"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "holds": "Valid",
    "exempt": "Exempt",
    "ends_soon": "Expires soon",
    "ended": "Expired",
    "revoked": "Revoked",
    "missing": "Not checked",
}


_STATUS = {Gap.NEVER: CheckStatus.MISSING, Gap.REVOKED: CheckStatus.REVOKED}
"""How a requirement stands that does not hold; what ended is the rest."""


@dataclass(frozen=True, slots=True)
class BoardRequirement:
    """One requirement: whose it is (None: the provider's own), how it stands, its last day and why it does not hold.

    `good_to` is the last day on which it holds, as the policy counts it; None if nothing ends it or it does not hold.
    """

    item: Requirement
    person: UUID | None
    status: CheckStatus
    good_to: date | None = None
    why: str = ""


def lines(facts: VettingFacts, people: Iterable[UUID], day: date, policy: VettingPolicy) -> list[BoardRequirement]:
    """How all that the policy asks stands on a day: first what the provider itself has to show, then each person."""
    return list(_lines(facts, people, day, policy))


def _lines(
    facts: VettingFacts, people: Iterable[UUID], day: date, policy: VettingPolicy
) -> Iterator[BoardRequirement]:
    for person in (None, *people):
        for demand in demands_on(facts, person, policy):
            if demand.item.of_organisation == (person is None):
                yield _line(facts, person, day, demand, policy.version)


def _line(facts: VettingFacts, person: UUID | None, day: date, demand: Demand, version: str) -> BoardRequirement:
    alone = VettingPolicy(version, {facts.kind: (demand,)})
    clearance = cleared_on(facts, person, day, alone)
    if clearance.missing:
        missing = clearance.missing[0]
        status = _STATUS.get(missing.gap, CheckStatus.ENDED)
        return BoardRequirement(demand.item, person, status, why=missing.why)
    ends = clearance.valid_to
    if clearance.exempt:
        why = f"{demand.item.label}: {clearance.exempt[-1].until_when}"
        return BoardRequirement(demand.item, person, CheckStatus.EXEMPT, ends, why)
    soon = ends is not None and ends <= day + SOON
    return BoardRequirement(demand.item, person, CheckStatus.ENDS_SOON if soon else CheckStatus.HOLDS, ends)

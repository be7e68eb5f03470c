"""Whether the specialist of an engagement is cleared for what is left of it, as it stands today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.engagement import BrokeredEngagement, EngagementStatus
from projections.providers import ListedProvider
from providers.vetting import Clearance, cleared_on
from web import formats
from web.access.context import RequestContext
from web.brokerage.vetting_policy import policy_on, vetting_facts

AHEAD = frozenset(
    {
        EngagementStatus.PROPOSED,
        EngagementStatus.AGREED,
        EngagementStatus.CONFIRMED,
        EngagementStatus.IN_DELIVERY,
        EngagementStatus.PAUSED,
    }
)
"""While there is work to come."""


@dataclass(frozen=True)
class ClearanceNow:
    """The clearance on the next day of the work by the policy of that day; `warning` says what stands against it,
    `suspended_since` from which day on the provider is suspended, if it is today."""

    clearance: Clearance
    policy: str
    warning: str
    suspended_since: date | None = None


def clearance_now(
    context: RequestContext, engagement: BrokeredEngagement, found: Mapping[str, list[Any]]
) -> ClearanceNow | None:
    """How the clearance stands, None once no work is to come; `found` is what is known of the provider's vetting."""
    if engagement.status not in AHEAD:
        return None
    work = engagement.work
    day = max(context.services.today(), work.begins)
    policy = policy_on(context.services, day)
    facts = vetting_facts(found)
    if facts is None:
        return None
    clearance = cleared_on(facts, work.specialist, day, policy)
    since = _suspended_since(found["listed"], context.services.today())
    return ClearanceNow(clearance, policy.version, _warning(clearance, day, work.ends), since)


def _suspended_since(found: Iterable[ListedProvider], today: date) -> date | None:
    return next((row.suspended_from for row in found if row.is_suspended_on(today)), None)


def _warning(found: Clearance, day: date, ends: date) -> str:
    if not found.cleared:
        why = "; ".join(each.why for each in found.missing)
        return f"The specialist is not cleared on {formats.date(day)}. {why}"
    if found.valid_to is not None and found.valid_to < ends:
        return (
            f"The specialist's clearance expires on {formats.date(found.valid_to)}, "
            f"before the engagement ends on {formats.date(ends)}"
        )
    return ""

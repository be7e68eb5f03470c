"""Commands that suspend a provider, reinstate it, and take it off the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.provider import Provider
from domain.service import Work
from projections import audit_trail
from projections.audit_trail import Wanted
from projections.names import names_of
from providers.enrolment import suspend as suspend_with
from web.noun import Deal, Values
from web.office import office
from web.providers import schemas
from web.providers.noun import KEEP, is_listed, is_suspended, providers

RUNNING = frozenset({EngagementStatus.CONFIRMED, EngagementStatus.IN_DELIVERY})
MOST = 5000
"""The most events of engagements looked at, the latest first."""


def _with_engagements(connection: sa.Connection, provider: Provider | None) -> Mapping[str, Any]:
    under_way = list(_under_way(connection, provider)) if provider else []
    schools = names_of(connection, {engagement.work.school for engagement in under_way})
    return {
        schemas.ENGAGEMENTS: [
            (each.reference, f"{each.reference}: {each.work.subject} at {schools[each.work.school]}")
            for each in under_way
        ]
    }


def _under_way(connection: sa.Connection, provider: Provider) -> Iterator[BrokeredEngagement]:
    wanted = Wanted(provider=provider.id, kinds=(BrokeredEngagement.KIND,))
    for id in dict.fromkeys(entry.stream for entry in audit_trail.entries(connection, wanted, None, MOST)):
        engagement = office().service.find(BrokeredEngagement, id)
        if engagement.status in RUNNING and engagement.work.provider == provider.id:
            yield engagement


@providers.command(
    "suspend",
    "Suspend the provider",
    KEEP,
    schemas.SuspendProvider,
    lead="A suspended provider is not invited. Decide here what becomes of its engagements under way.",
    done="The provider is suspended",
    offered=lambda provider: is_listed(provider) and not is_suspended(provider),
    context=_with_engagements,
    check=True,
    warning=True,
)
def suspend(deal: Deal[Provider], values: Values) -> None:
    def all_of_it(work: Work) -> None:
        work.find(Provider, deal.record.id, at=deal.at)
        suspend_with(work, deal.record.id, reason=values["reason"], pause=values["pause"])

    deal.service.do(all_of_it)


@providers.command(
    "reinstate",
    "Reinstate the provider",
    KEEP,
    schemas.ReinstateProvider,
    done="The provider is reinstated",
    offered=is_suspended,
    main=True,
)
def reinstate(deal: Deal[Provider], values: Values) -> None:
    deal.change(lambda provider: provider.reinstate(**values))


@providers.command(
    "remove",
    "Remove the provider from the list",
    KEEP,
    schemas.RemoveProvider,
    done="The provider is removed from the list",
    notes=["What the provider did stays on record. To work with it again, register it anew."],
    offered=is_listed,
    check=True,
    warning=True,
)
def remove(deal: Deal[Provider], values: Values) -> None:
    deal.change(lambda provider: provider.remove(**values))

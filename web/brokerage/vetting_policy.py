"""The vetting policy in force on a day: the authority's own demands where it has set them, else the usual ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.authority import VettingDemand
from domain.provider import ProviderKind, Requirement, VettingFacts
from projections import providers
from projections.providers import AS_THEY_CAME, BY_HOLDER
from projections.row_queries import RowQueries, RowQuery
from providers.vetting import USUAL_POLICY, Demand, VettingPolicy
from web.runtime.authority import record_of
from web.runtime.services import Services


def policy_on(services: Services, day: date) -> VettingPolicy:
    """What providers have to show on a day. Its version is that of the settings, or the usual policy's own.

    A kind of provider for which the authority names nothing keeps the usual demands: a setting left out clears
    nobody.
    """
    record = record_of(services)
    if record is None:
        return USUAL_POLICY
    settings, version = record.settings_on(day)
    if not settings.vetting:
        days = settings.renewal_days
        return USUAL_POLICY if days == USUAL_POLICY.renewal_days else replace(USUAL_POLICY, renewal_days=days)
    demands = MappingProxyType({**USUAL_POLICY.demands, **_named(settings.vetting)})
    return VettingPolicy(version, demands, settings.renewal_days)


PROVIDER = sa.bindparam("provider", type_=sa.Uuid)

VETTED = {
    "listed": RowQuery(providers.providers, providers.providers.table.c.id == PROVIDER),
    "people": RowQuery(providers.specialists, providers.specialists.table.c.provider == PROVIDER, AS_THEY_CAME),
    "checked": RowQuery(providers.vetting, providers.vetting.table.c.provider == PROVIDER, BY_HOLDER),
}
"""What is asked for the clearance of a provider's people, alone or with what else a page asks."""

_ALONE = RowQueries(**VETTED)


def vetting_of(connection: sa.Connection, provider: UUID) -> Mapping[str, list[Any]]:
    """What is known of a provider's vetting and people."""
    return _ALONE.rows(connection, provider=provider)


def vetting_facts(found: Mapping[str, list[Any]]) -> VettingFacts | None:
    """The vetting facts of the provider of whom this was found, None if it is on no list."""
    return next(iter(providers.facts_from(found["listed"], found["people"], found["checked"]).values()), None)


def _named(demands: Iterable[VettingDemand]) -> dict[ProviderKind, tuple[Demand, ...]]:
    named: dict[ProviderKind, tuple[Demand, ...]] = {}
    for demand in demands:
        kind = ProviderKind(demand.provider_kind)
        asked = Demand(Requirement(demand.requirement), demand.months, demand.of_teachers)
        named[kind] = (*named.get(kind, ()), asked)
    return named

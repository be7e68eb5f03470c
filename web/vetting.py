"""The vetting policy in force on a day: the authority's own demands where it has set them, else the usual ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from domain.authority import VettingDemand
from domain.provider import ProviderKind, Requirement
from providers.vetting import USUAL_POLICY, Demand, VettingPolicy
from web.authority import record_of
from web.office import Office


def policy_on(office: Office, day: date) -> VettingPolicy:
    """What providers have to show on a day. Its version is that of the settings, or the usual policy's own.

    A kind of provider for which the authority names nothing keeps the usual demands: a setting left out clears
    nobody.
    """
    record = record_of(office)
    if record is None:
        return USUAL_POLICY
    settings, version = record.settings_on(day)
    if not settings.vetting:
        return USUAL_POLICY
    return VettingPolicy(version, MappingProxyType({**USUAL_POLICY.demands, **_named(settings.vetting)}))


def _named(demands: Iterable[VettingDemand]) -> dict[ProviderKind, tuple[Demand, ...]]:
    named: dict[ProviderKind, tuple[Demand, ...]] = {}
    for demand in demands:
        kind = ProviderKind(demand.provider_kind)
        asked = Demand(Requirement(demand.requirement), demand.months, demand.of_teachers)
        named[kind] = (*named.get(kind, ()), asked)
    return named

"""Which vetting policy is in force on a day."""

from __future__ import annotations

from datetime import timedelta

from domain.authority import Settings, VettingDemand
from domain.provider import ProviderKind, Requirement
from providers.vetting import USUAL_POLICY, Demand
from tests.sample_authority import SampleAuthority
from web.brokerage.vetting_policy import policy_on

DEMANDS = (
    VettingDemand("private", "enhanced_dbs", months=12),
    VettingDemand("private", "qualified_teacher", of_teachers=True),
)


def set_demands(sample: SampleAuthority) -> None:
    sample.put_in_force(Settings(vetting=DEMANDS))


def test_the_usual_policy_is_in_force_where_the_authority_sets_nothing(sample: SampleAuthority) -> None:
    assert policy_on(sample.services, sample.services.today()) is USUAL_POLICY


def test_demands_of_the_authority_are_in_force_from_their_day_on(sample: SampleAuthority) -> None:
    set_demands(sample)
    policy = policy_on(sample.services, sample.services.today())
    assert policy.version == "settings-1"
    assert policy.demands[ProviderKind.PRIVATE] == (
        Demand(Requirement.ENHANCED_DBS, months=12),
        Demand(Requirement.QUALIFIED_TEACHER, of_teachers=True),
    )
    assert policy_on(sample.services, sample.services.today() - timedelta(days=1)) is USUAL_POLICY


def test_a_kind_of_provider_that_the_authority_does_not_name_keeps_the_usual_demands(sample: SampleAuthority) -> None:
    set_demands(sample)
    policy = policy_on(sample.services, sample.services.today())
    assert policy.demands[ProviderKind.INTERNAL] == USUAL_POLICY.demands[ProviderKind.INTERNAL]

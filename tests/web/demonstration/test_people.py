"""The cast: every post filled, the same for the same seed and day, and nobody reachable at a real address."""

from __future__ import annotations

import re
from datetime import date

import pytest

from domain.provider import ProviderKind
from domain.vocabulary import Role, Team
from web.demonstration.people import Cast, cast
from web.demonstration.schools import schools

SEED = 7
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def everybody() -> Cast:
    return cast(SEED, TODAY)


def emails(of: Cast) -> dict[str, str]:
    """Every address with the person it belongs to."""
    people = [(colleague.email, colleague.name) for colleague in of.colleagues]
    people += [(person.email, person.name) for pair in of.leadership for person in (pair.head, pair.chair)]
    people += [(person.email, person.name) for provider in of.providers for person in provider.specialists]
    return {email: str(name) for email, name in people}


def test_the_same_seed_and_day_give_the_same_people() -> None:
    assert cast(SEED, TODAY) == cast(SEED, TODAY)
    assert cast(SEED, TODAY) != cast(SEED + 1, TODAY)


def test_the_teams_are_those_of_the_service(everybody: Cast) -> None:
    (lead,) = (officer for officer in everybody.officers if officer.posts[0].leads_team)

    assert (len(everybody.primary_officers), len(everybody.secondary_officers)) == (7, 3)
    assert lead is everybody.primary_officers[0]
    assert everybody.director.posts[0].team is Team.SECONDARY
    assert {post.role for colleague in everybody.colleagues for post in colleague.posts} == {
        Role.OFFICER,
        Role.STRATEGIC_LEAD,
        Role.DIRECTOR,
        Role.BROKER,
        Role.CPD_MANAGER,
        Role.REVIEWER,
        Role.ADMINISTRATOR,
        Role.CHIEF_OFFICER,
        Role.COUNTERSIGNER,
    }


def test_each_open_school_has_the_head_of_the_register_and_a_chair(everybody: Cast) -> None:
    heads = {school.urn: school.head for school in schools(SEED, TODAY) if school.head is not None}

    assert {leadership.urn: leadership.head.name for leadership in everybody.leadership} == heads
    assert all(everybody.of_school(urn).chair.name != head for urn, head in heads.items())


def test_one_person_leads_and_one_person_chairs_two_schools(everybody: Cast) -> None:
    assert len(everybody.leadership) == 99
    assert len({leadership.head for leadership in everybody.leadership}) == 98
    assert len({leadership.chair for leadership in everybody.leadership}) == 98


def test_there_are_fourteen_providers_of_every_kind(everybody: Cast) -> None:
    providers = everybody.providers

    assert len(providers) == len({provider.name for provider in providers}) == 14
    assert {provider.kind for provider in providers} == set(ProviderKind)
    assert sum(provider.outside_the_authority for provider in providers) == 1
    assert sum(provider.host_urn is not None for provider in providers) == 1
    assert sum(provider.sole_consultant for provider in providers) == 4
    for provider in providers:
        assert 1 <= len(provider.specialists) <= 3
        assert provider.offers
        assert provider.day_rate > 0
        for specialist in provider.specialists:
            assert set(specialist.subjects) <= {offer.subject for offer in provider.offers}


@pytest.mark.parametrize("seed", range(5))
def test_no_two_people_share_an_address_and_no_address_is_real(seed: int) -> None:
    everyone = cast(seed, TODAY)
    addresses = emails(everyone)
    specialists = sum(len(provider.specialists) for provider in everyone.providers)

    assert len(addresses) == len(set(addresses.values())) == len(everyone.colleagues) + 98 + 98 + specialists
    assert [email for email in addresses if not re.fullmatch(r"[a-z.-]+@([a-z0-9-]+\.)+example", email)] == []

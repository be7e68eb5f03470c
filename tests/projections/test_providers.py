"""The providers view: found by name, reference and offer, with their people and what ends in their vetting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from domain.provider import Evidence, Provider, ProviderKind, Requirement
from domain.service import Service
from domain.vocabulary import Phase, ServiceType
from projections import providers
from projections.providers import (
    facts_from,
    provider_of_reference,
    providers_named,
    specialists_among,
    specialists_of,
    subjects,
    vetting_among,
    vetting_of,
)
from tests.grants import exempt, reinstate
from tests.projections.conftest import Ask, rows_of, rows_where
from tests.scenario import TODAY, signed

search = rows_of(providers.providers, providers.listed)
VIEWS = [providers.VIEW]

GRACE, PAUL = uuid4(), uuid4()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SPRING, SUMMER = date(2027, 3, 1), date(2027, 7, 1)
INSURED = Requirement.PUBLIC_LIABILITY


@pytest.fixture
def calder(service: Service) -> UUID:
    with signed(YESTERDAY):
        return service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Calder 100% Learning", kind=ProviderKind.PRIVATE)
        ).id


@pytest.fixture
def grace(service: Service) -> UUID:
    with signed(YESTERDAY):
        return service.add(
            lambda: Provider.register_practitioner(
                "PV-2026-0002", person=GRACE, name="Grace Hollin", kind=ProviderKind.PRIVATE, teaches=True
            )
        ).id


def do(service: Service, id: UUID, decide: Callable[[Provider], None], on: date = TODAY) -> None:
    """One command, signed on its own."""
    with signed(on):
        service.change(Provider, id, decide)


def references(found: list[providers.ListedProvider]) -> list[str]:
    return [provider.reference for provider in found]


@pytest.mark.parametrize("text", ["calder", "LEARN", "pv-2026-0001", "0001", "100%"])
def test_a_provider_is_found_by_part_of_its_name_or_reference(
    service: Service, ask: Ask, calder: UUID, grace: UUID, text: str
) -> None:
    assert references(ask(search, text=text)) == ["PV-2026-0001"]


def test_a_wild_card_is_a_letter_like_any_other(service: Service, ask: Ask, calder: UUID, grace: UUID) -> None:
    assert ask(search, text="_") == []


def test_a_provider_is_found_by_what_it_offers_until_it_no_longer_does(
    service: Service, ask: Ask, calder: UUID, grace: UUID
) -> None:
    def offer(id: UUID, subject: str, phase: Phase) -> None:
        do(
            service,
            id,
            lambda provider: provider.offer(subject=subject, phase=phase, service=ServiceType.COACHING),
        )

    offer(calder, "Mathematics", Phase.SECONDARY)
    offer(calder, "Science", Phase.PRIMARY)
    offer(grace, "mathematics", Phase.PRIMARY)

    assert references(ask(search, subject_keys=["mathematics"])) == ["PV-2026-0001", "PV-2026-0002"]
    assert references(ask(search, subject_keys=["maths", "mathematics"], phase=Phase.PRIMARY)) == ["PV-2026-0002"]
    assert references(ask(search, phase=Phase.SECONDARY, service=ServiceType.COACHING)) == ["PV-2026-0001"]
    assert ask(search, service=ServiceType.TRAINING) == []
    assert ask(subjects) == ["Mathematics", "Science"]
    do(
        service,
        grace,
        lambda provider: provider.withdraw(subject="Mathematics", phase=Phase.PRIMARY, service=ServiceType.COACHING),
    )
    assert references(ask(search, subject_keys=["mathematics"])) == ["PV-2026-0001"]
    assert [len(provider.capabilities) for provider in ask(search)] == [2, 0]


def test_the_list_is_read_page_by_page_in_the_order_of_names(service: Service, ask: Ask) -> None:
    for number, name in enumerate(["Beta", "alpha", "Beta", "Gamma"], 1):
        with signed():
            service.add(
                lambda number=number, name=name: Provider.register(
                    f"PV-2026-000{number}", trading_as=name, kind=ProviderKind.PUBLIC
                )
            )

    first = ask(search, limit=2)
    second = ask(search, limit=2, after=first[-1].reference)

    assert references(first) == ["PV-2026-0002", "PV-2026-0001"]
    assert references(second) == ["PV-2026-0003", "PV-2026-0004"]
    assert ask(search, limit=2, after=second[-1].reference) == []
    assert references(ask(providers_named, "BETA")) == ["PV-2026-0001", "PV-2026-0003"]


def test_a_renamed_provider_is_found_under_its_new_name_only(
    service: Service, ask: Ask, calder: UUID, grace: UUID
) -> None:
    do(service, grace, lambda provider: provider.rename(trading_as="Hollin Maths"))
    do(service, calder, lambda provider: provider.set_coverage(["Salford"]))

    assert [provider.id for provider in ask(search, text="hollin maths")] == [grace]
    assert [(provider.name, provider.areas) for provider in ask(search)] == [
        ("Calder 100% Learning", ("Salford",)),
        ("Hollin Maths", None),
    ]


def test_a_suspended_provider_says_from_when_to_when(service: Service, ask: Ask, calder: UUID, grace: UUID) -> None:
    do(service, grace, lambda provider: provider.suspend(reason="Complaint"))
    assert [provider.is_suspended_on(SUMMER) for provider in ask(search)] == [False, True]
    do(service, grace, lambda provider: reinstate(provider, reason="Cleared", from_=SPRING))
    suspended = ask(provider_of_reference, "PV-2026-0002")

    days = (YESTERDAY, TODAY, SPRING - timedelta(days=1), SPRING)
    assert [suspended.is_suspended_on(day) for day in days] == [False, True, True, False]


def test_a_removed_provider_is_off_the_list_but_keeps_its_address(
    service: Service, ask: Ask, calder: UUID, grace: UUID
) -> None:
    do(service, grace, lambda provider: provider.remove(reason="Retired"))

    assert references(ask(search)) == ["PV-2026-0001"]
    assert ask(provider_of_reference, "PV-2026-0002").removed_on == TODAY


def test_a_specialist_is_listed_with_each_provider_until_they_leave(
    service: Service, ask: Ask, calder: UUID, grace: UUID
) -> None:
    do(service, calder, lambda provider: provider.add_specialist(person=GRACE, teaches=False))
    do(service, calder, lambda provider: provider.add_specialist(person=PAUL, teaches=True))
    do(service, calder, lambda provider: provider.note_leaving(person=GRACE, reason="Left"), on=TOMORROW)

    assert [specialist.person for specialist in ask(specialists_of, calder, TOMORROW)] == [PAUL]
    assert {specialist.person for specialist in ask(specialists_of, calder, TODAY)} == {GRACE, PAUL}
    assert [specialist.person for specialist in ask(specialists_of, grace, TOMORROW)] == [GRACE]


def insure(service: Service, id: UUID, expires: date | None) -> None:
    do(
        service,
        id,
        lambda provider: provider.meet(
            INSURED, checked_on=YESTERDAY, evidence=Evidence.CERTIFICATE_SEEN, expires=expires
        ),
    )


def test_the_view_tells_the_same_vetting_facts_as_the_records(
    service: Service, ask: Ask, calder: UUID, grace: UUID
) -> None:
    insure(service, calder, SPRING)
    insure(service, grace, SUMMER)
    do(service, grace, lambda provider: provider.revoke(INSURED, reason="Cancelled"))
    do(
        service,
        grace,
        lambda provider: exempt(provider, Requirement.SECOND_REFERENCE, person=GRACE, until=SPRING, reason="Abroad"),
    )

    both = [calder, grace]
    found = facts_from(ask(rows_where, providers.providers), ask(specialists_among, both), ask(vetting_among, both))

    for id in (calder, grace):
        facts = service.find(Provider, id).facts
        assert set(found[id].checks) == set(facts.checks)
        assert (found[id].kind, found[id].teachers) == (facts.kind, facts.teachers)
    assert len(ask(vetting_of, grace)) == 2

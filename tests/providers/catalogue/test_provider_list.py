from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from providers.catalogue.provider_list import (
    ListedCapability,
    NotProviders,
    ProviderRow,
    read_provider_names,
    read_providers,
)
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import read, rows

HEADER = "Name,Kind,Email,Telephone,Website,Subjects,Phases,Service types,Areas,Day rate,VAT registered\r\n"


def test_a_provider_is_read_with_all_that_the_list_tells(written: Written) -> None:
    row = (
        "Salford Music,internal,office@music.example,161 778 0000,music.example,Music; Singing,"
        'primary;16 plus,coaching;training,Salford;North West,"£1,450.50",Yes\r\n'
    )
    assert rows(read_providers(written("p.csv", HEADER + row, "cp1252"))) == [
        ProviderRow(
            2,
            "Salford Music",
            kind="internal",
            email="office@music.example",
            telephone="01617780000",
            website="http://music.example",
            subjects=("Music", "Singing"),
            phases=("primary", "sixteen_plus"),
            service_types=("coaching", "training"),
            areas=("Salford", "North West"),
            day_rate=Decimal("1450.50"),
            vat_registered=True,
        )
    ]


def test_a_capability_is_each_subject_in_each_phase_by_each_service() -> None:
    provider = ProviderRow(2, "A", subjects=("Music",), phases=("primary", "secondary"))
    assert provider.capabilities == (
        ListedCapability("Music", "primary", None),
        ListedCapability("Music", "secondary", None),
    )
    assert ProviderRow(2, "A").capabilities == ()


def test_only_the_name_is_needed_as_a_column_and_the_kind_where_others_stand_that_are_not_of_the_list(
    written: Written,
) -> None:
    assert rows(read_providers(written("p.csv", "kind,name\nSchool-based,A\n"))) == [
        ProviderRow(2, "A", kind="school_based")
    ]
    with pytest.raises(NotProviders) as refused:
        read_providers(written("p.csv", "URN,name,website\n1,A,\n"))
    assert rows(read_providers(written("p.csv", "name,website\nA,\n"))) == [ProviderRow(2, "A")]
    assert refused.value.missing == ("kind",)


def test_all_phases_are_all_that_are_taught(written: Written) -> None:
    (provider,) = rows(read_providers(written("p.csv", "name,kind,phases\nA,private,All\n")))
    assert len(provider.phases) == 7
    assert "not_applicable" not in provider.phases


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("kind", "charity"),
        ("email", "a b@c.example"),
        ("email", "nobody"),
        ("telephone", "ask"),
        ("website", "javascript:alert(1)"),
        ("day rate", "-450"),
        ("day rate", "450.5"),
        ("day rate", "1,45"),
        ("day rate", "=1+1"),
        ("VAT registered", "perhaps"),
    ],
)
def test_a_bad_cell_costs_its_detail_only(written: Written, heading: str, cell: str) -> None:
    bad_kind = heading == "kind"
    headings, cells = (
        ("name,kind,areas", f"A,{cell},Salford")
        if bad_kind
        else (f"name,kind,areas,{heading}", f'A,public,Salford,"{cell}"')
    )
    good, problems = read(read_providers(written("p.csv", f"{headings}\n{cells}\n")))
    expected = ProviderRow(2, "A", kind=None if bad_kind else "public", areas=("Salford",))
    assert good == [expected]
    assert [(found.line, found.column.casefold(), found.value) for found in problems] == [
        (2, heading.casefold(), cell)
    ]


def test_a_phase_that_is_none_costs_itself_only(written: Written) -> None:
    good, problems = read(read_providers(written("p.csv", "name,kind,phases\nA,public,primary;tertiary\n")))
    assert good[0].phases == ("primary",)
    assert problems[0].reason == "has what is no phase of education: tertiary"


def test_a_provider_counts_once_and_with_a_name(written: Written) -> None:
    good, problems = read(read_providers(written("p.csv", "name,kind\nA,public\n,public\na,private\n")))
    assert [provider.kind for provider in good] == ["public"]
    assert [(found.line, found.column, found.reason) for found in problems] == [
        (3, "name", "is missing"),
        (4, "name", "stands already in line 2"),
    ]


def test_names_that_come_again_in_a_list_of_offers_are_no_fault(written: Written) -> None:
    text = "course_identifier,lead_provider_name\nx,LLSE\ny,LLSE\ny,Teach First\n"
    assert [provider.name for provider in rows(read_provider_names(written("n.csv", text)))] == [
        "LLSE",
        "Teach First",
    ]


def test_a_file_without_names_is_refused_at_once(written: Written) -> None:
    with pytest.raises(NotProviders):
        read_provider_names(written("n.csv", "URN,EstablishmentName\n"))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("itt_providers_2025-01.csv", 170, "Ambition Teacher Training"),
        ("npq_course_lead_providers_2026-06.csv", 7, "Ambition Institute"),
        ("appropriate_bodies_2024-10.csv", 211, "Alban Teaching School Hub (Sandringham School)"),
    ],
)
def test_the_real_lists_of_names_are_read_to_the_last_row(real_data: Path, name: str, count: int, first: str) -> None:
    providers = rows(read_provider_names(real_data / "providers" / name))
    assert (len(providers), providers[0].name) == (count, first)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from providers.catalogue.tuition import (
    REGIONS,
    NotTuition,
    Offer,
    TuitionPartner,
    merged,
    read_offers,
    read_partners,
)
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, rows

WITH_TALLY = (
    ",,,,,,\n"
    "Face-to-Face,Primary,,Secondary,,,\n"
    "Tuition Partner,Literacy,Numeracy,English ,MF Languages,,\n"
    '3D Recruit,"SE, L",,NW,,,Region\n'
    "Reed Tutors,ALL,,,NE,,SW,21\n"
)
BY_AUTHORITY = (
    "Online,Primary,,\n"
    "Tuition Partner,Literacy,Science,\n"
    'Action Tutoring,"Bristol, City of,Newcastle Upon Tyne ,Wirral Borough,Bristol","St. Helens, Salford"\n'
)


def test_offers_by_region_are_read_beside_an_unrelated_tally(written: Written) -> None:
    partners = rows(read_offers(written("regions.csv", WITH_TALLY, "utf-8-sig")))
    assert partners == [
        TuitionPartner(
            4,
            "3D Recruit",
            offers=(
                Offer("Literacy", "primary", "face_to_face", ("South East", "London")),
                Offer("English", "secondary", "face_to_face", ("North West",)),
            ),
        ),
        TuitionPartner(
            5,
            "Reed Tutors",
            offers=(
                Offer("Literacy", "primary", "face_to_face", tuple(REGIONS.values())),
                Offer("Modern foreign languages", "secondary", "face_to_face", ("North East",)),
            ),
        ),
    ]


def test_offers_by_authority_have_the_official_names(written: Written) -> None:
    (partner,) = rows(read_offers(written("local.csv", BY_AUTHORITY, "utf-8-sig")))
    assert partner.offers == (
        Offer("Literacy", "primary", "online", ("Bristol, City of", "Newcastle upon Tyne", "Wirral")),
        Offer("Science", "primary", "online", ("St. Helens", "Salford")),
    )
    assert partner.capabilities == (("Literacy", "primary"), ("Science", "primary"))
    assert partner.areas("online")[-1] == "Salford"
    assert partner.areas("face_to_face") == ()


def test_a_place_that_is_no_authority_counts_as_written_and_is_a_problem(written: Written) -> None:
    text = 'Online,Primary\nTuition Partner,Literacy\nA,"Bath, Salford"\n'
    path = written("local.csv", text)
    assert problem(read_offers(path)).reason == "names no region or authority: Bath"
    partner = next(row for row in read_offers(path) if isinstance(row, TuitionPartner))
    assert partner.areas("online") == ("Bath", "Salford")


def test_partners_have_websites(written: Written) -> None:
    path = written("names.csv", "id,name,website\r\n1,Action Tutoring,https://a.org/#b\r\n2,Guardian Ltd,\r\n")
    assert rows(read_partners(path)) == [
        TuitionPartner(2, "Action Tutoring", "https://a.org/#b"),
        TuitionPartner(3, "Guardian Ltd"),
    ]


@pytest.mark.parametrize(
    ("listed", "offering"),
    [
        ("Fledge Tuition Ltd", "Fledge Tuition"),
        ("Avon Education Services Ltd (Tutor Doctor Bristol)", "Tutor Doctor Bristol"),
        ("K&G Recruitment Consultancy Ltd t/a REESON Education", "REESON Education"),
        ("Nebula Education Ltd (Trading as Seven Springs Education)", "Seven Springs Education"),
        ("Mannings Tutors", "Manning's Tutors"),
    ],
)
def test_a_partner_is_one_under_its_legal_and_its_trading_name(listed: str, offering: str) -> None:
    online = Offer("Maths", "secondary", "online", ("London",))
    face_to_face = Offer("Maths", "secondary", "face_to_face", ("London",))
    found = merged(
        [
            TuitionPartner(2, listed, "http://a.org"),
            TuitionPartner(3, "Another", "http://b.org"),
            TuitionPartner(4, offering, offers=(online,)),
            TuitionPartner(4, offering, offers=(face_to_face,)),
        ]
    )
    assert found == [
        TuitionPartner(2, listed, "http://a.org", (online, face_to_face)),
        TuitionPartner(3, "Another", "http://b.org"),
    ]


def test_a_file_without_partners_is_refused_at_once(written: Written) -> None:
    for text in ("URN,EstablishmentName\n100000,A\n", "Online,Primary\nSomething,Literacy\n", ""):
        with pytest.raises(NotTuition):
            read_offers(written("a.csv", text))
    with pytest.raises(NotTuition):
        read_partners(written("a.csv", "URN,EstablishmentName\n"))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "partners", "problems"),
    [
        ("tuition_partners_face_to_face_regions_2022-06.csv", 54, 0),
        ("tuition_partners_online_regions_2022-06.csv", 51, 0),
        ("tuition_partners_face_to_face_local_regions_2022-06.csv", 3, 8),
        ("tuition_partners_online_local_regions_2022-06.csv", 3, 8),
    ],
)
def test_the_real_offers_are_read_to_the_last_row(real_data: Path, name: str, partners: int, problems: int) -> None:
    found = list(read_offers(real_data / "providers" / name))
    good = [row for row in found if isinstance(row, TuitionPartner)]
    assert (len(good), len(found) - len(good)) == (partners, problems)
    assert all(partner.offers for partner in good)


@pytest.mark.real_data
def test_most_real_partners_have_a_website_and_offers(real_data: Path) -> None:
    folder = real_data / "providers"
    listed = rows(read_partners(folder / "tuition_partners_names_2022-05.csv"))
    assert len(listed) == 56
    offering = rows(read_offers(folder / "tuition_partners_face_to_face_regions_2022-06.csv"))
    partners = merged([*listed, *offering])
    assert sum(bool(partner.website and partner.offers) for partner in partners) >= 45
    salford = next(partner for partner in partners if partner.name == "The Tutor Trust")
    assert "North West" in salford.areas("face_to_face")


def test_a_name_of_brackets_costs_no_more_than_its_length() -> None:
    many = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from providers.catalogue.tuition import TuitionPartner, merged\n"
        "merged([TuitionPartner(1, '(' * 400_000, None, ())])"
    )
    told = subprocess.run([sys.executable, "-c", many], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")

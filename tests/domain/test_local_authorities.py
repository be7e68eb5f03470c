from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from domain.local_authorities import code_of, name_of, nearest


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("salford", "355"),
        ("Salford City Council", "355"),
        ("City of Salford", "355"),
        ("Salford MBC", "355"),
        ("the City of Salford Metropolitan Borough Council", "355"),
        ("355", "355"),
        ("0355", "355"),
        (" E08000006 ", "355"),
        ("e08000006", "355"),
        ("London Borough of Camden", "202"),
        ("Camden London Borough Council", "202"),
        ("LB Camden", "202"),
        ("LB of Camden", "202"),
        ("RB Greenwich", "203"),
        ("RBKC", "207"),
        ("RBWM", "868"),
        ("Windsor", "868"),
        ("Royal Borough of Greenwich", "203"),
        ("Royal Borough of Kensington & Chelsea", "207"),
        ("Westminster City Council", "213"),
        ("City of London", "201"),
        ("City of London Corporation", "201"),
        ("London", None),
        ("Durham", "840"),
        ("Durham County Council", "840"),
        ("County Durham", "840"),
        ("Hull", "810"),
        ("Hull City Council", "810"),
        ("Kingston upon Thames", "314"),
        ("Council of the Isles of Scilly", "420"),
        ("Isles Of Scilly", "420"),
        ("Bristol", "801"),
        ("Bristol, City of", "801"),
        ("Bristol City Council", "801"),
        ("County of Herefordshire District Council", "884"),
        ("St Helens", "342"),
        ("St Helen\N{RIGHT SINGLE QUOTATION MARK}s Council", "342"),
        ("Newcastle Upon Tyne ", "391"),
        ("Newcastle-upon-Tyne City Council", "391"),
        ("Wirral Borough", "344"),
        ("City of Bradford Metropolitan District Council", "380"),
        ("City of York Council", "816"),
        ("North Yorkshire Council", "815"),
        ("Brighton & Hove City", "846"),
        ("BCP Council", "839"),
        ("Rutland County Council District Council", "857"),
        ("Westmorland and Furness", "943"),
        ("Derby", "831"),
        ("Derby City Council", "831"),
        ("Derbyshire County Council", "830"),
        ("Nottingham City Council", "892"),
        ("Nottinghamshire County Council", "891"),
        ("Leicester", "856"),
        ("Leicestershire", "855"),
        ("Pre-LGR 2023 Cumbria", "909"),
        ("Cumbria County Council", "909"),
        ("Pre-LGR 2021 Northamptonshire", "928"),
        ("Northamptonshire", "928"),
        ("Dorset Council", "838"),
        ("Pre-LGR 2019 Dorset", "835"),
        ("Pre-LGR 2019 Poole", "836"),
        ("Poole", "836"),
        ("City and County of Swansea", "670"),
        ("Atlantis", None),
        ("City Council", None),
        ("Council", None),
        ("", None),
    ],
)
def test_an_authority_is_found_under_every_spelling_of_its_name(written: str, code: str | None) -> None:
    assert code_of(written) == code


def test_an_unknown_code_names_nobody() -> None:
    assert name_of("355") == "Salford"
    assert name_of("999") is None


def test_the_nearest_names_are_those_most_like_it() -> None:
    assert nearest("Slaford City Council")[0] == "Salford"
    assert nearest("Nottingam")[:1] == ["Nottingham"]
    assert nearest("Wexmor", ["Wexmoor"])[0] == "Wexmoor"
    assert nearest("Fulham")[0] == "Hammersmith and Fulham"
    assert nearest("xyz") == []
    assert nearest("") == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "{} Council",
        "{} City Council",
        "{} County Council",
        "{} Borough Council",
        "{} Metropolitan Borough Council",
        "{} District Council",
        "City of {}",
        "London Borough of {}",
        "Royal Borough of {}",
        "the {} council",
        "{} MBC",
    ],
)
def test_every_published_authority_is_known_in_every_form(real_data: Path, form: str) -> None:
    with (real_data / "reference" / "la_codes_2023.csv").open(encoding="utf-8", newline="") as file:
        published = [(row["la_code"], row["gss_la_code"], row["la_name"]) for row in csv.DictReader(file)]
    assert len(published) == 152
    for code, gss, name in published:
        assert name_of(code) == name
        assert code_of(gss) == code
        if name != "City of London" or form in ("{}", "{} Council"):
            assert code_of(form.format(name)) == code
            assert code_of(form.format(name.upper())) == code


@pytest.mark.real_data
def test_every_authority_of_2018_19_is_known(real_data: Path) -> None:
    with (real_data / "reference" / "la_and_region_codes_2018-19.csv").open(encoding="utf-8", newline="") as file:
        published = [(row["LEA"], row["LA Name"]) for row in csv.DictReader(file)]
    assert len(published) == 151
    assert [(code, name) for code, name in published if code_of(name) != code] == []


@pytest.mark.real_data
def test_every_authority_that_the_register_names_in_england_and_wales_has_one_code(real_data: Path) -> None:
    register = real_data / "gias" / "register_2024-06_all_establishments.csv.gz"
    with gzip.open(register, "rt", encoding="utf-8", newline="") as file:
        names = {row["LA (name)"] for row in csv.DictReader(file)}
    found = {name: code_of(name) for name in names}
    overseas = {name for name, code in found.items() if code is None}
    assert all(name == "Does not apply" or "shore Establishments" in name or "Overseas" in name for name in overseas)
    codes = [code for code in found.values() if code is not None]
    assert len(codes) == len(set(codes)) == 188 - len(overseas)

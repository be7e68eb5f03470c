from __future__ import annotations

import csv
from pathlib import Path

import pytest

from providers.catalogue import authorities


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("salford", "355"),
        ("Bristol", "801"),
        ("Bristol, City of", "801"),
        ("St Helens", "342"),
        ("Newcastle Upon Tyne ", "391"),
        ("Wirral Borough", "344"),
        ("Brighton & Hove City", "846"),
        ("Westmorland and Furness", "943"),
        ("Derby", "831"),
        ("Derbyshire", "830"),
        ("Atlantis", None),
    ],
)
def test_an_authority_is_found_under_every_spelling_of_its_name(name: str, code: str | None) -> None:
    assert authorities.code_of(name) == code


def test_an_unknown_code_names_nobody() -> None:
    assert authorities.name_of("355") == "Salford"
    assert authorities.name_of("999") is None


@pytest.mark.real_data
def test_every_published_authority_is_known(real_data: Path) -> None:
    with (real_data / "reference" / "la_codes_2023.csv").open(encoding="utf-8", newline="") as file:
        published = [(row["la_code"], row["la_name"]) for row in csv.DictReader(file)]
    assert len(published) == 152
    for code, name in published:
        assert authorities.name_of(code) == name
        assert authorities.code_of(name) == code

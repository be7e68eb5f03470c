"""The generated register: the same for the same seed and day, in the official layout, and nowhere real."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.register import read_register
from providers.catalogue.report import RowProblem
from web.demonstration.places import AUTHORITY, AUTHORITY_CODE
from web.demonstration.register import COLUMNS, write_register
from web.demonstration.schools import schools

SEED = 7
TODAY = date(2026, 3, 2)

Row = dict[str, str]


def written(folder: Path, *, seed: int = SEED, on: date = TODAY) -> Path:
    path = folder / f"{seed}-{on}.csv"
    write_register(path, seed=seed, on=on)
    return path


def rows(path: Path) -> list[Row]:
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The rows of one file, for tests that only look at it."""
    return rows(written(tmp_path_factory.mktemp("register")))


@pytest.fixture
def open_schools(register: list[Row]) -> list[Row]:
    return [row for row in register if row["EstablishmentStatus (name)"] != "Closed"]


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()

    first, second = written(tmp_path), written(tmp_path / "again")

    assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_another_file(tmp_path: Path) -> None:
    assert written(tmp_path, seed=1).read_bytes() != written(tmp_path, seed=2).read_bytes()


def test_another_day_gives_another_register_of_the_same_schools(tmp_path: Path) -> None:
    before, after = (written(tmp_path, on=on) for on in (TODAY, date(2027, 3, 1)))

    assert before.read_bytes() != after.read_bytes()
    assert [row["Postcode"] for row in rows(before)] == [row["Postcode"] for row in rows(after)]


def test_the_register_is_cp1252_with_carriage_returns(tmp_path: Path) -> None:
    raw = written(tmp_path).read_bytes()

    assert raw.count(b"\r\n") == raw.count(b"\n") == 101
    assert "St Thérèse's".encode("cp1252") in raw


def test_there_are_99_schools_and_one_closed_record(register: list[Row], open_schools: list[Row]) -> None:
    phases = Counter(row["PhaseOfEducation (name)"] for row in open_schools)
    types = Counter(row["TypeOfEstablishment (name)"] for row in open_schools)

    assert (len(register), len(open_schools)) == (100, 99)
    assert (phases["Primary"], phases["Secondary"]) == (76, 15)
    assert types["Community special school"] == 4
    assert types["Local authority nursery school"] + types["Pupil referral unit"] == 4
    assert {"Voluntary aided school", "Voluntary controlled school", "Foundation school"} < types.keys()


def test_academies_belong_to_three_trusts(open_schools: list[Row]) -> None:
    academies = [row for row in open_schools if row["TypeOfEstablishment (name)"] == "Academy converter"]

    assert len({(row["Trusts (code)"], row["Trusts (name)"]) for row in academies}) == 3
    assert all(row["OpenDate"] for row in academies)
    assert sum(bool(row["Trusts (name)"]) for row in open_schools) == len(academies)


@pytest.mark.parametrize("seed", range(5))
def test_four_schools_of_one_name_are_told_apart(seed: int, tmp_path: Path) -> None:
    register = rows(written(tmp_path, seed=seed))
    namesakes = [row for row in register if row["EstablishmentName"] == "St Paul's CofE Primary School"]

    assert len(namesakes) == 4
    for column in ("URN", "Postcode", "AdministrativeWard (name)", "SchoolWebsite"):
        assert len({row[column] for row in namesakes}) == 4, column


def test_two_schools_are_proposed_to_close_at_the_end_of_the_school_year(register: list[Row]) -> None:
    closing = [row for row in register if row["EstablishmentStatus (name)"] == "Open, but proposed to close"]

    assert [row["CloseDate"] for row in closing] == ["31-08-2026", "31-08-2026"]


@pytest.mark.parametrize("seed", range(5))
def test_no_two_schools_share_a_number_address_or_telephone(seed: int, tmp_path: Path) -> None:
    open_schools = [row for row in rows(written(tmp_path, seed=seed)) if row["HeadLastName"]]

    for column in ("URN", "EstablishmentNumber", "Postcode", "SchoolWebsite", "TelephoneNum"):
        assert len({row[column] for row in open_schools}) == 99, column


def test_boys_and_girls_are_all_the_pupils(register: list[Row]) -> None:
    for row in register:
        assert int(row["NumberOfBoys"]) + int(row["NumberOfGirls"]) == int(row["NumberOfPupils"]), row["URN"]


def test_the_register_names_the_last_inspection_of_each_record(register: list[Row]) -> None:
    inspected = {str(school.urn): school.inspections for school in schools(SEED, TODAY)}
    last = {urn: max(found, key=lambda each: each.on, default=None) for urn, found in inspected.items()}

    for row in register:
        inspection = last[row["URN"]]
        told = (f"{inspection.on:%d-%m-%Y}", inspection.grade.lower()) if inspection else ("", "")
        assert (row["OfstedLastInsp"], row["OfstedRating (name)"].lower()) == told
    assert sum(inspection is not None for inspection in last.values()) > 80


def test_single_grades_end_where_ofsted_ended_them_and_satisfactory_with_2012() -> None:
    inspections = [inspection for school in schools(SEED, TODAY) for inspection in school.inspections]

    assert max(inspection.on for inspection in inspections) < date(2024, 9, 2)
    for inspection in inspections:
        assert inspection.grade != ("Requires Improvement" if inspection.on < date(2012, 9, 1) else "Satisfactory")


def test_the_official_reader_finds_nothing_wrong_with_the_file(tmp_path: Path) -> None:
    register = list(read_register(written(tmp_path), la=AUTHORITY_CODE))

    assert [row for row in register if isinstance(row, RowProblem)] == []
    assert len(register) == 100


# Against the real files


@pytest.fixture
def real_gias() -> Path:
    folder = os.environ.get("SIS_REAL_DATA")
    if not folder:
        pytest.skip("SIS_REAL_DATA names no folder of real files")
    return Path(folder) / "gias"


def real_values(folder: Path, *columns: str) -> Iterator[str]:
    for path in folder.glob("*.csv*"):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="cp1252", errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[column] for column in columns if row.get(column))


@pytest.mark.real_data
def test_the_layout_is_that_of_the_official_full_download(real_gias: Path) -> None:
    with (real_gias / "edubasealldata_format_sample_2021-05.csv").open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


@pytest.mark.real_data
def test_no_urn_postcode_or_authority_is_a_real_one(real_gias: Path, register: list[Row]) -> None:
    urns = set(real_values(real_gias, "URN", "urn", "LinkURN"))
    districts = {
        postcode.split()[0] for postcode in real_values(real_gias, "Postcode", "postcode") if postcode.strip()
    }
    authorities = set(real_values(real_gias, "LA (code)", "LA (name)"))

    assert len(urns) > 50_000
    assert len(districts) > 1_000
    assert urns.isdisjoint(row["URN"] for row in register)
    assert districts.isdisjoint(row["Postcode"].split()[0] for row in register)
    assert not any(district.startswith("WX") for district in districts)
    assert authorities.isdisjoint({AUTHORITY, AUTHORITY_CODE})

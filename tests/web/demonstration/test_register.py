"""The generated register: the same for the same seed and day, in the official layout, and nowhere real."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.inspections import read_inspections
from providers.catalogue.links import read_links
from providers.catalogue.register import read_register
from providers.catalogue.report import Problem
from web.demonstration.columns import COLUMNS
from web.demonstration.places import AUTHORITY, AUTHORITY_CODE
from web.demonstration.register import write_inspections, write_links, write_register
from web.demonstration.schools import schools

SEED = 7
TODAY = date(2026, 3, 2)
WRITERS = (write_register, write_links, write_inspections)

Row = dict[str, str]


def written(write: Callable[..., None], folder: Path, *, seed: int = SEED, on: date = TODAY) -> Path:
    path = folder / f"{write.__name__}-{seed}-{on}.csv"
    write(path, seed=seed, on=on)
    return path


def rows(path: Path) -> list[Row]:
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def register(tmp_path: Path) -> list[Row]:
    return rows(written(write_register, tmp_path))


@pytest.fixture
def open_schools(register: list[Row]) -> list[Row]:
    return [row for row in register if row["EstablishmentStatus (name)"] != "Closed"]


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_seed_and_day_give_the_same_bytes(write: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()

    first, second = written(write, tmp_path), written(write, tmp_path / "again")

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("write", [write_register, write_inspections])
def test_another_seed_gives_another_file(write: Callable[..., None], tmp_path: Path) -> None:
    assert written(write, tmp_path, seed=1).read_bytes() != written(write, tmp_path, seed=2).read_bytes()


def test_another_day_gives_another_register_of_the_same_schools(tmp_path: Path) -> None:
    before, after = (written(write_register, tmp_path, on=on) for on in (TODAY, date(2027, 3, 1)))

    assert before.read_bytes() != after.read_bytes()
    assert [row["Postcode"] for row in rows(before)] == [row["Postcode"] for row in rows(after)]


def test_the_register_is_cp1252_with_carriage_returns(tmp_path: Path) -> None:
    raw = written(write_register, tmp_path).read_bytes()

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
    register = rows(written(write_register, tmp_path, seed=seed))
    namesakes = [row for row in register if row["EstablishmentName"] == "St Paul's CofE Primary School"]

    assert len(namesakes) == 4
    for column in ("URN", "Postcode", "AdministrativeWard (name)", "SchoolWebsite"):
        assert len({row[column] for row in namesakes}) == 4, column


def test_two_schools_are_proposed_to_close_at_the_end_of_the_school_year(register: list[Row]) -> None:
    closing = [row for row in register if row["EstablishmentStatus (name)"] == "Open, but proposed to close"]

    assert [row["CloseDate"] for row in closing] == ["31-08-2026", "31-08-2026"]


def test_the_closed_school_is_linked_with_its_successor_from_both_ends(tmp_path: Path, register: list[Row]) -> None:
    (closed,) = (row for row in register if row["EstablishmentStatus (name)"] == "Closed")
    links = rows(written(write_links, tmp_path))
    (to_predecessor,) = (link for link in links if link["LinkType"] == "Predecessor")
    (to_successor,) = (link for link in links if link["LinkType"] == "Successor")
    (successor,) = (row for row in register if row["URN"] == to_predecessor["URN"])

    assert len(links) == 2
    assert to_predecessor["LinkURN"] == to_successor["URN"] == closed["URN"]
    assert to_successor["LinkURN"] == successor["URN"]
    assert to_predecessor["LinkEstablishedDate"] == successor["OpenDate"] == "01-09-2023"
    assert closed["CloseDate"] == "31-08-2023"


@pytest.mark.parametrize("seed", range(5))
def test_no_two_schools_share_a_number_address_or_telephone(seed: int, tmp_path: Path) -> None:
    open_schools = [row for row in rows(written(write_register, tmp_path, seed=seed)) if row["HeadLastName"]]

    for column in ("URN", "EstablishmentNumber", "Postcode", "SchoolWebsite", "TelephoneNum"):
        assert len({row[column] for row in open_schools}) == 99, column


def test_boys_and_girls_are_all_the_pupils(register: list[Row]) -> None:
    for row in register:
        assert int(row["NumberOfBoys"]) + int(row["NumberOfGirls"]) == int(row["NumberOfPupils"]), row["URN"]


def test_the_register_names_the_last_inspection_of_each_record(tmp_path: Path, register: list[Row]) -> None:
    last: dict[str, Row] = {}
    for inspection in rows(written(write_inspections, tmp_path)):
        last[inspection["URN"]] = max(
            inspection, last.get(inspection["URN"], inspection), key=lambda row: row["Inspection Date"]
        )

    for row in register:
        day, month, year = row["OfstedLastInsp"].split("-") if row["OfstedLastInsp"] else ("", "", "")
        expected = last.get(row["URN"], {"Inspection Date": "", "Rating": ""})
        assert expected["Inspection Date"] == year + month + day
        assert expected["Rating"].lower() == row["OfstedRating (name)"].lower()
    assert len(last) > 80


def test_single_grades_end_where_ofsted_ended_them_and_satisfactory_with_2012() -> None:
    inspections = [inspection for school in schools(SEED, TODAY) for inspection in school.inspections]

    assert max(inspection.on for inspection in inspections) < date(2024, 9, 2)
    for inspection in inspections:
        assert inspection.grade != ("Requires Improvement" if inspection.on < date(2012, 9, 1) else "Satisfactory")


def test_the_official_readers_find_nothing_wrong_with_the_files(tmp_path: Path) -> None:
    register = list(read_register(written(write_register, tmp_path), la=AUTHORITY_CODE))
    links = list(read_links(written(write_links, tmp_path)))
    inspections = list(read_inspections(written(write_inspections, tmp_path)))

    assert [row for row in (*register, *links, *inspections) if isinstance(row, Problem)] == []
    assert (len(register), len(links)) == (100, 2)
    assert len(inspections) > 200


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

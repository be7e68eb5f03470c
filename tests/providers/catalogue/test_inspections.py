from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.inspections import InspectionRow, NotInspections, framework_on, read_inspections
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import read, rows

HEADER = "URN,Rating,Inspection Date\n"


def test_an_inspection_keeps_its_rating_and_names_its_framework(written: Written) -> None:
    assert rows(read_inspections(written("i.csv", HEADER + "100000,Satisfactory,20080926\n"))) == [
        InspectionRow(2, 100000, date(2008, 9, 26), "Satisfactory", "section 5, 2005")
    ]


@pytest.mark.parametrize(
    ("day", "framework"),
    [
        (date(2005, 8, 31), "section 10, before 2005"),
        (date(2005, 9, 1), "section 5, 2005"),
        (date(2009, 8, 31), "section 5, 2005"),
        (date(2009, 9, 1), "section 5, 2009"),
        (date(2012, 1, 1), "section 5, 2012"),
        (date(2015, 9, 1), "common inspection framework, 2015"),
        (date(2019, 8, 31), "common inspection framework, 2015"),
        (date(2019, 9, 1), "education inspection framework, 2019"),
    ],
)
def test_the_framework_is_the_one_in_force_on_the_day(day: date, framework: str) -> None:
    assert framework_on(day) == framework


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,Good,20080926", "URN"),
        ("100000,Splendid,20080926", "Rating"),
        ("100000,,20080926", "Rating"),
        ("100000,Good,20080931", "Inspection Date"),
        ("100000,Good,", "Inspection Date"),
    ],
)
def test_an_inspection_with_a_part_missing_does_not_count(written: Written, row: str, column: str) -> None:
    good, problems = read(read_inspections(written("i.csv", f"{HEADER}{row}\n100001,Good,20080926\n")))
    assert [inspection.urn for inspection in good] == [100001]
    assert [(found.line, found.column) for found in problems] == [(2, column)]


def test_a_second_rating_of_one_day_does_not_count_and_the_first_is_named(written: Written) -> None:
    text = HEADER + "137699,Requires Improvement,20131204\n137699,Satisfactory,20131204\n"
    good, problems = read(read_inspections(written("i.csv", text)))
    assert [inspection.rating for inspection in good] == ["Requires Improvement"]
    assert (problems[0].line, problems[0].value) == (3, "2013-12-04")
    assert "line 2" in problems[0].reason
    assert "Requires Improvement" in problems[0].reason


def test_a_file_without_inspections_is_refused_at_once(written: Written) -> None:
    with pytest.raises(NotInspections) as refused:
        read_inspections(written("i.csv", "URN,EstablishmentName\n"))
    assert refused.value.missing == ("Rating", "Inspection Date")


@pytest.mark.real_data
def test_the_real_inspections_are_read_to_the_last_row(real_data: Path) -> None:
    good, problems = read(read_inspections(real_data / "ofsted/inspections_2005-2020.csv.gz"))
    assert len(good) + len(problems) == 60_134
    assert [found.line for found in problems] == [46764, 49009, 54403]
    assert len({inspection.urn for inspection in good}) == 20_614
    assert min(inspection.inspected_on for inspection in good) == date(2005, 9, 12)
    assert max(inspection.inspected_on for inspection in good) == date(2020, 2, 26)
    assert Counter(inspection.rating for inspection in good)["Satisfactory"] == 9_845 - 1

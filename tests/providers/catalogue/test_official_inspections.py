"""Ofsted's management information of different years: overall grades, none, ungraded visits and report cards."""

from __future__ import annotations

from datetime import date

import pytest

from providers.catalogue.inspections import InspectionRow, NotInspections, read_inspections
from providers.catalogue.source import Loss
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, rows

OF_2019 = "education inspection framework, 2019"


def test_grades_from_one_to_four_are_told_in_words(written: Written) -> None:
    text = (
        "Link,URN,Name,Inspection start date,Overall effectiveness,Quality of education,Personal development\n"
        "x,100000,A,21/09/2021,2,3,1\nx,100001,B,22/09/2021,4,4,9\nx,100002,C,NULL,NULL,NULL,NULL\n"
    )
    assert rows(read_inspections(written("mi.csv", text))) == [
        InspectionRow(
            2,
            100000,
            date(2021, 9, 21),
            "Good",
            OF_2019,
            (("Quality of education", "Requires improvement"), ("Personal development", "Outstanding")),
        ),
        InspectionRow(3, 100001, date(2021, 9, 22), "Inadequate", OF_2019, (("Quality of education", "Inadequate"),)),
    ]


def test_an_inspection_without_an_overall_grade_keeps_its_areas(written: Written) -> None:
    text = (
        "URN,Inspection start date,Overall effectiveness,Quality of education,Behaviour and attitudes\n"
        "100000,15/10/2024,Not judged,2,1\n100001,16/10/2024,NULL,3,2\n"
    )
    first, second = rows(read_inspections(written("mi.csv", text)))
    assert (first.rating, second.rating) == ("Not judged", "No overall grade")
    assert first.framework == "education inspection framework, 2019, without an overall grade"
    assert second.grades == (("Quality of education", "Requires improvement"), ("Behaviour and attitudes", "Good"))


LATEST = (
    "URN,Inspection start date,Safeguarding standards,Inclusion,Achievement,Leadership and governance,"
    "Inspection start date of latest OEIF graded inspection,URN at time of latest OEIF graded inspection,"
    "Latest OEIF overall effectiveness,Latest OEIF quality of education,Latest OEIF  safeguarding is effective?,"
    "Date of latest ungraded inspection,Ungraded inspection overall outcome\n"
)


def test_the_latest_inspections_of_a_school_are_its_report_card_its_graded_and_its_ungraded_one(
    written: Written,
) -> None:
    row = (
        "150000,13/01/2026,Met,Strong standard,Expected standard,Needs attention,"
        "05/03/2019,100000,1,2,Yes,14/06/2024,School remains Outstanding\n"
    )
    card, graded, ungraded = rows(read_inspections(written("mi.csv", LATEST + row)))
    assert (card.urn, card.rating, card.framework) == (150000, "Report card", "report cards, 2025")
    assert dict(card.grades) == {
        "Inclusion": "Strong standard",
        "Achievement": "Expected standard",
        "Leadership and governance": "Needs attention",
        "Safeguarding standards": "Met",
    }
    assert (graded.urn, graded.inspected_on, graded.rating) == (100000, date(2019, 3, 5), "Outstanding")
    assert dict(graded.grades) == {"Quality of education": "Good", "Safeguarding is effective?": "Yes"}
    assert (ungraded.rating, ungraded.inspected_on) == ("School remains Outstanding", date(2024, 6, 14))


def test_a_school_that_was_never_inspected_is_no_problem(written: Written) -> None:
    assert rows(read_inspections(written("mi.csv", LATEST + "150000" + ",NULL" * 12 + "\n"))) == []


def test_a_grade_that_is_none_costs_itself_alone(written: Written) -> None:
    text = "URN,Inspection start date,Overall effectiveness\n100000,15/10/2020,7\n"
    found = problem(read_inspections(written("mi.csv", text)))
    assert (found.column, found.value, found.loss) == ("Overall effectiveness", "7", Loss.ONE)


def test_a_file_with_the_days_and_no_outcome_is_no_list_of_inspections(written: Written) -> None:
    with pytest.raises(NotInspections):
        read_inspections(written("mi.csv", "URN,Inspection start date,School name\n100000,15/10/2020,A\n"))


@pytest.mark.parametrize(("written_as", "rating"), [("2", "Good"), ("Not judged", "Not judged"), ("good", "good")])
def test_a_plain_list_may_give_numbers(written: Written, written_as: str, rating: str) -> None:
    text = f"URN,Rating,Inspection Date\n100000,{written_as},2019-03-05\n"
    assert [row.rating for row in rows(read_inspections(written("i.csv", text)))] == [rating]

"""Taking in inspections: each once, with the school that had the URN then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.school import School, Source
from domain.service import Service
from projections import schools
from projections.schools import inspections_of, known_inspections
from providers.catalogue.inspections import InspectionRow, framework_on
from providers.catalogue.source import RowProblem
from providers.intake.inspections import InspectionsReport, import_inspections
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import signed

REGISTER = Source("register_2026-04.csv", date(2026, 4, 25))
OFSTED = Source("inspections_2005-2020.csv", date(2020, 2, 26))
JANUARY, JUNE = date(2019, 1, 30), date(2014, 6, 3)

Import = Callable[..., InspectionsReport]


def row(urn: int, on: date, rating: str = "Good") -> InspectionRow:
    return InspectionRow(2, urn, on, rating, framework_on(on))


@pytest.fixture
def lark_hill(service: Service) -> UUID:
    def register(urn: int) -> UUID:
        with signed():
            return service.add(
                lambda: School.register(urn, name="Lark Hill", details={}, head=None, source=REGISTER)
            ).id

    register(105901)
    return register(105900)


@pytest.fixture
def take_in(service: Service, known: Lookup, ask: Ask, lark_hill: UUID) -> Import:
    def taken_in(*rows: InspectionRow | RowProblem, **options: Any) -> InspectionsReport:
        with signed():
            return import_inspections(
                service,
                rows,
                source=OFSTED,
                known=known,
                known_inspections=lambda asked: ask(known_inspections, asked),
                **options,
            )

    return taken_in


def test_inspections_stand_with_their_school_the_newest_first(take_in: Import, ask: Ask, lark_hill: UUID) -> None:
    report = take_in(row(105900, JUNE, "Requires improvement"), row(105901, JUNE), row(105900, JANUARY))

    assert (report.recorded, report.unchanged) == (3, 0)
    assert [(each.inspected_on, each.rating, each.framework) for each in ask(inspections_of, lark_hill)] == [
        (JANUARY, "Good", framework_on(JANUARY)),
        (JUNE, "Requires improvement", framework_on(JUNE)),
    ]


def test_the_same_inspections_again_record_nothing(take_in: Import, told: Callable[[], list[Any]]) -> None:
    take_in(row(105900, JUNE), row(105900, JANUARY))
    before = len(told())

    report = take_in(row(105900, JUNE), row(105900, JANUARY))

    assert (report.recorded, report.unchanged, len(told())) == (0, 2, before)


def test_a_rating_that_a_later_source_tells_otherwise_is_put_right(
    take_in: Import, ask: Ask, lark_hill: UUID
) -> None:
    take_in(row(105900, JUNE, "Satisfactory"))

    assert take_in(row(105900, JUNE, "Requires improvement")).recorded == 1
    assert [each.rating for each in ask(inspections_of, lark_hill)] == ["Requires improvement"]


def test_inspections_of_schools_that_nobody_knows_are_counted(take_in: Import, told: Callable[[], list[Any]]) -> None:
    problem = RowProblem(3, "Rating", "Splendid", "is not a rating")
    before = len(told())

    report = take_in(row(999999, JUNE), problem)

    assert (report.recorded, report.unknown, report.problems, len(told())) == (0, 1, [problem], before)


def test_an_inspection_under_a_former_urn_stands_with_the_school(
    take_in: Import, ask: Ask, lark_hill: UUID, change: Callable[..., None]
) -> None:
    def go_on(school: School) -> None:
        school.propose_succession(148001, kind="Successor", on=None, source=REGISTER)
        school.go_on_as(148001, name="Academy", details={}, head=None, dated=REGISTER.dated, reason="Converted")

    change(105900, go_on)
    rows = row(105900, JUNE), row(148001, JUNE, "Outstanding")

    assert take_in(*rows).recorded == 2
    assert take_in(*rows).unchanged == 2
    assert {(each.urn, each.rating) for each in ask(schools.inspections_of, lark_hill)} == {
        (105900, "Good"),
        (148001, "Outstanding"),
    }

"""What a record refuses is one problem with its line, and the other rows go on, wherever it sorts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import OccurredInTheFuture
from domain.school import School, Source
from domain.school.rules import HasMerged
from domain.service import Service, UnitOfWork
from projections.schools import by_urn, known_groups, known_inspections
from providers.catalogue.groups import MembershipRow
from providers.catalogue.inspections import InspectionRow, framework_on
from providers.catalogue.links import LinkRow
from providers.catalogue.register import SchoolRow
from providers.catalogue.source import Loss, RowProblem
from providers.intake.batches import AT_ONCE, RecordChange, Taken, carry_out
from providers.intake.groups import import_groups
from providers.intake.inspections import import_inspections
from providers.intake.links import import_links
from providers.intake.schools import import_schools
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import signed

REGISTER = Source("register.csv", date(2026, 4, 25))
AHEAD = Source("file.csv", date(2031, 1, 1))
FUTURE = date(2031, 1, 1)


@pytest.fixture
def schools(service: Service, known: Lookup) -> list[int]:
    urns = [105900, 105901, 105902]
    rows = [SchoolRow(line, urn, {"name": f"School {urn}", "status": "Open"}) for line, urn in enumerate(urns, 2)]
    with signed():
        import_schools(service, rows, source=REGISTER, known=known)
    return urns


def inspection(line: int, urn: int, on: date) -> InspectionRow:
    return InspectionRow(line, urn, on, "Good", framework_on(on))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_inspection_of_a_day_to_come_is_one_problem_wherever_it_sorts(
    service: Service, known: Lookup, ask: Ask, schools: list[int], place: int
) -> None:
    days = [date(2024, 1, 1) if n != place else FUTURE for n in range(3)]
    rows = [inspection(line, urn, on) for line, (urn, on) in enumerate(zip(schools, days, strict=True), 2)]

    with signed():
        report = import_inspections(
            service,
            rows,
            source=REGISTER,
            known=known,
            known_inspections=lambda asked: ask(known_inspections, asked),
        )

    assert report.recorded == 2
    assert [(found.line, found.column, found.value) for found in report.problems] == [
        (place + 2, "Inspection Date", "2031-01-01")
    ]
    assert "today or in the past" in report.problems[0].reason


def test_a_refused_row_among_thousands_costs_no_other(
    service: Service, known: Lookup, ask: Ask, schools: list[int], told: Callable[[], list[Any]]
) -> None:
    days = [date(2000 + n // 300, 1 + n // 25 % 12, 1 + n % 25) for n in range(2 * AT_ONCE)]
    rows = [inspection(n + 2, schools[n % 3], day) for n, day in enumerate(days)]
    rows[700] = inspection(702, schools[0], FUTURE)

    with signed():
        report = import_inspections(
            service, rows, source=REGISTER, known=known, known_inspections=lambda asked: ask(known_inspections, asked)
        )

    recorded = [event for event in told() if isinstance(event, School.InspectionRecorded)]
    assert (report.recorded, [problem.line for problem in report.problems]) == (len(recorded), [702])
    assert len(recorded) == 2 * AT_ONCE - 1


@pytest.mark.parametrize("importer", ["schools", "links", "inspections", "groups"])
def test_a_file_of_a_day_to_come_changes_nothing(
    service: Service, known: Lookup, ask: Ask, schools: list[int], told: Callable[[], list[Any]], importer: str
) -> None:
    one, other, _ = schools
    imports: dict[str, Callable[[], object]] = {
        "schools": lambda: import_schools(
            service, [SchoolRow(2, one, {"name": "Other", "status": "Open"})], source=AHEAD, known=known
        ),
        "links": lambda: import_links(
            service, [LinkRow(2, one, other, "Successor", "successor", None, None)], source=AHEAD, known=known
        ),
        "inspections": lambda: import_inspections(
            service,
            [inspection(2, one, date(2024, 1, 1))],
            source=AHEAD,
            known=known,
            known_inspections=lambda asked: ask(known_inspections, asked),
        ),
        "groups": lambda: import_groups(
            service,
            [MembershipRow(2, one, "7", "The Trust", "Multi-academy trust")],
            source=AHEAD,
            known=known,
            known_groups=lambda: ask(known_groups),
        ),
    }
    before = len(told())

    with signed(), pytest.raises(OccurredInTheFuture):
        imports[importer]()

    assert len(told()) == before


class TwoSteps(RecordChange):
    """Names a head, and then refuses."""

    def act(self, work: UnitOfWork) -> None:
        school = work.find(School, UUID(self.key))
        school.name_head("Ms Half Done", source=REGISTER)
        raise HasMerged("No")


class Renaming(RecordChange):
    def act(self, work: UnitOfWork) -> None:
        work.find(School, UUID(self.key)).refresh({"name": "Renamed"}, source=REGISTER)


def test_nothing_half_done_is_saved_of_a_refused_row(service: Service, ask: Ask, schools: list[int]) -> None:
    first, second, _ = (ask(by_urn, urn).id for urn in schools)
    report = Taken(REGISTER)
    steps = [TwoSteps(line=2, value="105900", key=str(first)), Renaming(line=3, value="105901", key=str(second))]

    with signed():
        done = carry_out(service, steps, report)

    assert done == {Renaming: 1}
    assert report.problems == [RowProblem(2, "URN", "105900", "No")]
    assert ask(by_urn, schools[0]).head_name is None
    assert ask(by_urn, schools[1]).name == "Renamed"


def test_problems_of_schools_that_nobody_knows_are_counted_with_their_rows(known: Lookup, schools: list[int]) -> None:
    report = Taken(REGISTER)
    ours, others = (RowProblem(2, "Rating", "x", "is not a rating", urn=urn) for urn in (schools[0], 999999))

    report.sort_out([ours, others, RowProblem(4, "URN", "", "closes the file", Loss.NONE)], known)

    assert (report.problems, report.unknown, report.passed_over) == ([ours], 1, 1)

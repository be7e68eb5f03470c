"""Inspections, taken in: each once, with the school that had the URN then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.school import AreaGrade, Inspection, School, Source
from domain.service import Service, UnitOfWork
from providers.catalogue.inspections import InspectionRow
from providers.catalogue.source import RowProblem
from providers.intake.batches import (
    Known,
    OlderThanKnown,
    RecordChange,
    Saved,
    Taken,
    batches,
    carry_out,
    must_be_dated,
)


class KnownInspection(Protocol):
    """What an import has to know of an inspection that the product knows."""

    @property
    def rating(self) -> str: ...
    @property
    def framework(self) -> str: ...
    @property
    def grades(self) -> Mapping[str, str]: ...
    @property
    def dated(self) -> date: ...


KnownInspections = Callable[[Collection[UUID]], Mapping[tuple[UUID, date, int], KnownInspection]]
"""Looks up the inspections of these schools, by school, day and URN."""


@dataclass(slots=True)
class InspectionsReport(Taken):
    """What became of the rows."""

    recorded: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording(RecordChange):
    school: UUID
    inspection: Inspection
    source: Source

    def act(self, work: UnitOfWork) -> None:
        work.find(School, self.school).record_inspection(self.inspection, source=self.source)


def import_inspections(
    service: Service,
    rows: Iterable[InspectionRow | RowProblem],
    *,
    source: Source,
    known: Known,
    known_inspections: KnownInspections,
    force: bool = False,
    progress: Saved | None = None,
) -> InspectionsReport:
    """Take in a list of inspections; the caller has signed. All rows are read before the first is saved.

    Raises OlderThanKnown, and changes nothing, where a newer file told another outcome of an inspection, unless it is
    forced.
    """
    must_be_dated(source)
    report = InspectionsReport(source)
    steps: list[_Recording] = []
    newest = source.dated
    for batch in batches(rows):
        found = report.sort_out(batch, known)
        schools = known([row.urn for row in found])
        there = known_inspections({school.id for school in schools.values()})
        for row in found:
            school = schools.get(row.urn)
            if school is None:
                report.is_unknown(row.line)
                continue
            before = there.get((school.id, row.inspected_on, row.urn))
            told = (row.rating, row.framework, dict(row.grades))
            if before and (before.rating, before.framework, dict(before.grades)) == told:
                report.unchanged += 1
                continue
            newest = max(newest, before.dated) if before else newest
            grades = tuple(AreaGrade(area, grade) for area, grade in row.grades)
            inspection = Inspection(row.urn, row.inspected_on, row.rating, row.framework, grades)
            on = row.inspected_on.isoformat()
            steps.append(
                _Recording(
                    line=row.line,
                    column="Inspection Date",
                    value=on,
                    key=f"URN {row.urn} on {on}",
                    school=school.id,
                    inspection=inspection,
                    source=source,
                )
            )
    if newest > source.dated and not force:
        raise OlderThanKnown(source.dated, newest)
    steps.sort(key=_by_school)
    report.recorded = carry_out(service, steps, report, progress)[_Recording]
    return report


def _by_school(step: _Recording) -> tuple[UUID, date]:
    """So that each school is loaded once, and its inspections stand in their order."""
    return step.school, step.inspection.inspected_on

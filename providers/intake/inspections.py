"""Inspections, taken in: each once, with the school that had the URN then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.school import Inspection, School, Source
from domain.service import Service, Work
from providers.catalogue.inspections import InspectionRow
from providers.catalogue.source import Problem
from providers.intake.batches import Known, Saved, batches, carry_out


class KnownInspection(Protocol):
    """What an import has to know of an inspection that the product knows."""

    @property
    def rating(self) -> str: ...
    @property
    def framework(self) -> str: ...


KnownInspections = Callable[[Collection[UUID]], Mapping[tuple[UUID, date, int], KnownInspection]]
"""Looks up the inspections of these schools, by school, day and URN."""


@dataclass(slots=True)
class InspectionsReport:
    """What became of the rows; `unknown` counts those of schools that the product does not know."""

    source: Source
    recorded: int = 0
    unchanged: int = 0
    unknown: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Recording:
    school: UUID
    inspection: Inspection
    source: Source

    @property
    def key(self) -> str:
        return f"URN {self.inspection.urn} on {self.inspection.inspected_on}"

    def act(self, work: Work) -> None:
        work.find(School, self.school).record_inspection(self.inspection, source=self.source)


def import_inspections(
    service: Service,
    rows: Iterable[InspectionRow | Problem],
    *,
    source: Source,
    known: Known,
    known_inspections: KnownInspections,
    progress: Saved | None = None,
) -> InspectionsReport:
    """Take in a list of inspections; the caller has signed. All rows are read before the first is saved."""
    report = InspectionsReport(source)
    steps: list[_Recording] = []
    for batch in batches(rows):
        report.problems += (row for row in batch if isinstance(row, Problem))
        found = [row for row in batch if isinstance(row, InspectionRow)]
        schools = known([row.urn for row in found])
        there = known_inspections({school.id for school in schools.values()})
        for row in found:
            school = schools.get(row.urn)
            if school is None:
                report.unknown += 1
                continue
            before = there.get((school.id, row.inspected_on, row.urn))
            if before and (before.rating, before.framework) == (row.rating, row.framework):
                report.unchanged += 1
                continue
            inspection = Inspection(row.urn, row.inspected_on, row.rating, row.framework)
            steps.append(_Recording(school.id, inspection, source))
    report.recorded = len(steps)
    steps.sort(key=_by_school)
    carry_out(service, steps, progress)
    return report


def _by_school(step: _Recording) -> tuple[UUID, date]:
    """So that each school is loaded once, and its inspections stand in their order."""
    return step.school, step.inspection.inspected_on

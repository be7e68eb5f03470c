"""The register of schools, taken in: new schools, and what a newer file tells differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.school import Details, School, Source, Value
from domain.service import Service, Work
from providers.catalogue.register import Detail, SchoolRow
from providers.catalogue.source import Problem
from providers.intake.batches import (
    Known,
    KnownSchool,
    OlderThanKnown,
    Saved,
    Step,
    Taken,
    batches,
    carry_out,
    must_be_dated,
)

HEAD = ("head_title", "head_first_name", "head_last_name")


@dataclass(slots=True)
class ImportReport(Taken):
    """What became of the rows of a register; `unchanged` counts those that told nothing new."""

    registered: int = 0
    refreshed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What one row tells; `tells_head` says whether the layout names heads at all."""

    line: int
    urn: int
    name: str
    details: Details
    tells_head: bool
    head: str | None

    def is_known(self, school: KnownSchool) -> bool:
        return (
            self.name == school.name
            and (not self.tells_head or self.head == school.head_name)
            and all(school.details.get(detail) == value for detail, value in self.details.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registration(Step):
    told: _Told
    source: Source

    def act(self, work: Work) -> None:
        told = self.told
        work.add(School.register(told.urn, name=told.name, details=told.details, head=told.head, source=self.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refreshment(Step):
    school: UUID
    told: _Told
    source: Source

    def act(self, work: Work) -> None:
        school = work.find(School, self.school)
        school.refresh({"name": self.told.name, **self.told.details}, source=self.source)
        if self.told.tells_head:
            school.name_head(self.told.head, source=self.source)


def import_schools(
    service: Service,
    rows: Iterable[SchoolRow | Problem],
    *,
    source: Source,
    known: Known,
    force: bool = False,
    progress: Saved | None = None,
) -> ImportReport:
    """Take in a register; the caller has signed. A row of a URN that its school no longer has tells nothing.

    All rows are read before the first change is saved. Raises OccurredInTheFuture for a file of a day to come, and
    OlderThanKnown where it would put something older in the place of something newer, unless forced; then nothing
    is changed.
    """
    must_be_dated(source)
    report = ImportReport(source)
    steps: list[Step] = []
    newest: date | None = None
    for batch in batches(rows):
        told = [_told(row) for row in report.sort_out(batch)]
        there = known([each.urn for each in told])
        for each in told:
            school = there.get(each.urn)
            if school is None:
                steps.append(
                    _Registration(
                        line=each.line, value=str(each.urn), key=f"URN {each.urn}", told=each, source=source
                    )
                )
            elif school.urn != each.urn or each.is_known(school):
                report.unchanged += 1
            else:
                steps.append(
                    _Refreshment(
                        line=each.line,
                        value=str(each.urn),
                        key=f"URN {each.urn}",
                        school=school.id,
                        told=each,
                        source=source,
                    )
                )
                newest = max(newest or school.dated, school.dated)
    if newest is not None and newest > source.dated and not force:
        raise OlderThanKnown(source.dated, newest)
    done = carry_out(service, steps, report, progress)
    report.registered, report.refreshed = done[_Registration], done[_Refreshment]
    return report


def _told(row: SchoolRow) -> _Told:
    details = {
        detail: _value(value) for detail, value in row.known.items() if detail != "name" and detail not in HEAD
    }
    tells_head = "head_last_name" in row.known
    return _Told(
        row.line, row.urn, str(row.known["name"]), details, tells_head, _head(row.known) if tells_head else None
    )


def _head(known: Mapping[str, Detail]) -> str | None:
    """The head's name with title, None where the register has no surname."""
    if not known.get("head_last_name"):
        return None
    return " ".join(str(known[part]) for part in HEAD if known.get(part))


def _value(value: Detail) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

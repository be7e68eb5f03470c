"""Inspections of schools: when each was and how the school was rated, as published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from providers.catalogue.cells import day, needed, urn
from providers.catalogue.source import Column, Loss, Problem, Progress, WrongFile, open_table

FRAMEWORKS = (
    (date(2019, 9, 1), "education inspection framework, 2019"),
    (date(2015, 9, 1), "common inspection framework, 2015"),
    (date(2012, 1, 1), "section 5, 2012"),
    (date(2009, 9, 1), "section 5, 2009"),
    (date(2005, 9, 1), "section 5, 2005"),
)
"""Ofsted's frameworks for state schools and the day each came into force, newest first. In September 2012
'Requires improvement' took the place of 'Satisfactory' within the framework of that year."""

BEFORE_2005 = "section 10, before 2005"

_RATINGS = frozenset(
    {
        "outstanding",
        "good",
        "satisfactory",
        "requires improvement",
        "inadequate",
        "serious weaknesses",
        "special measures",
    }
)


class NotInspections(WrongFile):
    """The file has not the columns of a list of inspections."""

    what = "a list of inspections"


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """One inspection. `rating` is as published then; `framework` names the rules it was made under,
    without which ratings of different years are not comparable."""

    line: int
    urn: int
    inspected_on: date
    rating: str
    framework: str


def read_inspections(path: Path, *, progress: Progress | None = None) -> Iterator[InspectionRow | Problem]:
    """The inspections in the file's order; one without school, day or known rating does not count, nor a
    second one of the same school and day. Raises NotInspections before anything is read."""
    table = open_table(path, ("URN", "Rating", "Inspection Date"), NotInspections)
    return _inspections(table.known(_COLUMNS, ("urn", "inspected_on", "rating"), progress))


def framework_on(inspected_on: date) -> str:
    """The framework in force on the day of an inspection."""
    return next((name for since, name in FRAMEWORKS if inspected_on >= since), BEFORE_2005)


def _inspections(rows: Iterator[tuple[int, dict[str, Any]] | Problem]) -> Iterator[InspectionRow | Problem]:
    earlier: dict[tuple[int, date], InspectionRow] = {}
    for found in rows:
        if isinstance(found, Problem):
            yield found
            continue
        line, known = found
        inspection = InspectionRow(line, framework=framework_on(known["inspected_on"]), **known)
        first = earlier.setdefault((inspection.urn, inspection.inspected_on), inspection)
        if first is inspection:
            yield inspection
        else:
            reason = f"line {first.line} has this school's inspection of that day: {first.rating}"
            loss = Loss.NONE if first.rating == inspection.rating else Loss.ONE
            yield Problem(line, "Inspection Date", inspection.inspected_on.isoformat(), reason, loss, inspection.urn)


def _rating(text: str) -> str:
    found = needed(text)
    if found.casefold() not in _RATINGS:
        raise ValueError("is not a rating")
    return found


def _inspected_on(text: str) -> date:
    found = day(text)
    if found is None:
        raise ValueError("is missing")
    return found


_COLUMNS = (
    Column("urn", urn, ("URN",)),
    Column("inspected_on", _inspected_on, ("Inspection Date",), dated=True),
    Column("rating", _rating, ("Rating",)),
)

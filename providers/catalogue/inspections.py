"""Inspections of schools: when each was and how the school was rated, as published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from providers.catalogue.cells import day, needed, present, tidy, urn
from providers.catalogue.source import Layout, Loss, Progress, RowProblem, SourceColumn, Table, WrongFile, open_first

FRAMEWORKS = (
    (date(2025, 11, 10), "report cards, 2025"),
    (date(2024, 9, 2), "education inspection framework, 2019, without an overall grade"),
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
        "not judged",
    }
)


class NotInspections(WrongFile):
    """The file has not the columns of a list of inspections."""

    what = "a list of inspections"


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """One inspection. `rating` is as published then; `framework` names the rules it was made under,
    without which ratings of different years are not comparable. `grades` are areas and their grades."""

    line: int
    urn: int
    inspected_on: date
    rating: str
    framework: str
    grades: tuple[tuple[str, str], ...] = ()


def read_inspections(path: Path, *, progress: Progress | None = None) -> Iterator[InspectionRow | RowProblem]:
    """The inspections in the file's order; one without school, day or known rating does not count, nor a
    second one of the same school and day. Raises NotInspections before anything is read."""
    listed = ("URN", "Rating", "Inspection Date")
    table = open_first(path, (*_OFFICIAL, listed), NotInspections)
    if table.missing(listed):
        return _once(_official(table, table.layout(_OFFICIAL_COLUMNS, ("urn",)), progress))
    return _once(_listed(table.known(_COLUMNS, ("urn", "inspected_on", "rating"), progress)))


def framework_on(inspected_on: date) -> str:
    """The framework in force on the day of an inspection."""
    return next((name for since, name in FRAMEWORKS if inspected_on >= since), BEFORE_2005)


def _once(rows: Iterator[InspectionRow | RowProblem]) -> Iterator[InspectionRow | RowProblem]:
    earlier: dict[tuple[int, date], InspectionRow] = {}
    for inspection in rows:
        if isinstance(inspection, RowProblem):
            yield inspection
            continue
        first = earlier.setdefault((inspection.urn, inspection.inspected_on), inspection)
        if first is inspection:
            yield inspection
        else:
            reason = f"line {first.line} has this school's inspection of that day: {first.rating}"
            loss = Loss.NONE if replace(inspection, line=first.line) == first else Loss.ONE
            on = inspection.inspected_on.isoformat()
            yield RowProblem(inspection.line, "Inspection Date", on, reason, loss, inspection.urn)


def _listed(rows: Iterator[tuple[int, dict[str, Any]] | RowProblem]) -> Iterator[InspectionRow | RowProblem]:
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
        else:
            line, known = found
            yield InspectionRow(line, framework=framework_on(known["inspected_on"]), **known)


def _official(table: Table, layout: Layout, progress: Progress | None) -> Iterator[InspectionRow | RowProblem]:
    """The inspections of Ofsted's management information: one a row in the lists of a period; in the lists of the
    latest ones up to three, by report card, with grades and without."""
    yield from layout.problems
    for row in table.rows(progress):
        if isinstance(row, RowProblem):
            yield row
            continue
        known, problems = layout.known(row)
        yield from problems
        if "urn" not in known:
            continue
        told = {name: value for name, value in known.items() if value is not None}
        latest = _graded(row.line, told, "", known["urn"])
        graded = _graded(row.line, told, LATEST, told.get("urn_then", known["urn"]))
        yield from (each for each in (latest, graded) if each is not None)
        if "ungraded_on" in told and told.get("ungraded"):
            on = told["ungraded_on"]
            yield InspectionRow(row.line, known["urn"], on, told["ungraded"], framework_on(on))


def _graded(line: int, told: Mapping[str, Any], prefix: str, urn: int) -> InspectionRow | None:
    on = told.get(f"{prefix}start")
    grades = tuple((area, told[prefix + area]) for area in AREAS if told.get(prefix + area))
    overall = told.get(f"{prefix}overall")
    if on is None or not (grades or overall):
        return None
    rating = REPORT_CARD if on >= REPORT_CARDS else overall or NO_OVERALL_GRADE
    return InspectionRow(line, urn, on, rating, framework_on(on), grades)


def _rating(text: str) -> str:
    found = _GRADES.get(tidy(text)) or needed(text)
    if found.casefold() not in _RATINGS:
        raise ValueError("is not a rating")
    return found


def _inspected_on(text: str) -> date:
    found = day(text)
    if found is None:
        raise ValueError("is missing")
    return found


def _absent_or(text: str) -> str | None:
    return present(text, frozenset({"null", "none", "9"}))


def _grade(text: str) -> str | None:
    """A grade of 1 to 4 in words, or the words as published; 9 and NULL are none."""
    found = _absent_or(text)
    if found is None or not found.isdigit():
        return found
    if found not in _GRADES:
        raise ValueError("is not a grade of 1 to 4")
    return _GRADES[found]


def _day_or_null(text: str) -> date | None:
    found = _absent_or(text)
    return None if found is None else day(found)


def _urn_or_null(text: str) -> int | None:
    found = _absent_or(text)
    return None if found is None else urn(found)


_GRADES = {"1": "Outstanding", "2": "Good", "3": "Requires improvement", "4": "Inadequate"}
REPORT_CARDS = date(2025, 11, 10)
REPORT_CARD, NO_OVERALL_GRADE = "Report card", "No overall grade"
LATEST = "Latest OEIF "

AREAS = (
    "Inclusion",
    "Curriculum and teaching",
    "Achievement",
    "Attendance and behaviour",
    "Personal development and wellbeing",
    "Early years (where applicable)",
    "Post-16 provision (where applicable)",
    "Leadership and governance",
    "Safeguarding standards",
    "Quality of education",
    "Behaviour and attitudes",
    "Personal development",
    "Effectiveness of leadership and management",
    "Early years provision (where applicable)",
    "Sixth form provision (where applicable)",
    "Quality of teaching, learning and assessment",
    "Personal development, behaviour and welfare",
    "Outcomes for pupils",
    "Safeguarding is effective?",
    "Category of concern",
)
"""Areas that inspections grade, as the headings of the official files name them: of report cards since 2025, of the
framework of 2019, which the lists of the latest inspections put behind `LATEST`, and of that of 2015."""

_START, _GRADED_START = "Inspection start date", "Inspection start date of latest OEIF graded inspection"
_OFFICIAL = (
    ("URN", _GRADED_START),
    ("URN", _START, "Overall effectiveness"),
    ("URN", _START, "Inclusion"),
    ("URN", _START, "Quality of education"),
)
"""What shows that a file is of the official management information."""

_OFFICIAL_COLUMNS = (
    SourceColumn("urn", urn, ("URN",)),
    SourceColumn("urn_then", _urn_or_null, ("URN at time of latest OEIF graded inspection",)),
    SourceColumn("start", _day_or_null, (_START,), dated=True),
    SourceColumn("overall", _grade, ("Overall effectiveness",)),
    SourceColumn(f"{LATEST}start", _day_or_null, (_GRADED_START,), dated=True),
    SourceColumn(f"{LATEST}overall", _grade, (f"{LATEST}overall effectiveness",)),
    SourceColumn("ungraded_on", _day_or_null, ("Date of latest ungraded inspection",), dated=True),
    SourceColumn("ungraded", _absent_or, ("Ungraded inspection overall outcome",)),
    *(SourceColumn(area, _grade, (area,)) for area in AREAS),
    *(SourceColumn(LATEST + area, _grade, (LATEST + area,)) for area in AREAS),
)

_COLUMNS = (
    SourceColumn("urn", urn, ("URN",)),
    SourceColumn("inspected_on", _inspected_on, ("Inspection Date",), dated=True),
    SourceColumn("rating", _rating, ("Rating",)),
)

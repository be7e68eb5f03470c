"""National Professional Qualifications and the lead providers that offer them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from domain.vocabulary import Phase
from providers.catalogue.cells import needed
from providers.catalogue.courses import CourseRow, NotCourses
from providers.catalogue.source import RowProblem, SourceColumn, Table, open_table


def read_npq_courses(courses: Path, offers: Path) -> Iterator[CourseRow | RowProblem]:
    """Each qualification once for each lead provider that offers it; `line` is that of the offer.

    A qualification or offer with a part missing does not count, nor an offer of an unknown
    qualification. Raises NotCourses before anything is read.
    """
    catalogue = open_table(courses, ("name", "identifier", "short_code"), NotCourses)
    offered = open_table(offers, ("course_identifier", "lead_provider_name"), NotCourses)
    return _offers(catalogue, offered)


def _offers(catalogue: Table, offered: Table) -> Iterator[CourseRow | RowProblem]:
    courses = {}
    for course in catalogue.known(_COURSE_COLUMNS, ("title", "source_id", "code")):
        if isinstance(course, RowProblem):
            yield course
        else:
            courses[course[1]["source_id"]] = course[1]
    for offer in offered.known(_OFFER_COLUMNS, ("course", "provider")):
        if isinstance(offer, RowProblem):
            yield offer
            continue
        line, known = offer
        found = courses.get(known["course"])
        if found is None:
            yield RowProblem(line, "course_identifier", known["course"], "is no qualification in the catalogue")
        else:
            subject = _subject(found["title"])
            yield CourseRow(line, known["provider"], subject=subject, phases=_phases(subject), **found)


def _subject(title: str) -> str:
    """'Leading primary mathematics (NPQLPM)' is about 'Primary mathematics'."""
    plain = re.sub(r"^Leading | \([A-Z]+\)$", "", title)
    return plain[:1].upper() + plain[1:]


def _phases(subject: str) -> tuple[str, ...]:
    bound = {"Early years": Phase.NURSERY, "Primary": Phase.PRIMARY}
    return tuple(phase.value for word, phase in bound.items() if subject.startswith(word))


_COURSE_COLUMNS = (
    SourceColumn("title", needed, ("name",)),
    SourceColumn("source_id", needed, ("identifier",)),
    SourceColumn("code", needed, ("short_code",)),
)

_OFFER_COLUMNS = (
    SourceColumn("course", needed, ("course_identifier",)),
    SourceColumn("provider", needed, ("lead_provider_name",)),
)

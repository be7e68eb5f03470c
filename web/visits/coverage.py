"""The core visits of a term, school by school: who had one, who will have one, and who would go without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from domain.authority import Settings
from domain.calendar import Term, TermDates, academic_year_label
from domain.vocabulary import LabelledEnum
from projections import schools
from projections.view import Row
from projections.visits import CoreCount, core_visits
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.paging import page_after
from web.runtime.authority import settings_of
from web.runtime.served_schools import types_served
from web.runtime.terms import term_of
from web.visits.schemas import CoverageFilters

EVERY_SCHOOL = 100_000


class CoverageStatus(LabelledEnum):
    """How a school stands with its core visits in a term."""

    NONE = "none"
    MISSED = "missed"
    PLANNED = "planned"
    HELD = "held"

    @property
    def label(self) -> str:
        return "None planned" if self is CoverageStatus.NONE else super().label


SHORT = frozenset({CoverageStatus.NONE, CoverageStatus.MISSED})
"""Where a school is on the way to have fewer core visits than its need category gives it."""


class Covered(Row):
    """A school's core visits in one term: due by its need category, still ahead, held and missed."""

    school: UUID
    urn: int
    name: str
    academic_year: int
    term: Term
    due: int
    planned: int
    held: int
    missed: int
    status: CoverageStatus
    is_own: bool


@dataclass(frozen=True)
class Coverage:
    """All schools of one term, those of the person who asks first, then by name; without the `not_yet_known`, of
    which the service has no records so early, and where nothing was due."""

    academic_year: int
    term: Term
    lines: list[Covered]
    not_yet_known: int = 0
    why_none: tuple[str, str] = ("", "")
    """What is said where there are no schools: the cause, and the way on."""

    @property
    def when(self) -> str:
        """As `autumn term 2026/27`."""
        return f"{self.term.label.lower()} term {academic_year_label(self.academic_year)}"

    @property
    def title(self) -> str:
        """The finding: for how many schools nothing is planned or held."""
        if not self.lines and self.not_yet_known:
            return f"Our records start after the {self.when}"
        if not self.lines:
            return f"No schools to visit in the {self.when}"
        short = sum(1 for line in self.lines if line.status in SHORT)
        if not short:
            return f"Every school has a core visit held or planned in the {self.when}"
        count = len(self.lines)
        schools = f"{short} of {count} schools" if count > 1 else "1 school"
        return f"{schools} {'has' if short == 1 else 'have'} no core visit planned or held in the {self.when}"


def coverage(snapshot: Snapshot, limited: ListScope, filters: Values) -> Coverage:
    """The core visits of the year and term asked for, else of the present term."""
    today = snapshot.services.today()
    present = term_of(snapshot.services, today)
    year, term = filters.get("academic_year", present.academic_year), filters.get("term", present.term)
    settings, _ = settings_of(snapshot.services)
    user = snapshot.user
    within = limited.narrowed()
    served = schools.listed(snapshot.connection, today=today, served=types_served(snapshot.services), among=within)
    known = schools.schools.rows(snapshot.connection, served.limit(EVERY_SCHOOL))
    looked_after = schools.looked_after(snapshot.connection, [school.id for school in known], today=today)
    counts = core_visits(snapshot.connection, year, apart_from=hidden_from(snapshot).plain)
    counted = {count.school: count for count in counts if count.term is term}
    there = [school for school in known if school.id in counted or _was_known(snapshot.context, school, year, term)]
    lines = [
        _line(
            school,
            year,
            term,
            _due(settings, looked_after[school.id].need_category),
            counted,
            is_own=school.id in user.schools,
        )
        for school in there
    ]
    lines.sort(key=lambda line: (not line.is_own, line.name.casefold(), line.urn))
    why_none = _why_none(snapshot.connection, is_early=bool(known), is_limited=within is not None)
    return Coverage(year, term, lines, len(known) - len(there), ("", "") if lines else why_none)


def _why_none(connection: sa.Connection, *, is_early: bool, is_limited: bool) -> tuple[str, str]:
    if is_early:
        return "There are no schools on record for this term", "Choose a later term."
    if is_limited:
        return "None of your schools has core visits", "Your schools are those you look after or work at."
    if schools.by_type(connection):
        return (
            "None of the schools in the register is one we work with",
            "The settings list the types of school we work with.",
        )
    return "There are no schools in the register yet", "An administrator needs to import the register of schools."


def _was_known(context: RequestContext, school: schools.KnownSchool, year: int, term: Term) -> bool:
    """Whether the service knew a school before the last day of a term; a day between two terms is after the first."""
    first = term_of(context.services, school.registered_on)
    order = list(Term)
    asked, then = (year, order.index(term)), (first.academic_year, order.index(first.term))
    return asked > then or (asked == then and school.registered_on <= first.ends)


def _line(
    school: schools.KnownSchool,
    year: int,
    term: Term,
    due: int,
    counted: Mapping[UUID, CoreCount],
    *,
    is_own: bool,
) -> Covered:
    count = counted.get(school.id)
    planned, held, missed = (count.planned, count.held, count.missed) if count else (0, 0, 0)
    return Covered(
        school=school.id,
        urn=school.urn,
        name=school.name,
        academic_year=year,
        term=term,
        due=due,
        planned=planned,
        held=held,
        missed=missed,
        status=status_of(due, planned, held, missed),
        is_own=is_own,
    )


def status_of(due: int, planned: int, held: int, missed: int) -> CoverageStatus:
    """How a school stands that is due so many core visits in a term."""
    if held >= due:
        return CoverageStatus.HELD
    if held + planned >= due:
        return CoverageStatus.PLANNED
    return CoverageStatus.MISSED if missed else CoverageStatus.NONE


def _due(settings: Settings, code: str | None) -> int:
    """The core visits of a term: one for every school, more where its need category says so."""
    category = settings.category(code) if code else None
    return max(1, category.core_visits) if category else 1


def coverage_rows(found: Coverage) -> Iterable[tuple[str, ...]]:
    """The coverage as rows of a sheet."""
    yield ("URN", "School", "School year", "Term", "Due", "Planned", "Held", "Missed", "Status")
    for line in found.lines:
        numbers = (str(number) for number in (line.due, line.planned, line.held, line.missed))
        year = academic_year_label(line.academic_year)
        yield (str(line.urn), line.name, year, line.term.label, *numbers, line.status.label)


def years_around(present: TermDates) -> list[tuple[str, str]]:
    """The school years that the page offers: two past ones, this and the next."""
    years = range(present.academic_year + 1, present.academic_year - 3, -1)
    return [(str(year), academic_year_label(year)) for year in years]


def _listed(snapshot: Snapshot, limited: ListScope, filters: Values, after: str | None, limit: int) -> list[Covered]:
    return page_after(coverage(snapshot, limited, filters).lines, _urn, after, limit)


def _urn(line: Covered) -> str:
    return str(line.urn)


core_visits_list = ListEndpoint(
    "core-visits",
    Action.READ_VISIT,
    Listing(
        Covered,
        _listed,
        _urn,
        CoverageFilters,
        place=str,
        inside=("school",),
        names={"due": "due_count", "planned": "planned_count", "held": "held_count", "missed": "missed_count"},
    ),
    "List the core visits of a term by school",
)
"""The core visits of a term in the API."""

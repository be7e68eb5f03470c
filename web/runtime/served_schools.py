"""The schools that the service works with: open, this authority's, and of a type that its settings name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from domain.establishments import OPEN
from domain.school import School, Value
from projections import schools
from web import formats
from web.runtime.authority import authority, settings_of
from web.runtime.services import Services


def types_served(services: Services) -> schools.Remit:
    """The types that the settings in force today name, at this authority."""
    return schools.Remit(settings_of(services)[0].served_types, authority(services).own_code)


def is_served(services: Services, school: schools.KnownSchool | schools.OfType) -> bool:
    """Whether the service works with a school; what nobody told leaves none out."""
    return _is_open(school) and is_ours(services, school.la_code) and _is_of_served_type(services, school.school_type)


def is_ours(services: Services, la_code: Value) -> bool:
    """Whether a school of the authority with this code is this one's; one whose authority nobody told is."""
    ours = authority(services).own_code
    return la_code is None or ours is None or la_code == ours


def why_not_served(services: Services, school: School) -> str:
    """Why the service does not work with a school, as a clause; empty where it does."""
    status, kind = school.details.get("status"), school.details.get("school_type")
    if school.merged_into is not None:
        return "it merged into another school"
    if school.left_on is not None:
        return f"it has belonged to another authority since {formats.date(school.left_on)}"
    if school.is_closed:
        return f"it closed on {formats.date(school.closed_on)}" if school.closed_on else "it is closed"
    if not is_ours(services, school.details.get("la_code")):
        return f"it belongs to another authority, {school.details.get('la_name') or school.details['la_code']}"
    if status is not None and status not in OPEN:
        return f"it is not open: “{status}” in the register"
    if _is_of_served_type(services, str(kind) if kind else None):
        return ""
    return f"its type, “{kind}”, is not in your settings"


def _is_of_served_type(services: Services, kind: str | None) -> bool:
    return kind is None or kind.casefold() in {each.casefold() for each in types_served(services).types}


def _is_open(school: schools.KnownSchool | schools.OfType) -> bool:
    return not school.closed and (school.status is None or school.status in OPEN)


@dataclass(frozen=True)
class SchoolCounts:
    """How many schools the service works with, of how many of those no type is known, and how many others there are:
    of other authorities, or this one's and not open, or open and of another type."""

    served: int
    of_unknown_type: int
    not_open: int
    of_other_types: Counter[str]
    of_other_authorities: int = 0

    @property
    def sentence(self) -> str:
        """As `95 schools we work with, 154 others (151 not open, 3 of types we do not work with)`."""
        unknown = f" ({self.of_unknown_type:,} of unknown type)" if self.of_unknown_type else ""
        why = {
            "not open": self.not_open,
            "of types we do not work with": self.of_other_types.total(),
            "of other authorities": self.of_other_authorities,
        }
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in why.items() if number)
        others = formats.counted(sum(why.values()), "other") + (f" ({reasons})" if reasons else "")
        return f"{formats.counted(self.served, 'school')} we work with{unknown}, {others}"


def count_schools(services: Services, connection: sa.Connection) -> SchoolCounts:
    """All schools that are known, by today's settings."""
    served = unknown = not_open = elsewhere = 0
    others: Counter[str] = Counter()
    for each in schools.by_type(connection):
        if is_served(services, each):
            served += each.number
            unknown += each.number if each.school_type is None else 0
        elif not is_ours(services, each.la_code):
            elsewhere += each.number
        elif not _is_open(each):
            not_open += each.number
        else:
            others[each.school_type or ""] += each.number
    return SchoolCounts(served, unknown, not_open, others, elsewhere)

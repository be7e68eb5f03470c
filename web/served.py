"""The schools that the service works with: open, and of a type that the authority's settings name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from domain.establishments import OPEN, EstablishmentType
from projections import schools
from web.authority import authority, settings_of
from web.office import office


def served_types() -> tuple[EstablishmentType, ...]:
    """The types that the settings in force today name."""
    return settings_of(office())[0].served_types


def is_served(school: schools.KnownSchool | schools.OfType) -> bool:
    """Whether the service works with a school; what nobody told leaves none out."""
    known = {each.casefold() for each in served_types()}
    return _is_open(school) and (school.school_type is None or school.school_type.casefold() in known)


def _is_open(school: schools.KnownSchool | schools.OfType) -> bool:
    return not school.closed and (school.status is None or school.status in OPEN)


@dataclass(frozen=True)
class Served:
    """How many of the authority's schools the service works with, of how many of those no type is known, and how many
    others there are: not open, or open and of another type."""

    served: int
    of_unknown_type: int
    not_open: int
    of_other_types: Counter[str]

    @property
    def sentence(self) -> str:
        """As `95 schools we work with, 154 others (151 not open, 3 of types we do not work with)`."""
        number = f"{self.served:,} {'school' if self.served == 1 else 'schools'} we work with"
        unknown = f" ({self.of_unknown_type:,} of unknown type)" if self.of_unknown_type else ""
        other = self.of_other_types.total()
        others = self.not_open + other
        return (
            f"{number}{unknown}, {others:,} {'other' if others == 1 else 'others'} "
            f"({self.not_open:,} not open, {other:,} of types we do not work with)"
        )


def counted(connection: sa.Connection) -> Served:
    """The schools of the authority by today's settings."""
    served = unknown = not_open = 0
    others: Counter[str] = Counter()
    for each in schools.by_type(connection, ours=authority().own_code):
        if is_served(each):
            served += each.number
            unknown += each.number if each.school_type is None else 0
        elif not _is_open(each):
            not_open += each.number
        else:
            others[each.school_type or ""] += each.number
    return Served(served, unknown, not_open, others)

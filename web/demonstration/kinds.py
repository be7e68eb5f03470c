"""The kinds of school that Wexmoor has, in the codes and words of the official register."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of establishment in one phase.

    Codes are the register's; `first_number` begins the range of its establishment numbers; `ages` and
    `capacities` (pupils) are what its schools may have.
    """

    type_code: int
    type_name: str
    group_code: int
    group_name: str
    phase_code: int
    phase_name: str
    first_number: int
    ages: tuple[tuple[int, int], ...]
    capacities: tuple[int, ...]


_MAINTAINED = (4, "Local authority maintained schools")
_SPECIAL = (5, "Special schools")
_ACADEMIES = (10, "Academies")
_PRIMARY = (2, "Primary")
_SECONDARY = (4, "Secondary")
_NO_PHASE = (0, "Not applicable")

_CHILDREN = ((3, 11), (3, 11), (4, 11))
_TEENAGERS = ((11, 16), (11, 16), (11, 18))
_FORMS = (105, 210, 210, 236, 315, 420, 420, 630)
_YEARS = (750, 900, 1050, 1200, 1500)

KINDS = {
    "community": Kind(1, "Community school", *_MAINTAINED, *_PRIMARY, 2001, _CHILDREN, _FORMS),
    "controlled": Kind(3, "Voluntary controlled school", *_MAINTAINED, *_PRIMARY, 3001, _CHILDREN, _FORMS),
    "aided": Kind(2, "Voluntary aided school", *_MAINTAINED, *_PRIMARY, 3301, _CHILDREN, _FORMS),
    "foundation": Kind(5, "Foundation school", *_MAINTAINED, *_PRIMARY, 5201, _CHILDREN, _FORMS),
    "academy": Kind(34, "Academy converter", *_ACADEMIES, *_PRIMARY, 2601, _CHILDREN, _FORMS),
    "community-high": Kind(1, "Community school", *_MAINTAINED, *_SECONDARY, 4001, _TEENAGERS, _YEARS),
    "aided-high": Kind(2, "Voluntary aided school", *_MAINTAINED, *_SECONDARY, 4601, _TEENAGERS, _YEARS),
    "foundation-high": Kind(5, "Foundation school", *_MAINTAINED, *_SECONDARY, 5401, _TEENAGERS, _YEARS),
    "academy-high": Kind(34, "Academy converter", *_ACADEMIES, *_SECONDARY, 4101, _TEENAGERS, _YEARS),
    "special": Kind(7, "Community special school", *_SPECIAL, *_NO_PHASE, 7001, ((2, 19), (4, 16)), (80, 110, 140)),
    "nursery": Kind(15, "Local authority nursery school", *_MAINTAINED, 1, "Nursery", 1001, ((2, 5),), (80, 104)),
    "referral-unit": Kind(14, "Pupil referral unit", *_MAINTAINED, *_NO_PHASE, 1101, ((5, 11), (11, 16)), (36, 60)),
}

"""What ends by itself at a school that ceases to be maintained: the formal steps of its concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.concern import ConcernCase, Institution
from domain.school import School
from domain.service import UnitOfWork


def end_powers(work: UnitOfWork, cases: Iterable[UUID], later: School, *, on: date | None, goes_on: bool) -> None:
    """End what is open in the concerns of a school that `goes_on` as another, or else went into it, on a day; without
    one, on that on which the later one opened.

    One that goes on as a school of a maintained type stays under the authority's powers. Nothing ends before its day.
    """
    opened = later.details.get("opened")
    day = on or (date.fromisoformat(str(opened)) if opened else later.today)
    kind = str(later.details.get("school_type") or "")
    if day > later.today or (goes_on and Institution(later.name, kind).is_of_a_maintained_type):
        return
    became = "became" if goes_on else "went into"
    why = f"The school {became} {later.name}{f' ({kind})' if kind else ''}"
    for case in cases:
        work.find(ConcernCase, case).cease_to_be_maintained(day, why)

"""Whether a second person reads a record of visit before it is issued, by the settings of the day."""

from __future__ import annotations

from uuid import UUID

from domain.concern import CaseStatus
from projections import concerns, records_of_visit, schools
from web.access.context import Snapshot
from web.runtime.authority import settings_of


def asks_for_assurance(snapshot: Snapshot, school: UUID, author: UUID) -> bool:
    """By the author's experience, the school's need category, or an open case; which of them is not said, since not
    every author may know of a case."""
    settings, _ = settings_of(snapshot.services)
    connection = snapshot.connection
    if records_of_visit.issued_by(connection, author) < settings.assured_first:
        return True
    care = schools.looked_after(connection, [school], today=snapshot.services.today())[school]
    if care.need_category in settings.lowest_categories:
        return True
    open_ones = [status for status in CaseStatus if status.is_open]
    cases = concerns.listed(schools=[school], statuses=open_ones).limit(1)
    return settings.assured_cases and connection.execute(cases).first() is not None

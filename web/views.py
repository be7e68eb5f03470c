"""The views that are kept in step with the log, in the order in which they are filled."""

from __future__ import annotations

from projections import (
    audit_trail,
    caseload,
    concerns,
    names,
    notes,
    people,
    providers,
    records_of_visit,
    references,
    schools,
    visits,
)
from projections.view import View

VIEWS: tuple[View, ...] = (
    names.VIEW,
    references.VIEW,
    schools.VIEW,
    people.VIEW,
    providers.VIEW,
    visits.VIEW,
    records_of_visit.VIEW,
    concerns.VIEW,
    notes.VIEW,
    caseload.VIEW,
    audit_trail.VIEW,
)

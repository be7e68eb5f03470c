"""The views that are kept in step with the log, in the order in which they are filled."""

from __future__ import annotations

from projections import (
    audit_trail,
    caseload,
    concerns,
    decisions,
    engagements,
    gaps,
    imports,
    links,
    names,
    notes,
    open_requests,
    people,
    presences,
    provider_history,
    providers,
    readings,
    records_of_visit,
    references,
    schools,
    successors,
    tenders,
    visits,
)
from projections.view import View

DECIDED_BY: tuple[View, ...] = (
    successors.VIEW,
    names.VIEW,
    references.VIEW,
    schools.VIEW,
    people.VIEW,
    providers.VIEW,
    decisions.VIEW,
    imports.VIEW,
)
"""Those by which commands decide, and who somebody is: they are never behind the log."""

VIEWS: tuple[View, ...] = (
    successors.VIEW,  # before all that names schools
    names.VIEW,
    references.VIEW,
    schools.VIEW,
    people.VIEW,
    providers.VIEW,
    visits.VIEW,
    records_of_visit.VIEW,
    concerns.VIEW,
    open_requests.VIEW,
    tenders.VIEW,
    engagements.VIEW,
    presences.VIEW,
    decisions.VIEW,
    gaps.VIEW,
    provider_history.VIEW,
    notes.VIEW,
    imports.VIEW,
    links.VIEW,
    readings.VIEW,
    caseload.VIEW,
    audit_trail.VIEW,
)

"""Where the page of each kind of record is."""

from __future__ import annotations

PATHS = {
    "visit": "visits",
    "record-of-visit": "records",
    "support-request": "requests",
    "tender": "tenders",
    "engagement": "engagements",
    "provider": "providers",
    "person": "people",
    "school": "schools",
    "concern": "concerns",
    "note": "notes",
    "attachment": "files",
    "import": "imports",
    "decision": "decisions",
}
"""The segment of addresses for each kind of record that has pages."""


def record_href(kind: str, reference: str) -> str:
    """The address of a record's page by its reference (a school's URN); none for kinds without pages."""
    return f"/{PATHS[kind]}/{reference}" if kind in PATHS and reference else ""

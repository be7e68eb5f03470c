"""References as the API tells them: to which kind of record each name refers, and in which form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from web.commands.fields import ANY_RECORD

ANY, URN, OWN = ANY_RECORD, "URN", "reference"
"""What a field refers to where it is no kind of record with a prefix: any record, a school, or its own."""

_OF: Mapping[str, str] = {
    URN: "school host_school",
    "PE": "person officer link_officer cover_officer lead visited_by author broker raised_by authoriser practitioner "
    "written_by added_by begun_by specialist asker decider decided_for recorder on_behalf_of",
    "PV": "provider selected shortlist unanswered",
    "V": "visit",
    "CC": "concern",
    "SR": "request",
    "ROV": "record_of_visit",
    "TN": "tender",
    "DN": "decision_reference",
    "BE": "engagement",
    ANY: "record holder case",
}

REFERS: Mapping[str, str] = {name: kind for kind, names in _OF.items() for name in names.split()}
"""To what the columns of views refer, by name: the prefix of the references."""


def form(refers_to: str) -> dict[str, Any]:
    """How a reference is described: its pattern, and one as an example."""
    prefix, example = ("[A-Z]{1,3}", "SR") if refers_to in {ANY, OWN} else (refers_to, refers_to)
    numbered = f"{prefix}-[0-9]{{4}}-[0-9]{{4,6}}"
    if refers_to == URN:
        return {"pattern": "^[0-9]{1,6}$", "example": "100001"}
    if refers_to == ANY:
        return {"pattern": f"^({numbered}|[0-9]{{1,6}})$", "example": f"{example}-2026-0142"}
    return {"pattern": f"^{numbered}$", "example": f"{example}-2026-0142"}


def refers_to(field: fields.Field[Any]) -> str | None:
    """To what a field refers; None for one that is no reference."""
    own = OWN if field.name == OWN else None
    found: str | None = field.metadata.get("refers_to", getattr(field, "refers_to", own))
    return found

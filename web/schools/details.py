"""What the register tells of a school, in a reader's words and order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.school import Details, School, Value
from domain.school.parts import LEFT
from domain.school.tellings import day_of
from domain.vocabulary import Phase
from web import formats

LABELS = {
    "school_type": "Type",
    "type_group": "Type group",
    "phase": "Phase",
    "status": "Status",
    "opened": "Opened",
    "reason_opened": "Why it opened",
    "closed": "Closed",
    "reason_closed": "Why it closed",
    "establishment_number": "Establishment number",
    "ukprn": "UKPRN",
    "la_name": "Authority",
    "la_code": "Authority's code",
    LEFT: "Under that authority since",
    "gender": "Pupils admitted",
    "religious_character": "Religious character",
    "diocese": "Diocese",
    "pupils": "Pupils",
    "capacity": "Places",
    "percent_fsm": "Eligible for free school meals",
    "nursery_provision": "Nursery",
    "official_sixth_form": "Sixth form",
    "trust_name": "Trust",
    "federation_name": "Federation",
    "urban_rural": "Area",
    "district": "District",
    "ward": "Ward",
    "parliamentary_constituency": "Constituency",
}
"""The details that the page shows one by one, in its order; address, ages and contacts are put together."""

DAYS = ("opened", "closed", LEFT)

ADDRESS = ("street", "locality", "address3", "town", "county", "postcode")


def told(school: School) -> Iterator[tuple[str, str]]:
    """Label and text of each detail that is known of a school, with its day where that is not the school's own."""
    details = school.details
    if address := "\n".join(str(details[line]) for line in ADDRESS if details.get(line)):
        yield "Address", address + as_of(school, *ADDRESS)
    if ages := _ages(details):
        yield "Ages", ages + as_of(school, "statutory_low_age", "statutory_high_age")
    for detail, label in LABELS.items():
        value = details.get(detail)
        if value is not None:
            yield label, _text(detail, value) + as_of(school, detail)


def as_of(school: School, *details: str) -> str:
    """As ` (as of 25 April 2022)`, where only older files than the newest tell of these details; else empty."""
    days = [day for detail in details if detail in school.details and (day := day_of(school.tellings, detail))]
    return f" (as of {formats.date(max(days))})" if days and max(days) < school.dated else ""


def _ages(details: Details) -> str:
    low, high = details.get("statutory_low_age"), details.get("statutory_high_age")
    return f"{low} to {high}" if low is not None and high is not None else ""


def _text(detail: str, value: Value) -> str:
    if detail in DAYS:
        return formats.date(date.fromisoformat(str(value)))
    if detail == "phase":
        return Phase(str(value)).label
    if detail == "percent_fsm":
        return f"{value}%"
    return f"{value:,}" if isinstance(value, int) else str(value)

"""What the register tells of a school, in a reader's words and order."""

from __future__ import annotations

from collections.abc import Iterator

from domain.school import Details, School
from domain.school.parts import LABELS, in_words
from domain.school.tellings import day_of
from web import formats

ADDRESS = ("street", "locality", "address3", "town", "county", "postcode")


def details_of(school: School) -> Iterator[tuple[str, str]]:
    """Label and text of each detail that is known of a school, with its day where that is not the school's own."""
    details = school.details
    if address := "\n".join(str(details[line]) for line in ADDRESS if details.get(line)):
        yield "Address", address + as_of(school, *ADDRESS)
    if ages := _ages(details):
        yield "Ages", ages + as_of(school, "statutory_low_age", "statutory_high_age")
    for detail, label in LABELS.items():
        value = details.get(detail)
        if value is not None:
            yield label, in_words(detail, value) + as_of(school, detail)


def as_of(school: School, *details: str) -> str:
    """As ` (as of 25 April 2022)`, where only older files than the newest tell of these details; else empty."""
    days = [day for detail in details if detail in school.details and (day := day_of(school.tellings, detail))]
    return f" (as of {formats.date(max(days))})" if days and max(days) < school.dated else ""


def _ages(details: Details) -> str:
    low, high = details.get("statutory_low_age"), details.get("statutory_high_age")
    return f"{low} to {high}" if low is not None and high is not None else ""

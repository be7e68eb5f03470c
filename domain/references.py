"""Short references, as `SR-2026-0142`: they stand in addresses, letters and searches, and give a record its id."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

RECORDS_NAMESPACE = UUID("6d0b6b7e-6d0f-5c35-8a6e-3b0a4f0f2c11")

PATTERN = re.compile(r"(?P<prefix>[A-Z]{1,3})-(?P<year>\d{4})-(?P<number>\d{4,6})", re.ASCII)


class NotAReference(ValueError):
    """The text does not have the form of a reference."""


def record_id(kind: str, natural_key: str) -> UUID:
    """The id of the record of that kind with that key: a second record of one key cannot come to be."""
    return uuid5(RECORDS_NAMESPACE, f"{kind}/{natural_key}")


def reference(prefix: str, year: int, number: int) -> str:
    """The reference with that number, counted from 1 within prefix and calendar year."""
    return f"{prefix}-{year:04d}-{number:04d}"


def has_form(text: str, prefix: str) -> bool:
    """Whether a text is a reference of that prefix, as records are named; there need be no such record."""
    match = PATTERN.fullmatch(text)
    return match is not None and match["prefix"] == prefix


def parts(text: str) -> tuple[str, int, int]:
    """Prefix, year and number of a reference, in whatever case it was typed. Raises NotAReference."""
    match = PATTERN.fullmatch(text.strip().upper())
    if match is None:
        raise NotAReference(text)
    return match["prefix"], int(match["year"]), int(match["number"])

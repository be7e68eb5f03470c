"""The day of which an outside file is, as its name tells it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from pathlib import Path
from re import finditer


def date_in_name(path: Path) -> date | None:
    """The day that the file's name gives: 2024-06-17, 20240617 or 17-06-2024 anywhere in it.

    A name that gives a month only (2022-04) means its last day: what the file tells was not true
    before its true day, and a file of a day within that month is never taken for a newer one. In the
    running month this lies ahead; whoever asks takes the earlier of it and today. Spans of years
    (2005-2020, 2021-22) are no dates.
    """
    name = path.name
    for pattern, order in _DATES_IN_NAMES:
        for found in finditer(pattern, name):
            parts = dict(zip(order, map(int, found.groups()), strict=True))
            year, month = parts["year"], parts["month"]
            if not (1990 <= year < 2100 and 1 <= month <= 12):
                continue
            last = monthrange(year, month)[1]
            if 1 <= parts.get("day", last) <= last:
                return date(year, month, parts.get("day", last))
    return None


_DATES_IN_NAMES = (
    (r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", ("year", "month", "day")),
    (r"(?<!\d)(\d{2})-(\d{2})-(\d{4})(?!\d)", ("day", "month", "year")),
    (r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)", ("year", "month", "day")),
    (r"(?<![\d-])(\d{4})-(\d{2})(?![\d-])", ("year", "month")),
)

"""What one cell of an outside file says: text, number, day or nothing at all.

Each reader takes the cell's text and returns the value, or None where the source says there is none;
it raises ValueError, whose text is the reason shown to people, where the cell cannot be read.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from domain.text import line

ABSENT = frozenset(
    {"", "-", "n/a", "not applicable", "not-applicable", "not recorded", "does not apply"},
)
"""How the official sources write "there is none", in lower case. 'None' is a name in some columns
and means absent only in those that say so with `also`."""

UNKNOWN_DAY = date(1900, 1, 1)
"""The register's stand-in for a day nobody knows."""


class PartlyRead(ValueError):
    """A part of the cell cannot be read; `value` is what the rest says, which counts."""

    def __init__(self, reason: str, value: object) -> None:
        super().__init__(reason)
        self.value = value


def _repairs() -> dict[int, str | None]:
    """C1 control characters are cp1252 text that was once decoded as Latin-1; the blanks of C0 are blanks."""
    repairs: dict[int, str | None] = dict.fromkeys(map(ord, "\t\n\v\f\r"), " ")
    for code in range(0x80, 0xA0):
        repairs[code] = bytes([code]).decode("cp1252", errors="ignore") or None
    return repairs


_REPAIRS = _repairs()


def tidy(text: str) -> str:
    """The text with control characters repaired, without what cannot be seen, and every run of blanks made one."""
    return line(text if text.isprintable() else text.translate(_REPAIRS))


def present(text: str, also: frozenset[str] = frozenset()) -> str | None:
    """The tidied text, or None if it is one of the words for "there is none" (`also`: further ones)."""
    text = tidy(text)
    word = text.casefold()
    if word in ABSENT or word in also:
        return None
    if "\ufffd" in text:
        raise ValueError("holds a character that cannot be read")
    return text


def needed(text: str) -> str:
    """The text of a cell that may not be empty."""
    found = present(text)
    if found is None:
        raise ValueError("is missing")
    return found


def present_or_none(text: str) -> str | None:
    """As `present`, in a column where 'None' means that there is none."""
    return present(text, frozenset({"none"}))


def whole(text: str) -> int | None:
    """A whole number of nought or more; '19.0' is 19, as in files re-saved by a spreadsheet."""
    found = present(text)
    if found is None:
        return None
    if not re.fullmatch(r"\d{1,9}(\.0+)?", found, re.ASCII):
        raise ValueError("is not a whole number")
    return int(found.partition(".")[0])


def percentage(text: str) -> Decimal | None:
    """A percentage from 0 to 100, as published."""
    found = present(text)
    if found is None:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d+)?%?", found, re.ASCII) or Decimal(found.rstrip("%")) > 100:
        raise ValueError("is not a percentage")
    return Decimal(found.rstrip("%"))


def identifier(text: str, digits: int) -> str | None:
    """An identifier of so many digits, as text; leading noughts lost to a spreadsheet are restored."""
    number = whole(text)
    if number is None:
        return None
    if len(str(number)) > digits:
        raise ValueError(f"has more than {digits} digits")
    return str(number).zfill(digits)


def urn(text: str) -> int:
    """The unique reference number of an establishment record, 5 or 6 digits; never absent."""
    found = tidy(text)
    if not re.fullmatch(r"[1-9]\d{4,5}", found, re.ASCII):
        raise ValueError("is not a URN of 5 or 6 digits")
    return int(found)


def ukprn(text: str) -> str | None:
    """The 8 digits of a UK provider reference number."""
    return identifier(text, 8)


_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/](?P<month>\d{1,2})[-/](?P<year>\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})", re.ASCII)
_TIME_OF_DAY = r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"
_DATE_FORMATS = tuple(re.compile(form.pattern + _TIME_OF_DAY, re.ASCII) for form in (_DAY_FIRST, _YEAR_FIRST))


@lru_cache(maxsize=8192)
def day(text: str) -> date | None:
    """A day written dd-mm-yyyy, dd/mm/yyyy, yyyy-mm-dd or yyyymmdd; a time of day after it is dropped.

    1 January 1900 is the register's stand-in for an unknown day: None.
    """
    found = present(text)
    if found is None:
        return None
    for form in _DATE_FORMATS:
        if match := form.fullmatch(found):
            year, month, of_month = (int(match[part]) for part in ("year", "month", "day"))
            try:
                known = date(year, month, of_month)
            except ValueError:
                break
            return None if known == UNKNOWN_DAY else known
    raise ValueError("is not a date")


_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})", re.ASCII)


def postcode(text: str) -> str | None:
    """A postcode in capitals with one space: 'BL4 9LW'."""
    found = present(text)
    if found is None:
        return None
    match = _POSTCODE.fullmatch(found.upper())
    if match is None:
        raise ValueError("is not a postcode")
    return f"{match[1]} {match[2]}"


_WEB_ADDRESS = re.compile(r"(?:(https?):/{0,2})?([\w-]+(?:\.[\w-]+)+\.?(?::\d+)?(?:[/?#]\S*)?)", re.IGNORECASE)


def website(text: str) -> str | None:
    """A web address with its scheme: http where the source gives none. No other scheme is let in."""
    found = present(text)
    if found is None:
        return None
    match = _WEB_ADDRESS.fullmatch(found)
    if match is None:
        raise ValueError("is not a web address")
    return f"{(match[1] or 'http').lower()}://{match[2]}"


def telephone(text: str) -> str | None:
    """A telephone number as digits, or + and digits; the leading 0 lost to a spreadsheet is restored."""
    found = present(text)
    if found is None:
        return None
    number = re.sub(r"[\s().-]", "", found)
    if not re.fullmatch(r"\+?\d{5,15}", number, re.ASCII):
        raise ValueError("is not a telephone number")
    if number[0] in "123456789" and len(number) in (9, 10):
        return f"0{number}"
    return number

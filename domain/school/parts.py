"""What a school's record is made of: small facts, each replaced as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from domain.text import day_in_words
from domain.vocabulary import LabelledEnum, Phase

Value = str | int | None
"""One detail as the register tells it: days as ISO text, percentages as text."""

Details = dict[str, Value]

DAY = timedelta(days=1)


class Status(StrEnum):
    """Status of an establishment, in the register's own words."""

    OPEN = "Open"
    PROPOSED_TO_CLOSE = "Open, but proposed to close"
    PROPOSED_TO_OPEN = "Proposed to open"
    CLOSED = "Closed"


def is_closed(details: Details) -> bool:
    """Whether a school of which the register tells this is closed."""
    return details.get("status") == Status.CLOSED


def closed_on(details: Details) -> date | None:
    """The day on which it closed, None if it is not closed or the register gives no day."""
    day = details.get("closed")
    return date.fromisoformat(day) if is_closed(details) and isinstance(day, str) else None


LEFT = "left_authority"
"""The detail that holds the day from which the school belongs to another authority."""


def left_on(details: Details) -> date | None:
    """The day from which the school belongs to another authority, None while it is this one's."""
    day = details.get(LEFT)
    return date.fromisoformat(day) if isinstance(day, str) else None


def is_there_on(details: Details, day: date) -> bool:
    """Whether something may begin on a day: not after the school closed or went to another authority, nor ever where
    nobody knows when it closed."""
    last, left = closed_on(details), left_on(details)
    return (not is_closed(details) or (last is not None and day <= last)) and (left is None or day < left)


@dataclass(frozen=True, slots=True)
class Source:
    """The file that tells a fact, and the day on which that was true: `assumed` to be that of the import where
    neither somebody nor the file's name told it."""

    file: str
    dated: date
    assumed: bool = False

    def __str__(self) -> str:
        day = day_in_words(self.dated)
        return f"{self.file}, not dated, imported on {day}" if self.assumed else f"{self.file} of {day}"


@dataclass(frozen=True, slots=True)
class Change:
    """One detail that the register tells differently from before."""

    detail: str
    before: Value
    after: Value

    def __str__(self) -> str:
        label = LABELS.get(self.detail) or WITHIN.get(self.detail) or self.detail.replace("_", " ")
        words = label if label[1:2].isupper() else label[:1].lower() + label[1:]
        if self.after is None:
            return f"{words} “{in_words(self.detail, self.before)}” removed"
        before = "" if self.before is None else f"from “{in_words(self.detail, self.before)}” "
        return f"{words} {before}to “{in_words(self.detail, self.after)}”"


LABELS = {
    "school_type": "Type",
    "type_group": "Type group",
    "phase": "Phase",
    "status": "Status",
    "opened": "Opened",
    "reason_opened": "Reason opened",
    "closed": "Closed",
    "reason_closed": "Reason closed",
    "establishment_number": "Establishment number",
    "ukprn": "UKPRN",
    "la_name": "Local authority",
    "la_code": "Authority code",
    LEFT: "With that authority since",
    "gender": "Gender of pupils",
    "religious_character": "Religious character",
    "diocese": "Diocese",
    "pupils": "Pupils",
    "capacity": "Capacity",
    "percent_fsm": "Eligible for free school meals",
    "nursery_provision": "Nursery provision",
    "official_sixth_form": "Sixth form",
    "trust_name": "Trust",
    "federation_name": "Federation",
    "urban_rural": "Urban or rural",
    "district": "District",
    "ward": "Ward",
    "parliamentary_constituency": "Constituency",
}
"""What the details are called that a page shows one by one, in its order."""

WITHIN = {
    "address3": "address",
    "statutory_low_age": "lowest age",
    "statutory_high_age": "highest age",
    "head_job_title": "headteacher's job title",
}
"""What details are called that a page shows within others, where that is not their own name in words."""

DAYS = ("opened", "closed", "last_inspected", LEFT)


def in_words(detail: str, value: Value) -> str:
    """A detail as people read it."""
    if detail in DAYS:
        day = date.fromisoformat(str(value))
        return day_in_words(day)
    if detail == "phase":
        return Phase(str(value)).label
    if detail == "percent_fsm":
        return f"{value}%"
    return f"{value:,}" if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class Absence:
    """That a full register of a day no longer named the school; `answered` once a person has said why."""

    source: Source
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LinkPeriod:
    """An officer's time with the school; `until` is the last day, None while it lasts."""

    officer: UUID
    from_: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def overlaps(self, first: date, last: date) -> bool:
        return self.from_ <= last and (self.until is None or first <= self.until)


@dataclass(frozen=True, slots=True)
class Cover:
    """Days, first and last included, on which somebody stands in for the link officer."""

    officer: UUID
    from_: date
    to: date


@dataclass(frozen=True, slots=True)
class Need:
    """The authority's rating of how much help the school needs, from a day on; `scheme` is the version of the
    settings whose categories it used."""

    category: str
    from_: date
    review_due: date
    rationale: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Membership:
    """The school's place in a trust, federation or other group; `uid` is the register's number of the group."""

    uid: str
    name: str
    kind: str
    joined: date | None = None


@dataclass(frozen=True, slots=True)
class AreaGrade:
    """The grade that an inspection gave one area, in the published words."""

    area: str
    grade: str

    def __str__(self) -> str:
        return f"{self.area}: {self.grade}"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection; ratings of different frameworks are not comparable.

    `rating` is the outcome as a whole in the published words: since September 2024 there is no overall grade, and
    what counts are the `grades` of areas.
    """

    urn: int
    inspected_on: date
    rating: str
    framework: str
    grades: tuple[AreaGrade, ...] = ()


class Answer(LabelledEnum):
    """What became of a proposed succession."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Succession:
    """What the register says came after this school: a URN, by which kind of link, since when (None: unknown)."""

    urn: int
    kind: str
    on: date | None
    source: Source
    answer: Answer = Answer.PROPOSED


def last_day(first: date, until: date | None) -> date | None:
    """The last day of what began on a first one; None where it never began."""
    return until if until is not None and first <= until else None


def ended(periods: list[LinkPeriod], last_day: date) -> list[LinkPeriod]:
    """The periods, with the one that lasts beyond a day ending on it; one that would have no day is left out."""
    cut = [
        replace(period, until=last_day) if period.until is None or period.until > last_day else period
        for period in periods
    ]
    return [period for period in cut if period.until is not None and period.from_ <= period.until]

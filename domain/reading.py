"""Reading: that somebody was shown restricted records, which stands in the log like any other act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.signature import current_signature
from domain.vocabulary import About, LabelledEnum, SchoolId


class Door(LabelledEnum):
    """By which way restricted records were shown."""

    PAGE = "page"
    PROGRAM = "program"
    FILE = "file"
    SHEET = "sheet"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {"page": "On a page", "program": "By a program", "file": "As a file", "sheet": "In a downloaded sheet"}


class Reading(Aggregate):
    """What one answer of the service showed somebody of restricted records. It is a record of its own, so that
    reading a record is no change to it."""

    KIND = "reading"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.school: UUID | None = None
        self.door: Door
        self.read_on: date
        self.records: set[UUID] = set()

    class Recorded(Event):
        """`records` are those of one school, None where they belong to no school."""

        TOPIC = "reading.recorded"
        says = "{by} read restricted information {door}: {records}"
        records: tuple[UUID, ...]
        door: Door
        school: SchoolId | None

        def apply(self, reading: Reading) -> None:
            reading.records.update(self.records)
            reading.door, reading.school = self.door, self.school
            reading.read_on = self.meta.occurred_on

    def about(self) -> About:
        """The school of the event that was recorded last: each concerns one."""
        return About(school=self.school)

    @classmethod
    def of(cls, records: Mapping[UUID | None, Collection[UUID]], door: Door) -> Reading:
        """Somebody was shown restricted records, told by the school that they are about."""
        reading = cls(current_signature().command)
        for school, ids in records.items():
            reading.record(cls.Recorded(records=tuple(ids), door=door, school=school))
        return reading

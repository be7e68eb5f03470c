"""The same record written with nothing but the eventsourcing library and its own SQLite module."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate

from bench.material.case import NOTE, OFFICER, ON


class Case(Aggregate):
    @dataclass(frozen=True)
    class Opened(Aggregate.Created):
        school: UUID

    @dataclass(frozen=True)
    class Noted(Aggregate.Event):
        note: str
        on: str
        days: Decimal
        author: UUID
        post: str
        reason: str
        command: UUID

        def apply(self, aggregate: Case) -> None:
            aggregate.days += self.days

    def __init__(self, school: UUID) -> None:
        self.school = school
        self.days = Decimal(0)

    @classmethod
    def open(cls) -> Case:
        return cls._create(cls.Opened, school=uuid4())

    def note(self) -> None:
        self.trigger_event(
            self.Noted,
            note=NOTE,
            on=ON.isoformat(),
            days=Decimal("0.5"),
            author=OFFICER,
            post="officer",
            reason="agreed at the visit",
            command=uuid4(),
        )


class Twin(Application[UUID]):
    """The library's application on a file."""

    def __init__(self, path: Path) -> None:
        super().__init__({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})

    def open_cases(self, number: int, notes: int) -> list[UUID]:
        """Save that many cases with that many notes on each; returns their ids."""
        made = [Case.open() for _ in range(number)]
        for case in made:
            for _ in range(notes):
                case.note()
        self.save(*made)
        return [case.id for case in made]

"""The same record written with nothing but the eventsourcing library and its own modules for both databases."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from uuid import UUID, uuid4

import sqlalchemy as sa
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent

from bench.material.case import NOTE, OFFICER, ON
from bench.material.timing import NotHere

MOST_AT_ONCE = 400
"""Appending many more events at once may keep the library's PostgreSQL module waiting for ever."""


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
    """The library's application on a database. Raises NotHere where the library lacks what it needs for it."""

    def __init__(self, url: str, *, is_new: bool = True) -> None:
        # Several processes that make the library's tables at once would fail.
        super().__init__({**_environment(url), "CREATE_TABLE": "yes" if is_new else "no"})

    def open_cases(self, number: int, notes: int) -> list[UUID]:
        """Save that many cases with that many notes on each; returns their ids."""
        made = [Case.open() for _ in range(number)]
        for case in made:
            for _ in range(notes):
                case.note()
            self.save(case)
        return [case.id for case in made]

    def note(self, id: UUID) -> None:
        """One full command."""
        case: Case = self.repository.get(id)
        case.note()
        self.save(case)

    def insert(self, events: list[StoredEvent]) -> None:
        """Append ready-made events, some hundred at once."""
        for start in range(0, len(events), MOST_AT_ONCE):
            self.recorder.insert_events(events[start : start + MOST_AT_ONCE])


def stored_events(number: int, *, streams: int = 1) -> list[StoredEvent]:
    """Events of the usual size as the library's recorders take them, spread evenly over new streams."""
    ids = [uuid4() for _ in range(streams)]
    state = b'{"note":"%s","on":"2026-11-02","days":"0.5","post":"officer","command":"%s"}'
    return [
        StoredEvent(
            ids[index % streams], index // streams + 1, "case:Noted", state % (NOTE.encode(), uuid4().hex.encode())
        )
        for index in range(number)
    ]


def _environment(url: str) -> dict[str, str]:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(address.database)}
    if find_spec("psycopg_pool") is None:
        raise NotHere("the library's PostgreSQL module needs the package psycopg-pool")
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(address.database),
        "POSTGRES_HOST": str(address.host),
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": str(address.username),
        "POSTGRES_PASSWORD": "none",
    }

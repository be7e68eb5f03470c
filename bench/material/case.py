"""A record of middling size and three views of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from domain.aggregate import Aggregate, Event
from domain.service import Service
from domain.signature import Signature, acting
from domain.vocabulary import About, Channel, Purpose
from projections.codec import event_of
from projections.database import open_database
from projections.event_log import EventStore, LogFactory, open_log
from projections.follower import Follower
from projections.following import Following, let_follow
from projections.rebuilding import prepare, rebuild
from projections.tables import VIEWS as STANDINGS
from projections.view import Row, View, ViewTable, replace

OFFICER = UUID("5d3b3a2e-0b5c-4b44-9d11-3a9c6f1e7a01")
NOTE = (
    "The head of mathematics asked for help with the transition from year six; the lead teacher will come twice. " * 2
)
ON = date(2026, 11, 2)


class Case(Aggregate):
    """A school's case with notes on it."""

    KIND = "bench-case"

    class Opened(Event):
        TOPIC = "bench-case.opened"
        says = "{by} opened a case"
        school: UUID

        def apply(self, case: Case) -> None:
            case.school = self.school

    class Noted(Event):
        TOPIC = "bench-case.noted"
        says = "{by} noted: {note}"
        purpose = Purpose.SUPPORT
        note: str
        on: date
        days: Decimal
        author: UUID

        def apply(self, case: Case) -> None:
            case.days += self.days
            case.last_noted = self.on

    school: UUID
    last_noted: date | None = None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.days = Decimal(0)

    def about(self) -> About:
        return About(school=self.school)

    @classmethod
    def open(cls) -> Case:
        case = cls(uuid4())
        case.record(cls.Opened(school=uuid4()))
        return case

    def note(self) -> None:
        self.record(self.Noted(note=NOTE, on=ON, days=Decimal("0.5"), author=OFFICER), reason="agreed at the visit")


class OpenCase(Row):
    id: UUID
    school: UUID
    notes: int
    days: Decimal
    last_noted: date | None


class Line(Row):
    position: int
    case: UUID
    recorded_at: datetime
    what: str


class Count(Row):
    author: UUID
    notes: int


cases = ViewTable("bench_cases", OpenCase, key=("id",), indexes=[("school",)])
lines = ViewTable("bench_lines", Line, key=("position",), journal=True)
counts = ViewTable("bench_counts", Count, key=("author",))


@cases.on(Case.Opened)
def opened(row: OpenCase | None, event: Case.Opened) -> OpenCase | None:
    return OpenCase(id=event.meta.stream, school=event.school, notes=0, days=Decimal(0), last_noted=None)


@cases.on(Case.Noted)
def noted(row: OpenCase | None, event: Case.Noted) -> OpenCase | None:
    return row and replace(row, notes=row.notes + 1, days=row.days + event.days, last_noted=event.on)


@lines.on(Case.Opened, Case.Noted, key=lambda event: (event.meta.position,))
def line(row: Line | None, event: Event) -> Line | None:
    meta = event.meta
    assert meta.position is not None
    assert meta.recorded_at is not None
    return Line(position=meta.position, case=meta.stream, recorded_at=meta.recorded_at, what=event.TOPIC)


@counts.on(Case.Noted, key=lambda event: (event.author,))
def counted(row: Count | None, event: Case.Noted) -> Count | None:
    return Count(author=event.author, notes=row.notes + 1 if row else 1)


VIEWS = [View("bench_cases", cases), View("bench_lines", lines), View("bench_counts", counts)]


class CaseSystem:
    """A service on a database of its own, with its log and views."""

    def __init__(self, url: str, views: Sequence[View], *, is_new: bool = True) -> None:
        self.database = open_database(url)
        self.writer, self.reader = self.database.writer, self.database.reader
        self.log = open_log(self.database)
        self.follower = Follower(views)
        self.service = Service(LogFactory(self.log, self.follower))
        if is_new:
            # Only here, because the door and all of its pages come with it.
            from web.runtime.migrate import upgrade

            upgrade(self.writer)
        prepare(self.log, self.follower)

    @property
    def store(self) -> EventStore:
        assert isinstance(self.service.events, EventStore)
        return self.service.events

    def open_cases(self, number: int, notes: int) -> list[UUID]:
        """Save that many cases with that many notes on each; returns their ids."""

        def open_case() -> Case:
            case = Case.open()
            for _ in range(notes):
                case.note()
            return case

        with signed():
            made = [open_case() for _ in range(number)]
            self.service.save_together(made)
        return [case.id for case in made]

    def count_events(self) -> int:
        """Read and decode the whole log."""
        tail, number = self.log.tail(), 0
        while page := tail.next():
            number += sum(1 for _ in map(event_of, page))
        return number

    def rebuild(self) -> None:
        """Fill all views from the whole log, beside their live tables and compared with them."""
        for view in self.follower.views:
            rebuild(self.log, view)

    def fill(self) -> None:
        """Fill all views from the whole log as if they had never been."""
        own = STANDINGS.c.name.in_([view.name for view in self.follower.views])
        self.log.commit(lambda connection: connection.execute(STANDINGS.delete().where(own)))
        prepare(self.log, self.follower)

    def let_follow(self) -> Following:
        """Let all views follow from here on; returns what brings them forward, step by step."""
        for view in self.follower.views:
            let_follow(self.log, view)
        return self.following()

    def following(self) -> Following:
        """What brings the views that follow forward."""
        return Following(self.log, self.follower)

    def note(self, id: UUID) -> None:
        """One full command."""
        with signed():
            self.service.change(Case, id, Case.note)

    def close(self) -> None:
        self.service.close()
        self.database.close()


@contextmanager
def signed() -> Iterator[Signature]:
    """A command of its own."""
    with acting(Signature(OFFICER, "officer", Channel.SCREEN, uuid4(), datetime.now(UTC), correlation="7c1d")) as it:
        yield it

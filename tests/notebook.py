"""A record that is no part of the service, three views of it, and a service on a file: to try the floor itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from domain.aggregate import Aggregate, Event, Refusal
from domain.service import Service
from domain.signature import Signature, acting
from domain.vocabulary import Channel
from projections.checking import Difference, Stopped, check
from projections.database import open_database
from projections.event_log import EVENTS, EventStore, LogFactory, open_log
from projections.event_log.postgresql import BUCKETS
from projections.follower import Follower
from projections.rebuilding import prepare
from projections.view import Key, Row, View, ViewTable, replace
from web.runtime.migrate import upgrade

POISON = "spill the ink"
"""A line that the notebooks' fold cannot take."""

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class IsShut(Refusal):
    """Nothing is written in a notebook that is shut."""


_turns = count()


def _id_of_its_own_bucket() -> UUID:
    """A new id, of which no two that are made near each other are locked by one number: a test that holds several
    transactions open would wait for itself."""
    return UUID(int=uuid4().int // BUCKETS * BUCKETS + next(_turns) % BUCKETS)


class Notebook(Aggregate):
    KIND = "notebook"

    class Opened(Event):
        TOPIC = "notebook.opened"
        says = "{by} opened {title}"
        title: str

        def apply(self, notebook: Notebook) -> None:
            notebook.title = self.title

    class Written(Event):
        TOPIC = "notebook.written"
        says = "{by} wrote {line}"
        line: str
        tags: tuple[str, ...] = ()
        price: Decimal = Decimal(0)

        def apply(self, notebook: Notebook) -> None:
            notebook.lines.append(self.line)

    class Shut(Event):
        TOPIC = "notebook.shut"
        says = "{by} shut it"

        def apply(self, notebook: Notebook) -> None:
            notebook.is_shut = True

    title: str
    is_shut = False

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.lines: list[str] = []

    @classmethod
    def open(cls, title: str = "Notes") -> Notebook:
        notebook = cls(_id_of_its_own_bucket())
        notebook.record(cls.Opened(title=title))
        return notebook

    def write(self, line: str, *tags: str) -> None:
        if self.is_shut:
            raise IsShut("Open another notebook")
        self.record(self.Written(line=line, tags=tags, price=Decimal("1.25")))

    def shut(self) -> None:
        if self.is_shut:
            raise IsShut("The notebook is shut already")
        self.record(self.Shut())


class OpenNotebook(Row):
    id: UUID
    title: str
    lines: int
    spent: Decimal
    last_written: date | None


class Tagged(Row):
    tag: str
    notebook: UUID
    uses: int


class Entry(Row):
    position: int
    notebook: UUID
    recorded_at: datetime
    topic: str


notebooks = ViewTable("test_notebooks", OpenNotebook, key=("id",), indexes=[("title",)])
tagged = ViewTable("test_tagged", Tagged, key=("tag", "notebook"))
entries = ViewTable("test_entries", Entry, key=("position",), journal=True)


@notebooks.on(Notebook.Opened)
def opened(row: OpenNotebook | None, event: Notebook.Opened) -> OpenNotebook | None:
    return OpenNotebook(id=event.meta.stream, title=event.title, lines=0, spent=Decimal(0), last_written=None)


@notebooks.on(Notebook.Written)
def written(row: OpenNotebook | None, event: Notebook.Written) -> OpenNotebook | None:
    if event.line == POISON:
        raise ArithmeticError(event.line)
    return row and replace(
        row, lines=row.lines + 1, spent=row.spent + event.price, last_written=event.meta.occurred_on
    )


@notebooks.on(Notebook.Shut)
def shut(row: OpenNotebook | None, event: Notebook.Shut) -> OpenNotebook | None:
    return None


def tags_of(event: Notebook.Written) -> Iterator[Key]:
    return ((tag, event.meta.stream) for tag in event.tags)


@tagged.on_each(Notebook.Written, keys=tags_of)
def tag_used(row: Tagged | None, event: Notebook.Written, key: Key) -> Tagged | None:
    return Tagged(tag=key[0], notebook=event.meta.stream, uses=row.uses + 1 if row else 1)


@entries.on(Event, key=lambda event: (event.meta.position,))
def entered(row: Entry | None, event: Event) -> Entry | None:
    assert event.meta.position is not None
    assert event.meta.recorded_at is not None
    return Entry(
        position=event.meta.position,
        notebook=event.meta.stream,
        recorded_at=event.meta.recorded_at,
        topic=event.TOPIC,
    )


VIEWS = [View("test_notebooks", notebooks, tagged), View("test_entries", entries)]


class NotebookSystem:
    """A service with its views on one database: a file, or what an address names."""

    def __init__(
        self, where: Path | str, views: Sequence[View] = VIEWS, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.database = open_database(where if isinstance(where, str) else f"sqlite:///{where}")
        self.writer, self.reader = self.database.writer, self.database.reader
        self.log = open_log(self.database, clock)
        self.follower = Follower(views)
        self.service = Service(LogFactory(self.log, self.follower))
        assert isinstance(self.service.events, EventStore)
        self.store = self.service.events
        if not sa.inspect(self.writer).has_table(EVENTS.name):
            upgrade(self.writer)
        self.refilled = prepare(self.log, self.follower)

    def read(self, question: Callable[..., Any], *details: Any) -> Any:
        with self.reader.connect() as connection:
            return question(connection, *details)

    def events(self) -> list[Event]:
        return self.read(lambda connection: list(self.store.everything(connection)))

    def differences(self) -> list[Difference | Stopped]:
        return check(self.log, self.follower.views)

    def execute(self, statement: str) -> None:
        """Do to the file what the service never would."""
        with self.writer.begin() as connection:
            connection.execute(sa.text(statement))

    def close(self) -> None:
        self.service.close()
        self.database.close()


@contextmanager
def command(id: UUID | None = None, *, at: datetime = NOON) -> Iterator[Signature]:
    """A command of its own, or one sent again under its id."""
    with acting(Signature(None, "officer", Channel.SCREEN, id or uuid4(), at)) as signature:
        yield signature

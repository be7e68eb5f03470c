"""The services: real things meet here once. Everything else is handed what it needs from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import current_app, has_request_context, request

from domain.aggregate import Aggregate, Refusal
from domain.references import reference
from domain.service import Service, UnitOfWork, is_rehearsing
from domain.signature import LONDON, Signature, acting
from domain.vocabulary import Channel
from projections import references
from projections.database import open_database, still_in_place, unless_busy
from projections.event_log import EventStore, LogFactory, open_log
from projections.event_log.faults import FAULTS
from projections.follower import Follower, Superseded
from projections.rebuilding import prepare
from web.runtime.read_consistency import ReadConsistency
from web.runtime.registered_views import VIEWS

EXTENSION = "sis-services"

CHOSEN = "sis.chosen"
"""Where the environment of a request holds which authority answers it."""

Clock = Callable[[], datetime]

COMPLETES: list[Callable[[Services, UnitOfWork], None]] = []
"""What is done to the records of each command before they are saved (Service.completes)."""

_DRAWN: ContextVar[list[str]] = ContextVar("references drawn for the command in hand")


class Services:
    """One authority's service: its log, its views and its clock.

    `replica_url` names a copy of a PostgreSQL database that answers readings; `to_read` keeps it from any change.
    `clock` is given where time is set on purpose (a demonstration, a test); else the machine's and the database's
    own clocks are used. `on_account` is told with what sign-in name an account was opened.
    """

    def __init__(
        self, database_url: str, *, replica_url: str = "", clock: Clock | None = None, to_read: bool = False
    ) -> None:
        database = open_database(database_url, replica_url=replica_url, to_read=to_read)
        self._database = database
        self.writer, self.reader = database.writer, database.reader
        self.log = open_log(database, clock)
        self.follower = Follower(VIEWS)
        self.service = Service(LogFactory(self.log, self.follower))
        self.service.completes = self._complete
        self.readings = ReadConsistency(database, self.follower, has_replica=bool(replica_url))
        self.store.on_saved = self.readings.saved
        self._clock = clock
        self.on_account: Callable[[str], None] = lambda _: None

    @property
    def store(self) -> EventStore:
        """The event store behind the service."""
        store = self.service.events
        if not isinstance(store, EventStore):
            raise TypeError("the authority's service keeps its events elsewhere")
        return store

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        return self._clock() if self._clock else datetime.now(UTC)

    def today(self) -> date:
        """The present day in England."""
        return self.now().astimezone(LONDON).date()

    def set_clock(self, clock: Clock | None) -> None:
        """Set the time of all that follows; None goes back to the real clocks."""
        self._clock = self.log.clock = clock

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent reading of log and views, of which those that follow and a replica may be a moment behind.

        Never behind what the present request or the person who sends it has saved (web.runtime.read_consistency).
        """
        with self.readings.engine().begin() as connection:
            yield connection

    @contextmanager
    def read_present(self) -> Iterator[sa.Connection]:
        """One consistent reading of what is so now: of who asks, and of the web layer's own tables."""
        with self.readings.present.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A write transaction for the web layer's own tables."""
        with self.writer.begin() as connection:
            yield connection
            in_place = still_in_place(connection)
        in_place()

    def note(self, statement: sa.Update | sa.Delete) -> None:
        """Write down what may as well be written down later: not where it would have to wait, or cannot be saved."""
        with suppress(*FAULTS), unless_busy(self.log.primary) as connection:
            if connection is not None:
                connection.execute(statement)

    def next_reference(self, kind: type[Aggregate]) -> str:
        """A reference of a kind, of the calendar year of today, that nobody else is given; the number nought, which
        no record has, where nothing is saved (domain.service.rehearsing)."""
        if is_rehearsing():
            return reference(kind.prefix, 0, 0)
        year = self.today().year
        drawn = self.log.commit(lambda connection: references.draw(connection, kind, year))
        _DRAWN.get([]).append(drawn)
        return drawn

    @contextmanager
    def _giving_back(self) -> Iterator[None]:
        """Give back what is drawn in this block if a rule refuses what it was drawn for: fewer numbers are missed."""
        drawn: list[str] = []
        token = _DRAWN.set(drawn)
        try:
            yield
        except Refusal:
            for each in reversed(drawn):
                self.log.commit(partial(references.give_back, drawn=each))
            raise
        finally:
            _DRAWN.reset(token)

    @contextmanager
    def acting(
        self,
        actor: UUID | None,
        post: str,
        channel: Channel,
        *,
        command: UUID | None = None,
        correlation: str = "",
    ) -> Iterator[Signature]:
        """Sign what is recorded in this block, now."""
        signature = Signature(actor, post, channel, command or uuid4(), self.now(), correlation=correlation)
        with acting(signature), self._giving_back():
            yield signature

    def know_of(self, generation: int) -> None:
        """Look again how the views stand, and which schools went into others, where that is another change than the
        last one that this process knows of."""
        if generation != self.follower.plan.generation:
            with suppress(Superseded):
                self.store.learn()

    def _complete(self, work: UnitOfWork) -> None:
        for complete in COMPLETES:
            complete(self, work)

    def prepare_views(self) -> list[str]:
        """Make missing views and refill those whose code has changed; returns their names."""
        return prepare(self.log, self.follower)

    def close(self) -> None:
        """Let go of the database."""
        self.service.close()
        self._database.close()


@dataclass(frozen=True)
class ChosenAuthority:
    """The authority that answers a request, where one deployment serves several (web.authorities.router).

    `label` is what people call it; `way_in` leads a browser that has not chosen to this authority, on a host that
    several share; `sign_in_name` is what was typed to find it.
    """

    name: str
    label: str
    services: Services
    way_in: str = ""
    sign_in_name: str = ""


def chosen() -> ChosenAuthority | None:
    """The authority chosen for the present request, None where the application serves one alone."""
    found = request.environ.get(CHOSEN) if has_request_context() else None
    return found if isinstance(found, ChosenAuthority) else None


def services() -> Services:
    """The services that answer the present request."""
    of_request = chosen()
    found = of_request.services if of_request else current_app.extensions.get(EXTENSION)
    if not isinstance(found, Services):
        raise TypeError("the application was made without services")
    return found

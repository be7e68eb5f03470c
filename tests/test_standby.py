"""The primary is lost in the middle of work, and its standby takes over: nothing that was acknowledged is missing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.school import School, Source
from domain.service import AlreadyDone, Unavailable
from domain.vocabulary import Channel
from projections.checking import check
from projections.event_log import EVENTS
from tests.databases import with_views
from tests.postgresql import Server
from tests.postgresql_programs import ABSENT, binaries
from tests.scenario import TODAY
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services

pytestmark = pytest.mark.skipif(binaries() is None, reason=ABSENT)

THREADS = 3
BEFORE, AFTER = 60, 60
"""Commands acknowledged before the primary is lost, and after."""

PATIENCE = 300
"""Seconds after which the test gives up."""

STANDBY = "reserve"


def at_both(first: Server, second: Server) -> str:
    """The address of whichever of two servers takes writes."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (first, second))
    return f"postgresql+psycopg://postgres@/postgres?{hosts}&target_session_attrs=read-write"


@dataclass
class Clerks:
    """Threads that register schools without a pause, and repeat under its number what they got no answer to."""

    services: Services
    acknowledged: list[UUID] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _urns: Iterator[int] = field(default_factory=lambda: count(900001))
    _lock: Lock = field(default_factory=Lock)
    _stop: Event = field(default_factory=Event)
    _news: Event = field(default_factory=Event)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with ThreadPoolExecutor(THREADS) as threads:
            working = [threads.submit(self._work) for _ in range(THREADS)]
            try:
                yield
            finally:
                self._stop.set()
            for one in working:
                one.result()

    def wait_for(self, number: int) -> None:
        """Wait until so many commands in all were acknowledged."""
        give_up = time.monotonic() + PATIENCE
        while len(self.acknowledged) < number:
            assert time.monotonic() < give_up, f"only {len(self.acknowledged)} acknowledged; {self.refused}"
            self._news.wait(1)
            self._news.clear()

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                urn = next(self._urns)
            command = uuid4()
            while not self._carried_out(command, urn):
                if self._stop.wait(0.02):
                    return
            self.acknowledged.append(command)
            self._news.set()

    def _carried_out(self, command: UUID, urn: int) -> bool:
        try:
            with self.services.acting(None, "administrator", Channel.COMMAND_LINE, command=command):
                self.services.service.add(lambda: a_school(urn))
        except AlreadyDone:
            self.refused["done already"] += 1
        except Unavailable as error:
            self.refused[type(error).__name__] += 1
            return False
        return True


def a_school(urn: int) -> School:
    details = {"status": "Open", "phase": "primary", "la_code": "399"}
    return School.register(urn, name=f"School {urn}", details=details, head=None, source=Source("register", TODAY))


def test_a_standby_is_promoted_in_the_middle_of_work_and_nothing_acknowledged_is_lost() -> None:
    with Server() as primary:
        with_views(primary.url())
        with primary.basebackup(STANDBY) as standby:
            # On the primary alone: promoted, the standby would else wait for one of its own.
            primary.configure(synchronous_standby_names=STANDBY)
            with closing(Services(at_both(primary, standby))) as services:
                services.prepare_views()
                clerks = Clerks(services)
                with clerks.at_work():
                    clerks.wait_for(BEFORE)
                    primary.kill()
                    standby.promote()
                    clerks.wait_for(BEFORE + AFTER)
                _all_is_there(services, clerks.acknowledged)
                assert clerks.refused["Unavailable"] + clerks.refused["OutcomeUnknown"] > 0


def _all_is_there(services: Services, acknowledged: list[UUID]) -> None:
    with services.read() as connection:
        commands = Counter(
            connection.execute(sa.select(EVENTS.c.meta.cast(sa.JSON)["command"].as_string())).scalars()
        )
    assert [command for command in acknowledged if str(command) not in commands] == []
    assert {command: times for command, times in commands.items() if times > 1} == {}
    assert check(services.log, VIEWS) == []

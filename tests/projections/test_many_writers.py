"""Many processes append to one log in PostgreSQL, and give up part of it, while others follow it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from random import Random
from time import monotonic
from typing import NamedTuple
from uuid import UUID

import pytest
import sqlalchemy as sa

from projections.codec import StoredRecord, stored
from projections.database import open_database
from projections.event_log import SqlLog, Tail, open_log
from projections.event_log.postgresql import COPIED_FROM
from tests.databases import Databases, with_log
from tests.notebook import Notebook, command
from tests.processes import processes
from tests.randomness import EVENTS

WRITERS = 8
FOLLOWERS = 4
PATIENCE = 60 + EVENTS / 500
"""Seconds that a run may take at most."""

POLL_SECONDS = 0.01


class Seen(NamedTuple):
    """An event of the log, as a writer was told of it or a reader found it."""

    position: int
    event_id: UUID


class GivenUp(Exception):
    """The writer has thought better of it."""


@contextmanager
def the_log(url: str) -> Iterator[SqlLog]:
    database = open_database(url)
    yield open_log(database)
    database.close()


def some_records(number: int) -> list[StoredRecord]:
    with command():
        notebook = Notebook.open()
        for line in range(number - 1):
            notebook.write(f"line {line}")
    return [stored(event) for event in notebook.collect_events()]


def write(url: str, seed: float, number: int) -> list[Seen]:
    """Append so many events, in transactions that linger and are given up at times; returns what was committed."""
    random, done = Random(seed), list[Seen]()
    with the_log(url) as log:
        while len(done) < number:
            records = some_records(random.choice((1, 1, 1, 2, 3, 5)) if random.random() < 0.99 else COPIED_FROM)
            try:
                positions = log.commit(partial(_append, log, random, records))
            except GivenUp:
                continue
            done += map(Seen, positions, (record.event_id for record in records))
    return done


def _append(log: SqlLog, random: Random, records: list[StoredRecord], connection: sa.Connection) -> list[int]:
    positions = log.append(connection, records, looked_at={}).positions
    if random.random() < 0.2:
        connection.exec_driver_sql("SELECT pg_sleep(%s)", (random.uniform(0.001, 0.03),))
    if random.random() < 0.15:
        raise GivenUp
    return list(positions)


def follow(url: str, last: UUID, careless: bool = False) -> list[Seen]:
    """Everything up to an event, as a reader comes by it."""
    seen: list[Seen] = []
    until = monotonic() + PATIENCE
    with the_log(url) as log, log.listening() as wait:
        tail = Tail(log) if careless else log.tail()
        while (not seen or seen[-1].event_id != last) and monotonic() < until:
            found = [Seen(record.position or 0, record.event_id) for record in tail.next()]
            seen += found
            if not found:
                wait(POLL_SECONDS)
    return seen


@pytest.mark.fire
def test_every_follower_sees_every_event_once_and_in_order(postgresql_databases: Databases, chance: Random) -> None:
    last = some_records(1)
    crowd = processes(WRITERS + FOLLOWERS + 1)
    with postgresql_databases.like(with_log) as url, crowd, the_log(url) as log:
        following = [crowd.submit(follow, url, last[0].event_id) for _ in range(FOLLOWERS)]
        careless = crowd.submit(follow, url, last[0].event_id, careless=True)
        writing = [crowd.submit(write, url, chance.random(), EVENTS // WRITERS) for _ in range(WRITERS)]
        committed = sorted(seen for each in writing for seen in _result(each))
        end = log.append_alone(last, {}).positions[0]
        committed.append(Seen(end, last[0].event_id))
        for each in following:
            assert _result(each) == committed
        seen = _result(careless)
        assert sorted(seen) == seen
    assert len(committed) > EVENTS
    assert end > len(committed)
    assert len(seen) < len(committed), "who does not mind gaps should have missed something: nothing was tried here"


def _result(future: Future[list[Seen]]) -> list[Seen]:
    return future.result(timeout=PATIENCE * 2)

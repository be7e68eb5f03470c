"""How many bytes the log takes for an event (T15): for events of middling size, and for an authority's real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bench.appends import new_events
from bench.material.case import CaseSystem
from bench.material.place import Place
from bench.material.timing import Told
from bench.workload.model import read_model
from bench.workload.years import history
from domain.aggregate import Event
from projections.codec import stored

EVENTS, OF_A_CASE, BATCH = 20_000, 20, 1000


def on_sqlite(place: Place) -> Told:
    """Bytes of a file."""

    def size(desk: CaseSystem) -> int:
        with desk.reader.connect() as connection:
            pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return pages * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())

    files = (f"sqlite:///{place.file()}" for _ in range(2))
    return Told("log_size_sqlite", "Size of the log on SQLite", "", dict(_figures(files, size)))


def on_postgresql(place: Place) -> Told:
    """Bytes of a table with its indexes."""

    def size(desk: CaseSystem) -> int:
        with desk.reader.connect() as connection:
            found: int = connection.execute(sa.text("SELECT pg_total_relation_size('events')")).scalar_one()
        return found

    databases = (place.database() for _ in range(2))
    return Told("log_size_postgresql", "Size of the log on PostgreSQL", "", dict(_figures(databases, size)))


def _figures(urls: Iterable[str], size: Any) -> Iterator[tuple[str, float]]:
    model = read_model()
    sources = {
        "notes": iter(new_events(OF_A_CASE, EVENTS // OF_A_CASE)),
        "an authority's own": islice(history(model, model.sizes.authority, years=1), EVENTS),
    }
    for url, (what, events) in zip(urls, sources.items(), strict=True):
        desk = CaseSystem(url, [])
        empty = size(desk)
        number, state, meta = _filled(desk, events)
        taken = size(desk) - empty
        desk.close()
        yield f"bytes an event, {what}", taken / number
        yield f"of which state, {what}", state / number
        yield f"of which meta, {what}", meta / number
        yield f"for each byte of state, {what}", taken / state
        yield f"for each byte of state and meta, {what}", taken / (state + meta)


def _filled(desk: CaseSystem, events: Iterator[Event]) -> tuple[int, int, int]:
    """Append all events; returns their number and their bytes of state and of meta."""
    number = state = meta = 0
    while batch := [stored(event) for event in islice(events, BATCH)]:
        records: list[Any] = batch
        desk.log.insert_events(records)
        number += len(batch)
        state += sum(len(record.state.encode()) for record in batch)
        meta += sum(len(record.meta.encode()) for record in batch)
    return number, state, meta

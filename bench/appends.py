"""Appending without a record: one event at a time (T2), and a thousand together, as an import does (T9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.material.case import VIEWS, Case, CaseSystem, signed
from bench.material.place import Place
from bench.material.raw import RawPostgresql, closing, event_rows, open_raw
from bench.material.timing import Measured, Way, Work, in_turn
from bench.material.twin import Case as TwinCase
from bench.material.twin import Twin, stored_events
from projections.codec import stored

SINGLE, STREAMS = 300, 30
BATCH, BATCHES = 1000, 6

RAW, RAW_COPY, LIBRARY, OURS = "raw insert", "raw copy", "library's recorder", "append"


def singly(place: Place) -> Measured:
    """One event in each transaction, on PostgreSQL."""

    def plain() -> tuple[Work, int]:
        raw = RawPostgresql(place.database()).create()
        return closing(partial(raw.commit_each, event_rows(SINGLE, streams=STREAMS)), raw), SINGLE

    def library() -> tuple[Work, int]:
        twin = Twin(place.database())
        events = [[event] for event in stored_events(SINGLE, streams=STREAMS)]
        return closing(partial(_each, twin.recorder.insert_events, events), twin), SINGLE

    def ours() -> tuple[Work, int]:
        desk = CaseSystem(place.database(), [])
        records: list[Any] = [[stored(event)] for event in new_events(SINGLE // STREAMS, STREAMS)]
        return closing(partial(_each, desk.log.insert_events, records), desk), SINGLE

    title = "Append alone on PostgreSQL, one event in each transaction"
    ways: dict[str, Way] = {RAW: plain, LIBRARY: library, OURS: ours}
    return in_turn("appends_postgresql", title, ways, base=RAW, rounds=place.rounds)


def imports_to_sqlite(place: Place) -> Measured:
    """1,000 events in each transaction, on a file."""
    new = lambda: f"sqlite:///{place.file()}"  # noqa: E731 - the address of a database, as place.database gives one
    ways = {RAW: _plain(new), "library, with encoding": _library(new), **_ours(new)}
    title = "1,000 events in one transaction on SQLite"
    return in_turn("imports_sqlite", title, ways, base=RAW, rounds=place.rounds)


def imports_to_postgresql(place: Place) -> Measured:
    """1,000 events in each transaction, on a server."""

    def by_statements() -> tuple[Work, int]:
        raw = RawPostgresql(place.database()).create()
        batches = [event_rows(BATCH) for _ in range(BATCHES)]
        return closing(partial(_each, raw.append_by_statements, batches), raw), BATCH * BATCHES

    def library() -> tuple[Work, int]:
        twin = Twin(place.database())
        batches = [stored_events(BATCH) for _ in range(BATCHES)]
        return closing(partial(_each, twin.insert, batches), twin), BATCH * BATCHES

    ways = {
        RAW_COPY: _plain(place.database),
        "raw executemany": by_statements,
        LIBRARY: library,
        **_ours(place.database),
    }
    title = "1,000 events in one transaction on PostgreSQL (400 in the library's)"
    return in_turn("imports_postgresql", title, ways, base=RAW_COPY, rounds=place.rounds)


def _each(act: Callable[[Any], object], things: list[Any]) -> None:
    for thing in things:
        act(thing)


def _plain(new: Callable[[], str]) -> Way:
    def make() -> tuple[Work, int]:
        raw = open_raw(new()).create()
        batches = [event_rows(BATCH) for _ in range(BATCHES)]
        return closing(partial(_each, raw.append, batches), raw), BATCH * BATCHES

    return make


def _library(new: Callable[[], str]) -> Way:
    def make() -> tuple[Work, int]:
        twin = Twin(new())
        batches = [_events_of_twin() for _ in range(BATCHES)]
        return closing(partial(_each, twin.save, batches), twin), BATCH * BATCHES

    return make


def _ours(new: Callable[[], str]) -> dict[str, Way]:
    def append() -> tuple[Work, int]:
        desk = CaseSystem(new(), [])
        batches: list[Any] = [[stored(event) for event in new_events(BATCH)] for _ in range(BATCHES)]
        return closing(partial(_each, desk.log.insert_events, batches), desk), BATCH * BATCHES

    def put(views: int) -> Way:
        def make() -> tuple[Work, int]:
            desk = CaseSystem(new(), VIEWS[:views])
            batches = [new_events(BATCH) for _ in range(BATCHES)]
            return closing(partial(_each, desk.store.put, batches), desk), BATCH * BATCHES

        return make

    return {OURS: append, "append, with encoding": put(0), "append, with encoding and two views": put(2)}


def new_events(number: int, cases: int = 1) -> list[Any]:
    """Events of so many new cases, not saved, so many of each."""
    found: list[Any] = []
    with signed():
        for _ in range(cases):
            case = Case.open()
            for _ in range(number - 1):
                case.note()
            found += case.collect_events()
    return found


def _events_of_twin() -> Any:
    case = TwinCase.open()
    for _ in range(BATCH - 1):
        case.note()
    return case

"""Many writers at once on a disk of 2 ms: processes on PostgreSQL (T3), threads of one process on SQLite (T4)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from threading import Lock
from typing import Any
from uuid import UUID

from bench.appends import new_events
from bench.material.apart import Crew
from bench.material.case import CaseSystem
from bench.material.disk import SLOW_MS, slow
from bench.material.place import Place
from bench.material.raw import RawPostgresql, RawSqlite, event_rows
from bench.material.timing import Measured, Work, in_turn
from bench.material.twin import Twin, stored_events
from projections.codec import stored

PROCESSES, EACH = 8, 40
THREADS, COMMANDS = 16, 400

CASES, NOTES = COMMANDS, 9
"""Each case has ten events at first, and gets one more in each round."""

RAW, LIBRARY, OURS = "raw insert and commit", "library", "append"


def on_postgresql(place: Place) -> Measured:
    """Eight processes, each appending one event at a time to records of its own."""
    new: dict[str, tuple[str, Callable[[str], Any]]] = {
        RAW: ("raw_writer", lambda url: RawPostgresql(url).create()),
        LIBRARY: ("library_writer", Twin),
        OURS: ("writer", lambda url: CaseSystem(url, [])),
    }
    with ExitStack() as stack:

        @cache
        def crew(way: str) -> Crew:
            function, begin = new[way]
            url = place.database(delay=SLOW_MS)
            begin(url).close()
            return stack.enter_context(Crew(f"bench.writers:{function}", [{"url": url}] * PROCESSES))

        ways = {way: partial(_told, crew, way, each=EACH, number=PROCESSES * EACH) for way in new}
        title = f"{PROCESSES} writers on PostgreSQL, commits {SLOW_MS:g} ms longer"
        return in_turn("writers_postgresql", title, ways, base=LIBRARY, rounds=place.rounds)


def in_threads(place: Place) -> Measured:
    """Sixteen threads, each giving full commands on records of 10 to 15 events."""
    functions = {RAW: "raw_threads", LIBRARY: "library_threads", "full command": "threads"}
    with ExitStack() as stack:

        @cache
        def crew(way: str) -> Crew:
            told = [{"url": f"sqlite:///{place.file()}"}]
            return stack.enter_context(Crew(f"bench.writers:{functions[way]}", told, environment=slow()))

        ways = {way: partial(_told, crew, way, each=COMMANDS, number=COMMANDS) for way in functions}
        title = f"{THREADS} threads on SQLite, commits {SLOW_MS:g} ms longer"
        return in_turn("threads_sqlite", title, ways, base=RAW, rounds=place.rounds)


def _told(crew: Callable[[str], Crew], way: str, *, each: int, number: int) -> tuple[Work, int]:
    found = crew(way)
    return lambda: found.work(each), number


def raw_writer(url: str) -> Callable[[int], int]:
    raw = RawPostgresql(url)

    def work(number: int) -> int:
        raw.commit_each(event_rows(number))
        return number

    return work


def library_writer(url: str) -> Callable[[int], int]:
    twin = Twin(url, is_new=False)

    def work(number: int) -> int:
        for event in stored_events(number):
            twin.recorder.insert_events([event])
        return number

    return work


def writer(url: str) -> Callable[[int], int]:
    desk = CaseSystem(url, [], is_new=False)

    def work(number: int) -> int:
        records: list[Any] = [stored(event) for event in new_events(number)]
        for record in records:
            desk.log.insert_events([record])
        return number

    return work


def raw_threads(url: str) -> Callable[[int], int]:
    raw, one_at_a_time = RawSqlite(url.removeprefix("sqlite:///")).create(), Lock()

    def insert(row: tuple[Any, ...]) -> None:
        with one_at_a_time:
            raw.commit_each([row])

    def work(number: int) -> int:
        return _in_threads(insert, event_rows(number))

    return work


def library_threads(url: str) -> Callable[[int], int]:
    twin = Twin(url)
    ids = twin.open_cases(CASES, NOTES)
    return lambda number: _in_threads(twin.note, _spread(ids, number))


def threads(url: str) -> Callable[[int], int]:
    desk = CaseSystem(url, [])
    ids = desk.open_cases(CASES, NOTES)
    return lambda number: _in_threads(desk.note, _spread(ids, number))


def _spread(ids: list[UUID], number: int) -> list[UUID]:
    return [ids[turn % len(ids)] for turn in range(number)]


def _in_threads(act: Callable[[Any], object], things: list[Any]) -> int:
    with ThreadPoolExecutor(THREADS) as pool:
        return len(list(pool.map(act, things)))

"""Many writers at once on a disk of 2 ms: processes on PostgreSQL (T3), threads of one process on SQLite (T4)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

from bench.appends import new_events
from bench.material.apart import Crew
from bench.material.case import Desk
from bench.material.disk import SLOW_MS, slow
from bench.material.place import Place
from bench.material.raw import RawPostgresql, RawSqlite, event_rows
from bench.material.timing import Measured, Way, Work, in_turn
from bench.material.twin import Twin, stored_events
from projections.codec import stored

PROCESSES, EACH = 8, 40
THREADS, COMMANDS, CASES = 16, 160, 64

RAW, LIBRARY, OURS = "raw insert and commit", "library", "append"


def on_postgresql(place: Place) -> Measured:
    """Eight processes, each appending one event at a time to records of its own."""
    ways: dict[str, Way] = {}
    crews = []
    for way, function in {RAW: "raw_writer", LIBRARY: "library_writer", OURS: "writer"}.items():
        url = place.database(delay=SLOW_MS)
        if way == RAW:
            RawPostgresql(url).create().close()
        elif way == LIBRARY:
            Twin(url).close()
        else:
            Desk(url, []).close()
        crew = Crew(f"bench.writers:{function}", [{"url": url}] * PROCESSES)
        crews.append(crew)
        ways[way] = partial(_told, crew, EACH, PROCESSES * EACH)
    title = f"{PROCESSES} writers on PostgreSQL, commits {SLOW_MS:g} ms longer"
    measured = in_turn("writers_postgresql", title, ways, base=LIBRARY, rounds=place.rounds)
    for crew in crews:
        crew.close()
    return measured


def in_threads(place: Place) -> Measured:
    """Sixteen threads, each giving full commands on records of ten and more events."""
    ways: dict[str, Way] = {}
    crews = []
    functions = {RAW: "raw_threads", LIBRARY: "library_threads", "full command": "threads"}
    for way, function in functions.items():
        told = [{"url": f"sqlite:///{place.file()}"}]
        crew = Crew(f"bench.writers:{function}", told, environment=slow())
        crews.append(crew)
        ways[way] = partial(_told, crew, COMMANDS, COMMANDS)
    title = f"{THREADS} threads on SQLite, commits {SLOW_MS:g} ms longer"
    measured = in_turn("threads_sqlite", title, ways, base=RAW, rounds=place.rounds)
    for crew in crews:
        crew.close()
    return measured


def _told(crew: Crew, each: int, number: int) -> tuple[Work, int]:
    return lambda: crew.work(each), number


def raw_writer(url: str) -> Callable[[int], int]:
    raw = RawPostgresql(url)

    def work(number: int) -> int:
        raw.commit_each(event_rows(number))
        return number

    return work


def library_writer(url: str) -> Callable[[int], int]:
    twin = Twin(url)

    def work(number: int) -> int:
        for event in stored_events(number):
            twin.recorder.insert_events([event])
        return number

    return work


def writer(url: str) -> Callable[[int], int]:
    desk = Desk(url, [])

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
    ids = twin.open_cases(CASES, 9)
    return lambda number: _in_threads(twin.note, _spread(ids, number))


def threads(url: str) -> Callable[[int], int]:
    desk = Desk(url, [])
    ids = desk.open_cases(CASES, 9)
    return lambda number: _in_threads(desk.note, _spread(ids, number))


def _spread(ids: list[UUID], number: int) -> list[UUID]:
    return [ids[turn % len(ids)] for turn in range(number)]


def _in_threads(act: Callable[[Any], object], things: list[Any]) -> int:
    with ThreadPoolExecutor(THREADS) as pool:
        return len(list(pool.map(act, things)))

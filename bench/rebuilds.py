"""Views from zero (T6): the log folded anew, and a view that catches up, against rows written one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bench.appends import new_events
from bench.material.case import VIEWS, CaseSystem
from bench.material.place import Place
from bench.material.raw import case_rows, closing, open_raw
from bench.material.timing import Measured, Work, in_turn
from projections.codec import stored

CASES, NOTES = 5000, 9
NUMBER = CASES * (NOTES + 1)
TOGETHER = 500
CAUGHT_UP = 10_000

RAW, READ = "raw upserts, 500 together", "events read and decoded"
FILLED, ONE_VIEW, THREE_VIEWS = "filling of one view", "rebuild of one view", "rebuild of three views"
FOLLOWED = "catch-up of one view"


def on_sqlite(place: Place) -> Measured:
    """On a file."""
    return _measured("rebuilds_sqlite", "SQLite", place, lambda: f"sqlite:///{place.file()}")


def on_postgresql(place: Place) -> Measured:
    """On a server."""
    return _measured("rebuilds_postgresql", "PostgreSQL", place, place.database)


def _measured(name: str, kind: str, place: Place, new: Callable[[], str]) -> Measured:
    url = new()
    one, three, raw = CaseSystem(url, VIEWS[:1]), CaseSystem(url, VIEWS), open_raw(new()).create()
    for _ in range(CASES // 100):
        three.open_cases(100, NOTES)
    rows = case_rows(CASES, NOTES + 1)

    def plain() -> None:
        for start in range(0, NUMBER, TOGETHER):
            raw.upsert(rows[start : start + TOGETHER])

    def followed() -> tuple[Work, int]:
        desk = CaseSystem(new(), VIEWS[:1])
        following = desk.let_follow()
        for _ in range(CAUGHT_UP // 1000):
            records: list[Any] = [stored(event) for event in new_events(NOTES + 1, 1000 // (NOTES + 1))]
            desk.log.insert_events(records)

        def catch_up() -> None:
            while following.step():
                pass

        return closing(catch_up, desk), CAUGHT_UP

    ways = {
        RAW: lambda: (plain, NUMBER),
        READ: lambda: (one.count_events, NUMBER),
        FILLED: lambda: (one.fill, NUMBER),
        ONE_VIEW: lambda: (one.rebuild, NUMBER),
        THREE_VIEWS: lambda: (three.rebuild, NUMBER),
        FOLLOWED: followed,
    }
    title = f"Views from zero on {kind}, {NUMBER:,} events of {CASES:,} records, in events"
    measured = in_turn(name, title, ways, base=RAW, rounds=place.rounds)
    with three.reader.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM bench_lines")).scalar() == NUMBER
    for opened in (raw, one, three):
        opened.close()
    return measured

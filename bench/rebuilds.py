"""Views from zero (T6): all events folded anew, against rows written one after the other."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from bench.material.case import VIEWS, Desk
from bench.material.place import Place
from bench.material.raw import case_rows, open_raw
from bench.material.timing import Measured, in_turn

CASES, NOTES = 5000, 9
NUMBER = CASES * (NOTES + 1)
TOGETHER = 500

RAW, READ = "raw upserts, 500 together", "events read and decoded"
ONE_VIEW, THREE_VIEWS = "rebuild of one view", "rebuild of three views"


def on_sqlite(place: Place) -> Measured:
    """Rebuild on a file."""
    return _measured("rebuilds_sqlite", "SQLite", place, lambda: f"sqlite:///{place.file()}")


def on_postgresql(place: Place) -> Measured:
    """Rebuild on a server."""
    return _measured("rebuilds_postgresql", "PostgreSQL", place, place.database)


def _measured(name: str, kind: str, place: Place, new: Callable[[], str]) -> Measured:
    desk, raw = Desk(new(), VIEWS), open_raw(new()).create()
    for _ in range(CASES // 100):
        desk.open_cases(100, NOTES)
    rows = case_rows(CASES, NOTES + 1)

    def plain() -> None:
        for start in range(0, NUMBER, TOGETHER):
            raw.upsert(rows[start : start + TOGETHER])

    ways = {
        RAW: lambda: (plain, NUMBER),
        READ: lambda: (desk.count_events, NUMBER),
        ONE_VIEW: lambda: (lambda: desk.rebuild(VIEWS[:1]), NUMBER),
        THREE_VIEWS: lambda: (lambda: desk.rebuild(VIEWS), NUMBER),
    }
    title = f"Views from zero on {kind}, {NUMBER:,} events of {CASES:,} records, in events"
    measured = in_turn(name, title, ways, base=RAW, rounds=place.rounds)
    with desk.reader.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM bench_lines")).scalar() == NUMBER
    raw.close()
    desk.close()
    return measured

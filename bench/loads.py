"""The load of a long record (T5), by processor time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.material.case import Case, Desk
from bench.material.place import Place
from bench.material.raw import RawSqlite, event_rows
from bench.material.timing import Measured, Way, Work, in_turn
from bench.material.twin import Twin

LENGTHS = (100, 1000)
EVENTS = 6000
"""How many events are read in each round, whatever the length of the record."""


def of_long_records(place: Place) -> Measured:
    """Records of 100 and of 1,000 events, on a file."""
    raw = RawSqlite(str(place.file())).create()
    twin, desk = Twin(f"sqlite:///{place.file()}"), Desk(f"sqlite:///{place.file()}", [])
    ways: dict[str, Way] = {}
    for length in LENGTHS:
        rows = event_rows(length)
        raw.append(rows)
        (theirs,), (own,) = twin.open_cases(1, length - 1), desk.open_cases(1, length - 1)
        ways |= {
            f"raw select, {length:,} events": _repeated(partial(raw.select, rows[0][0]), length),
            f"library, {length:,} events": _repeated(partial(twin.repository.get, theirs), length),
            f"load, {length:,} events": _repeated(partial(desk.service.find, Case, own), length),
        }
    title = "Load of a long record on SQLite, by processor time"
    base = f"library, {LENGTHS[0]:,} events"
    measured = in_turn("loads", title, ways, base=base, rounds=place.rounds, by_cpu=True)
    for opened in (raw, twin, desk):
        opened.close()
    return measured


def _repeated(load: Callable[[], object], length: int) -> Way:
    loads = EVENTS // length

    def work() -> None:
        for _ in range(loads):
            load()

    def make() -> tuple[Work, int]:
        return work, loads

    return make

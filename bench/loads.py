"""The load of a long record (T5), by processor time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from bench.material.case import Case, CaseSystem
from bench.material.place import Place
from bench.material.raw import RawSqlite, event_rows
from bench.material.timing import Measured, Way, Work, in_turn
from bench.material.twin import Twin

LENGTHS = (100, 1000)
LOADS = 30


def of_long_records(place: Place) -> Measured:
    """Records of 100 and of 1,000 events, on a file."""
    url = f"sqlite:///{place.file()}"
    raw, twin, desk = RawSqlite(str(place.file())).create(), Twin(f"sqlite:///{place.file()}"), CaseSystem(url, [])
    ways: dict[str, Way] = {}
    for length in LENGTHS:
        rows = event_rows(length)
        raw.append(rows)
        (theirs,) = twin.open_cases(1, length - 1)
        own = desk.open_cases(LOADS, length - 1)
        ways |= {
            f"raw select, {length:,} events": _repeated(partial(raw.select, rows[0][0])),
            f"library, {length:,} events": _repeated(partial(twin.repository.get, theirs)),
            f"first load, {length:,} events": partial(_first_loads, url, own),
        }
    title = "Load of a long record on SQLite, by processor time"
    base = f"library, {LENGTHS[0]:,} events"
    measured = in_turn("loads", title, ways, base=base, rounds=place.rounds, by_cpu=True)
    for opened in (raw, twin, desk):
        opened.close()
    return measured


def _first_loads(url: str, ids: list[UUID]) -> tuple[Work, int]:
    """Loads by a service that has never seen these records."""
    desk = CaseSystem(url, [], is_new=False)

    def work() -> None:
        for id in ids:
            desk.service.find(Case, id)

    return work, len(ids)


def _repeated(load: Callable[[], object]) -> Way:
    def work() -> None:
        for _ in range(LOADS):
            load()

    def make() -> tuple[Work, int]:
        load()
        return work, LOADS

    return make

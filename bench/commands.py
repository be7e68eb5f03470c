"""One command: a record of 10 to 15 events is loaded, it decides, and one event is appended (T1, T10)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from bench.material.case import VIEWS, CaseSystem
from bench.material.place import Place
from bench.material.raw import closing, event_rows, open_raw
from bench.material.timing import Measured, Way, Work, in_turn
from bench.material.twin import Twin

CASES, NOTES, MORE = 40, 9, 5
"""Each case has ten events at first and gets five more, one command each."""

RAW, LIBRARY = "raw insert and commit", "library"
NO_VIEW, ONE_VIEW, THREE_VIEWS = "full command, no view", "full command, one view", "full command, three views"

OURS = {NO_VIEW: 0, ONE_VIEW: 1, THREE_VIEWS: 3}


def on_sqlite(place: Place) -> Measured:
    """Commands on a file with full durability."""
    return _measured("commands_sqlite", "SQLite", place, lambda: f"sqlite:///{place.file()}", OURS)


def on_postgresql(place: Place) -> Measured:
    """Commands on a server that waits for its disk at each commit."""
    return _measured("commands_postgresql", "PostgreSQL", place, place.database, OURS)


def _measured(name: str, kind: str, place: Place, new: Callable[[], str], ours: dict[str, int]) -> Measured:
    number = CASES * MORE

    def plain() -> tuple[Work, int]:
        raw = open_raw(new()).create()
        rows = event_rows(number, streams=CASES)
        return closing(lambda: raw.commit_each(rows), raw), number

    def library() -> tuple[Work, int]:
        twin = Twin(new())
        return closing(_all(twin.note, twin.open_cases(CASES, NOTES)), twin), number

    def product(views: int) -> Way:
        def make() -> tuple[Work, int]:
            desk = CaseSystem(new(), VIEWS[:views])
            return closing(_all(desk.note, desk.open_cases(CASES, NOTES)), desk), number

        return make

    title = f"One command on {kind}: load of 10 to 15 events, decide, append"
    ways = {RAW: plain, LIBRARY: library} | {way: product(views) for way, views in ours.items()}
    return in_turn(name, title, ways, base=RAW, rounds=place.rounds)


def _all(note: Callable[[UUID], None], ids: list[UUID]) -> Work:
    def work() -> None:
        for id in ids * MORE:
            note(id)

    return work

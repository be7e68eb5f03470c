"""How much of the database's own speed is left to a command, an import, a load and a rebuild."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import UUID, uuid4

import sqlalchemy as sa

from bench.material import raw
from bench.material.case import VIEWS, Case, Desk, signed
from bench.material.timing import Measured, Work, in_turn, show
from bench.material.twin import Case as TwinCase
from bench.material.twin import Twin

CASES, NOTES, MORE = 40, 9, 5
"""Each case has ten events at first and gets five more, one command each."""

BATCH, BATCHES = 1000, 8
LOADS, LONG = 60, 99
REBUILT_CASES = 2000


def main() -> None:
    with TemporaryDirectory() as folder:
        floor = Floor(Path(folder))
        commands = floor.commands()
        show(commands, "raw insert and commit", {"full command, no view": 0.35, "full command, three views": 0.20})
        show(floor.appends(), "raw executemany", {"append": 0.75})
        show(floor.loads(), "library", {"load": 4})
        show(floor.rebuilds(), "raw upserts, 500 together", {"rebuild of three views": 0.3})


class Floor:
    """The measurements, on files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self) -> Path:
        return self.folder / f"{uuid4().hex}.sqlite"

    def commands(self) -> Measured:
        """Load a record of 10 to 15 events, decide, append one."""
        number = CASES * MORE

        def plain() -> tuple[Work, int]:
            connection = raw.database(self.path())
            rows = raw.event_rows(number, streams=CASES)
            return lambda: (raw.commit_each(connection, rows), connection.close()), number

        def library() -> tuple[Work, int]:
            twin = Twin(self.path())
            ids = twin.open_cases(CASES, NOTES)

            def work() -> None:
                for id in ids * MORE:
                    case = twin.repository.get(id)
                    case.note()
                    twin.save(case)

            return _closing(work, twin.close), number

        def ours(views: int) -> Callable[[], tuple[Work, int]]:
            def make() -> tuple[Work, int]:
                desk = Desk(self.path(), VIEWS[:views])
                ids = desk.open_cases(CASES, NOTES)
                return _closing(lambda: _note(desk, ids * MORE), desk.close), number

            return make

        return in_turn(
            "One command: load of 10 to 15 events, decide, append",
            {
                "raw insert and commit": plain,
                "library": library,
                "full command, no view": ours(0),
                "full command, three views": ours(3),
            },
        )

    def appends(self) -> Measured:
        """1,000 events in one transaction."""
        number = BATCH * BATCHES

        def plain() -> tuple[Work, int]:
            connection = raw.database(self.path())
            batches = [raw.event_rows(BATCH, first=1 + BATCH * batch) for batch in range(BATCHES)]

            def work() -> None:
                for rows in batches:
                    raw.commit_together(connection, raw.INSERT, rows)

            return _closing(work, connection.close), number

        def library() -> tuple[Work, int]:
            twin = Twin(self.path())
            cases = [_long_twin() for _ in range(BATCHES)]
            return _closing(lambda: [twin.save(case) for case in cases], twin.close), number

        def ours(views: int, *, encoded: bool = False) -> Callable[[], tuple[Work, int]]:
            def make() -> tuple[Work, int]:
                desk = Desk(self.path(), VIEWS[:views])
                batches = [_long().collect_events() for _ in range(BATCHES)]
                if encoded:
                    stored = [[desk.store.mapper.to_stored_event(event) for event in events] for events in batches]
                    return _closing(lambda: [desk.log.insert_events(some) for some in stored], desk.close), number
                return _closing(lambda: [desk.store.put(events) for events in batches], desk.close), number

            return make

        return in_turn(
            "1,000 events in one transaction",
            {
                "raw executemany": plain,
                "library, with encoding": library,
                "append": ours(0, encoded=True),
                "append, with encoding": ours(0),
                "append, with encoding and two views": ours(2),
            },
        )

    def loads(self) -> Measured:
        """A record of 100 events."""
        twin, desk = Twin(self.path()), Desk(self.path(), [])
        theirs, own = twin.open_cases(1, LONG), desk.open_cases(1, LONG)
        connection = raw.database(self.path())
        rows = raw.event_rows(LONG + 1)
        raw.commit_together(connection, raw.INSERT, rows)
        stream = rows[0][1]
        select = "SELECT * FROM events WHERE stream_id = ? ORDER BY version"
        measured = in_turn(
            "Load of a record of 100 events, by processor time",
            {
                "library": lambda: (lambda: [twin.repository.get(theirs[0]) for _ in range(LOADS)], LOADS),
                "load": lambda: (lambda: [desk.service.find(Case, own[0]) for _ in range(LOADS)], LOADS),
                "raw select": lambda: (
                    lambda: [connection.execute(select, (stream,)).fetchall() for _ in range(LOADS)],
                    LOADS,
                ),
            },
            process_time,
        )
        connection.close()
        twin.close()
        desk.close()
        return measured

    def rebuilds(self) -> Measured:
        """All views from the whole log."""
        desk = Desk(self.path(), VIEWS)
        for _ in range(REBUILT_CASES // 100):
            desk.open_cases(100, NOTES)
        number = REBUILT_CASES * (NOTES + 1)
        connection = raw.database(self.path())
        ids = [uuid4().hex for _ in range(REBUILT_CASES)]
        rows = [(id, id, turn, 50 * turn, "2026-11-02") for turn in range(NOTES + 1) for id in ids]

        def plain() -> None:
            for start in range(0, number, 500):
                raw.commit_together(connection, raw.UPSERT, rows[start : start + 500])

        def rebuild(views: int) -> None:
            with desk.writer.begin() as writing:
                desk.follower.rebuild(writing, desk.store.everything(writing), VIEWS[:views])

        def read() -> None:
            with desk.reader.connect() as reading:
                assert sum(1 for _ in desk.store.everything(reading)) == number

        measured = in_turn(
            f"Views from zero, {number:,} events of {REBUILT_CASES:,} records, in events",
            {
                "raw upserts, 500 together": lambda: (plain, number),
                "events read and decoded": lambda: (read, number),
                "rebuild of one view": lambda: (lambda: rebuild(1), number),
                "rebuild of three views": lambda: (lambda: rebuild(3), number),
            },
        )
        with desk.reader.connect() as reading:
            assert reading.execute(sa.text("SELECT count(*) FROM bench_lines")).scalar() == number
        connection.close()
        desk.close()
        return measured


def _closing(work: Work, close: Work) -> Work:
    def both() -> None:
        work()
        close()

    return both


def _note(desk: Desk, ids: list[UUID]) -> None:
    for id in ids:
        with signed():
            desk.service.change(Case, id, Case.note)


def _long() -> Case:
    """A case of 1,000 events, not saved."""
    with signed():
        case = Case.open()
        for _ in range(BATCH - 1):
            case.note()
    return case


def _long_twin() -> TwinCase:
    case = TwinCase.open()
    for _ in range(BATCH - 1):
        case.note()
    return case


if __name__ == "__main__":
    main()

"""How far a following view lags behind (T8): from a command's end to its row being visible, in a process apart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from uuid import UUID

import sqlalchemy as sa

from bench.browsing import percentile
from bench.material.apart import HERE
from bench.material.case import VIEWS, CaseSystem, lines
from bench.material.place import Place
from bench.material.timing import Told
from web.runtime.read_consistency import ReadConsistency

COMMANDS, CASES = 100, 10
BETWEEN = (0.002, 0.020)
"""Seconds between two commands, so that they meet the follower at any point of its round."""

LOOKED_EVERY = 0.0002
PATIENCE = 60.0


def on_sqlite(place: Place) -> Told:
    """Lag on a file."""
    return _told("following_sqlite", "SQLite", f"sqlite:///{place.file()}", place.rounds)


def on_postgresql(place: Place) -> Told:
    """Lag on a server."""
    return _told("following_postgresql", "PostgreSQL", place.database(), place.rounds)


def _told(name: str, kind: str, url: str, rounds: int) -> Told:
    desk = CaseSystem(url, VIEWS[1:2])
    ids = desk.open_cases(CASES, 1)
    desk.let_follow()
    with _following(url):
        _lags(desk, ids[:1] * 10)  # until the follower is at work
        asked = [ids[turn % CASES] for turn in range(COMMANDS)]
        measured: dict[str, list[list[float]]] = {"lag": [], "wait for one's own": []}
        for _ in range(rounds):
            measured["lag"].append(_lags(desk, asked))
            measured["wait for one's own"].append(_waits(desk, asked))
    desk.close()
    figures = {
        f"{what} {share}": median(percentile(each, at) for each in rounds_of)
        for what, rounds_of in measured.items()
        for share, at in (("p50", 0.5), ("p99", 0.99))
    }
    return Told(name, f"Lag of a following view on {kind}, {rounds} times {COMMANDS} commands", "ms", figures)


def _lags(desk: CaseSystem, ids: list[UUID]) -> list[float]:
    """Milliseconds from the end of each command until its row is there."""
    dice, found = Random(len(ids)), []
    newest = sa.select(sa.func.max(lines.table.c.position))
    with desk.log.primary.connect() as connection:
        for id in ids:
            sleep(dice.uniform(*BETWEEN))
            desk.note(id)
            began = perf_counter()
            position = desk.log.max_notification_id()
            while (connection.execute(newest).scalar() or 0) < (position or 0):
                if perf_counter() - began > PATIENCE:
                    raise RuntimeError("the view does not follow")
                sleep(LOOKED_EVERY)
            found.append((perf_counter() - began) * 1000)
    return found


def _waits(desk: CaseSystem, ids: list[UUID]) -> list[float]:
    """Milliseconds that whoever sent a command waits for its row, as a page and the API do."""
    dice, found = Random(len(ids)), []
    readings = ReadConsistency(desk.database, desk.follower, has_replica=False)
    for id in ids:
        sleep(dice.uniform(*BETWEEN))
        desk.note(id)
        position = desk.log.max_notification_id()
        began = perf_counter()
        readings.wait(position)
        found.append((perf_counter() - began) * 1000)
    return found


@contextmanager
def _following(url: str) -> Iterator[None]:
    """A process of its own that brings the view forward, until its input ends."""
    asked = [sys.executable, "-m", "bench.following", url]
    process = subprocess.Popen(asked, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.communicate()


def _follow(url: str) -> None:
    desk, ended = CaseSystem(url, VIEWS[1:2], is_new=False), Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    Thread(target=wait_for_the_end, daemon=True).start()
    print("at work", flush=True)
    desk.following().run(lambda: not ended.is_set())
    desk.close()


if __name__ == "__main__":
    _follow(sys.argv[1])

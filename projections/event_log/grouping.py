"""Saves what several threads have to save in one transaction, so that they share one wait for the disk: above all the
events of their commands, which are appended to the log together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import OperationalError

from projections.codec import StoredRecord
from projections.database import still_in_place
from projections.driver import run

T = TypeVar("T")

MOST_TOGETHER = 64


class Joint(ABC, Generic[T]):
    """Work that can be done at once with others of its class, in fewer statements than one after another."""

    @abstractmethod
    def __call__(self, connection: sa.Connection) -> T: ...

    @abstractmethod
    def at_once(self, others: Sequence[Self], connection: sa.Connection) -> Sequence[T] | None:
        """Do all of the work, and give what comes of each in order.

        None, and nothing is done, where it would not be the same as one after another. Where it fails, all of it is
        undone, and each is done alone.
        """


class _Job(Generic[T]):
    """One thread's work, and what came of it."""

    def __init__(self, work: Callable[[sa.Connection], T]) -> None:
        self.work = work
        self.turn = Event()
        """Set when the job is done, or when its thread is to commit for all who wait."""
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Group:
    """A thread that finds nobody committing commits for all who wait; then one of those who came meanwhile does.

    A job that fails is undone alone. Each caller returns when its own work is on the disk.
    """

    def __init__(self, writer: sa.Engine) -> None:
        self._writer = writer
        self._waiting: deque[_Job[Any]] = deque()
        self._is_led = False
        self._door = Lock()

    def commit(self, work: Callable[[sa.Connection], T]) -> T:
        """Carry out work in a transaction. Raises what the work raises, or what kept the database from saving it."""
        job = _Job(work)
        with self._door:
            self._waiting.append(job)
            leads, self._is_led = not self._is_led, True
        if not leads:
            self._wait(job)
        if not job.is_done:
            self._lead()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _lead(self) -> None:
        """Commit for those who wait, this thread's own job among them; then let the next one lead."""
        with self._door:
            jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        try:
            with self._writer.begin() as connection:
                self._work_off(connection, jobs)
                in_place = still_in_place(connection)
            in_place()
        except Exception as error:
            _fail(jobs, error)
        except BaseException:
            _fail(jobs, OperationalError("the thread that was saving was told to end"))
            self._end(jobs)
            raise
        self._end(jobs)

    def _end(self, jobs: list[_Job[Any]]) -> None:
        """Let those go whose work is done, and the next one lead."""
        for job in jobs:
            job.is_done = True
            job.turn.set()
        with self._door:
            self._hand_on()

    def _wait(self, job: _Job[Any]) -> None:
        try:
            job.turn.wait()
        except BaseException:
            # A signal ends the thread: nobody is to wait for it to lead.
            with self._door:
                if job in self._waiting:
                    self._waiting.remove(job)
                    if job.turn.is_set():
                        self._hand_on()
            raise

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting[0].turn.set()
        else:
            self._is_led = False

    def _work_off(self, connection: sa.Connection, jobs: list[_Job[Any]]) -> None:
        if len(jobs) == 1:
            jobs[0].result = jobs[0].work(connection)
            return
        run(connection, "SAVEPOINT job")
        try:
            done = _at_once(connection, [job.work for job in jobs])
        except Exception:
            done = None  # whose fault it is shows when each is done alone
            run(connection, "ROLLBACK TO job")
        run(connection, "RELEASE job")
        if done is None:
            for job in jobs:
                self._work_off_alone(connection, job)
            return
        for job, result in zip(jobs, done, strict=True):
            job.result = result

    def _work_off_alone(self, connection: sa.Connection, job: _Job[Any]) -> None:
        run(connection, "SAVEPOINT job")
        try:
            job.result = job.work(connection)
        except Exception as error:
            job.error = error
            run(connection, "ROLLBACK TO job")
        run(connection, "RELEASE job")


def _at_once(connection: sa.Connection, works: Sequence[Any]) -> Sequence[Any] | None:
    first, *others = works
    if not isinstance(first, Joint) or any(type(other) is not type(first) for other in others):
        return None
    return first.at_once(others, connection)


def _fail(jobs: list[_Job[Any]], error: Exception) -> None:
    for job in jobs:
        job.error = job.error or error


class Appended(NamedTuple):
    """Where and when events were taken, and the last change of how the views stand (tables.GENERATIONS)."""

    positions: Sequence[int]
    recorded_at: datetime
    generation: int


class TakesEvents(Protocol):
    """A log, by what it does with events: see `SqlLog.append`."""

    @abstractmethod
    def append(
        self,
        connection: sa.Connection,
        records: Sequence[StoredRecord],
        *,
        looked_at: Mapping[UUID, int],
        rows: Iterable[int] = (),
    ) -> Appended: ...

    @abstractmethod
    def hold_still(self, connection: sa.Connection) -> None: ...


@dataclass(frozen=True)
class Appending(Joint[Appended]):
    """A command's events, and the versions at which the records stand that it only looked at."""

    log: TakesEvents
    records: Sequence[StoredRecord]
    looked_at: Mapping[UUID, int]

    def rows(self) -> Iterable[int]:
        """The rows of views that nobody else may change meanwhile, by number."""
        return ()

    def __call__(self, connection: sa.Connection) -> Appended:
        return self.log.append(connection, self.records, looked_at=self.looked_at, rows=self.rows())

    def at_once(self, others: Sequence[Self], connection: sa.Connection) -> Sequence[Appended] | None:
        """Append the events of all as if they were one command's, unless one looked at what another one changes."""
        all_of_them = (self, *others)
        held = {each for one in all_of_them for each in one.looked_at.items()}
        changed = {record.originator_id for one in all_of_them for record in one.records}
        looked_at = dict(held)
        if len(looked_at) < len(held) or not changed.isdisjoint(looked_at) or not self.is_like(others):
            return None
        appended = self.joined(all_of_them, looked_at)(connection)
        positions = iter(appended.positions)
        return [
            Appended([next(positions) for _ in one.records], appended.recorded_at, appended.generation)
            for one in all_of_them
        ]

    def is_like(self, others: Sequence[Self]) -> bool:
        """Whether the others are to be saved the same way."""
        return True

    def joined(self, all_of_them: Sequence[Self], looked_at: Mapping[UUID, int]) -> Self:
        """One command with the events of all."""
        records = [record for one in all_of_them for record in one.records]
        return replace(self, records=records, looked_at=looked_at)

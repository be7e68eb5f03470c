"""Saves what several threads have to save in one transaction, so that they share one wait for the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

MOST_TOGETHER = 64


class _Job(Generic[T]):
    """One thread's work, and what came of it."""

    def __init__(self, work: Callable[[sa.Connection], T]) -> None:
        self.work = work
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Group:
    """The thread that finds nobody committing commits for all who wait; the next one begins when it is through.

    A job that fails is undone alone. Each caller returns when its own work is on the disk.
    """

    def __init__(self, writer: sa.Engine) -> None:
        self._writer = writer
        self._waiting: deque[_Job[Any]] = deque()
        self._leads = Lock()

    def commit(self, work: Callable[[sa.Connection], T]) -> T:
        """Carry out work in a transaction. Raises what the work raises, or what kept the database from saving it."""
        job = _Job(work)
        self._waiting.append(job)
        with self._leads:
            while not job.is_done:
                self._lead()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _lead(self) -> None:
        jobs: list[_Job[Any]] = []
        try:
            with self._writer.begin() as connection:
                self._work_off(connection, jobs)
        except BaseException as error:
            # Nothing was begun where the database cannot be written at all: then nobody's turn would be better.
            jobs = jobs or [self._waiting.popleft() for _ in range(len(self._waiting))]
            for job in jobs:
                job.error = job.error or error
        for job in jobs:
            job.is_done = True

    def _work_off(self, connection: sa.Connection, jobs: list[_Job[Any]]) -> None:
        kept = False
        while self._waiting and len(jobs) < MOST_TOGETHER:
            job = self._waiting.popleft()
            jobs.append(job)
            if not kept:
                # Nothing else is in the transaction yet: should this fail, all of it may be undone.
                job.result = job.work(connection)
                kept = True
                continue
            connection.exec_driver_sql("SAVEPOINT job")
            try:
                job.result = job.work(connection)
            except Exception as error:
                job.error = error
                connection.exec_driver_sql("ROLLBACK TO job")
            connection.exec_driver_sql("RELEASE job")

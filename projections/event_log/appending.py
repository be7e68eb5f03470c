"""Events to be appended to the log: a command's, or those of several commands that are saved together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol, Self
from uuid import UUID

import sqlalchemy as sa

from projections.codec import StoredRecord
from projections.event_log.grouping import Joint


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

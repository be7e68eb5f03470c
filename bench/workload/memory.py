"""The product's service with records kept in memory: a command costs its own decision and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.service import NotFound, Service

A = TypeVar("A", bound=Aggregate)


class Recollection(Service):
    """Remembers records instead of reading them again, and hands over what happened instead of saving it.

    A command that is refused may leave its records changed: a made-up history has to be free of refusals.
    """

    def __init__(self) -> None:
        # Without the library's set-up: nothing is stored.
        self._records: dict[UUID, Aggregate] = {}
        self._happened: list[Event] = []
        self.completes = lambda _: None

    def find(self, kind: type[A], id: UUID, *, version: int | None = None) -> A:
        """The record as it is now. Raises NotFound."""
        record = self._records.get(id)
        if not isinstance(record, kind):
            raise NotFound(f"{kind.KIND} {id}")
        return record

    def save_together(self, records: Collection[Aggregate]) -> None:
        self._records.update((record.id, record) for record in records)
        self._happened += [event for record in records for event in record.collect_events()]

    def happened(self) -> list[Event]:
        """What happened since this was last asked."""
        happened, self._happened = self._happened, []
        return happened

    def forget(self, *ids: UUID) -> None:
        """Let go of records to which nothing more will happen."""
        for id in ids:
            del self._records[id]
